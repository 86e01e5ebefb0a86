"""The framework as data: two editions, ten principles each, and a bank and a lexicon for every one."""

from pathlib import Path

import pytest
import yaml

from reading import framework
from reading.framework import (
    DEFAULT,
    KEYS,
    LICENCE,
    Broken,
    equivalents,
    fingerprint,
    load,
    screens,
    topics,
)
from reading.reader.read import Part, read
from reading.reader.recipe import recipe
from tests.reading.entries import ENTRY


@pytest.mark.parametrize("key", KEYS)
def test_load_gives_ten_principles_in_order(key: str) -> None:
    edition = load(key)

    assert [p.number for p in edition.principles] == list(range(1, 11))
    assert all(p.name and p.short_name and p.asks and p.indicators for p in edition.principles)
    assert edition.licence == LICENCE


def test_load_of_an_unknown_edition_is_an_error() -> None:
    with pytest.raises(KeyError):
        load("aip-2019")


def test_load_takes_the_current_edition_when_none_is_named() -> None:
    assert load().id == DEFAULT == "aip-2025"
    assert load().status == "current"


def test_editions_pair_their_principles_one_to_one() -> None:
    older = {p.id for p in load("gaf-2024").principles}

    assert {p.equivalent for p in load("aip-2025").principles} == older


def test_topics_have_words_and_questions_for_every_principle() -> None:
    for topic in topics().values():
        assert len(topic.patterns) >= 15
        assert len(topic.questions) >= 3
        assert topic.questions[-1].unless == ""
        assert all(q.ask.endswith("?") and len(q.ask) <= 160 for q in topic.questions)


def test_screens_stop_or_warn() -> None:
    assert {screen.severity for screen in screens()} == {"stop", "warn"}
    assert {screen.kind for screen in screens()} == {"marking", "secret", "personal_data"}


def test_recipe_differs_by_edition_and_stays_the_same() -> None:
    assert recipe(load("aip-2025")) == recipe(load("aip-2025"))
    assert recipe(load("aip-2025")) != recipe(load("gaf-2024"))
    assert len(recipe(load())) == len(fingerprint()) == 64


OWN = {
    "title": "Accessible to everyone",
    "asks": "Say who was left out and what was done about it.",
    "cues": ["poor English", "screen reader", "c++ (old)"],
    "question": "Who tested it with a screen reader?",
}


def test_editions_pair_in_both_directions() -> None:
    newer, older = load("aip-2025"), load("gaf-2024")

    assert equivalents(newer, older) == {
        p.number: next(q.number for q in older.principles if q.id == p.equivalent) for p in newer.principles
    }
    assert equivalents(older, newer) == {b: a for a, b in equivalents(newer, older).items()}


def test_equivalents_keep_the_numbers_of_own_questions() -> None:
    newer, older = load("aip-2025", [OWN]), load("gaf-2024", [OWN])

    assert equivalents(newer, older)[11] == 11


def test_load_with_own_questions_reads_an_entry_against_them() -> None:
    edition = load("aip-2025", questions=(OWN, OWN | {"title": "Green", "cues": ["energy"]}))

    report = read([Part("", "", ENTRY)], framework=edition).report

    assert [row.number for row in report.principles] == list(range(1, 13))
    assert "poor English" in report.principles[10].quotes[0].text
    assert report.principles[10].question == OWN["question"]
    assert report.principles[11].quotes == []
    assert report.recipe != recipe(load("aip-2025"))
    assert len(load("aip-2025").principles) == 10


def test_load_with_cues_takes_them_as_words() -> None:
    topic = load("aip-2025", [OWN | {"cues": ["a.b(c", "x+ y"]}]).principle(11).topic

    patterns = [pattern for pattern, _ in topic.patterns]
    assert [bool(p.search("an a.b(c")) for p in patterns] == [True, False]
    assert [bool(p.search("xx y, azb(c")) for p in patterns] == [False, False]
    assert [bool(p.search("the x+\n y")) for p in patterns] == [False, True]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "questions: 11: title: words are needed"),
        ({"title": "a" * 81}, "questions: 11: title: one line of at most 80 characters is needed"),
        ({"asks": "a\nb"}, "questions: 11: asks: one line of at most 400 characters is needed"),
        ({"question": None}, "questions: 11: question: words are needed"),
        ({"cues": []}, "questions: 11: cues: between 1 and 40 are needed"),
        ({"cues": "word"}, "questions: 11: cues: between 1 and 40 are needed"),
        ({"cues": ["ab"]}, "questions: 11: cues: words of 3 to 60 characters are needed"),
        ({"cue": ["abc"]}, "questions: 11: cue: is not a field"),
    ],
)
def test_load_with_a_question_that_cannot_be_used_names_the_field(change: dict, sentence: str) -> None:
    with pytest.raises(Broken) as caught:
        load("aip-2025", [OWN | change])

    assert str(caught.value) == sentence


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder of its own, with what the real one holds; `write` puts an edition into it."""
    for path in framework.HERE.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(framework, "HERE", tmp_path)
    framework._edition.cache_clear()
    yield tmp_path
    framework._edition.cache_clear()


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (["title"], "", "gaf-2024.yaml: title: words are needed"),
        (["principles"], None, "gaf-2024.yaml: principles: a list is needed"),
        (["principles", 3, "asks"], None, "gaf-2024.yaml: principle 4: asks: words are needed"),
        (
            ["principles", 3, "indicators"],
            ["nobody-knows"],
            "gaf-2024.yaml: principle 4: indicators: nobody-knows is not in indicators.yaml",
        ),
        (["principles", 3, "number"], 9, "gaf-2024.yaml: principles: the numbers are not 1, 2, 3 and so on"),
        (["id"], "other", "gaf-2024.yaml: id: other is not the name of the file"),
        (["edition"], "one", "gaf-2024.yaml: edition: a whole number is needed"),
    ],
)
def test_load_of_a_broken_file_names_file_and_field(folder: Path, path: list, value, sentence: str) -> None:
    row = yaml.safe_load((folder / "gaf-2024.yaml").read_text(encoding="utf-8"))
    inner = row
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    (folder / "gaf-2024.yaml").write_text(yaml.safe_dump(row), encoding="utf-8")

    with pytest.raises(Broken) as caught:
        load("gaf-2024")

    assert str(caught.value) == sentence


def test_load_of_a_file_that_is_no_yaml_names_it(folder: Path) -> None:
    (folder / "gaf-2024.yaml").write_text("title: [", encoding="utf-8")

    with pytest.raises(Broken, match=r"^gaf-2024\.yaml: .*line 1"):
        load("gaf-2024")


def test_keys_are_the_files_of_editions() -> None:
    assert KEYS == ("aip-2025", "gaf-2024")
    assert set(KEYS) == {p.stem for p in framework.HERE.glob("*.yaml")} - framework.SHARED
