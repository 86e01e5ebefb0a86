"""People beside the report: what they find, what is asked of them first, how often they agree."""

import pytest
from django.core.exceptions import PermissionDenied

from core.models import AuditRow
from core.refusals import Refused
from events.models import Phase, RoleKind
from reading.framework import load
from reading.models import Plan
from screening import actions
from screening.models import Verdict, is_read_blind, is_sampled
from screening.presentation import agreement
from submissions.models import Revision
from tests.world import entry_of, event_in, give, person, report_of, revision_of

pytestmark = pytest.mark.django_db

TEN = dict.fromkeys(range(1, 11), ("not_found", ""))


@pytest.fixture
def entry() -> Revision:
    """ben's entry, read with its report in view."""
    return entry_of(event_in(Phase.BUILDING), "ben")


@pytest.fixture
def blind_entry() -> Revision:
    """ben's entry, which people read before they see the report."""
    event = event_in(Phase.BUILDING)
    Plan.objects.filter(event=event).update(blind_percent=100)
    return entry_of(event, "ben")


def refused(act) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.message


def standing(revision: Revision) -> dict[int, tuple[str, str, str]]:
    verdicts = Verdict.objects.standing().filter(revision=revision)
    return {row.number: (row.finding, row.model_said, row.by.email.split("@")[0]) for row in verdicts}


def test_find_confirms_changes_and_rejects_by_name(entry, sam):
    report = report_of(entry, "evidenced", "partial", "concern")

    made = actions.find(
        entry,
        {
            1: ("evidenced", ""),
            2: ("not_found", "The passage is about something else"),
            3: ("rejected", "No concern"),
        },
        by=sam,
        screening=report,
    )

    assert standing(entry) == {
        1: ("evidenced", "evidenced", "sam"),
        2: ("not_found", "partial", "sam"),
        3: ("rejected", "concern", "sam"),
    }
    assert [verdict.confirms for verdict in made] == [True, False, False]
    row = AuditRow.objects.get(verb="screening.found")
    assert (row.by, row.details) == (
        sam,
        {
            "revision": 1,
            "findings": {"1": "evidenced", "2": "not_found", "3": "rejected"},
            "blind": False,
        },
    )


def test_find_by_hand_needs_no_report(entry, sam):
    actions.find(entry, TEN, by=sam)

    assert standing(entry) == dict.fromkeys(range(1, 11), ("not_found", "", "sam"))


@pytest.mark.parametrize("finding", ["not_found", "rejected"])
def test_change_without_a_reason_is_refused_and_keeps_nothing(entry, sam, finding):
    report = report_of(entry, "evidenced")

    reason = refused(
        lambda: actions.find(entry, {2: ("not_found", ""), 1: (finding, "")}, by=sam, screening=report)
    )

    assert reason == "Say why for principle 1"
    assert standing(entry) == {}


def test_not_applicable_needs_a_reason_by_hand_too(entry, sam):
    assert refused(lambda: actions.find(entry, {4: ("not_applicable", "")}, by=sam)) == (
        "Say why for principle 4"
    )


def test_nothing_can_be_rejected_where_nothing_is_stated(entry, sam):
    assert refused(lambda: actions.find(entry, {4: ("rejected", "Wrong")}, by=sam)) == (
        "There is no finding to reject for principle 4. Say what you find"
    )


@pytest.mark.parametrize("number", [0, 11])
def test_find_for_no_such_principle_is_refused(entry, sam, number):
    assert refused(lambda: actions.find(entry, {number: ("concern", "")}, by=sam)) == (
        f"There is no principle {number}, or no such finding"
    )


def test_find_the_same_again_adds_nothing(entry, sam):
    actions.find(entry, TEN, by=sam)

    assert actions.find(entry, TEN, by=sam) == []
    assert AuditRow.objects.filter(verb="screening.found").count() == 1


def test_find_anew_keeps_what_was_said_before(entry, sam):
    actions.find(entry, {1: ("concern", "")}, by=sam)

    actions.find(entry, {1: ("partial", "")}, by=sam)

    assert standing(entry) == {1: ("partial", "", "sam")}
    assert Verdict.objects.filter(revision=entry).count() == 2


@pytest.mark.parametrize("key", ["ada", "ben", "jude", "kit", "cal"])
def test_find_is_for_screeners(entry, key):
    with pytest.raises(PermissionDenied):
        actions.find(entry, TEN, by=person(key))


