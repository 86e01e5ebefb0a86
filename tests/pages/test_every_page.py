"""Every page that links lead to, as every kind of person: nothing broken, nothing out of reach."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit
from uuid import uuid4

import pytest
from django.conf import settings as live
from django.core.management import call_command
from django.test.utils import override_settings
from django.urls import resolve
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from challenges import actions as challenges
from events.actions import accept
from events.models import Application, Event, Phase
from hackathon.management.commands.demo_links import KINDS
from hackathon.seeding import load
from judging import actions as judging
from reading import actions as reading
from reading import readings
from reading.models import EarlyReading, Screening
from showcase import actions as showcase
from showcase.models import Exhibit
from submissions import actions as submissions
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Submission
from tests.pages.checks import Inspector
from tests.pages.conftest import cookie_of
from tests.test_doors import OURS
from tests.world import round_of

PEOPLE = ("visitor", "participant", *KINDS)
EXAMPLES = 2  # of each kind of page of each event, for each person
MORE = {"challenges:page": 6}  # whose own one among them shows more
STARTS = ("/", "/events/", "/showcase/")
REACHED: Counter[str] = Counter()

# What no link leads to, and why.
NO_LINK = {
    "accounts:demo": "printed by the demo, for one use",
    "events:open": "of a draft, by its organiser: the seeded draft is ready for it",
    "nowhere": "there are no passwords",
    "alive": "for machines",
    "ready": "for machines",
    "accounts:remove_domain": "takes a POST",
    "accounts:revoke_key": "takes a POST",
    "screening:share": "takes a POST",
    "screening:next": "takes a POST",
    "screening:clear": "takes a POST",
    "screening:hold": "takes a POST",
    "screening:ask": "takes a POST",
    "screening:answer": "takes a POST",
    "screening:claim": "takes a POST",
    "screening:release": "takes a POST",
    "screening:hand_over": "takes a POST",
    "reading:ask_early": "takes a POST",
    "reading:retry": "takes a POST",
    "screening:retry": "takes a POST",
    "judging:settle": "takes a POST",
    "judging:pause": "takes a POST",
    "judging:resume": "takes a POST",
    "judging:invitation": "from a mail, for one use",
    "judging:send_again": "of an invitation that waits: the seeded events have none",
    "judging:withdraw_invitation": "of an invitation that waits: the seeded events have none",
    "judging:end_conflict": "of a conflict that was declared: the seeded events have none",
    "files:remove": "takes a POST",
    "files:restore": "takes a POST",
    "records:export": "takes a POST",
    "submissions:submit": "takes a POST",
    "submissions:bring_back": "takes a POST",
    "submissions:answer": "takes a POST",
    "submissions:end_extension": "of a team that has more time: one team's page is met in each event",
    "submissions:remove_question": "takes a POST",
    "submissions:edit": "leads to the task list, for addresses that people kept",
    "submissions:change_question": "of a question of an event's own: the seeded events have none",
}


pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Site:
    """The seeded events behind a web server, and a session for each kind of person."""

    url: str
    cookies: dict[str, dict]


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker) -> Iterator[Site]:
    """One for all tests of this module: none of them changes anything."""
    storages = live.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    with django_db_blocker.unblock(), override_settings(STORAGES=storages):
        call_command("seed", verbosity=0)
        reach_more_states()
        server = LiveServer("localhost")
        yield Site(server.url, {kind: cookie_of(someone(kind), server.url) for kind in PEOPLE[1:]})
        server.stop()
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def inspector(axe: str, site: Site) -> Inspector:
    return Inspector(axe, site.url)


@pytest.fixture
def page(request, site: Site, browser: Browser) -> Iterator[Page]:
    """A page of this person's browser."""
    context = browser.new_context(base_url=site.url, locale="en-GB", viewport={"width": 1280, "height": 900})
    if request.param != "visitor":
        context.add_cookies([site.cookies[request.param]])
    yield context.new_page()
    context.close()


def someone(kind: str) -> User:
    """The person of the demo who stands for this kind."""
    if kind == "participant":
        return User.objects.get(name=load("entries.yaml")[0]["members"][0])
    names = {row["key"]: row["name"] for row in load("event.yaml")["people"]}
    return User.objects.get(name=names[kind])


