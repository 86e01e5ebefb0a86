"""The whole life of an event in a browser, as each person, with script and without it."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from core.models import Mail
from events.models import Event, Phase
from tests import processes, world

pytestmark = pytest.mark.django_db(transaction=True)

CAST = ("ada", "ben", "bea", "dot", "jude", "jim", "kit", "sam")
ENTRY = {
    "The problem and its users": "Caseworkers read 400 letters a day in the order they arrive.",
    "What you built": "A page where a caseworker sees letters in order of urgency, and why.",
    "How AI is used": "A language model suggests how urgent a letter is. A caseworker decides every time.",
    "The data you used": "Two hundred made-up letters, written by the team.",
}


class Cast:
    """The people, each with a browser of their own."""

    def __init__(self, page_as: Callable[..., Page], script: bool) -> None:
        self.people = {key: world.person(key) for key in CAST}
        self.people["ada"].can_create_events = True
        self.people["ada"].save()
        self.pages = {key: page_as(user, script=script) for key, user in self.people.items()}
        self.visitor = page_as(None, script=script)
        self.script = script

    def __getitem__(self, key: str) -> Page:
        return self.pages[key]

    def user(self, key: str) -> User:
        return self.people[key]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    """A link in the page, whether it looks like one or like a button."""
    page.get_by_role("main").locator("a", has_text=name).first.click()


def told(page: Page, words: str) -> None:
    """A word of success stands on the page."""
    expect(page.locator(".govuk-notification-banner")).to_contain_text(words)


def time_passes(phase: Phase) -> None:
    """To the middle of this phase: the server's clock alone decides, so its moments move."""
    moments = world.moments(phase)
    if phase is Phase.SHOWCASE:
        moments.pop("published_at")  # a person publishes
    Event.objects.update(**moments)


def enter_moment(page: Page, legend: str, moment) -> None:
    group = page.get_by_role("group", name=legend)
    group.get_by_label("Day").fill(str(moment.day))
    group.get_by_label("Month").fill(str(moment.month))
    group.get_by_label("Year").fill(str(moment.year))
    group.get_by_label("Time").fill("10am")


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def cast(request, transactional_db, page_as) -> Cast:
    for slug in world.DEPARTMENTS:
        world.department(slug)
    return Cast(page_as, request.param)


def test_event_goes_from_announcement_to_showcase(cast, tmp_path):
    create_and_announce(cast)
    give_roles(cast)
    propose_and_approve(cast)
    apply_and_accept(cast)
    found_and_join(cast)
    draft_and_submit(cast)
    with processes.worker(tmp_path / "worker.log"), processes.beat(tmp_path):
        wait_for_the_report(cast)
    screen(cast)
    submit_too_late(cast)
    judge(cast)
    publish_and_browse(cast)


def create_and_announce(cast: Cast) -> None:
    ada = cast["ada"]
    ada.goto("/events/new/")
    ada.get_by_label("Name of the event").fill("Summer hackathon")
    ada.get_by_label("Summary").fill("Two days of building for public services.")
    enter_moment(ada, "Building begins", timezone.now() + timedelta(weeks=8))
    press(ada, "Create the event")
    assert Event.objects.get().phase is Phase.DRAFT

    ada.goto("/events/summer-hackathon/open/")
    expect(ada.get_by_role("main")).to_contain_text("Say what the event is about")
    follow(ada, "Change details and moments")
    ada.get_by_label("About the event").fill("Come and build. **Everyone** is welcome.")
    ada.get_by_label("Smallest team").fill("1")
    ada.get_by_role("main").get_by_role("button").first.click()
    ada.goto("/events/summer-hackathon/open/")
    press(ada, "Announce this event")

    cast.visitor.goto("/events/summer-hackathon/")
    expect(cast.visitor.get_by_role("heading", level=1)).to_have_text("Summer hackathon")
    expect(cast.visitor.locator("strong", has_text="Everyone")).to_be_visible()


def give_roles(cast: Cast) -> None:
    ada = cast["ada"]
    ada.goto("/events/summer-hackathon/people/")
    for key, role in (("sam", "Screener"), ("jude", "Judge"), ("jim", "Judge"), ("kit", "Chair")):
        ada.get_by_label("E-mail address").fill(cast.user(key).email)
        ada.get_by_label(role, exact=True).check()
        press(ada, "Give the role")
        expect(ada.get_by_role("row", name=cast.user(key).name)).to_be_visible()


