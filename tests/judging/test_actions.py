import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from core.clock import arrived_at
from core.models import AuditRow
from core.refusals import Refused
from events.models import Event, Phase, Role, RoleKind
from hackathon.needs import needs_of
from judging import actions
from judging.models import Assignment, Ballot, Criterion, Judge, Score
from judging.rubrics import TEMPLATES
from screening.models import Clearance
from submissions.models import Submission
from tests.world import cleared_entry, event_in, give, person, revision_of, round_of

LINE = {"name": "Care", "description": "For people", "low": "None", "high": "Much", "weight": 3}


def event_to_score() -> Event:
    """An event in judging with a rubric of four criteria and ben's cleared entry."""
    event = event_in(Phase.JUDGING)
    actions.adopt(round_of(event), by=person("ada"), template="value")
    cleared_entry(event, "ben")
    return event


def given_to(key: str, event: Event) -> Assignment:
    entry = first_cleared(event)
    return actions.assign(round_of(entry.event), entry, person(key), by=person("ada"))


def first_cleared(event: Event):
    clearances = Clearance.objects.filter(revision__submission__team__event=event)
    return clearances.order_by("pk").first().revision.submission


def all_of(event: Event, value: int) -> dict[int, int]:
    return {criterion.pk: value for criterion in Criterion.objects.of_event(event)}


def sheet(assignment: Assignment, value: int = 4, **changes) -> dict:
    """What a judge sends who scored everything alike."""
    base = {"version": 0, "revision": 1, "scores": all_of(assignment.event, value), "by": assignment.judge}
    return base | {"note": "", "comment": "", "hand_in": True} | changes


def refused(act) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.message


# The rubric

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", ["ada", "kit"])
def test_adopt_puts_the_templates_criteria_in_place(key):
    event = event_in(Phase.BUILDING)
    actions.add_criterion(round_of(event), by=person("ada"), **LINE)

    actions.adopt(round_of(event), by=person(key), template="value")

    assert list(Criterion.objects.values_list("name", "weight", "position")) == [
        ("Impact", 2, 1),
        ("Feasibility", 2, 2),
        ("Innovation", 1, 3),
        ("Clarity", 1, 4),
    ]
    row = AuditRow.objects.get(verb="judging.adopted")
    assert (row.by, row.scope) == (person(key), "summer")
    assert row.details == {"template": "value", "replaced": ["Care"]}


def test_templates_have_lines_that_fit_their_fields():
    for template in TEMPLATES.values():
        for line in template.lines:
            Criterion(round_id=1, position=1, **line._asdict()).clean_fields(exclude=["round"])


def test_criteria_are_added_changed_and_removed(ada):
    event = event_in(Phase.BUILDING)

    criterion = actions.add_criterion(round_of(event), by=ada, **LINE)
    actions.change_criterion(criterion, by=ada, **(LINE | {"weight": 5}))
    actions.change_criterion(criterion, by=ada, **(LINE | {"weight": 5}))
    changed = Criterion.objects.get().weight
    actions.remove_criterion(criterion, by=ada)

    assert (changed, Criterion.objects.count()) == (5, 0)
    assert list(AuditRow.objects.values_list("verb", "details")) == [
        ("judging.criterion_removed", {"weight": 5}),
        ("judging.criterion_changed", {"was": {"weight": 3}, "now": {"weight": 5}}),
        ("judging.criterion_added", LINE),
    ]


def test_criterion_with_a_name_that_is_taken_is_refused(ada):
    event = event_in(Phase.BUILDING)
    actions.add_criterion(round_of(event), by=ada, **LINE)

    message = refused(lambda: actions.add_criterion(round_of(event), by=ada, **(LINE | {"name": "care"})))

    assert message == "There is a criterion called ‘care’ already. Choose another name"