def test_find_on_the_own_team_is_denied(entry):
    give(entry.event, RoleKind.SCREENER, "ben")

    with pytest.raises(PermissionDenied):
        actions.find(entry, TEN, by=person("ben"))


def test_find_on_an_old_revision_is_refused(entry, sam):
    revision_of(entry.submission, title="Another title")

    assert refused(lambda: actions.find(entry, TEN, by=sam)).startswith("The team has submitted revision 2")


def test_find_on_a_report_of_another_entry_is_refused(entry, sam):
    other = report_of(entry_of(entry.event, "bea", name="Sandbags"), "evidenced")

    assert refused(lambda: actions.find(entry, TEN, by=sam, screening=other)) == (
        "That report is of another revision. Load the page again"
    )


# Read by hand first


def test_sample_is_always_the_same_and_of_the_size_asked_for():
    entries = [Revision(submission_id=number) for number in range(2000)]
    for number, entry in enumerate(entries):
        entry.submission = _submission(f"code{number:04}")

    chosen = [is_sampled(entry, 10) for entry in entries]

    assert chosen == [is_sampled(entry, 10) for entry in entries]
    assert 140 < sum(chosen) < 260  # ten in a hundred of 2,000, six standard deviations either side
    assert not any(is_sampled(entry, 0) for entry in entries)
    assert all(is_sampled(entry, 100) for entry in entries)


def _submission(code: str):
    from submissions.models import Submission

    return Submission(code=code)


def test_blind_entry_shows_its_report_once_every_principle_is_found(blind_entry, sam):
    report = report_of(blind_entry, "evidenced")
    assert is_read_blind(blind_entry, report)

    actions.find(blind_entry, TEN, by=sam, screening=report)

    assert not is_read_blind(blind_entry, report)
    assert set(Verdict.objects.values_list("is_blind", flat=True)) == {True}


def test_blind_finding_needs_no_reason_for_differing_from_what_was_not_seen(blind_entry, sam):
    report = report_of(blind_entry, "evidenced")

    actions.find(blind_entry, {1: ("not_found", "")}, by=sam, screening=report)

    assert standing(blind_entry) == {1: ("not_found", "evidenced", "sam")}


def test_blind_entry_is_not_cleared_before_it_is_read_by_hand(blind_entry, sam):
    report = report_of(blind_entry, "evidenced")

    assert refused(lambda: actions.clear(blind_entry, by=sam, screening=report)) == actions.READ_BY_HAND_FIRST


def test_blind_report_is_in_neither_page_nor_api_for_its_screener(blind_entry, as_, api_as, sam, ben):
    report_of(blind_entry, "evidenced", "concern")
    page = f"/events/summer/screening/{blind_entry.submission.code}/"

    seen = as_(sam).get(page).content.decode()
    answer = api_as(sam).get(f"/api/v1{page}").json()

    assert "Read this one before you see the report" in seen
    assert [word for word in ("Evidence found", "Concern", "Ready to read") if word in seen] == []
    assert (answer["blind"], answer["report"]) == (True, None)
    assert "Evidence found" in as_(ben).get(page).content.decode()  # there was something to hide


def test_blind_hint_is_not_in_the_queue(blind_entry, as_, api_as, sam):
    report_of(blind_entry, "evidenced")

    page = as_(sam).get("/events/summer/screening/")
    narrowed = as_(sam).get("/events/summer/screening/?first=ready_to_read")
    (row,) = api_as(sam).get("/api/v1/events/summer/screening/").json()["results"]

    assert [shown.hint for shown in page.context["rows"]] == [""]
    assert narrowed.context["rows"] == []
    assert (row["blind"], row["hint"]) == (True, "")


# Agreement


def test_agreement_counts_by_principle_what_people_made_of_what_a_model_said(entry, sam):
    other = entry_of(entry.event, "bea", name="Sandbags")
    actions.find(
        entry,
        {1: ("evidenced", ""), 2: ("not_found", "Nothing there")},
        by=sam,
        screening=report_of(entry, "evidenced", "partial"),
    )
    actions.find(
        other,
        {1: ("partial", "Only half"), 2: ("rejected", "Nonsense"), 3: ("not_found", "")},
        by=sam,
        screening=report_of(other, "evidenced", "concern"),
    )

    rows = [
        (row.number, row.verdicts, row.confirmed, row.changed, row.rejected) for row in agreement(entry.event)
    ]

    assert rows == [(1, 2, 1, 1, 0), (2, 2, 0, 1, 1), (3, 1, 1, 0, 0), (0, 5, 2, 2, 1)]


