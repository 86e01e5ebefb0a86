"""`python3 run.py bench deadline`: an entry's life at random against a model of the rules."""

import argparse
import time

from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.submissions.deadline_machine import Deadline


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run.py bench deadline", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=50)
    given = parser.parse_args(words)
    call_command("migrate", verbosity=0)
    begun = time.monotonic()
    try:
        with transaction.atomic():
            run_state_machine_as_test(
                Deadline,
                settings=settings(
                    max_examples=given.runs,
                    stateful_step_count=given.steps,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                    database=None,
                    phases=[Phase.generate],
                ),
            )
            transaction.set_rollback(True)
    except AssertionError as wrong:
        print(f"Deadline: WRONG after {time.monotonic() - begun:.0f} s\n{wrong}")
        return 1
    finally:
        connection.close()
    took = time.monotonic() - begun
    print(f"Deadline: {given.runs} runs of up to {given.steps} steps, none wrong, {took:.0f} s")
    return 0