def rubric_verbs(event: Event, by) -> list:
    criterion = Criterion.objects.first()
    return [
        lambda: actions.adopt(round_of(event), by=by, template="delivery"),
        lambda: actions.add_criterion(round_of(event), by=by, **LINE),
        lambda: actions.change_criterion(criterion, by=by, **LINE),
        lambda: actions.remove_criterion(criterion, by=by),
    ]


@pytest.mark.parametrize("key", ["jude", "ben", "sam", "cal", "max"])
def test_rubric_by_anyone_but_chair_and_organiser_is_denied(key):
    event = event_to_score()

    for act in rubric_verbs(event, person(key)):
        with pytest.raises(PermissionDenied):
            act()


def test_rubric_is_refused_once_a_ballot_exists(ada):
    event = event_to_score()
    actions.score(**{"assignment": given_to("jude", event)} | sheet(Assignment.objects.get(), hand_in=False))

    messages = [refused(act) for act in rubric_verbs(event, ada)]

    assert messages == [actions.FROZEN] * 4
    assert Criterion.objects.count() == 4


def test_rubric_is_refused_once_scores_have_closed(ada):
    event = event_to_score()

    with arrived_at(event.scores_close_at):
        messages = [refused(act) for act in rubric_verbs(event, ada)]

    assert messages == [f"Scores closed at {event.say(event.scores_close_at)}"] * 4


# Who scores what


def three_entries(event: Event) -> None:
    cleared_entry(event, "bea", name="Herons", title="Tide Table")
    cleared_entry(event, "dot", name="Otters", title="Form Filler")


def test_propose_assigns_without_conflict_and_again_adds_nothing(ada):
    event = event_to_score()
    three_entries(event)
    give(event, RoleKind.JUDGE, "cal", "max")  # cal is from bea's and dot's department, max from ben's

    first = actions.propose(round_of(event), by=ada, seed=1, per_entry=2)
    second = actions.propose(round_of(event), by=ada, seed=2, per_entry=2)

    given = set(Assignment.objects.values_list("submission__team__name", "judge__name"))
    assert given == {
        ("Kingfishers", "Jude Amin"),
        ("Kingfishers", "Cal Reyes"),
        ("Herons", "Jude Amin"),
        ("Herons", "Max Stone"),
        ("Otters", "Jude Amin"),
        ("Otters", "Max Stone"),
    }
    assert (len(first.new), first.shortages, second.new) == (6, [], [])
    row = AuditRow.objects.get(verb="judging.allocated")
    assert row.details == {"added": 6, "per_entry": 2, "max_load": None, "seed": 1, "short": 0}


def test_propose_names_the_seats_that_stay_empty(ada):
    event = event_to_score()

    found = actions.propose(round_of(event), by=ada, seed=1)

    assert found.shortages == [(Assignment.objects.get().submission_id, 2)]


def test_propose_leaves_out_entries_that_are_not_cleared(ada):
    event = event_to_score()
    revision = cleared_entry(event, "bea", name="Herons")
    Clearance.objects.create(revision=revision, outcome="held", reason="A name in it", by=person("sam"))

    actions.propose(round_of(event), by=ada, seed=1)

    assert [str(one.submission.team) for one in Assignment.objects.all()] == ["Kingfishers"]


def test_propose_does_not_give_an_entry_back_to_a_judge_it_was_taken_from(ada):
    event = event_to_score()
    actions.end_assignment(given_to("jude", event), by=ada, reason="They know the team")

    actions.propose(round_of(event), by=ada, seed=1)

    assert Assignment.objects.standing().count() == 0


def test_propose_keeps_to_the_load(ada):
    event = event_to_score()
    three_entries(event)

    actions.propose(round_of(event), by=ada, seed=1, max_load=2)

    assert Assignment.objects.count() == 2


