"""The breaker on a clock of the test: when it opens, whom it lets try, and that it never stays shut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.llm.breaker import Breaker


def opened(at: float = 0.0, **changes) -> Breaker:
    breaker = Breaker(**{"after": 3, "pause": 10.0, "longest": 35.0, "trial_lasts": 50.0} | changes)
    for _ in range(breaker.after):
        breaker.failed(at)
    return breaker


def test_breaker_opens_after_faults_in_a_row() -> None:
    breaker = Breaker(after=3, pause=10)

    for _ in range(2):
        breaker.failed(100)
    before = breaker.ask(100)
    breaker.failed(100)

    assert (before, breaker.ask(104), breaker.state) == (0, 6, "open")


def test_breaker_with_an_answer_between_begins_to_count_again() -> None:
    breaker = Breaker(after=3)

    for _ in range(9):
        breaker.failed(1)
        breaker.failed(1)
        breaker.answered()

    assert breaker.state == "closed"


def test_breaker_after_its_pause_lets_one_call_try() -> None:
    breaker = opened()

    assert (breaker.ask(10), breaker.state) == (0, "trial")
    assert breaker.ask(11) > 0


def test_breaker_whose_trial_is_answered_closes() -> None:
    breaker = opened()
    breaker.ask(10)

    breaker.answered()

    assert (breaker.state, breaker.ask(10), breaker.faults) == ("closed", 0, 0)


def test_breaker_whose_trials_fail_waits_twice_as_long_up_to_its_longest() -> None:
    breaker, now, waits = opened(), 0.0, []

    for _ in range(4):
        waits.append(breaker.ask(now))
        now += waits[-1]
        breaker.ask(now)
        breaker.failed(now)

    assert waits == [10, 20, 35, 35]


def test_breaker_whose_trial_is_given_up_lets_the_next_try() -> None:
    breaker = opened()
    breaker.ask(10)

    breaker.unknown()

    assert breaker.ask(10) == 0


def test_breaker_whose_trial_is_never_heard_of_lets_another_try() -> None:
    breaker = opened()
    breaker.ask(10)

    assert (breaker.ask(59), breaker.ask(60)) == (1, 0)


@pytest.mark.parametrize("late", ["failed", "failed again"])
def test_breaker_that_is_open_learns_nothing_from_calls_of_before(late: str) -> None:
    breaker = opened()

    breaker.failed(9)

    assert breaker.ask(9) == 1


STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "fail", "answer", "give up"]), st.floats(0, 40)), max_size=80
)


@given(STEPS, st.integers(1, 6))
def test_breaker_keeps_its_promises_whatever_happens(steps, after: int) -> None:
    breaker = Breaker(after=after, pause=10, longest=30, trial_lasts=50)
    now, row, out = 0.0, 0, []  # `out`: calls that were let through and have not been reported

    for what, passed in steps:
        now += passed
        if what == "ask":
            was = breaker.state
            wait = breaker.ask(now)
            assert wait >= 0
            if row < after:
                assert wait == 0, "shut without faults in a row"
            if wait == 0:
                out.append(was)
            else:
                assert breaker.ask(now + wait) == 0, "told to come back, and turned away"
                breaker.unknown()  # that was only to see
                now += wait
        elif out and what == "fail":
            out.pop()
            breaker.failed(now)
            row += 1
        elif out and what == "answer":
            out.pop()
            breaker.answered()
            row = 0
            assert breaker.ask(now) == 0
        elif out:
            out.pop()
            breaker.unknown()

    assert breaker.ask(now + 50 + 30) == 0, "shut for ever"