def reach_more_states() -> None:
    """What the seeded events leave to people: without it some pages would have no link to them."""
    events = {event.phase: event for event in Event.objects.all()}
    organiser, newcomer, owner = someone("organiser"), someone("newcomer"), someone("owner")
    for application in Application.objects.filter(user=newcomer, event=events[Phase.FORMING]):
        accept(application, by=organiser)
    challenges.propose(events[Phase.ANNOUNCED], by=owner, title="Parking permits")
    judging.adopt(round_of(events[Phase.BUILDING]), by=organiser, template="value")
    draft = Submission.objects.get(
        team__event=events[Phase.BUILDING], team__memberships__user=someone("participant")
    )
    draft = retitle(draft, "Letter Sorter, again")
    submissions.submit(draft, by=someone("participant"), key=uuid4(), declared=CURRENT_DECLARATIONS)
    draft = retitle(draft, "Letter Sorter, once more")
    readings.open_missing()
    for pk in Screening.objects.due().values_list("pk", flat=True):
        readings.perform(Screening, pk)
    early = reading.ask_early(draft, by=someone("participant"), people_only=True)
    readings.perform(EarlyReading, early.pk)
    reading.add_question(
        events[Phase.ANNOUNCED],
        by=organiser,
        title="Data ethics",
        asks="Who could be harmed by how the data is used",
        cues="harm, ethics, consent",
        question="Who could be harmed, and who was asked?",
    )
    showcase.hide(Exhibit.objects.first(), by=organiser, reason="To see the page that shows it again")


def retitle(draft: Submission, title: str) -> Submission:
    answers = draft.answers() | {"title": title}
    return submissions.save_draft(draft, by=someone("participant"), version=draft.version, answers=answers)


def kind_of(address: str) -> tuple[str, str]:
    """The name of the page, and of its event if it has one."""
    found = resolve(urlsplit(address).path)
    return found.view_name, found.kwargs.get("event_slug", "")


def links_on(page: Page, site: str) -> list[str]:
    """The addresses of this site that the page leads to, in its order, without the places in a page."""
    found = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    inside = [urldefrag(address).url for address in found if address.startswith(site)]
    return list(dict.fromkeys(address.removeprefix(site) for address in inside))


def open_page(page: Page, path: str) -> int | None:
    """The status of a page; None for a download, which the browser keeps and does not show."""
    try:
        answer = page.goto(path)
    except BrowserError as fault:
        if "Download is starting" not in fault.message:
            raise
        return None
    assert answer is not None
    return answer.status


def walk(page: Page, site: str, inspector: Inspector) -> dict[str, list[str]]:
    """All pages that links lead this person to, some of each kind; what is wrong, by address."""
    wrong: dict[str, list[str]] = {}
    times: Counter[tuple[str, str]] = Counter()
    waiting = deque(STARTS)
    known = set(STARTS)
    inspector.listen(page)
    while waiting:
        path = waiting.popleft()
        name, event = kind_of(path)
        if times[name, event] >= MORE.get(name, EXAMPLES):
            continue
        times[name, event] += 1
        status = open_page(page, path)
        if status is None:
            REACHED[name] += 1
            continue
        if status != 200:
            wrong[path] = [f"answers {status}"]
            inspector.heard.clear()
            continue
        REACHED[kind_of(page.url)[0]] += 1
        if problems := inspector.problems(page):
            wrong[path] = problems
        new = [address for address in links_on(page, site) if address not in known]
        known.update(new)
        waiting.extend(new)
    return wrong


@pytest.mark.parametrize("page", PEOPLE, indirect=True)
def test_every_page_within_reach_is_whole(page: Page, site: Site, inspector: Inspector):
    wrong = walk(page, site.url, inspector)

    assert wrong == {}
    family = page.locator("h1").evaluate("heading => getComputedStyle(heading).fontFamily")
    assert family.startswith('"Helvetica Neue"')  # our own style sheet was there


def test_nothing_of_ours_is_out_of_reach():
    pages = {
        f"{pattern.name}" if not route_app(pattern) else f"{route_app(pattern)}:{pattern.name}"
        for route, pattern in OURS
        if not route.startswith("api/")
    }

    assert sum(REACHED.values()) > 200
    unreached = sorted(pages - set(REACHED) - set(NO_LINK))
    assert not unreached, "\n".join(unreached)


def route_app(pattern) -> str:
    module = pattern.callback.__module__.split(".")[0]
    return "" if module == "hackathon" else module