@pytest.mark.parametrize(
    "state", [{"answer": "declined"}, {"paused_at": timezone.now()}, {"is_spare": True}, {"max_load": 0}]
)
def test_propose_gives_nothing_new_to_who_cannot_take_it(ada, state):
    event = event_to_score()
    give(event, RoleKind.JUDGE, "cal")
    role = Role.objects.get(event=event, user=person("cal"), kind=RoleKind.JUDGE)
    Judge.objects.create(role=role, **state)

    actions.propose(round_of(event), by=ada, seed=1, per_entry=2)

    assert [one.judge for one in Assignment.objects.all()] == [person("jude")]


@pytest.mark.parametrize("state", [{"answer": "declined"}, {"paused_at": timezone.now()}])
def test_assign_to_a_judge_who_declined_or_is_paused_is_refused(state):
    event = event_to_score()
    role = Role.objects.get(event=event, user=person("jude"), kind=RoleKind.JUDGE)
    Judge.objects.create(role=role, **state)

    assert refused(lambda: given_to("jude", event)) == (
        "Jude Amin has declined or is paused. Choose another judge"
    )
    assert Assignment.objects.count() == 0


def test_propose_without_judges_or_cleared_entries_is_refused(ada):
    empty = event_in(Phase.JUDGING)
    no_entries = refused(lambda: actions.propose(round_of(empty), by=ada, seed=1))
    Role.objects.filter(kind=RoleKind.JUDGE).delete()

    no_judges = refused(lambda: actions.propose(round_of(empty), by=ada, seed=1))

    assert no_entries.startswith("No entry has been cleared yet.")
    assert no_judges.startswith("Nobody judges at this event yet.")


def test_assign_twice_is_once(kit, jude):
    event = event_to_score()
    entry = first_cleared(event)

    first = actions.assign(round_of(entry.event), entry, jude, by=kit)
    second = actions.assign(round_of(entry.event), entry, jude, by=kit)

    assert first == second
    row = AuditRow.objects.get(verb="judging.assigned")
    assert (row.by, row.details) == (kit, {"judge": jude.pk, "entry": entry.code})


def test_assign_in_conflict_to_no_judge_or_of_a_held_entry_is_refused(ada, jude, cal):
    event = event_to_score()
    entry = first_cleared(event)
    give(event, RoleKind.JUDGE, "max")

    no_judge = refused(lambda: actions.assign(round_of(entry.event), entry, cal, by=ada))
    conflict = refused(lambda: actions.assign(round_of(entry.event), entry, person("max"), by=ada))
    Clearance.objects.create(
        revision=entry.current_revision, outcome="held", reason="A name in it", by=person("sam")
    )
    held = refused(lambda: actions.assign(round_of(entry.event), entry, jude, by=ada))

    assert [no_judge, conflict, held] == [
        "Cal Reyes is not a judge at this event",
        "Max Stone and someone on the team are both from Department for Public Records. Choose another judge",
        "This entry is not cleared, so judges cannot score it yet",
    ]


def test_end_keeps_the_ballot_and_stops_counting_it(ada):
    event = event_to_score()
    give(event, RoleKind.JUDGE, "cal")
    for key in ("jude", "cal"):
        assignment = given_to(key, event)
        actions.score(assignment, **sheet(assignment))
    before = Ballot.objects.counted().count()

    actions.end_assignment(assignment, by=ada, reason=" They know the team ")
    actions.end_assignment(assignment, by=ada, reason="Again")

    assert (before, Ballot.objects.counted().count()) == (2, 1)
    assert Ballot.objects.count() == 2
    row = AuditRow.objects.get(verb="judging.ended")
    assert row.details == {"reason": "They know the team", "handed_in": True}


def test_end_without_a_reason_is_refused(ada):
    assignment = given_to("jude", event_to_score())

    assert refused(lambda: actions.end_assignment(assignment, by=ada, reason=" ")) == (
        "Say why this judge is not to score this entry"
    )


