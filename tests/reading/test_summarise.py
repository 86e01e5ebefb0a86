"""A summary is the entry's own sentences, each said once."""

from reading.reader.extract import extract
from reading.reader.segment import Passage, segment
from reading.reader.summarise import rank, summarise
from reading.reader.text import Part
from tests.reading.entries import ENTRY


def passages(text: str) -> list[Passage]:
    return segment(extract([Part("", "", text)]))


def test_summarise_says_first_what_the_thing_is() -> None:
    chosen = summarise(passages(ENTRY))

    assert (
        chosen[0].text
        == "Queue Clerk is a tool that helps counter staff answer letters about parking permits."
    )
    assert len(chosen) == 4
    assert [p.start for p in chosen] == sorted(p.start for p in chosen)


def test_summarise_says_nothing_twice() -> None:
    same = "Queue Clerk is a tool that helps counter staff answer letters about parking permits.\n\n"

    chosen = summarise(passages(same * 6 + ENTRY))

    assert len({p.text for p in chosen}) == 4


def test_summarise_of_nothing_is_nothing() -> None:
    assert summarise([]) == []


def test_rank_places_every_passage_once() -> None:
    every = passages(ENTRY)

    assert sorted(rank(every)) == list(range(len(every)))
