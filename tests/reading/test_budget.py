"""What a reading may cost, and that what it cost is known, or said not to be."""

import re
from decimal import Decimal

import pytest

from reading.framework import load
from reading.llm import Budget, Caps, LLMConfig, LLMError, open_llm
from reading.llm.prices import price_of, table
from reading.reader.read import Outcome, Part, read
from tests.llm_server import LLMServer
from tests.reading.entries import ENTRY
from tests.reading.test_judge import config, offline, server

__all__ = ["server"]

PRICED = {"price_in": Decimal("2.00"), "price_out": Decimal("10.00")}


def screen(server: LLMServer, caps: Caps | None = None, **changes) -> Outcome:
    with open_llm(config(server, **changes)) as llm:
        return read([Part("", "", ENTRY)], llm=llm, seed=7, seconds=10, caps=caps)


def test_read_says_what_it_cost_by_the_price_that_was_set(server: LLMServer) -> None:
    outcome = screen(server, **PRICED)

    usage = outcome.report.usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (2100, 420)
    assert (usage.cost_gbp, usage.cost_known) == (Decimal("0.0084"), True)
    assert outcome.record["prices"] == {
        "version": table()["version"],
        "source": "settings",
        "currency": "GBP",
        "in": "2.00",
        "out": "10.00",
    }
    assert outcome.record["cost_gbp"] == "0.0084"


def test_read_with_a_model_of_unknown_price_says_that_it_is_not_known(server: LLMServer) -> None:
    outcome = screen(server)

    assert (outcome.report.usage.cost_gbp, outcome.report.usage.cost_known) == (0, False)
    assert outcome.record["cost_gbp"] is None
    assert outcome.record["prices"] == {"version": table()["version"], "source": "unknown"}


def test_read_from_a_server_that_does_not_count_says_that_the_cost_is_not_known(server: LLMServer) -> None:
    server.script(default={"do": "answer", "usage": "missing"})

    assert screen(server, **PRICED).report.usage.cost_known is False


@pytest.mark.parametrize("caps", [Caps(tokens=5_000), Caps(gbp=Decimal("0.01"))])
def test_read_that_cannot_fit_is_not_begun(server: LLMServer, caps: Caps) -> None:
    outcome = screen(server, caps, **PRICED)

    assert server.journal == []
    assert outcome.report.mode == "ai_degraded:over_budget"
    assert outcome.error is not None
    assert outcome.error.retryable is False
    assert "allowed" in outcome.report.error
    assert outcome.report.principles == offline().report.principles


def test_read_with_a_limit_in_pounds_and_no_price_is_not_begun(server: LLMServer) -> None:
    outcome = screen(server, Caps(gbp=Decimal(100)))

    assert server.journal == []
    assert outcome.report.mode == "ai_degraded:over_budget"
    assert "price of this model is not known" in outcome.report.error


@pytest.mark.parametrize("caps", [Caps(tokens=200_000), Caps(gbp=Decimal("0.50")), Caps()])
def test_read_that_fits_is_not_hindered(server: LLMServer, caps: Caps) -> None:
    assert screen(server, caps, **PRICED).report.mode == "ai"


def test_read_whose_bill_grows_past_its_cap_stops_and_keeps_the_bill(server: LLMServer) -> None:
    server.script(default={"do": "answer", "took": [20_000, 100]})

    outcome = screen(server, Caps(tokens=120_000), at_once=1)

    assert outcome.report.mode == "ai_degraded:over_budget"
    made = len(server.journal)
    assert made in (6, 7)  # the sixth passes the cap; another may be on its way
    assert outcome.report.usage.prompt_tokens == made * 20_000
    assert len(outcome.record["calls"]) == made
    assert {row.finding for row in outcome.report.principles} == {"unread"}


def test_read_whose_third_opinion_would_not_fit_stays_uncertain_and_says_why(server: LLMServer) -> None:
    differs = {
        "do": "answer",
        "match": load().principle(4).name,
        "with": {"finding": "uncertain"},
        "took": [5_000, 100],
    }
    server.script(differs, default={"do": "answer", "took": [5_000, 100]})

    outcome = screen(server, Caps(tokens=21 * 5_100 + 100), at_once=1)

    assert len(server.journal) == 21
    assert [row.number for row in outcome.report.principles if row.finding == "uncertain"] == [4]
    assert [d.rule for d in outcome.report.demotions if d.principle == 4][-2:] == [
        "readings_disagree",
        "over_budget",
    ]


def test_least_of_two_caps_holds_both() -> None:
    entry, event = Caps(tokens=100, gbp=Decimal(5)), Caps(gbp=Decimal(2))

    assert entry.least(event) == Caps(tokens=100, gbp=Decimal(2))
    assert Caps().least(Caps()) == Caps()


@pytest.mark.parametrize("row", table()["prices"], ids=lambda row: row["model"])
def test_price_table_is_complete_and_dated(row: dict) -> None:
    assert re.compile(row["model"])
    assert Decimal(row["in"]) > 0
    assert Decimal(row["out"]) > 0
    assert re.fullmatch(r"\d{4}-\d{2}", row["dated"])
    assert row["source"]


@pytest.mark.parametrize(
    ("model", "prices"),
    [
        ("gpt-4o-mini", ("0.12", "0.48")),
        ("gpt-4o-mini-2024-07-18", ("0.12", "0.48")),
        ("gpt-4o", ("2.00", "8.00")),
        ("gpt-4.1-mini", ("0.32", "1.30")),
        ("gpt-4o-audio", None),
        ("our-gpt-4o", None),
        ("mistral-small", None),
    ],
)
def test_price_of_a_model_is_that_of_its_whole_name_or_none(model: str, prices) -> None:
    price = price_of(LLMConfig(model=model))

    assert (price and (str(price.prompt), str(price.completion))) == prices


def test_expect_refuses_what_was_spent_already() -> None:
    budget = Budget(LLMConfig(model="m"), Caps(tokens=100))
    budget.spend((40, 10), expected=(0, 0))

    budget.expect((40, 10))
    with pytest.raises(LLMError):
        budget.expect((41, 10))