@pytest.mark.parametrize("key", ["jude", "ben", "sam", "cal", "max"])
def test_allocation_by_anyone_but_chair_and_organiser_is_denied(key):
    event = event_to_score()
    assignment = given_to("jude", event)
    by = person(key)

    for act in (
        lambda: actions.propose(round_of(event), by=by, seed=1),
        lambda: actions.assign(assignment.round, assignment.submission, person("jude"), by=by),
        lambda: actions.end_assignment(assignment, by=by, reason="Mine"),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_allocation_after_scores_close_is_refused(ada):
    event = event_to_score()
    assignment = given_to("jude", event)

    with arrived_at(event.scores_close_at):
        messages = [
            refused(lambda: actions.propose(round_of(event), by=ada, seed=1)),
            refused(lambda: actions.assign(assignment.round, assignment.submission, person("jude"), by=ada)),
            refused(lambda: actions.end_assignment(assignment, by=ada, reason="Late")),
        ]

    assert messages == [f"Scores closed at {event.say(event.scores_close_at)}"] * 3


# Scores


def test_score_saves_a_draft_then_hands_in_then_changes(jude):
    assignment = given_to("jude", event_to_score())
    first, *_ = all_of(assignment.event, 3)

    draft = actions.score(assignment, **sheet(assignment, scores={first: 2}, hand_in=False, note="Hm"))
    drafted = (draft.version, draft.handed_in_at, draft.scores_by_criterion(), draft.note)
    handed = actions.score(assignment, **sheet(assignment, version=1, comment="Good"))
    changed = actions.score(assignment, **sheet(assignment, value=5, version=2))

    assert drafted == (1, None, {first: 2}, "Hm")
    assert (handed.version, handed.handed_in_at is None, handed.comment) == (2, False, "Good")
    assert (changed.version, changed.scores_by_criterion()) == (3, all_of(assignment.event, 5))
    assert changed.revision.number == 1
    assert list(AuditRow.objects.filter(subject_type="judging.ballot").values_list("verb", "details")) == [
        ("judging.handed_in", {"version": 3, "revision": 1}),
        ("judging.handed_in", {"version": 2, "revision": 1}),
        ("judging.saved", {"version": 1, "revision": 1}),
    ]


def test_score_removes_what_a_draft_takes_back():
    assignment = given_to("jude", event_to_score())
    first, second, *_ = all_of(assignment.event, 3)
    actions.score(assignment, **sheet(assignment, scores={first: 2, second: 4}, hand_in=False))

    actions.score(assignment, **sheet(assignment, scores={second: 5}, version=1, hand_in=False))

    assert dict(Score.objects.values_list("criterion_id", "value")) == {second: 5}


def test_score_never_puts_scores_or_words_into_the_log():
    assignment = given_to("jude", event_to_score())

    actions.score(assignment, **sheet(assignment, note="canary-note", comment="canary-comment"))

    rows = str(list(AuditRow.objects.values()))
    assert "canary" not in rows
    assert "scores" not in str(AuditRow.objects.get(verb="judging.handed_in").details)


def test_log_names_no_draft(ada):
    event = event_to_score()
    assignment = given_to("jude", event)
    Submission.objects.update(title="Not for you yet")

    actions.score(assignment, **sheet(assignment))

    rows = AuditRow.objects.filter(verb="judging.handed_in")
    assert [row.subject_label for row in rows] == ["Ballot of Jude Amin scores the entry of Kingfishers"]


def test_score_pressed_twice_is_one_save():
    assignment = given_to("jude", event_to_score())

    versions = [actions.score(assignment, **sheet(assignment)).version for _ in range(2)]

    assert versions == [1, 1]


def test_score_from_an_old_page_overwrites_nothing():
    assignment = given_to("jude", event_to_score())
    actions.score(assignment, **sheet(assignment, value=2))

    with pytest.raises(actions.Overtaken) as overtaken:
        actions.score(assignment, **sheet(assignment, value=5, version=0))

    assert overtaken.value.version == 1
    assert set(Score.objects.values_list("value", flat=True)) == {2}


def test_score_from_a_page_before_the_entry_was_given_again_is_saved(ada):
    event = event_to_score()
    before = given_to("jude", event)
    actions.score(before, **sheet(before, 2))
    actions.end_assignment(before, by=ada, reason="By mistake")
    again = given_to("jude", event)

    ballot = actions.score(again, **sheet(again, 3, version=1))

    assert (ballot.assignment_id, ballot.version) == (again.pk, 1)
    assert set(ballot.scores_by_criterion().values()) == {3}


def test_score_of_a_revision_that_was_replaced_is_refused():
    assignment = given_to("jude", event_to_score())
    newer = revision_of(assignment.submission)
    Clearance.objects.create(revision=newer, outcome="cleared", by=person("sam"))

    with pytest.raises(actions.EntryChanged) as changed:
        actions.score(assignment, **sheet(assignment))

    assert changed.value.number == 2
    assert actions.score(assignment, **sheet(assignment, revision=2)).revision == newer


def test_ballot_on_a_revision_that_was_replaced_counts_once_it_is_handed_in_again(jude):
    event = event_to_score()
    assignment = given_to("jude", event)
    actions.score(assignment, **sheet(assignment, 5))
    entry = revision_of(assignment.submission, title="Another thing")
    Clearance.objects.create(revision=entry, outcome=Clearance.Outcome.CLEARED, by=person("sam"))

    before = ballots_of(event)
    actions.score(assignment, **sheet(assignment, 2, version=1, revision=2))

    assert (before, ballots_of(event)) == ((0, False, ["Score 1 entry"]), (1, True, []))


def ballots_of(event: Event) -> tuple[int, bool, list[str]]:
    """How many count in the results, whether jude's is handed in, and what jude's home asks for."""
    given = Assignment.objects.with_progress().get()
    return (
        Ballot.objects.counted().count(),
        given.is_handed_in,
        [need.text for need in needs_of(given.judge)],
    )


def test_score_of_an_entry_that_is_held_now_is_refused():
    assignment = given_to("jude", event_to_score())
    Clearance.objects.create(
        revision=assignment.submission.current_revision, outcome="held", reason="A name", by=person("sam")
    )

    assert refused(lambda: actions.score(assignment, **sheet(assignment))) == (
        "This entry is held back at the moment, so it cannot be scored. Nothing here was saved"
    )


def test_hand_in_with_gaps_is_refused_and_names_the_first():
    assignment = given_to("jude", event_to_score())
    first, second, *_ = all_of(assignment.event, 3)

    with pytest.raises(Refused) as refusal:
        actions.score(assignment, **sheet(assignment, scores={first: 3}))

    assert (refusal.value.message, refusal.value.field) == (
        "Score ‘Feasibility’ before you hand in",
        f"criterion_{second}",
    )
    assert Ballot.objects.count() == 0


@pytest.mark.parametrize("value", [0, 6, -1])
def test_score_off_the_scale_is_refused(value):
    assignment = given_to("jude", event_to_score())

    assert refused(lambda: actions.score(assignment, **sheet(assignment, value=value))) == (
        "Score ‘Impact’ with a whole number from 1 to 5"
    )


def test_score_on_a_criterion_of_another_event_is_refused(ada):
    assignment = given_to("jude", event_to_score())
    other = actions.add_criterion(round_of(event_in(Phase.JUDGING, "winter")), by=ada, **LINE)

    assert refused(lambda: actions.score(assignment, **sheet(assignment, scores={other.pk: 3}))) == (
        "The rubric has changed since you opened this page. Open it again"
    )


def test_score_without_a_rubric_is_refused():
    event = event_in(Phase.JUDGING)
    cleared_entry(event, "ben")
    assignment = given_to("jude", event)

    assert refused(lambda: actions.score(assignment, **sheet(assignment, scores={}))).startswith(
        "There is no rubric yet"
    )


def test_draft_over_a_ballot_that_was_handed_in_is_refused():
    assignment = given_to("jude", event_to_score())
    actions.score(assignment, **sheet(assignment))

    message = refused(
        lambda: actions.score(assignment, **sheet(assignment, value=1, version=1, hand_in=False))
    )

    assert message == "You have handed in this ballot. Change it, then hand it in again"


@pytest.mark.parametrize("key", ["ada", "kit", "ben", "sam", "cal", "max"])
def test_score_by_anyone_but_the_assigned_judge_is_denied(key):
    assignment = given_to("jude", event_to_score())

    with pytest.raises(PermissionDenied):
        actions.score(assignment, **sheet(assignment, by=person(key)))


def test_score_by_another_judge_of_the_event_is_denied():
    event = event_to_score()
    give(event, RoleKind.JUDGE, "cal")
    assignment = given_to("jude", event)

    with pytest.raises(PermissionDenied):
        actions.score(assignment, **sheet(assignment, by=person("cal")))


def test_score_by_a_judge_who_lost_the_role_is_denied(jude):
    assignment = given_to("jude", event_to_score())
    event_in(Phase.JUDGING, "winter")  # where jude still judges
    Role.objects.filter(event=assignment.event, user=jude).delete()

    with pytest.raises(PermissionDenied):
        actions.score(assignment, **sheet(assignment))


def test_score_on_an_ended_assignment_is_denied(ada):
    assignment = given_to("jude", event_to_score())
    actions.end_assignment(assignment, by=ada, reason="They know the team")

    with pytest.raises(PermissionDenied):
        actions.score(assignment, **sheet(assignment))


def test_score_in_a_conflict_that_came_later_is_refused(jude, ben):
    assignment = given_to("jude", event_to_score())
    jude.department = ben.department
    jude.save()

    assert refused(lambda: actions.score(assignment, **sheet(assignment))).startswith(
        "You and someone on this team are both from Department for Public Records"
    )


@pytest.mark.parametrize(
    ("moment", "ahead", "message"),
    [
        ("submissions_close_at", -1, "Scores open at "),
        ("scores_close_at", 0, "Scores closed at "),
    ],
)
def test_score_outside_the_window_is_refused(moment, ahead, message):
    assignment = given_to("jude", event_to_score())
    at = getattr(assignment.event, moment)

    with arrived_at(at + timedelta(microseconds=ahead)):
        said = refused(lambda: actions.score(assignment, **sheet(assignment)))

    assert said == message + assignment.event.say(at)


@pytest.mark.parametrize(("moment", "ahead"), [("submissions_close_at", 0), ("scores_close_at", -1)])
def test_score_at_the_edges_of_the_window_is_saved(moment, ahead):
    assignment = given_to("jude", event_to_score())

    with arrived_at(getattr(assignment.event, moment) + timedelta(microseconds=ahead)):
        ballot = actions.score(assignment, **sheet(assignment))

    assert ballot.version == 1


@pytest.mark.django_db(transaction=True)
def test_two_first_saves_at_once_make_one_ballot_and_overwrite_nothing():
    assignment = given_to("jude", event_to_score())
    sheets = [sheet(assignment, value=value) for value in (1, 5)]
    ready, said = threading.Barrier(2), []

    def save(given: dict) -> None:
        ready.wait()
        try:
            said.append(actions.score(assignment, **given).version)
        except actions.Overtaken:
            said.append("overtaken")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(given,)) for given in sheets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said, key=str) == [1, "overtaken"]
    assert len(set(Score.objects.values_list("value", flat=True))) == 1


@pytest.mark.django_db(transaction=True)
def test_rubric_and_first_ballot_at_once_never_leave_a_ballot_on_another_rubric(ada):
    assignment = given_to("jude", event_to_score())
    given, ready, said = sheet(assignment), threading.Barrier(2), []

    def run(act) -> None:
        ready.wait()
        try:
            act()
            said.append("done")
        except Refused:
            said.append("refused")
        finally:
            connection.close()

    acts = [
        lambda: actions.score(assignment, **given),
        lambda: actions.adopt(round_of(assignment.event), by=ada, template="delivery"),
    ]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == ["done", "refused"]
