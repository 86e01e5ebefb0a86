"""What endpoints do to us, over HTTP: one reason, so many requests, nothing raised but `LLMError`,

and no answer bought twice. `llmock` plays what it can and judges our manners; our own server plays the rest.
"""

import json
import threading
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine

from reading.llm import LLMConfig, LLMError, Prompt, close_all, open_llm
from reading.llm.vendor import retry_after
from reading.reader.read import read
from reading.reader.text import Part
from tests.llm_server import LLMServer, bomb
from tests.reading.entries import ENTRY
from tests.reading.test_judge import config, screen, server

__all__ = ["server"]

PROMPT = Prompt("Answer with sentences", "S001 a\n", seed=3)
SCHEMA = {"type": "object", "properties": {"sentences": {}}, "required": ["sentences"]}
ONCE, AGAIN = 1, 2  # requests, with two tries allowed
FAULTS = {
    "400": ({"do": "status", "status": 400}, "bad_request", ONCE),
    "401": ({"do": "status", "status": 401}, "wrong_key", ONCE),
    "403": ({"do": "status", "status": 403}, "forbidden", ONCE),
    "404, an unknown model": ({"do": "status", "status": 404}, "unknown_model", ONCE),
    "408": ({"do": "status", "status": 408}, "timeout", AGAIN),
    "409": ({"do": "status", "status": 409}, "server_error", AGAIN),
    "429": ({"do": "status", "status": 429}, "rate_limited", AGAIN),
    "429 for want of credit": (
        {"do": "status", "status": 429, "code": "insufficient_quota"},
        "quota",
        ONCE,
    ),
    "500": ({"do": "status", "status": 500}, "server_error", AGAIN),
    "503": ({"do": "status", "status": 503}, "server_error", AGAIN),
    "529": ({"do": "status", "status": 529}, "server_error", AGAIN),
    "reset at once": ({"do": "reset"}, "connection", AGAIN),
    "reset in the body": ({"do": "cut"}, "connection", AGAIN),
    "fewer bytes than announced": ({"do": "short"}, "connection", AGAIN),
    "silence": ({"do": "hang"}, "timeout", AGAIN),
    "one byte at a time": ({"do": "drip", "wait": 0.05}, "timeout", AGAIN),
    "headers one byte at a time": ({"do": "drip", "wait": 0.05, "headers": True}, "timeout", AGAIN),
    "cut JSON": ({"do": "body", "content": '{"choices": [{"mess'}, "malformed", ONCE),
    "HTML with 200": ({"do": "html"}, "malformed", ONCE),
    "nothing with 200": ({"do": "body", "content": ""}, "malformed", ONCE),
    "empty choices": ({"do": "body", "content": '{"choices": []}'}, "empty_answer", ONCE),
    "null choices": ({"do": "body", "content": '{"choices": null}'}, "empty_answer", ONCE),
    "null content": ({"do": "say", "content": None}, "empty_answer", ONCE),
    "a cut answer": ({"do": "say", "content": '{"sen', "finish_reason": "length"}, "truncated", ONCE),
    "prose": ({"do": "say", "content": "Certainly."}, "wrong_schema", ONCE),
    "refusal": ({"do": "refusal"}, "refusal", ONCE),
    "content filter as an error": ({"do": "filter"}, "content_filter", ONCE),
    "content filter as a reason to end": (
        {"do": "say", "content": "", "finish_reason": "content_filter"},
        "content_filter",
        ONCE,
    ),
    "10 MB": ({"do": "huge", "bytes": 10_000_000}, "too_large", ONCE),
    "a gzip bomb": ({"do": "bomb"}, "too_large", ONCE),
    "a gzip bomb with an error": ({"do": "bomb", "status": 400}, "too_large", ONCE),
    "a packing nobody knows": (
        {"do": "status", "status": 200, "headers": {"Content-Encoding": "x-none"}},
        "malformed",
        ONCE,
    ),
}


@pytest.fixture(autouse=True, scope="module")
def _packed_beforehand() -> None:
    bomb()


def ask_twice(server: LLMServer, step: dict, **changes) -> tuple[LLMError, list[dict]]:
    """The error of a call after one that went well, and the requests it made."""
    server.script({"do": "answer"}, default=step)
    with open_llm(config(server, **{"call_seconds": 2.0, "tries": 2} | changes)) as llm:
        llm.answer(PROMPT, schema=SCHEMA)
        with pytest.raises(LLMError) as caught:
            llm.answer(PROMPT, schema=SCHEMA)
    return caught.value, server.journal[1:]


