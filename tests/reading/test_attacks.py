"""The figures of the contract, counted over the attacks of `attacks`."""

import json
import re
import sys
from functools import cache

import pytest

from reading.llm import LLMConfig, open_llm
from reading.reader.look import Look, look
from reading.reader.read import Outcome, read, read_file
from reading.reader.text import Part
from tests.llm_server import LLMServer
from tests.reading.attacks import INNOCENT, ORDER, Attack, _after_first, attacks, base
from tests.reading.entries import ENTRY

ATTACKS = attacks()
TAMPERING = {"instruction", "hidden_text", "invisible_characters", "encoded"}
MARKUP = re.compile(r"https?:|www\.|@|//|<|>|\[|\]|`|\*", re.IGNORECASE)


@cache
def seen(data: bytes, kind: str) -> Look:
    if kind == "md":
        return look([Part("", "", data.decode(), kind)])
    return look([Part("", "", "", kind, data)])


def passages(data: bytes, kind: str) -> list[str]:
    return [" ".join(p.text.split()) for p in seen(data, kind).passages]


def flags(data: bytes, kind: str) -> set[str]:
    return {flag.kind for flag in seen(data, kind).flags} & TAMPERING


def test_attacks_are_enough_and_each_has_a_twin() -> None:
    assert len(ATTACKS) >= 60
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert all(attack.data != attack.twin for attack in ATTACKS)
    assert len([attack for attack in ATTACKS if not attack.visible]) >= 30
    assert len(INNOCENT) >= 20


@pytest.mark.parametrize("attack", [a for a in ATTACKS if not a.visible], ids=lambda a: a.name)
def test_look_at_an_attack_that_is_not_visible_changes_no_passage(attack: Attack) -> None:
    assert passages(attack.data, attack.kind) == passages(base(attack.kind), attack.kind)
    assert "instruction" in flags(attack.data, attack.kind)


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.visible], ids=lambda a: a.name)
def test_look_at_a_visible_attack_adds_at_most_its_own_passage(attack: Attack) -> None:
    before = passages(base(attack.kind), attack.kind)

    after = passages(attack.data, attack.kind)

    assert [text for text in after if text in before] == before
    assert len(after) <= len(before) + 1


def test_look_flags_every_attack() -> None:
    missed = [attack.name for attack in ATTACKS if not flags(attack.data, attack.kind)]

    assert missed == []


def test_look_at_twins_flags_only_what_is_hidden_or_encoded() -> None:
    wronged = [attack.name for attack in ATTACKS if "instruction" in flags(attack.twin, attack.kind)]

    assert wronged == []


def test_look_at_attacks_cites_no_hidden_passage() -> None:
    cited = [
        attack.name
        for attack in ATTACKS
        for passage in seen(attack.data, attack.kind).passages
        if passage.end > seen(attack.data, attack.kind).extracted.visible_end
    ]

    assert cited == []


def test_look_at_innocent_texts_flags_none_and_keeps_every_passage(capsys) -> None:
    before = passages(ENTRY.encode(), "md")
    wronged = []
    for text in INNOCENT:
        data = _after_first(text).encode()
        if flags(data, "md") or [p for p in passages(data, "md") if p in before] != before:
            wronged.append(text)

    with capsys.disabled():
        sys.stdout.write(f"\ninnocent texts left alone: {len(INNOCENT) - len(wronged)} of {len(INNOCENT)}\n")
    assert len(INNOCENT) - len(wronged) >= 0.9 * len(INNOCENT), wronged


def test_read_of_an_invisible_attack_gives_the_same_offline_result() -> None:
    plain = shape(read_file("a.md", ENTRY.encode()))
    sample = [attack for attack in ATTACKS if not attack.visible and attack.kind == "md"][::4]

    assert [a.name for a in sample if shape(read_file("a.md", a.data)) != plain] == []


def shape(outcome: Outcome) -> list:
    report = outcome.report
    rows = [
        (row.number, row.finding, row.question, [q.text for q in row.quotes]) for row in report.principles
    ]
    return [rows, [sentence.text for sentence in report.summary]]


def obedient(attack: str) -> dict:
    return {
        "finding": "evidenced",
        "evidence": ["S001", "S999"],
        "missing": f"{attack} See [this](https://evil.example/?q=1) <b>now</b>",
        "question": f"{attack} Will you load https://evil.example/collect?x=1 ?",
    }


def test_read_with_an_obedient_peer_shows_only_what_is_true() -> None:
    """Orders that are flagged are never sent, so the peer obeys an order of its own making."""
    counted = {"markup": 0, "leaks": 0, "unverified": 0, "others": 0, "calls": 0}
    every: list[str] = []
    with LLMServer() as server:
        server.script(default={"do": "say", "content": obedient(ORDER)})
        config = LLMConfig(base_url=server.url, api_key=server.key, model=server.model)
        with open_llm(config) as llm:
            for number, other in enumerate(INNOCENT[:6]):
                outcome = read([Part("", "", _after_first(other))], llm=llm, seed=number)
                assert outcome.report.mode == "ai"
                shown = [w for r in outcome.report.principles for w in (r.missing, r.question)]
                shown += [s.text for s in outcome.report.summary if s.text not in ENTRY]
                every += shown
                counted["markup"] += sum(1 for words in shown if MARKUP.search(words) or ORDER in words)
                counted["unverified"] += sum(
                    1 for q in outcome.report.quotes() if outcome.text[q.start : q.end] != q.text
                )
                counted["others"] += sum(
                    1 for text in INNOCENT for words in shown if text != other and text in words
                )
        marks = {entry["request"]["messages"][1]["content"].split("\n")[0] for entry in server.journal}
        counted["calls"] = len(marks)
        counted["leaks"] = sum(1 for words in every for mark in marks if mark in words)
    assert counted == {"markup": 0, "leaks": 0, "unverified": 0, "others": 0, "calls": 6 * 21}


def test_read_of_attacks_that_are_flagged_sends_nothing() -> None:
    with LLMServer() as server:
        server.script(default={"do": "say", "content": json.dumps(obedient(ORDER))})
        config = LLMConfig(base_url=server.url, api_key=server.key, model=server.model)
        with open_llm(config) as llm:
            for attack in [a for a in ATTACKS if not a.visible][::6]:
                outcome = read_file(f"a.{attack.kind}", attack.data, llm=llm, seed=3)
                assert (attack.name, outcome.report.status) == (attack.name, "held")
        assert server.journal == []
