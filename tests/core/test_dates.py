from datetime import UTC, datetime

import pytest

from core import dates


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        (datetime(2026, 6, 14, 14, 0, tzinfo=UTC), "Europe/London", "3pm on Sunday 14 June 2026 (BST)"),
        (datetime(2026, 1, 5, 9, 5, tzinfo=UTC), "Europe/London", "9:05am on Monday 5 January 2026 (GMT)"),
        (datetime(2026, 6, 14, 11, 0, tzinfo=UTC), "Europe/London", "midday on Sunday 14 June 2026 (BST)"),
        (datetime(2026, 6, 13, 23, 0, tzinfo=UTC), "Europe/London", "midnight on Sunday 14 June 2026 (BST)"),
        (datetime(2026, 1, 5, 0, 30, tzinfo=UTC), "Europe/London", "12:30am on Monday 5 January 2026 (GMT)"),
        (datetime(2026, 1, 5, 23, 30, tzinfo=UTC), "Europe/Paris", "12:30am on Tuesday 6 January 2026 (CET)"),
    ],
)
def test_when_names_time_day_and_zone(moment, zone, words):
    assert dates.when(moment, zone) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 6, 14, 13, 59, 59, 999_999, tzinfo=UTC), "2:59:59pm on Sunday 14 June 2026 (BST)"),
        (datetime(2026, 1, 5, 0, 0, tzinfo=UTC), "12:00:00am on Monday 5 January 2026 (GMT)"),
        (datetime(2026, 10, 25, 0, 30, 5, tzinfo=UTC), "1:30:05am on Sunday 25 October 2026 (BST)"),
        (datetime(2026, 10, 25, 1, 30, 5, tzinfo=UTC), "1:30:05am on Sunday 25 October 2026 (GMT)"),
    ],
)
def test_exactly_tells_the_second_and_never_rounds_up(moment, words):
    assert dates.exactly(moment, "Europe/London") == words