def test_agreement_leaves_out_what_no_model_said(entry, sam):
    actions.find(entry, TEN, by=sam)

    assert [row.verdicts for row in agreement(entry.event)] == [0]


def test_agreement_of_the_blind_sample_is_apart(blind_entry, sam):
    report = report_of(blind_entry, "evidenced")
    actions.find(blind_entry, TEN, by=sam, screening=report)  # blind: 9 of 10 agree
    actions.find(blind_entry, {1: ("evidenced", "Now I see it")}, by=sam, screening=report)

    assert [(row.verdicts, row.confirmed) for row in agreement(blind_entry.event)][-1] == (10, 10)
    assert [(row.verdicts, row.confirmed) for row in agreement(blind_entry.event, blind_only=True)][-1] == (
        10,
        9,
    )


@pytest.mark.parametrize(("key", "status"), [("ada", 200), ("kit", 200), ("sam", 403), ("ben", 403)])
def test_agreement_is_for_organisers_and_the_chair(entry, as_, api_as, key, status):
    assert as_(person(key)).get("/events/summer/screening/agreement/").status_code == status
    assert api_as(person(key)).get("/api/v1/events/summer/screening/agreement/").status_code == status


# The page


def test_findings_page_keeps_what_was_typed_when_a_reason_is_missing(entry, as_, sam):
    report = report_of(entry, "evidenced")
    page = f"/events/summer/screening/{entry.submission.code}/findings/"
    typed = {"revision": 1, "screening": report.pk, "finding_1": "not_found", "finding_2": "partial"}
    typed |= {"reason_2": "A start is made on page two"}

    answer = as_(sam).post(page, typed)

    assert answer.status_code == 200
    words = answer.content.decode()
    assert "Error: Findings on Letter Sorter" in words
    assert "Say why for principle 1" in words
    assert "A start is made on page two" in words
    assert standing(entry) == {}


def test_findings_page_saves_some_now_and_the_rest_later(entry, as_, sam):
    report = report_of(entry, "evidenced")
    page = f"/events/summer/screening/{entry.submission.code}/findings/"
    seen = {"revision": 1, "screening": report.pk}

    first = as_(sam).post(page, seen | {"finding_1": "evidenced"})
    second = as_(sam).post(page, seen | {"finding_1": "evidenced", "finding_2": "not_found"})

    assert [first.status_code, second.status_code] == [302, 302]
    assert standing(entry) == {1: ("evidenced", "evidenced", "sam"), 2: ("not_found", "not_found", "sam")}
    assert Verdict.objects.count() == 2


def test_findings_over_the_api_are_the_same_action(entry, api_as, sam):
    report = report_of(entry, "evidenced")
    address = f"/api/v1/events/summer/screening/{entry.submission.code}/findings/"
    body = {"revision": 1, "screening": report.pk, "findings": [{"principle": 1, "finding": "not_found"}]}

    refusal = api_as(sam).post(address, body, format="json")
    body["findings"][0]["reason"] = "It is a plan only"
    taken = api_as(sam).post(address, body, format="json")

    assert (refusal.status_code, refusal.json()["detail"]) == (409, "Say why for principle 1")
    assert taken.status_code == 200
    (verdict,) = taken.json()["verdicts"]
    assert {key: verdict[key] for key in ("principle", "finding", "reason", "model_said", "by")} == {
        "principle": 1,
        "finding": "not_found",
        "reason": "It is a plan only",
        "model_said": "evidenced",
        "by": "Sam Adeyemi",
    }


def test_report_can_be_shown_under_the_other_editions_headings(entry, as_, sam):
    report_of(entry, "evidenced")
    page = f"/events/summer/screening/{entry.submission.code}/"

    usual = as_(sam).get(page).content.decode()
    other = as_(sam).get(f"{page}?heading=gaf-2024").content.decode()
    nonsense = as_(sam).get(f"{page}?heading=none").content.decode()

    own, others = load("aip-2025"), load("gaf-2024")
    changed = [
        (one.name, two.name)
        for one, two in zip(own.principles, others.principles, strict=True)
        if one.name != two.name
    ]
    assert changed
    for one, two in changed:
        assert f". {one}</h4>" in usual
        assert f". {two}</h4>" in other
    assert f"Read against: {own.title}" in other
    assert f". {own.principles[0].name}</h4>" in nonsense
