"""Each way in which an endpoint fails, over real HTTP: one reason, in time, and the offline result stands."""

import threading
import time

import pytest

from reading.llm import LLMConfig, LLMError, Prompt, close_all, get_llm, open_llm
from reading.llm.errors import REASONS, redact
from reading.reader.read import read
from reading.reader.text import Part
from tests.llm_server import LLMServer
from tests.reading.entries import ENTRY
from tests.reading.test_judge import config, offline, screen, server

__all__ = ["server"]

SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}
FAULTS = [
    ({"do": "status", "status": 400}, "bad_request", False),
    ({"do": "status", "status": 401}, "wrong_key", False),
    ({"do": "status", "status": 403}, "forbidden", False),
    ({"do": "status", "status": 404}, "unknown_model", False),
    ({"do": "status", "status": 422}, "bad_request", False),
    ({"do": "status", "status": 429}, "rate_limited", True),
    ({"do": "status", "status": 500}, "server_error", True),
    ({"do": "status", "status": 503}, "server_error", True),
    ({"do": "filter"}, "content_filter", False),
    ({"do": "refusal"}, "refusal", False),
    ({"do": "reset"}, "connection", True),
    ({"do": "short"}, "connection", True),
    ({"do": "hang"}, "timeout", True),
    ({"do": "drip", "wait": 0.05}, "timeout", True),
    ({"do": "drip", "wait": 0.05, "headers": True}, "timeout", True),
    ({"do": "html"}, "malformed", True),
    ({"do": "huge"}, "too_large", True),
    ({"do": "body", "content": '{"choices": [{"mess'}, "malformed", True),
    ({"do": "body", "content": ""}, "malformed", True),
    ({"do": "body", "content": "[" * 100_000}, "malformed", True),
    ({"do": "body", "content": '{"choices": []}'}, "empty_answer", True),
    ({"do": "body", "content": '{"choices": null}'}, "empty_answer", True),
    ({"do": "body", "content": '{"choices": [null]}'}, "empty_answer", True),
    ({"do": "body", "content": '{"choices": [{"message": "hello"}]}'}, "malformed", True),
    ({"do": "body", "content": "null"}, "empty_answer", True),
    ({"do": "body", "content": "[]"}, "empty_answer", True),
    ({"do": "say", "content": None}, "empty_answer", True),
    ({"do": "say", "content": "  "}, "empty_answer", True),
    ({"do": "say", "content": "prose"}, "wrong_schema", True),
    ({"do": "say", "content": '{"finding": "evid', "finish_reason": "length"}, "truncated", True),
]


@pytest.mark.parametrize(("step", "reason", "retryable"), FAULTS, ids=lambda value: str(value)[:60])
def test_answer_with_a_fault_ends_as_its_reason_in_time(server, step, reason, retryable) -> None:
    server.script(default=step)
    begun = time.monotonic()

    with open_llm(config(server, call_seconds=2, tries=1)) as llm, pytest.raises(LLMError) as caught:
        llm.answer(Prompt("s", "u"), schema=SCHEMA, until=begun + 20)

    assert (caught.value.reason, caught.value.retryable) == (reason, retryable)
    assert str(caught.value).startswith(REASONS[reason])
    assert time.monotonic() - begun < 15  # and not the minute that the server would take


@pytest.mark.parametrize("step", [step for step, _, _ in FAULTS[::4]], ids=str)
def test_read_with_a_fault_keeps_the_offline_result_and_says_so(server: LLMServer, step: dict) -> None:
    server.script(default=step)

    outcome = screen(server, seconds=8, call_seconds=2, tries=1)

    assert outcome.error is not None
    assert outcome.report.mode == f"ai_degraded:{outcome.error.reason}"
    assert outcome.report.error == str(outcome.error)
    assert outcome.report.status == "complete"
    changed = {"mode", "error", "engine", "usage"}
    assert outcome.report.model_dump(exclude=changed) == offline().report.model_dump(exclude=changed)


def test_read_keeps_the_deadline_of_an_entry(server: LLMServer) -> None:
    server.script(default={"do": "drip", "wait": 0.05})
    begun = time.monotonic()

    outcome = screen(server, seconds=2, call_seconds=30, tries=4)

    assert outcome.report.mode == "ai_degraded:timeout"
    assert time.monotonic() - begun < 15  # and not the minute that the server would take


def test_answer_after_a_429_waits_as_long_as_it_was_asked_to(server: LLMServer) -> None:
    server.script({"do": "status", "status": 429, "retry_after": 1, "times": 2})

    report = screen(server, tries=4, seconds=20).report

    assert report.mode == "ai"
    refused = [e["at"] for e in server.journal if e["do"] == "status"]
    begun_later = [e["at"] for e in server.journal if e["at"] > refused[-1] + 0.3]
    assert min(begun_later) - refused[-1] >= 1.0
    assert report.usage.calls == 23


