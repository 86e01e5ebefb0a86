"""Who reads which entry: claiming, the next one, handing over; and holds that two people decide."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.clock import arrived_at, now
from core.models import AuditRow, Mail
from core.refusals import Refused
from events.models import Phase, RoleKind
from hackathon.needs import needs_of
from reading.models import Plan
from screening import actions
from screening.models import Claim, Clearance, cleared_entries
from screening.presentation import queue_rows
from submissions.models import Revision
from tests.races import together
from tests.world import entry_of, event_in, give, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Revision:
    event = event_in(Phase.BUILDING)
    give(event, RoleKind.SCREENER, "jim")
    return entry_of(event, "ben")


@pytest.fixture
def jim(entry):
    return person("jim")


def refused(act) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.message


def readers() -> list[tuple[str, str]]:
    return [(claim.revision.title, claim.by.name) for claim in Claim.objects.open().order_by("revision")]


def test_claim_says_who_reads_and_until_when(entry, sam):
    moment = now()

    with arrived_at(moment):
        claim = actions.claim(entry, by=sam)

    assert (claim.by, claim.until) == (sam, moment + timedelta(hours=2))
    assert list(AuditRow.objects.filter(verb="screening.claimed").values_list("by", flat=True)) == [sam.pk]


def test_claim_of_what_another_reads_is_refused_with_their_name(entry, sam, jim):
    actions.claim(entry, by=sam)

    assert refused(lambda: actions.claim(entry, by=jim)).startswith("Sam Adeyemi is reading this entry until")
    assert readers() == [("Letter Sorter", "Sam Adeyemi")]


def test_claim_that_has_run_out_is_free_to_take(entry, sam, jim):
    with arrived_at(now() - timedelta(hours=3)):
        actions.claim(entry, by=sam)

    actions.claim(entry, by=jim)

    assert readers() == [("Letter Sorter", "Jim Okafor")]


@pytest.mark.parametrize("key", ["ada", "kit", "ben", "jude"])
def test_claim_is_for_screeners(entry, key):
    with pytest.raises(PermissionDenied):
        actions.claim(entry, by=person(key))


def test_decision_ends_the_claim(entry, sam):
    actions.claim(entry, by=sam)

    actions.clear(entry, by=sam)

    assert readers() == []


def test_next_is_the_longest_waiting_that_nobody_reads(entry, sam, jim):
    later = entry_of(entry.event, "bea", name="Sandbags", title="Plain Warning")

    first = actions.claim_next(entry.event, by=sam)
    second = actions.claim_next(entry.event, by=jim)

    assert [first, second] == [entry, later]
    assert readers() == [("Letter Sorter", "Sam Adeyemi"), ("Plain Warning", "Jim Okafor")]


def test_next_leaves_out_what_is_decided_and_the_own_team(entry, sam):
    own = entry_of(entry.event, "bea", name="Sandbags")
    give(entry.event, RoleKind.SCREENER, "bea")
    actions.clear(entry, by=sam)

    assert actions.claim_next(entry.event, by=person("bea")) is None
    assert actions.claim_next(entry.event, by=sam) == own


@pytest.mark.django_db(transaction=True)
def test_next_for_two_at_once_gives_no_entry_twice():
    event = event_in(Phase.BUILDING)
    give(event, RoleKind.SCREENER, "jim")
    for key in ("ben", "bea", "cal"):
        entry_of(event, key, name=key)
    people = [person("sam"), person("jim")]
    taken: list[Revision | None] = []

    outcomes = together([lambda by=by: taken.append(actions.claim_next(event, by=by)) for by in people])

    assert outcomes == ["done", "done"]
    assert None not in taken
    assert len({revision.pk for revision in taken}) == 2
    assert Claim.objects.count() == 2


def test_hand_over_gives_it_to_another_screener_and_tells_them(entry, sam, jim):
    actions.claim(entry, by=sam)

    actions.hand_over(entry, jim, by=sam)

    assert readers() == [("Letter Sorter", "Jim Okafor")]
    (mail,) = Mail.objects.filter(to=jim.email)
    assert "Sam Adeyemi asks you to read ‘Letter Sorter’" in mail.body
    assert AuditRow.objects.get(verb="screening.handed_over").details == {"to": jim.pk}


@pytest.mark.parametrize("key", ["ben", "jude", "cal"])
def test_hand_over_to_who_cannot_screen_it_is_refused(entry, sam, key):
    actions.claim(entry, by=sam)

    assert refused(lambda: actions.hand_over(entry, person(key), by=sam)).endswith(
        "cannot screen this entry. Choose another screener"
    )


def test_hand_over_of_what_one_does_not_read_is_refused(entry, sam, jim):
    assert refused(lambda: actions.hand_over(entry, jim, by=sam)) == (
        "You are not reading this entry. Claim it first"
    )


def test_release_frees_it(entry, sam):
    actions.claim(entry, by=sam)

    actions.release(entry, by=sam)
    actions.release(entry, by=sam)

    assert readers() == []
    assert AuditRow.objects.filter(verb="screening.released").count() == 1


# Two people for a hold that lasts


def in_judging(entry: Revision) -> Revision:
    """The same entry, so late that it could have been held a day ago."""
    event_in(Phase.JUDGING)
    return Revision.objects.get(pk=entry.pk)


def lasting(entry: Revision) -> bool:
    return Clearance.objects.standing().get(revision=entry).lasts


def test_hold_by_one_person_does_not_last(entry, sam):
    actions.hold(entry, "A real name is in it", by=sam)

    assert not lasting(entry)


def test_hold_by_a_second_person_lasts(entry, sam, jim):
    first = actions.hold(entry, "A real name is in it", by=sam)

    second = actions.hold(entry, "I see it too", by=jim)

    assert (second.lasts, second.confirms) == (True, first)
    subjects = Mail.objects.filter(to="ben@records.example.org").order_by("pk").values_list("body", flat=True)
    assert [body.split("\n")[0].split(" of your")[0] for body in subjects] == [
        "A screener holds revision 1",
        "Another screener agrees to hold revision 1",
    ]


def test_hold_by_the_same_person_twice_does_not_last(entry, sam):
    actions.hold(entry, "A real name is in it", by=sam)
    actions.hold(entry, "And a telephone number", by=sam)

    assert not lasting(entry)


def test_hold_repeated_by_the_first_after_the_second_still_lasts(entry, sam, jim):
    actions.hold(entry, "A real name is in it", by=sam)
    actions.hold(entry, "I see it too", by=jim)
    actions.hold(entry, "A real name is in it", by=sam)

    assert lasting(entry)


def test_hold_before_it_was_cleared_does_not_join_one_after(entry, sam, jim):
    actions.hold(entry, "A real name is in it", by=sam)
    actions.clear(entry, by=jim)

    actions.hold(entry, "There is another name", by=jim)

    assert not lasting(entry)


def test_hold_that_nobody_joins_lapses_and_waits_for_a_decision_again(entry, sam, as_):
    entry = in_judging(entry)
    Plan.objects.filter(event=entry.event).update(holds_last_hours=24)
    with arrived_at(now() - timedelta(hours=25)):
        actions.hold(entry, "A real name is in it", by=sam)

    (row,) = queue_rows([entry])
    waiting = as_(sam).get("/events/summer/screening/").context["rows"]

    assert row.lapsed
    assert [shown.revision for shown in waiting] == [entry]
    assert list(cleared_entries(entry.event)) == []  # no lapse clears anything
    assert "Clear or hold 1 entry" in [need.text for need in needs_of(sam)]
    assert actions.claim_next(entry.event, by=sam) == entry


def test_hold_that_two_decided_does_not_lapse(entry, sam, jim, as_):
    entry = in_judging(entry)
    with arrived_at(now() - timedelta(hours=25)):
        actions.hold(entry, "A real name is in it", by=sam)
        actions.hold(entry, "I see it too", by=jim)

    assert [row.lapsed for row in queue_rows([entry])] == [False]
    assert as_(sam).get("/events/summer/screening/").context["rows"] == []


# The queue


def test_queue_counts_each_shelf(entry, sam, jim, as_):
    others = [entry_of(entry.event, key, name=key) for key in ("bea", "cal", "dot")]
    actions.clear(others[0], by=sam)
    actions.hold(others[1], "A real name is in it", by=sam)
    actions.claim(entry, by=sam)

    shelves = as_(sam).get("/events/summer/screening/").context["shelves"]

    assert {name: number for name, _, number in shelves} == {
        "waiting": 2,
        "mine": 1,
        "second": 1,
        "held": 1,
        "cleared": 1,
        "all": 4,
    }


def test_queue_costs_the_same_for_one_entry_and_for_four(
    entry, sam, as_, django_assert_num_queries, django_assert_max_num_queries
):
    browser = as_(sam)
    address = "/events/summer/screening/?show=all"
    browser.get(address)
    with django_assert_max_num_queries(40) as one:
        browser.get(address)
    for key in ("bea", "cal", "dot"):
        actions.claim(entry_of(entry.event, key, name=key), by=sam)

    with django_assert_num_queries(len(one)):
        browser.get(address)


def test_next_over_page_and_api_takes_an_entry(entry, sam, jim, as_, api_as):
    entry_of(entry.event, "bea", name="Sandbags", title="Plain Warning")

    page = as_(sam).post("/events/summer/screening/next/")
    answer = api_as(jim).post("/api/v1/events/summer/screening/next/")
    nothing = api_as(jim).post("/api/v1/events/summer/screening/next/")

    assert page["Location"] == f"/events/summer/screening/{entry.submission.code}/"
    assert (answer.status_code, answer.json()["claim"]["by"]) == (200, "Jim Okafor")
    assert nothing.status_code == 200  # it is still the one that jim reads
    assert readers() == [("Letter Sorter", "Sam Adeyemi"), ("Plain Warning", "Jim Okafor")]
