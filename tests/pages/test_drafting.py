"""People write a draft in real browsers: together, without a network, signed out, without script."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from events.models import Phase
from submissions import actions
from submissions.models import DraftSave, Submission
from tests.pages.checks import Inspector
from tests.pages.conftest import cookie_of
from tests.world import draft_of, event_in, person, team_of

pytestmark = pytest.mark.django_db(transaction=True)

TYPED = "Caseworkers wait, and so do the letters."


@pytest.fixture
def submission(transactional_db) -> Submission:
    return draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))


@pytest.fixture
def task(page_as: Callable[..., Page], submission: Submission) -> Callable[..., Page]:
    """`task("ben", "problem")` is that page of the draft in ben's browser."""

    def opened(key: str, name: str, **options) -> Page:
        page = page_as(person(key), **options)
        page.goto(address(submission, name))
        return page

    return opened


def address(submission: Submission, task: str) -> str:
    return f"/events/summer/submissions/{submission.code}/tasks/{task}/"


def status(page: Page):
    return page.locator("#draft-status")


def cut_off(page: Page) -> None:
    """Nothing that this browser wants to save arrives, until `unroute`."""
    page.context.route("**/api/**", lambda route: route.abort())


def saved(page: Page) -> None:
    expect(status(page)).to_contain_text("Saved at")


def stored(submission: Submission, name: str) -> str:
    return Submission.objects.get(pk=submission.pk).answers()[name]


def test_typing_is_saved_without_a_button(task, submission):
    page = task("ben", "problem")

    page.get_by_label("The problem and its users").fill(TYPED)

    saved(page)
    assert stored(submission, "problem") == TYPED
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert DraftSave.objects.filter(submission=submission).count() == 2


def test_two_people_in_different_answers_both_keep_theirs(task, submission):
    ben, bea = task("ben", "summary"), task("bea", "summary")
    bea.get_by_label("Pitch").fill("Bea's pitch")
    saved(bea)

    ben.get_by_label("Title").fill("Ben's title")
    saved(ben)

    expect(ben.get_by_label("Pitch")).to_have_value("Bea's pitch")
    assert (stored(submission, "title"), stored(submission, "pitch")) == ("Ben's title", "Bea's pitch")


@pytest.mark.parametrize(
    ("choice", "outcome"), [("Keep mine", "Ben's title"), ("Take theirs", "Bea's title")]
)
def test_two_people_in_one_answer_see_both_texts(task, submission, choice, outcome):
    ben, bea = task("ben", "summary"), task("bea", "summary")
    bea.get_by_label("Title").fill("Bea's title")
    saved(bea)

    ben.get_by_label("Title").fill("Ben's title")

    both = ben.get_by_role("region", name="Title: two versions")
    expect(both).to_contain_text("Saved by Bea Lund")
    expect(both.locator("pre")).to_have_text(["Bea's title", "Ben's title"])
    assert stored(submission, "title") == "Bea's title"

    ben.get_by_role("button", name=choice).click()
    expect(both).to_have_count(0)
    expect(ben.get_by_label("Title")).to_have_value(outcome)
    ben.get_by_role("button", name="Save and back to the list").click()
    expect(ben.get_by_role("heading", name="Tasks")).to_be_visible()
    assert stored(submission, "title") == outcome


def test_network_lost_while_typing_loses_and_doubles_nothing(task, submission):
    page = task("ben", "problem")
    page.context.set_offline(True)

    page.get_by_label("The problem and its users").fill(TYPED)

    expect(status(page)).to_have_text("Not saved: no connection. Your words are kept on this device")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_label("The problem and its users")).to_have_value(TYPED)
    page.context.set_offline(False)
    saved(page)
    assert stored(submission, "problem") == TYPED
    assert DraftSave.objects.filter(submission=submission).count() == 2


def test_crash_without_a_network_keeps_the_words_on_the_device(task, submission):
    page = task("ben", "problem")
    context = page.context
    context.set_offline(True)
    page.get_by_label("The problem and its users").fill(TYPED)
    expect(status(page)).to_contain_text("Not saved: no connection")
    again = context.new_page()
    page.close(run_before_unload=False)
    context.set_offline(False)

    again.goto(address(submission, "problem"))

    expect(again.get_by_role("heading", name="We kept what you typed")).to_be_visible()
    assert stored(submission, "problem") == submission.problem
    again.get_by_role("button", name="Restore").click()
    saved(again)
    assert stored(submission, "problem") == TYPED


