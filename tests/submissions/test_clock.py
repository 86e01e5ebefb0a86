"""Either side of every moment: a second, a millisecond, a microsecond, and the moment itself."""

import socket
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from core.clock import arrived_at, database_now
from core.refusals import Refused
from events.actions import move_moment
from events.models import Event, Phase
from submissions import actions
from submissions.actions import closing
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Call, Revision, Side, Submission
from tests.world import draft_of, event_in, person, team_of

pytestmark = pytest.mark.django_db

US, MS, SECOND = timedelta(microseconds=1), timedelta(milliseconds=1), timedelta(seconds=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AROUND = (-SECOND, -MS, -US, timedelta(0), US, MS, SECOND)
BEFORE, AFTER = AROUND[:3], AROUND[3:]
SHUT = "shut"


def world(grace: int = 0) -> Submission:
    event = event_in(Phase.BUILDING)
    Call.objects.create(event=event, grace_minutes=grace)
    return draft_of(team_of(event))


def side_at(submission: Submission, moment: datetime) -> str:
    """Of a submit that arrives then; `SHUT` when it is refused."""
    fresh = Submission.objects.with_people().get(pk=submission.pk)
    with arrived_at(moment):
        # So that the rule has nothing to take: what arrives is always new
        actions.save_draft(fresh, by=person("ben"), version=fresh.version, answers={"title": f"At {moment}"})
        try:
            made = actions.submit(fresh, by=person("ben"), key=uuid4(), declared=CURRENT_DECLARATIONS)
        except Refused:
            return SHUT
    assert made.submitted_at == moment
    return made.side


def cases(before: str, after: str) -> list[tuple[timedelta, str]]:
    return [(off, before if off < timedelta(0) else after) for off in AROUND]


@pytest.mark.parametrize(("off", "side"), cases(SHUT, Side.IN_TIME))
def test_around_the_opening(off, side):
    submission = world()

    assert side_at(submission, submission.event.building_at + off) == side


@pytest.mark.parametrize(("off", "side"), cases(Side.IN_TIME, Side.LATE))
def test_around_the_close(off, side):
    submission = world()

    assert side_at(submission, submission.event.submissions_close_at + off) == side


@pytest.mark.parametrize(("off", "side"), cases(Side.IN_TIME, Side.GRACE))
def test_around_the_close_where_the_event_has_grace(off, side):
    submission = world(grace=10)

    assert side_at(submission, submission.event.submissions_close_at + off) == side


@pytest.mark.parametrize(("off", "side"), cases(Side.GRACE, Side.LATE))
def test_around_the_end_of_grace(off, side):
    submission = world(grace=10)

    assert side_at(submission, submission.event.submissions_close_at + 10 * MINUTE + off) == side


@pytest.mark.parametrize(("off", "side"), cases(Side.EXTENSION, Side.LATE))
def test_around_the_end_of_the_time_given_to_one_team(off, side):
    submission, closes = extended(world())

    assert side_at(submission, closes + HOUR + off) == side


@pytest.mark.parametrize(("off", "side"), cases(Side.IN_TIME, Side.EXTENSION))
def test_around_the_close_for_a_team_with_more_time(off, side):
    submission, closes = extended(world())

    assert side_at(submission, closes + off) == side


@pytest.mark.parametrize(("off", "side"), cases(Side.EXTENSION, Side.LATE))
def test_around_the_moment_at_which_more_time_is_taken_back(off, side):
    """What arrived before is in time, though it is worked on afterwards."""
    submission, closes = extended(world())
    with arrived_at(closes + 20 * MINUTE):
        actions.end_extension(submission.team, by=person("ada"), reason="Given to the wrong team")

    assert side_at(submission, closes + 20 * MINUTE + off) == side


@pytest.mark.parametrize(("off", "side"), cases(Side.IN_TIME, Side.LATE))
def test_around_a_close_that_was_moved(off, side):
    submission = world()
    before = submission.event.submissions_close_at
    with arrived_at(before - MINUTE):
        move_moment(submission.event, "submissions_close_at", before + HOUR, "A fire alarm", by=person("ada"))

    assert side_at(submission, before + HOUR + off) == side


@pytest.mark.parametrize(("off", "side"), cases(Side.IN_TIME, Side.LATE))
def test_around_a_close_in_the_hour_that_comes_twice(off, side):
    """1:30am on the night in which the clocks go back, the second time."""
    submission = world()
    twice = datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)
    Event.objects.update(
        building_at=twice - 48 * HOUR, submissions_close_at=twice, scores_close_at=twice + 72 * HOUR,
        announced_at=twice - 900 * HOUR, forming_at=twice - 800 * HOUR,
    )  # fmt: skip

    assert side_at(submission, twice + off) == side


@pytest.mark.parametrize(("off", "side"), cases(Side.LATE, SHUT))
def test_around_the_publication_of_the_results(off, side):
    submission = world()
    published = submission.event.scores_close_at + HOUR
    Event.objects.update(published_at=published)

    assert side_at(submission, published + off) == side


@pytest.mark.parametrize(("off", "number"), [(off, 1 if off < timedelta(0) else None) for off in AROUND])
def test_around_the_close_the_rule_takes_what_was_saved_before(off, number):
    """The last save at this distance from the close completes the draft."""
    submission = world()
    closes, ben = submission.event.submissions_close_at, person("ben")
    actions.save_draft(submission, by=ben, version=1, answers={"built": ""})
    with arrived_at(closes + off):
        actions.save_draft(submission, by=ben, version=2, answers={"built": "A page"})
    with arrived_at(closes + HOUR):
        closing.close(submission)

    entry = Revision.objects.current().first()

    assert (entry.number if entry else None) == number
    if entry:
        assert (entry.by_rule, entry.side, entry.submitted_at) == (True, Side.IN_TIME, closes - US)


