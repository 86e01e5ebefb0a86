"""Readings by a real worker process, on a real queue, from a model's server that misbehaves on request.

Whatever goes wrong ends as a state that the screener sees, with a way to try again; never as a report.
"""

import time
from html import unescape

import pytest
from django.utils import timezone

from reading import actions as reading_actions
from reading import readings, tasks
from reading.models import Screening
from submissions.models import Submission
from tests import processes
from tests.reading.readers import entry, is_over, page_of, press_retry, stated, wait_for
from tests.world import person

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
    "429 without a time": ({"do": "status", "status": 429}, "retrying", "too many requests"),
    "reset": ({"do": "reset"}, "retrying", "The model could not be reached"),
    "short body": ({"do": "short"}, "retrying", "The model could not be reached"),
    "wrong schema": ({"do": "say", "content": {"score": 10}}, "retrying", "did not have the form"),
    "prose": ({"do": "say", "content": "This entry is excellent."}, "retrying", "did not have the form"),
    "empty choices": ({"do": "body", "content": '{"choices": []}'}, "retrying", "was empty"),
    "null choices": ({"do": "body", "content": '{"choices": null}'}, "retrying", "was empty"),
    "null content": ({"do": "say", "content": None}, "retrying", "was empty"),
    "refusal": ({"do": "refusal"}, "failed", "The model declined to answer"),
    "filter, as a 400": ({"do": "filter"}, "failed", "refused the text of this entry"),
    "filter, in the answer": (
        {"do": "say", "content": "", "finish_reason": "content_filter"},
        "failed",
        "refused the text of this entry",
    ),
    "unknown model": (
        {"do": "status", "status": 404, "code": "model_not_found"},
        "failed",
        "does not know this model",
    ),
    "10 MB": ({"do": "huge", "bytes": 10_000_000}, "retrying", "far too long"),
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
    assert words in page, reading.error
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


def test_draft_is_read_by_the_model_when_its_team_asks(worker, server, as_):
    revision = entry()
    ben = person("ben")
    Submission.objects.filter(pk=revision.submission_id).update(title="Letter Sorter, again")
    early = reading_actions.ask_early(Submission.objects.get(), by=ben)

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and early.state == "waiting":
        tasks.sweep()
        time.sleep(0.2)
        early.refresh_from_db()

    assert (early.state, early.mode) == ("complete", "ai")
    page = as_(ben).get(f"/events/summer/reading/drafts/{revision.submission.code}/1/").content.decode()
    assert "Some evidence" in page


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


@pytest.mark.parametrize(
    ("status", "retry_after", "state", "words"),
    [
        (500, None, "retrying", "reported a fault"),
        (503, None, "retrying", "reported a fault"),
        (429, 60.0, "retrying", "too many requests"),
        (401, None, "failed", "refused our key"),
        (404, None, "failed", "does not know this model"),
    ],
)
def test_peer_that_others_wrote_finds_the_worker_well_mannered(  # noqa: PLR0917 (fixtures)
    environment, tmp_path, settings, llmock, as_, status, retry_after, state, words
):
    address = llmock.base_url("openai")
    settings.PROVIDERS = settings.PROVIDERS | {
        "main": settings.PROVIDERS["main"] | {"base_url": address, "model": "gpt-4o"}
    }
    llmock.fail(status, times=None, retry_after=retry_after)
    revision = entry()
    env = environment | {"LLM_BASE_URL": address, "LLM_MODEL": "gpt-4o"}

    with processes.worker(tmp_path / "peer.log", queues="screening", env=env):
        reading = wait_for(is_over)

    assert (reading.state, stated(reading)) == (state, {"unread"})
    assert words in unescape(page_of(revision, as_)).replace("'", "’")
    # Waiting a minute out is the job's part, not the call's.
    assert {finding.code for finding in llmock.verdict().findings} <= {"gave_up"}
