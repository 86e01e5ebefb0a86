"""The framework as data: two editions, ten principles each, and a bank and a lexicon for every one."""

import pytest

from reading.framework import DEFAULT, KEYS, LICENCE, fingerprint, load, screens, topics
from reading.reader.recipe import recipe


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