def propose_and_approve(cast: Cast) -> None:
    dot, ada = cast["dot"], cast["ada"]
    dot.goto("/events/summer-hackathon/challenges/propose/")
    press(dot, "Save")
    expect(dot.locator(".govuk-error-summary")).to_be_visible()
    dot.get_by_label("Title").fill("Letters that wait")
    dot.get_by_label("The problem").fill("Letters from the public wait three weeks.")
    press(dot, "Save")

    ada.goto("/events/summer-hackathon/challenges/review/")
    follow(ada, "Letters that wait")
    expect(ada.get_by_role("main")).to_contain_text("Before this can be approved")

    follow(dot, "Change this challenge")
    dot.get_by_label("Open, published or made-up data only").check()
    dot.get_by_label("Licence of the data").fill("Open Government Licence v3.0")
    dot.get_by_label("Approver").fill("Head of Casework")
    press(dot, "Save")

    ada.reload()
    ada.get_by_label("Approve", exact=True).check()
    press(ada, "Send your decision")
    cast.visitor.goto("/events/summer-hackathon/challenges/")
    expect(cast.visitor.get_by_role("link", name="Letters that wait")).to_be_visible()


def apply_and_accept(cast: Cast) -> None:
    time_passes(Phase.FORMING)
    for key in ("ben", "bea"):
        page = cast[key]
        page.goto("/events/summer-hackathon/apply/")
        page.get_by_label("Why do you want to take part?").fill("I read such letters every day.")
        page.get_by_label("What can you bring to a team?").fill("Ten years of casework")
        press(page, "Send your application")

    ada = cast["ada"]
    ada.goto("/")
    follow(ada, "Decide")
    for key in ("ben", "bea"):
        ada.get_by_label(cast.user(key).name).check()
    press(ada, "Accept those ticked")
    ben = cast["ben"]
    ben.goto("/")
    expect(ben.get_by_role("main")).to_contain_text("Find a team, or found one")


def found_and_join(cast: Cast) -> None:
    ben, bea = cast["ben"], cast["bea"]
    ben.goto("/events/summer-hackathon/teams/found/")
    ben.get_by_label("Letters that wait").check()
    ben.get_by_label("Team name").fill("Kingfishers")
    ben.get_by_label("What you want to do, and whom you look for").fill("Sort letters. We need a designer.")
    press(ben, "Found the team")

    bea.goto("/events/summer-hackathon/teams/")
    follow(bea, "Kingfishers")
    follow(bea, "Join this team")
    press(bea, "Join the team")
    expect(bea.get_by_role("main")).to_contain_text("Bea Lund")
    for page in (ben, bea):
        page.goto("/")
        follow(page, "Kingfishers") if page.get_by_role("main").get_by_role(
            "link", name="Kingfishers"
        ).count() else page.goto("/events/summer-hackathon/teams/")


def draft_and_submit(cast: Cast) -> None:
    time_passes(Phase.BUILDING)
    ben = cast["ben"]
    ben.goto("/")
    follow(ben, "Start your entry")
    follow(ben, "Start")
    ben.get_by_label("Title").fill("Letter Sorter")
    press(ben, "Save and back to the list")
    expect(ben.get_by_role("main")).to_contain_text("Still to answer: Pitch")
    follow(ben, "Continue your draft")
    ben.get_by_label("Pitch").fill("Sorts letters from the public so that the urgent ones are read today.")
    press(ben, "Save and continue")
    for label, words in ENTRY.items():
        if label == "The data you used":
            ben.get_by_label("Open, published or made-up data only").check()
        ben.get_by_label(label).fill(words)
        press(ben, "Save and continue")
    expect(ben.get_by_role("heading", level=1)).to_have_text("Check your answers")

    ben.goto("/events/summer-hackathon/submissions/mine/")
    follow(ben, "Links (optional)")
    ben.get_by_label("Code (optional)").fill("javascript:alert(1)")
    press(ben, "Save and continue")
    expect(ben.locator(".govuk-error-summary")).to_contain_text("begins with https://")
    expect(ben.get_by_label("Code (optional)")).to_have_value("javascript:alert(1)")
    ben.get_by_label("Code (optional)").fill("https://code.example.org/letter-sorter")
    press(ben, "Save and continue")
    ben.get_by_label("I confirm all of these statements").check()
    press(ben, "Submit your entry")
    expect(ben.get_by_role("heading", level=1)).to_contain_text("We received your entry")
    assert Mail.objects.filter(subject__contains="Letter Sorter").count() == 2  # a receipt for each member


