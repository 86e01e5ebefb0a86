"""On which side of a team's deadline something is: pure, and the same in SQL."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.models import Phase
from submissions.models import Call, Extension, Submission
from submissions.windows import EXTENSION, GRACE, IN_TIME, LATE, Extra, Window
from tests.world import draft_of, event_in, person, team_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE, MOMENT = timedelta(minutes=1), timedelta(microseconds=1)

moments = st.integers(-300, 300).map(lambda minutes: NOON + minutes * MINUTE)
extras = st.builds(Extra, moments, st.none() | moments)
windows = st.builds(
    Window, moments, st.integers(0, 200).map(lambda n: n * MINUTE), st.lists(extras, max_size=3)
)


@given(windows, moments, moments)
def test_once_late_always_late(window, one, other):
    early, later = sorted((one, other))

    assert window.side(early) != LATE or window.side(later) == LATE


@given(windows)
def test_the_last_moment_is_in_time_and_the_end_is_not(window):
    lasting = Window(window.closes, window.grace, [one for one in window.extras if one.ended_at is None])

    assert lasting.side(lasting.last_moment) != LATE
    assert lasting.side(lasting.ends_at) == LATE


@given(windows, moments)
def test_before_the_close_everything_is_in_time_whatever_else_was_decided(window, at):
    assert (window.side(at) == IN_TIME) == (at < window.closes)


@given(windows, moments)
def test_time_that_is_given_never_makes_anything_late(window, until):
    longer = window._replace(extras=[*window.extras, Extra(until)])

    assert longer.ends_at >= window.ends_at
    assert all(longer.side(at) != LATE for at in (window.last_moment,) if window.side(at) != LATE)


@given(windows, moments)
def test_what_a_team_is_told_is_never_after_its_deadline(window, at):
    assert window.told(at) <= window.ends_at
    assert window.told(at) in {window.closes, window.ends_at}


@pytest.mark.parametrize(
    ("extra", "at", "side"),
    [
        (Extra(NOON + 60 * MINUTE), NOON + 59 * MINUTE, EXTENSION),
        (Extra(NOON + 60 * MINUTE), NOON + 60 * MINUTE, LATE),
        (Extra(NOON + 60 * MINUTE, NOON + 20 * MINUTE), NOON + 20 * MINUTE - MOMENT, EXTENSION),
        (Extra(NOON + 60 * MINUTE, NOON + 20 * MINUTE), NOON + 20 * MINUTE, LATE),
        (Extra(NOON + 60 * MINUTE), NOON + 4 * MINUTE, GRACE),
        (Extra(NOON - 60 * MINUTE), NOON - MOMENT, IN_TIME),
    ],
)
def test_side_of_a_team_with_more_time(extra, at, side):
    assert Window(NOON, 5 * MINUTE, [extra]).side(at) == side


def test_the_team_hears_of_grace_only_once_submissions_have_closed():
    window = Window(NOON, 5 * MINUTE)

    assert (window.told(NOON - MOMENT), window.told(NOON)) == (NOON, NOON + 5 * MINUTE)


@pytest.mark.django_db
@pytest.mark.parametrize("grace", [0, 30])
@pytest.mark.parametrize("extended", [None, 10, 90])
@pytest.mark.parametrize("is_ended", [False, True])
def test_deadline_in_sql_is_the_one_in_python(grace, extended, is_ended):
    event = event_in(Phase.BUILDING)
    submission = draft_of(team_of(event))
    Call.objects.create(event=event, grace_minutes=grace)
    if extended:
        ada, ended = person("ada"), event.submissions_close_at if is_ended else None
        Extension.objects.create(
            team=submission.team, until=event.submissions_close_at + extended * MINUTE, reason="Fire", by=ada,
            at=event.submissions_close_at, ended_at=ended, ended_by=ada if is_ended else None,
        )  # fmt: skip

    there = Submission.objects.with_deadline().get(pk=submission.pk)

    wanted = max(grace, 0 if is_ended or not extended else extended)
    assert there.deadline == event.submissions_close_at + wanted * MINUTE
    assert Submission.objects.get(pk=submission.pk).window.ends_at == there.deadline
