"""What makes a report unacceptable, and the form that people outside rely on."""

import pytest
from pydantic import ValidationError

from reading.report import Demotion, PrincipleResult, Quote, Refusal, Report, Sentence, Signal, check

TEXT = "An officer approves every answer.\nhidden words"
GOOD = Quote(text="An officer", start=0, end=10)
HIDDEN = Quote(text="hidden words", start=34, end=46)


def report(**changes) -> Report:
    rows = [PrincipleResult(number=n) for n in range(1, 11)]
    fields = {
        "status": "complete",
        "framework": "aip-2025",
        "recipe": "r",
        "principles": rows,
        "visible_end": 33,
    }
    return Report(**fields | changes)


def rows(**changes) -> list[PrincipleResult]:
    return [PrincipleResult(number=1, **changes)] + [PrincipleResult(number=n) for n in range(2, 11)]


def test_check_of_a_good_report_is_the_report() -> None:
    good = report(
        principles=rows(finding="evidenced", quotes=[GOOD]),
        signals=[Signal(kind="hidden_text", severity="stop", quotes=[HIDDEN])],
        summary=[Sentence(text="An officer approves.", quotes=[GOOD])],
    )

    assert check(good, TEXT) is good


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"principles": rows()[:9]}, "Principle 10 is missing"),
        ({"principles": [*rows(), PrincipleResult(number=11)]}, "Principle 11 is unknown"),
        (
            {"principles": [*rows(), PrincipleResult(number=3)]},
            "The principles are not once each and in order",
        ),
        ({"principles": rows()[::-1]}, "The principles are not once each and in order"),
        (
            {"principles": rows(quotes=[Quote(text="An Officer", start=0, end=10)])},
            "The quotation at 0 is not in the text",
        ),
        (
            {"principles": rows(quotes=[Quote(text="", start=90, end=90)])},
            "The quotation at 90 is not in the text",
        ),
        ({"principles": rows(quotes=[HIDDEN])}, "The quotation at 34 is not of visible text"),
        (
            {"principles": rows(quotes=[Quote(text="", start=3, end=3)])},
            "The quotation at 3 is not of visible text",
        ),
        ({"principles": rows(finding="concern")}, "Principle 1 is concern without a quotation"),
        ({"summary": [Sentence(text="So.", quotes=[])]}, "A sentence of the summary has no quotation"),
        (
            {"signals": [Signal(kind="secret", severity="stop", quotes=[Quote(text="x", start=0, end=1)])]},
            "The quotation at 0 is not in the text",
        ),
    ],
)
def test_check_refuses_what_must_not_be_shown(changes: dict, told: str) -> None:
    with pytest.raises(Refusal) as caught:
        check(report(**changes), TEXT)

    assert str(caught.value) == told


@pytest.mark.parametrize(
    "changes",
    [{"mode": "ai_degraded:"}, {"mode": "magic"}, {"status": "cleared"}, {"hint": "accept"}, {"total": 9}],
)
def test_report_has_no_place_for_a_verdict(changes: dict) -> None:
    with pytest.raises(ValidationError):
        report(**changes)


def test_report_has_no_finding_that_only_a_person_may_set() -> None:
    with pytest.raises(ValidationError):
        PrincipleResult(number=1, finding="not_applicable")


def test_dump_has_the_keys_that_people_rely_on() -> None:
    demotion = Demotion(principle=8, rule="no_visible_evidence", was="evidenced", to="not_found")
    told = report(principles=rows(quotes=[GOOD]), demotions=[demotion]).model_dump(mode="json")

    assert told["principles"][0] == {
        "number": 1,
        "finding": "unread",
        "weak": False,
        "missing": "",
        "question": "",
        "quotes": [{"text": "An officer", "start": 0, "end": 10}],
    }
    assert told["demotions"] == [
        {"principle": 8, "rule": "no_visible_evidence", "from": "evidenced", "to": "not_found"}
    ]
    assert told["usage"] == {
        "calls": 0,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "cost_gbp": "0.0000",
        "cost_known": True,
        "seconds": 0.0,
    }
    assert Report.model_validate(told).model_dump(mode="json") == told
