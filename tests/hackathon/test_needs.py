from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from challenges.models import Challenge
from events.models import Application, Phase, RoleKind
from hackathon.needs import needs_of, open_to
from judging.models import Ballot
from screening import actions as screening
from screening.models import Clearance
from tests.world import (
    challenge_of,
    cleared_entry,
    department,
    draft_of,
    entry_of,
    event_in,
    give,
    given,
    person,
    revision_of,
    team_of,
)

pytestmark = pytest.mark.django_db


def texts(user) -> list[str]:
    return [need.text for need in needs_of(user)]


def test_needs_of_someone_without_a_part_are_none(cal):
    event_in(Phase.BUILDING)

    assert needs_of(cal) == []


@pytest.mark.parametrize(
    ("phase", "wanted"),
    [
        (Phase.ANNOUNCED, []),
        (Phase.FORMING, ["Find a team, or found one"]),
        (Phase.BUILDING, ["Find a team, or found one"]),
        (Phase.JUDGING, []),
        (Phase.SHOWCASE, []),
    ],
)
def test_needs_of_a_participant_without_a_team_follow_the_phase(ben, phase, wanted):
    event_in(phase)

    assert texts(ben) == wanted


def test_need_to_answer_a_screener_goes_with_the_answer(ben, sam):
    entry = entry_of(event_in(Phase.JUDGING))
    told = [texts(ben)]
    screening.ask(entry, "Who checks?", by=sam, number=4)
    screening.ask(entry, "How often is it wrong?", by=sam, number=1)
    told.append(texts(ben))
    screening.answer(entry, "A caseworker", by=ben, number=4)
    told.append(texts(ben))

    assert told == [[], ["Answer 2 questions about your entry"], ["Answer 1 question about your entry"]]


def test_hold_by_one_person_needs_another_screener(sam):
    event = event_in(Phase.JUDGING)
    give(event, RoleKind.SCREENER, "jim")
    entry = entry_of(event)
    screening.hold(entry, "A real name is in it", by=sam)
    told = [texts(sam), texts(person("jim"))]
    screening.hold(entry, "I see it too", by=person("jim"))

    assert told == [[], ["Agree to hold 1 entry, or clear it"]]
    assert texts(person("jim")) == []


def test_needs_of_a_team_follow_its_entry(ben):
    team = team_of(event_in(Phase.BUILDING))
    told = [texts(ben)]
    draft = draft_of(team, built="", ai_use="")
    told.append(texts(ben))
    for field in ("built", "ai_use"):
        setattr(draft, field, "Something")
    draft.save()
    told.append(texts(ben))
    revision = revision_of(draft)
    told.append(texts(ben))
    draft.title = "Another title"
    draft.save()
    told.append(texts(ben))
    Clearance.objects.create(
        revision=revision, outcome=Clearance.Outcome.HELD, reason="Name the data", by=person("sam")
    )
    told.append(sorted(texts(ben)))

    assert told == [
        ["Start your entry"],
        ["Finish your entry: 2 answers are missing"],
        ["Submit your entry: every answer is there"],
        [],
        ["Your draft has changed since you submitted it"],
        ["Your draft has changed since you submitted it", "Your entry is held"],
    ]


def test_needs_of_a_judge_count_what_is_left(jude):
    event = event_in(Phase.JUDGING)
    for name, keys in (("One", ["ben"]), ("Two", ["bea"])):
        entry = cleared_entry(event, *keys, name=name)
        assignment = given(event, entry.submission, jude)
    Ballot.objects.create(
        assignment=assignment, revision=entry, saved_at=entry.submitted_at, handed_in_at=entry.submitted_at
    )

    assert texts(jude) == ["Score 1 entry"]


def test_needs_of_a_screener_count_what_nobody_decided(sam):
    event = event_in(Phase.BUILDING)
    cleared_entry(event, "ben", name="One")
    revision_of(draft_of(team_of(event, "bea", name="Two")))

    assert texts(sam) == ["Clear or hold 1 entry"]


def test_needs_of_a_chair_are_coverage_and_then_the_results(kit):
    event = event_in(Phase.JUDGING)
    while_open = texts(kit)
    event.scores_close_at = event.submissions_close_at + timedelta(hours=1)
    event.save()

    assert while_open == ["Watch coverage: 0 of 0 ballots handed in"]
    assert texts(kit) == ["Read the results"]


def test_needs_of_an_owner_are_the_changes_asked_for(dot):
    event = event_in(Phase.FORMING)
    challenge_of(event, decision=Challenge.Decision.CHANGES, reason="Say who is affected")

    assert [(need.text, need.hint) for need in needs_of(dot)] == [
        ("Change your challenge ‘Letters that wait’", "Say who is affected")
    ]


def test_needs_of_an_organiser_are_decisions_that_can_still_be_taken(ada, cal):
    event = event_in(Phase.FORMING)
    Application.objects.create(event=event, user=cal, motivation="To learn", skills="Design")
    challenge_of(event, decision="")
    forming = texts(ada)
    event_in(Phase.JUDGING)

    assert forming == ["Decide 1 application", "Review 1 challenge"]
    assert texts(ada) == ["Assign judges to entries"]


def test_needs_of_an_organiser_of_a_draft_is_to_open_it(ada, cal):
    event_in(Phase.DRAFT)

    assert texts(ada) == ["Open this event"]


def test_needs_cost_the_same_for_one_event_and_for_three(ben, jude):
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            needs_of(ben)
            needs_of(jude)
        return len(queries)

    def one_more(slug: str) -> None:
        event = event_in(Phase.BUILDING, slug=slug)
        give(event, RoleKind.SCREENER, "jude")
        revision_of(draft_of(team_of(event, "ben", name=slug)))

    one_more("one")
    first = cost()
    one_more("two")
    one_more("three")

    assert (first > 0, cost()) == (True, first)


def test_open_to_a_person_are_the_events_that_invite_their_department(cal):
    event = event_in(Phase.FORMING)
    before = open_to(cal)
    event.departments.set([cal.department, department("records")])
    among = open_to(cal)
    event.departments.set([department("records")])

    assert ([before, among], open_to(cal)) == ([[event], [event]], [])