def test_kept_words_can_be_discarded(task, submission):
    page = task("ben", "problem")
    cut_off(page)
    page.get_by_label("The problem and its users").fill(TYPED)
    page.reload()

    page.get_by_role("button", name="Discard").click()

    page.reload()
    expect(page.get_by_role("heading", name="We kept what you typed")).to_have_count(0)
    assert stored(submission, "problem") == submission.problem


def test_session_that_ends_while_typing_keeps_the_words_and_goes_on(
    task, submission, live_server: LiveServer
):
    page = task("ben", "problem")
    page.context.clear_cookies()

    page.get_by_label("The problem and its users").fill(TYPED)

    expect(status(page)).to_contain_text("You are signed out. Your words are kept on this device.")
    page.context.add_cookies([cookie_of(person("ben"), live_server.url)])
    page.evaluate("dispatchEvent(new Event('focus'))")
    saved(page)
    assert stored(submission, "problem") == TYPED


def test_form_sent_with_an_ended_session_offers_the_words_after_signing_in(
    task, submission, live_server: LiveServer
):
    page = task("ben", "problem")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_label("The problem and its users").fill(TYPED)

    page.evaluate("document.querySelector('form[data-draft]').submit()")
    page.wait_for_url("**/accounts/login/**")
    page.context.add_cookies([cookie_of(person("ben"), live_server.url)])
    page.goto(address(submission, "problem"))

    page.get_by_role("button", name="Restore").click()
    saved(page)
    assert stored(submission, "problem") == TYPED


def test_words_of_one_person_are_not_shown_to_another(task, submission, live_server: LiveServer):
    page = task("ben", "problem")
    cut_off(page)
    page.get_by_label("The problem and its users").fill(TYPED)
    page.context.clear_cookies()
    page.context.add_cookies([cookie_of(person("bea"), live_server.url)])

    page.goto(address(submission, "problem"))

    assert page.evaluate("JSON.stringify(localStorage)").count(TYPED) == 1  # there is something to hide
    expect(page.get_by_label("The problem and its users")).to_have_value(submission.problem)
    expect(page.locator("#draft-kept")).to_be_empty()


def test_signing_out_clears_the_words(task, submission):
    page = task("ben", "problem")
    cut_off(page)
    page.get_by_label("The problem and its users").fill(TYPED)
    page.goto("/accounts/logout/")
    assert page.evaluate("JSON.stringify(localStorage)").count(TYPED) == 1

    page.get_by_role("main").get_by_role("button", name="Sign out").click()

    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:'))") == []


def test_what_cannot_be_saved_says_why_and_the_rest_is_saved(task, submission):
    page = task("ben", "summary")
    page.get_by_label("Pitch").fill("x" * 201)

    page.get_by_label("Title").fill("New title")

    expect(status(page)).to_contain_text("Not saved: Pitch")
    assert (stored(submission, "title"), stored(submission, "pitch")) == ("New title", submission.pitch)


def test_keyboard_alone_reaches_the_receipt(page_as, submission):
    page = page_as(person("ben"))
    page.goto("/events/summer/submissions/mine/")
    for name in ("Check your answers",):
        page.get_by_role("link", name=name).first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.get_by_label("I confirm all of these statements").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Submit your entry").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("We received your entry")


def test_without_script_a_task_is_saved_and_leads_on(task, submission):
    page = task("ben", "problem", script=False)
    page.get_by_label("The problem and its users").fill(TYPED)

    page.get_by_role("button", name="Save and continue").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    assert stored(submission, "problem") == TYPED


@pytest.mark.parametrize("path", ["mine", "tasks/summary", "tasks/data", "check", "history", "history/1"])
def test_pages_of_the_draft_are_whole_on_a_phone_and_to_the_checker(
    page_as, submission, axe: str, live_server: LiveServer, path
):
    actions.save_draft(submission, by=person("ben"), version=1, answers={"title": "Other", "built": ""})
    page = page_as(person("ben"))
    inspector = Inspector(axe, live_server.url)
    inspector.listen(page)
    page.goto(
        "/events/summer/submissions/" + (f"{path}/" if path == "mine" else f"{submission.code}/{path}/")
    )

    assert inspector.problems(page) == []


def test_conflict_is_whole_on_a_phone_and_to_the_checker(task, submission, axe: str, live_server: LiveServer):
    ben = task("ben", "summary")
    actions.save_draft(submission, by=person("bea"), version=1, answers={"title": "Bea's title"})
    ben.get_by_label("Title").fill("Ben's title " + "w" * 80)
    expect(ben.get_by_role("region", name="Title: two versions")).to_be_visible()
    inspector = Inspector(axe, live_server.url)

    assert inspector.problems(ben) == []