@pytest.mark.parametrize("name", FAULTS)
def test_fault_ends_as_its_reason_after_as_many_requests_as_make_sense(server: LLMServer, name: str) -> None:
    step, reason, requests = FAULTS[name]

    error, made = ask_twice(server, step)

    assert (error.reason, error.attempts, len(made)) == (reason, requests, requests)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_of_the_first_call_ends_the_reading_in_a_usable_page(server: LLMServer, name: str) -> None:
    step, reason, _ = FAULTS[name]
    server.script(default=step)

    outcome = screen(server, seconds=8, call_seconds=2.5, tries=1)

    assert outcome.report.status == "complete"
    assert outcome.report.mode == f"ai_degraded:{reason}"
    assert outcome.report.error == str(outcome.error)
    assert {row.finding for row in outcome.report.principles} == {"unread"}
    assert all(row.question for row in outcome.report.principles)


@pytest.mark.parametrize("do", ["huge", "bomb"])
def test_answer_that_is_far_too_large_is_not_held_in_memory(server: LLMServer, do: str) -> None:
    server.script({"do": "answer"}, default={"do": do})
    with open_llm(config(server, call_seconds=10)) as llm:
        llm.answer(PROMPT, schema=SCHEMA)
        tracemalloc.start()
        with pytest.raises(LLMError):
            llm.answer(PROMPT, schema=SCHEMA)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert most < 8_000_000


def test_answer_that_comes_packed_is_read(server: LLMServer) -> None:
    server.script(default={"do": "gzip"})

    with open_llm(config(server)) as llm:
        answer = llm.answer(PROMPT, schema=SCHEMA)

    assert answer.parsed["sentences"][0]["evidence"] == ["S001"]