@pytest.mark.parametrize("off", [-SECOND, -US, timedelta(0), timedelta(seconds=4)])
def test_the_rule_waits_until_the_deadline_and_for_what_is_still_being_worked_on(off):
    submission = world()
    closes = submission.event.submissions_close_at

    with arrived_at(closes + off):
        assert list(closing.to_settle(closes + off)) == []
    with arrived_at(closes + timedelta(seconds=5)):
        assert list(closing.to_settle(closes + timedelta(seconds=5))) == [submission]


def test_what_arrived_in_time_and_is_worked_on_late_holds_nothing_that_was_saved_late():
    """A body that takes long must not be a way to write on after the close."""
    submission = world()
    closes, ben = submission.event.submissions_close_at, person("ben")
    with arrived_at(closes + 30 * SECOND):
        actions.save_draft(submission, by=ben, version=1, answers={"title": "Written after the close"})

    with arrived_at(closes - MS):
        made = actions.submit(submission, by=ben, key=uuid4(), declared=CURRENT_DECLARATIONS)

    assert (made.title, made.side) == ("Letter Sorter", Side.IN_TIME)


def test_save_that_arrived_in_time_and_is_done_after_the_rule_has_decided_still_becomes_the_entry():
    submission = world()
    closes, ben = submission.event.submissions_close_at, person("ben")
    with arrived_at(closes + 6 * SECOND):
        closing.close(submission)
    with arrived_at(closes - SECOND):
        actions.save_draft(submission, by=ben, version=1, answers={"title": "Sent in time"})

    with arrived_at(closes + 60 * SECOND):
        due = list(closing.to_settle(closes + 60 * SECOND))
        for each in due:
            closing.close(each)

    assert due == [submission]
    assert [one.title for one in Revision.objects.current()] == ["Sent in time"]


def test_close_moved_while_teams_submit_counts_what_came_late_by_the_old_one():
    submission = world()
    closes, ada = submission.event.submissions_close_at, person("ada")
    assert side_at(submission, closes + SECOND) == Side.LATE
    with arrived_at(closes + 2 * SECOND):
        move_moment(submission.event, "submissions_close_at", closes + HOUR, "The network failed", by=ada)

    for revision in closing.to_admit():
        closing.admit_by_rule(revision)

    late = Revision.objects.late().get()
    assert (late.counts, late.admission.by) == (True, None)
    assert Revision.objects.current().get() == late


def test_close_moved_to_before_what_is_in_leaves_it_in():
    submission = world()
    closes = submission.event.submissions_close_at
    assert side_at(submission, closes - MINUTE) == Side.IN_TIME
    Event.objects.update(submissions_close_at=closes - HOUR)

    with arrived_at(closes):
        closing.close(Submission.objects.with_people().get())

    assert [one.side for one in Revision.objects.current()] == [Side.IN_TIME]


@pytest.mark.parametrize("wrong_by", [timedelta(seconds=90), -timedelta(seconds=90)])
def test_web_process_whose_clock_is_wrong_decides_by_the_clock_of_the_database(
    as_, ben, monkeypatch, wrong_by
):
    submission = world()
    closes = database_now() + (30 * SECOND if wrong_by > timedelta(0) else -30 * SECOND)
    Event.objects.update(submissions_close_at=closes)
    with arrived_at(database_now()):
        actions.save_draft(submission, by=ben, version=1, answers={"title": "Saved just now"})
    browser = as_(ben)
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + wrong_by)

    browser.post(f"/events/summer/submissions/{submission.code}/submit/", press())

    made = Revision.objects.order_by("-number").first()
    assert made.side == (Side.IN_TIME if wrong_by > timedelta(0) else Side.LATE)


@pytest.mark.django_db(transaction=True)
def test_body_that_takes_until_after_the_close_counts_from_when_it_began(live_server, ben):
    submission = world()
    client = Client()
    client.force_login(ben)
    body = "&".join(f"{name}={value}" for name, value in press().items()).encode()
    cookie = "; ".join(f"{key}={morsel.value}" for key, morsel in client.cookies.items())
    head = (
        f"POST /events/summer/submissions/{submission.code}/submit/ HTTP/1.0\r\nHost: localhost\r\n"
        f"Cookie: {cookie}; {settings.CSRF_COOKIE_NAME}={'a' * 32}\r\nX-CSRFToken: {'a' * 32}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    closes = timezone.now() + timedelta(seconds=1.5)
    Event.objects.update(submissions_close_at=closes)
    where = urlsplit(live_server.url)

    with socket.create_connection((where.hostname, where.port)) as browser:
        browser.sendall(head.encode() + body[:20])
        time.sleep(max(0, (closes - timezone.now()).total_seconds()) + 0.5)
        browser.sendall(body[20:])
        answer = browser.recv(4000).decode()

    made = Revision.objects.get()
    assert answer.split()[1] == "302", answer
    assert (made.side, made.submitted_at < closes) == (Side.IN_TIME, True)


def press() -> dict:
    return {"key": str(uuid4()), "declared": CURRENT_DECLARATIONS, "confirm": "on"}


def extended(submission: Submission) -> tuple[Submission, datetime]:
    """With an hour more than the others, given half an hour before they close."""
    closes = submission.event.submissions_close_at
    with arrived_at(closes - HOUR / 2):
        actions.extend(submission.team, by=person("ada"), until=closes + HOUR, reason="Their train was late")
    return submission, closes
