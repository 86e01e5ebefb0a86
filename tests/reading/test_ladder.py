"""Endpoints differ in what they take: the strictest form that works is found once, and kept."""

import json

import pytest

from reading.llm import LLMConfig, LLMError, Prompt, known, open_llm
from reading.llm.ladder import Manner, after
from reading.llm.reply import as_object
from tests.llm_server import LLMServer
from tests.reading.test_judge import config, screen, server

__all__ = ["server"]

PROMPT = Prompt("Answer with sentences", "S001 a\n", seed=3)
SCHEMA = {"type": "object", "properties": {"sentences": {}}, "required": ["sentences"]}


def manner_of(server: LLMServer) -> dict:
    (row,) = [row for row in known() if row["address"] == server.url]
    return {name: row[name] for name in ("rung", "length", "without", "settled")}


@pytest.mark.parametrize(
    ("refuses", "rung", "asked"),
    [
        ([], "json_schema", 1),
        (["json_schema"], "json_object", 2),
        (["json_schema", "json_object"], "text", 3),
        (["anything"], "text", 3),
    ],
)
def test_answer_steps_down_to_the_form_that_the_endpoint_takes(server, refuses, rung, asked) -> None:
    server.script(default={"do": "picky", "refuses": refuses})

    with open_llm(config(server)) as llm:
        first, second = llm.answer(PROMPT, schema=SCHEMA), llm.answer(PROMPT, schema=SCHEMA)

    assert (first.rung, second.rung, first.attempts) == (rung, rung, 1)
    assert len(server.journal) == asked + 1
    assert manner_of(server) == {"rung": rung, "length": "max_tokens", "without": [], "settled": True}


def test_answer_from_a_model_that_wants_other_parameters_gives_it_those(server: LLMServer) -> None:
    server.script(default={"do": "picky", "refuses": ["max_tokens", "temperature", "seed"]})

    with open_llm(config(server)) as llm:
        answers = [llm.answer(PROMPT, schema=SCHEMA) for _ in range(2)]

    assert manner_of(server) == {
        "rung": "json_schema",
        "length": "max_completion_tokens",
        "without": ["seed", "temperature"],
        "settled": True,
    }
    assert [(a.temperature, a.seed) for a in answers] == [(None, None)] * 2
    last = server.journal[-1]["request"]
    assert last["max_completion_tokens"] == PROMPT.max_tokens + 2000
    assert {"max_tokens", "temperature", "seed"} & set(last) == set()
    assert len(server.journal) == 5


@pytest.mark.parametrize("content", ["Certainly, I like it.", '{"answer": "I like it."}'])
def test_answer_that_keeps_to_no_form_is_asked_for_in_words_and_all_is_counted(server, content: str) -> None:
    server.script(default={"do": "ignore_form", "content": content})

    with open_llm(config(server)) as llm:
        answer = llm.answer(PROMPT, schema=SCHEMA)

    assert answer.rung == "json_object"
    assert (answer.prompt_tokens, answer.completion_tokens) == (200, 40)


def test_answer_of_a_model_that_never_keeps_to_a_form_does_not_try_them_all_each_time(server) -> None:
    server.script(default={"do": "say", "content": "I would rather talk about it."})

    with open_llm(config(server)) as llm:
        for _ in range(2):
            with pytest.raises(LLMError) as caught:
                llm.answer(PROMPT, schema=SCHEMA)

    assert caught.value.reason == "wrong_schema"
    assert len(server.journal) == 3 + 1


def test_read_finds_the_form_with_one_call_and_not_with_all_of_them(server: LLMServer) -> None:
    server.script(default={"do": "picky", "refuses": ["json_schema", "json_object", "temperature"]})

    outcome = screen(server, at_once=32)

    assert outcome.report.mode == "ai"
    assert len(server.journal) == 21 + 3
    assert {row["rung"] for row in outcome.record["calls"]} == {"text"}
    assert {row["temperature"] for row in outcome.record["calls"]} == {None}


def test_answer_with_another_key_uses_what_was_learnt(server: LLMServer) -> None:
    server.script(default={"do": "picky", "refuses": ["json_schema"]})

    for key in (server.key, f"{server.key}-renewed"):
        with open_llm(config(server, api_key=key)) as llm:
            llm.answer(PROMPT, schema=SCHEMA)

    assert len(server.journal) == 3
    assert server.key not in json.dumps(known())


def test_answer_from_an_endpoint_that_has_answered_is_not_doubted_without_a_reason(server: LLMServer) -> None:
    server.script({"do": "answer"}, {"do": "status", "status": 400, "times": 1})

    with open_llm(config(server)) as llm:
        llm.answer(PROMPT, schema=SCHEMA)
        with pytest.raises(LLMError) as caught:
            llm.answer(PROMPT, schema=SCHEMA)

    assert caught.value.reason == "bad_request"
    assert manner_of(server)["rung"] == "json_schema"
    assert len(server.journal) == 2


@pytest.mark.parametrize("kind", ["openai", "azure"])
def test_what_is_learnt_of_one_kind_of_endpoint_is_not_used_for_another(server: LLMServer, kind: str) -> None:
    ours = LLMConfig(kind=kind, base_url=server.url, model="m")

    assert ours.endpoint == (kind, server.url, "m")
    assert (
        LLMConfig(kind=kind, base_url=server.url + "/", model="m", api_key="other").endpoint == ours.endpoint
    )


def test_after_a_prompt_that_is_too_long_no_other_form_is_tried() -> None:
    error = LLMError("bad_request")
    error.complaint = "context_length_exceeded: this model's maximum context length is 8192 tokens"

    assert after(Manner(), error, settled=False) is None


@pytest.mark.parametrize(
    "content",
    [
        '{"a": 1}',
        ' \n{"a": 1}\n',
        '```json\n{"a": 1}\n```',
        '```\n{"a": 1}\n```',
        'Here it is:\n```json\n{"a": 1}\n```\nI hope that helps.',
        'Certainly: {"a": 1} That is all.',
    ],
)
def test_as_object_reads_one_object_alone_fenced_or_with_prose_around_it(content: str) -> None:
    assert as_object(content) == {"a": 1}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "prose",
        "[]",
        '[{"a": 1}]',
        '{"a": 1} or {"a": 2}',
        '{"a": 1',
        "{'a': 1}",
        '{"a": 1,}',
        '```json\n{"a": 1}\n```\n```json\n{"a": 2}\n```',
        'Choose {this} or {"a": 1}',
        "{" * 5000,
        '{"a":' * 50_000,
    ],
)
def test_as_object_reads_nothing_looser(content: str) -> None:
    assert as_object(content) is None
