"""Readings by a real worker process, on a real queue, from a model's server that misbehaves on request.

Whatever goes wrong ends as a state that the screener sees, with a way to try again; never as a report.
"""

import time
from html import unescape

import pytest
from django.utils import timezone

from reading import readings, tasks
from reading.models import Screening
from tests.reading.readers import entry, is_over, page_of, press_retry, stated, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("providers")]


def test_entry_is_read_by_the_model_of_its_event(worker, server, as_):
    revision = entry()

    reading = wait_for(is_over)

    assert (reading.state, reading.mode, reading.attempt) == ("complete", "ai", 1)
    assert "partial" in stated(reading)
    assert "unread" not in stated(reading)
    assert reading.calls == len(server.journal) == 21  # ten principles twice, and the summary
    assert "Some evidence" in page_of(revision, as_)


CUT = {"do": "say", "content": '{"finding": "evidenced", "evid', "finish_reason": "length"}


STATED = ("Evidence found", "Some evidence", "No evidence found", "Concern<")
# What is done, what becomes of the reading, and why in the words of the page
FAULTS = {
    "dead": ({"provider": "second"}, "retrying", "The model could not be reached"),
    "wrong key": ({"key": "another"}, "failed", "The model’s server refused our key"),
    "429": ({"do": "status", "status": 429, "retry_after": 90}, "retrying", "too many requests"),
    "500": ({"do": "status", "status": 500}, "retrying", "reported a fault"),
    "hang": ({"do": "hang", "seconds": 30}, "retrying", "The model did not answer in time"),
    "drip": ({"do": "drip"}, "retrying", "The model did not answer in time"),
    "truncated": (CUT, "retrying", "was cut short"),
    "html": ({"do": "html"}, "retrying", "could not be read"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_seen_with_its_reason_and_states_no_finding(worker, server, as_, name):
    fault, state, words = FAULTS[name]
    if "do" in fault:
        server.script(default=fault)
    server.key = fault.get("key", server.key)
    revision = entry(provider=fault.get("provider", "main"))

    reading = wait_for(is_over)

    assert (reading.state, reading.mode.split(":")[0]) == (state, "ai_degraded")
    assert stated(reading) == {"unread"}
    page = unescape(page_of(revision, as_)).replace("'", "’")
    assert words in page
    assert "Try again now" in page
    assert [
        found for found in ("Evidence found", "Some evidence", "No evidence found") if found in page
    ] == []


def test_retry_after_a_fault_reads_the_entry(worker, server, as_):
    server.script(default={"do": "status", "status": 500})
    revision = entry()
    wait_for(is_over)
    server.script(default={"do": "answer"})

    press_retry(revision, as_)
    reading = wait_for(lambda reading: reading.state == "complete")

    assert (reading.mode, reading.error) == ("ai", "")
    assert "partial" in stated(reading)
    assert Screening.objects.count() == 1


def test_next_try_is_not_before_the_server_asked_for(worker, server):
    server.script(default={"do": "status", "status": 429, "retry_after": 90})
    entry()

    waiting = wait_for(is_over)

    assert (waiting.due_at - timezone.now()).total_seconds() > 60


def test_retry_after_a_refused_key_reads_the_entry(worker, server, as_):
    server.key = "another"
    revision = entry()
    wait_for(lambda reading: reading.state == "failed")
    server.key = "test-key"

    press_retry(revision, as_)

    assert wait_for(lambda reading: reading.state == "complete").mode == "ai"


def test_entry_queued_many_times_is_read_once(worker, server):
    entry()
    readings.open_missing()
    pk = Screening.objects.get().pk

    for _ in range(5):
        tasks.screen.delay(pk)
    wait_for(is_over)
    time.sleep(1)  # for those that come late

    assert Screening.objects.get().attempt == 1
    assert len(server.journal) == 21