@pytest.mark.parametrize("kind", ["openai", "azure"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_answer_that_points_elsewhere_is_not_followed_with_our_key(server, kind: str, status: int) -> None:
    with LLMServer() as elsewhere:
        server.script(default={"do": "redirect", "status": status, "to": f"{elsewhere.url}/chat/completions"})
        base_url = server.root if kind == "azure" else server.url
        with (
            open_llm(config(server, kind=kind, base_url=base_url)) as llm,
            pytest.raises(LLMError) as caught,
        ):
            llm.answer(PROMPT, schema=SCHEMA)

    assert (caught.value.reason, caught.value.retryable) == ("redirected", False)
    assert elsewhere.journal == []


@pytest.mark.parametrize("asked", ["1", "1.0", "+1"])
def test_answer_after_seconds_it_was_asked_to_wait_is_not_early(server: LLMServer, asked: str) -> None:
    server.script({"do": "answer"}, {"do": "status", "status": 429, "retry_after": asked})
    with open_llm(config(server)) as llm:
        llm.answer(PROMPT, schema=SCHEMA)

        answer = llm.answer(PROMPT, schema=SCHEMA)

    first, second = (entry["at"] for entry in server.journal[1:])
    assert answer.attempts == 2
    assert 1.0 <= second - first < 2.0


def test_answer_after_a_date_it_was_asked_to_wait_for_is_not_early(server: LLMServer) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=2)
    asked = format_datetime(moment, usegmt=True)
    server.script({"do": "answer"}, {"do": "status", "status": 429, "retry_after": asked})
    with open_llm(config(server)) as llm:
        llm.answer(PROMPT, schema=SCHEMA)

        llm.answer(PROMPT, schema=SCHEMA)

    assert server.journal[-1]["at"] >= moment.timestamp() - 1  # both are whole seconds


@pytest.mark.parametrize("asked", ["soon", "", "-5", "0", "nan", "Mon, 01 Jan 2001 00:00:00 GMT", "1" * 400])
def test_answer_after_a_wait_that_makes_no_sense_is_asked_again_in_its_own_time(server, asked: str) -> None:
    error, made = ask_twice(server, {"do": "status", "status": 429, "retry_after": asked})

    if asked.startswith("11"):  # longer than all time: for the job, and at most an hour
        assert (error.retry_after, len(made)) == (3600.0, 1)
    else:
        assert (error.retry_after, len(made)) == (None, 2)


def test_retry_after_as_a_date_is_held_against_the_clock_of_the_server() -> None:
    headers = {"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT", "date": "Mon, 23 Nov 2026 12:00:00 GMT"}

    with time_machine.travel("2031-01-01"):
        assert retry_after(headers) == 30


def test_read_while_the_clock_is_set_ends_as_ever(server: LLMServer) -> None:
    server.script(default={"do": "answer", "after": 0.3})
    outcomes = []
    reading = threading.Thread(target=lambda: outcomes.append(screen(server, at_once=8, seconds=20)))
    begun = time.monotonic()

    reading.start()
    for moment in ("2036-01-01", "2016-01-01"):
        with time_machine.travel(moment, tick=True):
            time.sleep(0.4)
    reading.join()

    assert outcomes[0].report.mode == "ai"
    assert outcomes[0].report.usage.seconds == pytest.approx(time.monotonic() - begun, abs=0.5)


def test_read_after_the_endpoint_failed_in_a_row_is_refused_without_asking(server: LLMServer) -> None:
    server.script({"do": "answer"}, default={"do": "status", "status": 500})
    with open_llm(config(server)) as llm:
        llm.answer(PROMPT, schema=SCHEMA)
    screen(server, seconds=5)
    asked = len(server.journal)

    outcome = screen(server, seconds=5)

    assert len(server.journal) == asked
    assert outcome.report.mode == "ai_degraded:breaker_open"
    assert outcome.error is not None
    assert outcome.error.retryable
    assert 5 < (outcome.error.retry_after or 0) <= 15


@pytest.mark.parametrize(
    "step", [{"do": "refusal"}, {"do": "say", "content": "Certainly."}, {"do": "filter"}]
)
def test_answers_that_an_entry_alone_is_to_blame_for_do_not_open_the_breaker(server, step: dict) -> None:
    server.script(default=step)
    with open_llm(config(server)) as llm:
        for _ in range(12):
            with pytest.raises(LLMError):
                llm.answer(PROMPT, schema=SCHEMA)
    server.script(default={"do": "answer"})

    outcome = screen(server)

    assert outcome.report.mode == "ai"


def test_read_that_failed_midway_does_not_buy_the_same_answers_again(server: LLMServer) -> None:
    server.script(*[{"do": "answer"}] * 8, default={"do": "status", "status": 401})
    first = screen(server, at_once=4)
    bought = [entry["prompt"] for entry in server.journal if entry["do"] == "answer"]
    server.script(default={"do": "answer"})
    begun = len(server.journal)

    with open_llm(config(server)) as llm:
        second = read([Part("", "", ENTRY)], llm=llm, earlier=first.record)

    assert first.report.mode == "ai_degraded:wrong_key"
    assert second.report.mode == "ai"
    again = [entry["prompt"] for entry in server.journal[begun:]]
    assert (len(bought), len(again)) == (8, 13)
    assert set(bought) & set(again) == set()
    assert second.report.usage.prompt_tokens == 2100
    assert second.report.principles == screen(server).report.principles


@pytest.mark.parametrize("changed", ["recipe", "input", "engine", "framework"])
def test_read_with_a_record_of_something_else_asks_everything(server: LLMServer, changed: str) -> None:
    first = screen(server)
    server.reset()

    with open_llm(config(server)) as llm:
        read([Part("", "", ENTRY)], llm=llm, earlier=first.record | {changed: "another"})

    assert len(server.journal) == 21


class TestVerdict:
    """`llmock` was written by others to judge how a client takes a fault."""

    @pytest.fixture(autouse=True)
    def forget(self):
        yield
        close_all()

    @pytest.fixture
    def ask(self, llmock):
        def asked(**changes) -> object:
            ours = LLMConfig(base_url=llmock.base_url("openai"), api_key="k", model="gpt-4o", **changes)
            try:
                with open_llm(ours) as llm:
                    return llm.answer(PROMPT, schema=SCHEMA)
            except LLMError as error:
                return error

        return asked

    @pytest.mark.parametrize(
        ("fault", "requests", "ends"),
        [
            ((429, 2, 1.0), 3, "answer"),
            ((429, 2, None), 3, "answer"),
            ((500, 1, None), 2, "answer"),
            ((503, 3, None), 4, "answer"),
            ((503, None, None), 4, "server_error"),
            ((529, None, None), 4, "server_error"),
            ((429, None, 60.0), 1, "rate_limited"),
            ((401, None, None), 1, "wrong_key"),
            ((403, None, None), 1, "forbidden"),
            ((404, None, None), 1, "unknown_model"),
        ],
    )
    def test_finds_nothing_to_say_of_our_manners(self, llmock, ask, fault, requests, ends) -> None:
        status, times, retry_after = fault
        llmock.reply(json.dumps({"sentences": []}), times=None)
        llmock.fail(status, times=times, retry_after=retry_after)

        found = ask()

        assert (found.reason if isinstance(found, LLMError) else "answer") == ends
        assert len(llmock.requests) == requests
        verdict = llmock.verdict()
        waits_elsewhere = ["gave_up"] if ends == "rate_limited" else []  # the job comes back in a minute
        assert [finding.code for finding in verdict.findings] == waits_elsewhere

    def test_of_a_slow_answer_is_that_we_left_in_time(self, llmock, ask) -> None:
        llmock.delay(5)

        found = ask(call_seconds=0.5, tries=1)

        assert isinstance(found, LLMError)
        assert found.reason == "timeout"

    def test_of_a_limit_on_requests_is_that_we_keep_to_it(self, llmock) -> None:
        llmock.limits(rpm=600)
        llmock.reply(json.dumps({"sentences": []}), times=None)
        ours = LLMConfig(base_url=llmock.base_url("openai"), api_key="k", model="gpt-4o", at_once=8)

        with open_llm(ours) as llm:
            futures = [
                llm.submit(Prompt("Answer", f"S{n:03d} a\n"), schema=SCHEMA, until=time.monotonic() + 30)
                for n in range(60)
            ]
            answers = [future.result() for future in futures]

        assert len(answers) == 60
        assert llmock.verdict().errors == ()