def wait_for_the_report(cast: Cast) -> None:
    ben = cast["ben"]
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        ben.goto("/events/summer-hackathon/submissions/mine/")
        follow(ben, "Read what screening found")
        if ben.get_by_text("No AI model was used").count():
            break
        time.sleep(0.5)
    expect(ben.get_by_role("heading", level=2, name="What the reading found")).to_be_visible()


def screen(cast: Cast) -> None:
    sam = cast["sam"]
    sam.goto("/")
    follow(sam, "Clear or hold 1 entry")
    press(sam, "Read the next entry")
    quotation = sam.locator(".app-cited a").first
    words = " ".join(quotation.inner_text().split())
    quotation.click()
    marked = sam.locator(":target")
    assert words in " ".join(marked.inner_text().split())  # the very passage, in the entry beside it

    follow(sam, "Say what you find")
    first = sam.get_by_role("group", name="What you find for principle 1", exact=True)
    first.get_by_label("Some evidence").check()
    press(sam, "Save your findings")
    told(sam, "You recorded what you find for 1 principle.")
    press(sam, "Hold this entry")
    expect(sam.locator(".govuk-error-summary")).to_contain_text("Say why you hold this entry")
    press(sam, "Clear this entry")
    told(sam, "You cleared this entry")


def submit_too_late(cast: Cast) -> None:
    """A page that was open when the deadline passed: what it sends is kept, and marked as late."""
    ben = cast["ben"]
    ben.goto("/events/summer-hackathon/submissions/mine/")
    follow(ben, "Title and pitch")
    ben.get_by_label("Title").fill("Letter Sorter Two")
    press(ben, "Save and continue")
    expect(ben.get_by_role("heading", level=1)).to_have_text("Check your answers")
    time_passes(Phase.JUDGING)
    ben.get_by_label("I confirm all of these statements").check()
    press(ben, "Submit your entry")
    expect(ben.get_by_role("heading", level=1)).to_have_text("We received this late, and kept it")
    expect(ben.get_by_role("main")).to_contain_text("Letter Sorter Two")
    expect(ben.get_by_role("main")).to_contain_text("Until then revision 1 is the entry")


def judge(cast: Cast) -> None:
    kit = cast["kit"]
    kit.goto("/events/summer-hackathon/judging/rubric/")
    kit.get_by_role("radio").first.check()
    press(kit, "Adopt this template")
    kit.goto("/events/summer-hackathon/judging/allocation/")
    kit.get_by_label("Judges for each entry").fill("2")
    press(kit, "Propose")

    for key, score in (("jude", "5"), ("jim", "3")):
        page = cast[key]
        page.goto("/")
        follow(page, "Score 1 entry")
        page.get_by_role("link", name=re.compile("Letter Sorter|Score this entry")).first.click()
        expect(page.get_by_role("heading", name="Your scores")).to_be_visible()  # `all` waits for nothing
        for group in page.get_by_role("group").filter(has=page.get_by_role("radio")).all():
            group.get_by_role("radio", name=score, exact=True).check()
        page.get_by_role("main").get_by_role("button", name="Hand in").click()
        told(page, "Handed in")

    kit.goto("/events/summer-hackathon/judging/coverage/")
    expect(kit.get_by_role("main")).to_contain_text("of 2 ballots handed in")
    kit.goto("/events/summer-hackathon/results/")
    expect(kit.get_by_role("main")).to_contain_text("Results are shown to nobody until scores close")


def publish_and_browse(cast: Cast) -> None:
    time_passes(Phase.SHOWCASE)  # scores have closed; nothing is published yet
    kit, ada, visitor = cast["kit"], cast["ada"], cast.visitor
    kit.goto("/events/summer-hackathon/results/")
    press(kit, "Work out the results")
    expect(kit.get_by_role("row", name=re.compile("Letter Sorter"))).to_contain_text("4")

    assert visitor.goto("/showcase/summer-hackathon/").status == 404
    ada.goto("/showcase/summer-hackathon/publish/")
    press(ada, "Publish to everyone")
    visitor.goto("/showcase/")
    follow(visitor, "Summer hackathon")
    follow(visitor, "Letter Sorter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Letter Sorter")
    expect(visitor.get_by_role("main")).to_contain_text(ENTRY["What you built"])
    expect(visitor.get_by_role("main")).not_to_contain_text("Ben Okoro")  # who did not agree to be named
