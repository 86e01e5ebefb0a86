"""A whole reading, offline: the same every time, every quotation true, no finding stated."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reading.framework import load
from reading.reader.read import Part, read, read_file
from reading.report import check
from tests.reading.entries import ATTACK, ENTRY
from tests.reading.test_extract import TEXTS


def test_read_offline_finds_passages_and_states_nothing() -> None:
    outcome = read([Part("", "", ENTRY)])

    report = outcome.report
    assert (report.status, report.mode, report.error) == ("complete", "offline", "")
    assert report.engine.model_dump() == {"name": "offline", "model": ""}
    assert [row.number for row in report.principles] == list(range(1, 11))
    assert {row.finding for row in report.principles} == {"unread"}
    assert (
        report.principles[3].quotes[0].text == "An officer approves every answer; nothing is sent by itself."
    )
    assert all(row.question.endswith("?") for row in report.principles)
    assert report.demotions == []
    assert report.usage.calls == 0
    assert report.hint == "ready_to_read"


def test_read_offline_sums_up_in_the_entrys_own_words() -> None:
    outcome = read([Part("", "", ENTRY)])

    assert 3 <= len(outcome.report.summary) <= 5
    for sentence in outcome.report.summary:
        assert [" ".join(quote.text.split()) for quote in sentence.quotes] == [sentence.text]


@settings(max_examples=15, deadline=None)
@given(TEXTS)
def test_read_of_anything_is_a_report_that_may_be_shown(text: str) -> None:
    outcome = read([Part("", "", text)])

    assert check(outcome.report, outcome.text) is outcome.report


@settings(max_examples=5, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_read_twice_gives_the_same(texts: list[str]) -> None:
    parts = [Part(f"f{n}", f"Field {n}", text) for n, text in enumerate(texts)]

    first, second = read(parts), read(parts)

    assert first.report.model_dump(exclude={"usage"}) == second.report.model_dump(exclude={"usage"})
    assert (first.text, first.record) == (second.text, second.record)


def test_read_of_parts_never_quotes_our_labels() -> None:
    label = "Security, privacy and accessibility of the system"

    outcome = read([Part("a", label, ENTRY), Part("b", label, "")])

    assert [q for q in outcome.report.quotes() if label in q.text] == []


def test_read_under_either_edition_gives_ten_principles() -> None:
    older = read([Part("", "", ENTRY)], framework=load("gaf-2024")).report

    assert older.framework == "gaf-2024"
    assert len(older.principles) == 10
    assert older.recipe != read([Part("", "", ENTRY)]).report.recipe


def test_read_of_an_empty_handed_entry_asks_the_team() -> None:
    report = read([Part("title", "Title", "Nothing yet"), Part("built", "What you built", "")]).report

    assert report.status == "complete"
    assert report.hint == "ask_team_first"
    assert report.summary == []
    assert all(row.quotes == [] and row.question for row in report.principles)


def test_read_of_hidden_text_alone_has_nothing_to_quote() -> None:
    outcome = read([Part("", "", f"<!-- {ATTACK} -->")])

    assert outcome.report.status == "held"
    assert outcome.report.findings_quotes() == []
    assert ATTACK in outcome.text


def test_read_file_that_cannot_be_read_fails_with_its_reason() -> None:
    outcome = read_file("plan.pdf", b"%PDF-1.7")

    report = outcome.report
    assert (report.status, report.error) == (
        "failed",
        "The PDF is damaged and cannot be read. Export it again, or save the text as .docx or .md",
    )
    assert len(report.principles) == 10
    assert outcome.text == ""


def test_read_file_that_is_empty_or_too_large_fails_with_its_reason() -> None:
    assert read_file("a.md", b" \n").report.error == "The document is empty"
    assert read_file("a.md", b"a" * 4_000_001).report.error == "The document is larger than 4 MB"
    assert read_file("a.pdf", b"a" * 20_000_001).report.error == "The document is larger than 20 MB"


def test_read_file_reads_each_kind() -> None:
    markdown = read_file("a.md", ENTRY.encode()).report
    plain = read_file("a.txt", ENTRY.encode()).report
    page = read_file("a.html", f"<h2>How AI is used</h2><p>{ENTRY}</p>".encode()).report

    assert {markdown.status, plain.status, page.status} == {"complete"}
