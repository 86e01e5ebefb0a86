import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.submissions.deadline_machine import Deadline

# 200 runs in all, in parts that the processors share. `python3 run.py bench deadline` plays 2,000
PARTS, RUNS, STEPS = 8, 25, 50


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.django_db
def test_an_entry_is_what_the_rules_say_whatever_people_do_and_when(part):
    run_state_machine_as_test(
        Deadline,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            # Shrinking plays a long story again and again for minutes. The story itself says enough
            phases=[Phase.generate],
        ),
    )