def test_answer_with_a_long_retry_after_hands_it_to_the_caller(server: LLMServer) -> None:
    server.script(default={"do": "status", "status": 429, "retry_after": 120})

    outcome = screen(server, tries=4)

    assert outcome.report.mode == "ai_degraded:rate_limited"
    assert outcome.error is not None
    assert 100 < (outcome.error.retry_after or 0) <= 120
    assert len(server.journal) <= 8


@pytest.mark.parametrize(
    "step", [{"do": "status", "status": s} for s in (400, 401, 403, 404)] + [{"do": "filter"}]
)
def test_answer_that_cannot_mend_is_not_asked_again(server: LLMServer, step: dict) -> None:
    server.script(default=step)

    with open_llm(config(server, tries=4)) as llm, pytest.raises(LLMError) as caught:
        llm.answer(Prompt("s", "u"), schema=SCHEMA)

    asked_with_each_form = 3 if step.get("status") == 400 else 1
    assert len(server.journal) == asked_with_each_form
    assert caught.value.attempts == 1


def test_answer_after_a_passing_fault_is_asked_at_most_four_times(server: LLMServer) -> None:
    server.script(default={"do": "status", "status": 500})

    with open_llm(config(server, tries=4)) as llm, pytest.raises(LLMError):
        llm.answer(Prompt("s", "u"), schema=SCHEMA)

    assert len(server.journal) == 4


def test_answer_without_json_schema_uses_the_next_form_and_remembers_it(server: LLMServer) -> None:
    server.script(default={"do": "no_schema"})

    outcome = screen(server, at_once=1)

    assert outcome.report.mode == "ai"
    assert {row["rung"] for row in outcome.record["calls"]} == {"json_object"}
    assert len(server.journal) == 22


def test_answer_without_usage_counts_nothing(server: LLMServer) -> None:
    server.script(default={"do": "answer", "usage": "missing"})

    usage = screen(server).report.usage

    assert (usage.calls, usage.prompt_tokens, usage.completion_tokens) == (21, 0, 0)


def test_read_with_a_wrong_key_never_shows_the_key(server: LLMServer) -> None:
    key = "sk-verysecretkey1234567890"

    outcome = screen(server, api_key=key)

    assert outcome.report.mode == "ai_degraded:wrong_key"
    told = str(outcome.record) + str(outcome.error) + repr(outcome.error) + outcome.report.model_dump_json()
    assert key not in told
    assert "verysecret" not in told


def test_read_with_nobody_listening_says_it_cannot_be_reached() -> None:
    with LLMServer() as gone:
        url = gone.url

    with open_llm(LLMConfig(base_url=url, api_key="k", model="m", tries=1)) as llm:
        outcome = read([Part("", "", ENTRY)], llm=llm, seconds=3)

    assert outcome.report.mode == "ai_degraded:connection"


def test_get_llm_without_an_address_or_model_is_none() -> None:
    assert get_llm(LLMConfig()) is None
    assert get_llm(LLMConfig(base_url="http://localhost:1")) is None
    assert LLMConfig().engine == "offline"
    assert LLMConfig(base_url="http://localhost:1", model="m").engine == "openai:m"


def test_config_does_not_print_its_key() -> None:
    assert "hunter2" not in repr(LLMConfig(api_key="hunter2"))


def test_redact_takes_out_whatever_looks_like_a_key() -> None:
    told = redact("key abc: Bearer xyz987 and sk-live_123456 in k3y", key="abc")

    assert told == "key [key]: [key] and [key] in k3y"


def test_close_all_lets_the_connections_go_and_the_next_begins_anew(server: LLMServer) -> None:
    with open_llm(config(server)) as llm:
        llm.answer(Prompt("Answer with sentences", "S001 a\n"), schema=SCHEMA)

    close_all()
    time.sleep(0.1)

    assert [thread for thread in threading.enumerate() if thread.name == "llm"] == []
    with open_llm(config(server)) as other:
        assert other is not llm
        assert other.answer(Prompt("Answer with sentences", "S001 a\n"), schema=SCHEMA).attempts == 1


def test_client_speaks_to_azure_deployments(server: LLMServer) -> None:
    azure = config(server, kind="azure", base_url=server.root)

    with open_llm(azure) as llm:
        outcome = read([Part("", "", ENTRY)], llm=llm, seconds=6)

    assert outcome.report.mode == "ai"
    assert server.journal[0]["path"].startswith(
        "/openai/deployments/test-model/chat/completions?api-version="
    )
