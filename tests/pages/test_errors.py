"""Forms sent empty: what a page says then is held to what is asked of every page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from events.models import Phase
from judging.models import Assignment
from showcase import actions as showcase
from showcase.models import Exhibit
from tests.judging.test_actions import event_to_score, given_to
from tests.pages.checks import Inspector
from tests.showcase.test_actions import judged
from tests.world import challenge_of, cleared_entry, department, draft_of, entry_of, event_in, person, team_of

pytestmark = pytest.mark.django_db(transaction=True)

EMPTY = """
    form => form.querySelectorAll('input:not([type=hidden]), textarea').forEach(field => {
        if (['radio', 'checkbox'].includes(field.type)) field.checked = false; else field.value = '';
    })
"""
Prepare = Callable[[], str]


def of_event(phase: Phase, path: str) -> Prepare:
    """A page of an event in this phase."""
    return lambda: f"/events/{event_in(phase).slug}/{path}"


def proposed_challenge() -> str:
    event = event_in(Phase.ANNOUNCED)
    challenge = challenge_of(event, decision="", decided_by=None, decided_at=None)
    return f"/events/{event.slug}/challenges/{challenge.code}/decide/"


def founding() -> str:
    challenge_of(event_in(Phase.FORMING))
    return "/events/summer/teams/found/"


def complete_draft() -> str:
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    return f"/events/summer/submissions/{submission.code}/check/"


def entry_to_screen() -> str:
    revision = entry_of(event_in(Phase.BUILDING))
    return f"/events/summer/screening/{revision.submission.code}/"


def sheet_to_score() -> str:
    assignment: Assignment = given_to("jude", event_to_score())
    return f"/events/summer/judging/entries/{assignment.submission.code}/"


def published_entry() -> str:
    event = judged()
    cleared_entry(event)
    showcase.publish(event, by=person("ada"))
    return f"/showcase/{event.slug}/{Exhibit.objects.get().code}/hide/"


def known_department() -> str:
    return f"/administration/departments/of/{department('rivers').slug}/"


# Who sends it, how the page comes to be, and the button.
FORMS: dict[str, tuple[str, Prepare, str]] = {
    "sign in": ("", lambda: "/accounts/login/", "Send me a code"),
    "create an account": ("", lambda: "/accounts/signup/", "Continue"),
    "name": ("ben", lambda: "/you/name/", "Save"),
    "make a key": ("ben", lambda: "/you/keys/make/", "Make the key"),
    "add a department": ("max", lambda: "/administration/departments/add/", "Add the department"),
    "add a domain": ("max", known_department, "Add the domain"),
    "create an event": ("ada", lambda: "/events/new/", "Create the event"),
    "change an event": ("ada", of_event(Phase.ANNOUNCED, "edit/"), "Save"),
    "move a moment": ("ada", of_event(Phase.BUILDING, "move/"), "Move it and tell people"),
    "give a role": ("ada", of_event(Phase.ANNOUNCED, "people/"), "Give the role"),
    "apply": ("cal", of_event(Phase.FORMING, "apply/"), "Send your application"),
    "propose a challenge": ("dot", of_event(Phase.ANNOUNCED, "challenges/propose/"), "Save"),
    "decide on a challenge": ("ada", proposed_challenge, "Send your decision"),
    "found a team": ("bea", founding, "Found the team"),
    "submit": ("ben", complete_draft, "Submit your entry"),
    "add a question": ("ada", of_event(Phase.ANNOUNCED, "reading/questions/add/"), "Add this question"),
    "hold": ("sam", entry_to_screen, "Hold this entry"),
    "adopt a rubric": ("kit", of_event(Phase.BUILDING, "judging/rubric/"), "Adopt this template"),
    "add a criterion": ("kit", of_event(Phase.BUILDING, "judging/rubric/add/"), "Save criterion"),
    "score": ("jude", sheet_to_score, "Hand in"),
    "hide an entry": ("ada", published_entry, "Hide this entry"),
}


def sender(key: str) -> User | None:
    rights = {"is_administrator": True} if key == "max" else {}
    rights |= {"can_create_events": True} if key == "ada" else {}
    return person(key, **rights) if key else None


@pytest.mark.parametrize("form", FORMS)
def test_form_sent_empty_says_so_on_a_whole_page(page_as, axe: str, live_server: LiveServer, form: str):
    key, prepare, button = FORMS[form]
    user = sender(key)
    page: Page = page_as(user)
    page.goto(prepare())
    inspector = Inspector(axe, live_server.url)
    inspector.listen(page)
    pressed = page.get_by_role("main").get_by_role("button", name=button, exact=True)
    pressed.evaluate(f"button => ({EMPTY})(button.form)")

    pressed.click()

    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert page.title().startswith("Error: ")
    leads_to = page.locator(".govuk-error-summary a").evaluate_all(
        "links => links.map(link => document.querySelector(link.getAttribute('href')) !== null)"
    )
    assert set(leads_to) == {True}  # each error leads to the field that it is about
    assert inspector.problems(page) == []
