import random

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.audit import record
from core.models import AuditRow, Mail
from core.refusals import Refused
from events.models import Event, Phase, Role, RoleKind
from hackathon.needs import needs_of
from judging import actions
from judging.models import Assignment, Ballot, Conflict, Judge, conflicts_of, why_conflict
from submissions.models import Submission
from teams import actions as teams
from teams.models import Membership, Team
from tests.races import together
from tests.world import (
    challenge_of,
    cleared_entry,
    department,
    draft_of,
    event_in,
    give,
    given,
    person,
    round_of,
    team_of,
)

pytestmark = pytest.mark.django_db
SAYS = {"kind": "mentor", "reason": "I helped them for a week"}


def ballot_of(assignment: Assignment) -> Ballot:
    """A ballot that was handed in, without going through the action."""
    at = assignment.event.submissions_close_at
    revision = assignment.submission.revisions.get()
    return Ballot.objects.create(assignment=assignment, revision=revision, saved_at=at, handed_in_at=at)


def refused(act) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.message


def judge_of(event: Event, key: str = "jude") -> Judge:
    role = Role.objects.get(event=event, user=person(key), kind=RoleKind.JUDGE)
    judge, _ = Judge.objects.get_or_create(role=role)
    return judge


# What is computed


def test_conflict_of_department_comes_from_the_judges_part_too(jude):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")
    Judge.objects.filter(pk=judge_of(event).pk).update(department=department("records"))

    why = why_conflict(round_of(event), jude, team)

    assert why == "You and someone on this team are both from Department for Public Records"


def test_conflict_of_the_challenges_owner_counts_where_the_round_says_so(jude):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")
    Judge.objects.filter(pk=judge_of(event).pk).update(department=department("rivers"))
    round = round_of(event)

    without = why_conflict(round, jude, team)
    round.owner_conflicts = True

    assert without == ""
    assert why_conflict(round, jude, team) == (
        "Your department, Rivers and Coasts Agency, set this team’s challenge"
    )


def test_conflict_of_somebody_who_left_the_team_stays(jude):
    event = event_in(Phase.FORMING)
    team = team_of(event, "ben")
    Role.objects.filter(event=event, user=jude).delete()
    give(event, RoleKind.PARTICIPANT, "jude")
    teams.join(team, by=jude)
    teams.leave(team, by=jude)
    Role.objects.filter(event=event, user=jude).delete()
    give(event, RoleKind.JUDGE, "jude")

    assert why_conflict(round_of(event), jude, team) == "You were on this team before"


def test_conflict_of_the_founder_stays(jude):
    event = event_in(Phase.FORMING)
    team = team_of(event, "ben")
    Team.objects.filter(pk=team.pk).update(founded_by=jude)
    team.refresh_from_db()

    assert why_conflict(round_of(event), jude, team) == "You were on this team before"


def test_conflict_that_ended_bars_nobody(jude, kit, ada):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")
    conflict = actions.declare(team, jude, by=ada, **SAYS)
    before = why_conflict(round_of(event), jude, team)

    actions.end_conflict(conflict, by=kit, reason="It was another team")

    assert before == "A conflict of interest is declared (has helped the team)"
    assert why_conflict(round_of(event), jude, team) == ""


def chance_world(seed: int) -> Event:
    """Four teams of one to three people, four judges, and ties between them as chance has it."""
    chance = random.Random(seed)
    event = event_in(Phase.JUDGING, slug=f"world{seed}")
    give(event, RoleKind.JUDGE, "kit", "cal", "jim")
    homes = [None, *(department(slug) for slug in ("records", "rivers", "transport", "skills"))]
    challenge = challenge_of(event)
    judges = [role.user for role in Role.objects.filter(event=event, kind=RoleKind.JUDGE)]
    for judge in judges:
        if chance.random() < 0.5:
            role = Role.objects.get(event=event, user=judge, kind=RoleKind.JUDGE)
            Judge.objects.create(role=role, department=chance.choice(homes))
    for number, key in enumerate(("ben", "bea", "sam", "dot")):
        team = team_of(event, key, name=f"Team {number}", challenge=challenge)
        draft_of(team)
        for judge in judges:
            if chance.random() < 0.2:
                record(judge, chance.choice(["teams.joined", "teams.left", "teams.founded"]), team)
            if chance.random() < 0.2:
                kind = chance.choice(Conflict.Kind.values)
                Conflict.objects.create(
                    event=event, judge=judge, team=team, kind=kind, reason="Tied", declared_by=judge,
                    ended_at=chance.choice([None, event.building_at]),
                )  # fmt: skip
    round = round_of(event)
    round.owner_conflicts = chance.random() < 0.5
    round.save()
    return event


def barred_by_hand(event: Event) -> set[tuple[int, int]]:
    """The same question, asked pair by pair in other words."""
    round = round_of(event)
    found = set()
    for entry in Submission.objects.filter(team__event=event):
        team = entry.team
        seats = Membership.objects.filter(team=team)
        for role in Role.objects.filter(event=event, kind=RoleKind.JUDGE):
            part = Judge.objects.filter(role=role).first()
            homes = {role.user.department_id, part and part.department_id} - {None}
            came = AuditRow.objects.filter(
                subject_type="teams.team",
                subject_id=team.pk,
                by=role.user,
                verb__in=["teams.joined", "teams.founded"],
            )
            if (
                any(seat.user.department_id in homes for seat in seats)
                or (round.owner_conflicts and team.challenge.department_id in homes)
                or any(seat.user_id == role.user_id for seat in seats)
                or team.founded_by_id == role.user_id
                or came.exists()
                or Conflict.objects.filter(team=team, judge=role.user, ended_at=None).exists()
            ):
                found.add((entry.pk, role.user_id))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_conflicts_of_a_round_agree_with_each_pair(seed):
    event = chance_world(seed)
    round = round_of(event)
    judges = [role.user for role in Role.objects.filter(event=event, kind=RoleKind.JUDGE)]

    found = conflicts_of(round)

    one_by_one = {
        (entry.pk, judge.pk): why
        for entry in Submission.objects.filter(team__event=event)
        for judge in judges
        if (why := why_conflict(round, judge, entry.team))
    }
    assert found == one_by_one
    assert set(found) == barred_by_hand(event)


def test_conflicts_of_a_round_take_as_many_queries_for_more():
    event = event_in(Phase.JUDGING)
    round = round_of(event)
    draft_of(team_of(event, "ben"))
    with CaptureQueriesContext(connection) as few:
        conflicts_of(round)

    draft_of(team_of(event, "bea", name="Herons"))
    draft_of(team_of(event, "cal", name="Terns"))
    give(event, RoleKind.JUDGE, "jim", "dot")
    with CaptureQueriesContext(connection) as more:
        conflicts_of(round)

    assert len(few) == len(more)


# What is declared


def test_declare_ends_what_was_given_and_voids_what_was_scored(jude, ada, kit):
    event = event_in(Phase.JUDGING)
    scored = cleared_entry(event, "ben").submission
    other = cleared_entry(event, "bea", name="Herons").submission
    kept = given(event, other, jude)
    assignment = given(event, scored, jude)
    ballot = ballot_of(assignment)

    conflict = actions.declare(scored.team, jude, by=jude, **SAYS)

    assignment.refresh_from_db()
    ballot.refresh_from_db()
    because = "A conflict of interest was declared (has helped the team)"
    assert assignment.ended_because == because
    assert (ballot.voided_by, ballot.voided_because, ballot.voided_at is None) == (jude, because, False)
    assert list(Assignment.objects.standing()) == [kept]
    assert list(Ballot.objects.counted()) == []
    row = AuditRow.objects.get(verb="judging.conflict_declared")
    assert (row.by, row.subject_id) == (jude, conflict.pk)
    assert row.details == {"judge": jude.pk, "team": scored.team.code, "kind": "mentor", "ended": 1}
    assert AuditRow.objects.get(verb="judging.ended").details == {"reason": because, "voided": True}
    told = Mail.objects.filter(key__startswith="judging.conflict:").values_list("to", "subject")
    subject = "An entry at Summer hackathon has one judge fewer"
    assert set(told) == {(ada.email, subject), (kit.email, subject)}
    assert "Find another judge for 1 entry" in [need.text for need in needs_of(ada)]


def test_declare_twice_is_once(jude):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")

    first = actions.declare(team, jude, by=jude, **SAYS)
    second = actions.declare(team, jude, by=jude, **SAYS)

    assert first == second
    assert AuditRow.objects.filter(verb="judging.conflict_declared").count() == 1


@pytest.mark.parametrize("key", ["ben", "sam", "cal", "bea"])
def test_declare_for_a_judge_by_anyone_else_is_denied(key, jude):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")

    with pytest.raises(PermissionDenied):
        actions.declare(team, jude, by=person(key), **SAYS)


def test_declare_is_refused_once_the_results_are_out(jude):
    event = event_in(Phase.SHOWCASE)
    team = team_of(event, "ben")

    assert refused(lambda: actions.declare(team, jude, by=jude, **SAYS)) == (
        "The results of this event are published"
    )


def test_declare_of_somebody_who_does_not_judge_is_refused(ada, cal):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")

    message = refused(lambda: actions.declare(team, cal, by=ada, **SAYS))

    assert message == "Cal Reyes is not a judge at this event"


@pytest.mark.parametrize("key", ["jude", "ada", "ben", "cal"])
def test_end_conflict_by_its_judge_its_declarer_or_an_outsider_is_denied(key, jude, ada):
    event = event_in(Phase.JUDGING)
    give(event, RoleKind.CHAIR, "jude")  # even then it is about themselves
    conflict = actions.declare(team_of(event, "ben"), jude, by=ada, **SAYS)

    with pytest.raises(PermissionDenied):
        actions.end_conflict(conflict, by=person(key), reason="It was a mistake")


def test_end_conflict_keeps_what_was_voided_and_lets_assign_again(jude, ada, kit):
    event = event_in(Phase.JUDGING)
    entry = cleared_entry(event, "ben").submission
    ballot = ballot_of(given(event, entry, jude))
    conflict = actions.declare(entry.team, jude, by=jude, **SAYS)

    actions.end_conflict(conflict, by=kit, reason="Another Jude")
    again = actions.assign(round_of(event), entry, jude, by=ada)

    ballot.refresh_from_db()
    assert ballot.voided_at is not None
    assert again.ended_at is None
    row = AuditRow.objects.get(verb="judging.conflict_ended")
    assert (row.by, row.details) == (kit, {"reason": "Another Jude"})


def test_conflict_that_came_about_late_is_shown_and_settled(as_, api_as, ada, jude):
    event = event_in(Phase.JUDGING)
    assignment = given(event, cleared_entry(event, "ben").submission, jude)
    ballot = ballot_of(assignment)
    kept = given(event, cleared_entry(event, "bea", name="Herons").submission, jude)
    jude.department = department("records")
    jude.save()
    shown = as_(ada).get("/events/summer/judging/judges/").content.decode()

    answer = as_(ada).post("/events/summer/judging/conflicts/settle/")
    again = api_as(ada).post("/api/v1/events/summer/judging/conflicts/settle/")

    ballot.refresh_from_db()
    assert "1 entry was given to judges who have a conflict of interest now" in " ".join(shown.split())
    assert (answer.status_code, again.json()) == (302, {"ended": 0})
    assert list(Assignment.objects.standing()) == [kept]
    assert (ballot.voided_by, ballot.voided_because) == (ada, "A conflict of interest")
    assert AuditRow.objects.get(verb="judging.conflicts_settled").details == {"ended": 1}


@pytest.mark.parametrize("key", ["jude", "ben", "cal"])
def test_settle_by_anyone_else_is_denied(key):
    with pytest.raises(PermissionDenied):
        actions.end_in_conflict(event_in(Phase.JUDGING), by=person(key))


# No door leads past it


def conflicted(event: Event) -> Submission:
    entry = cleared_entry(event, "ben").submission
    actions.declare(entry.team, person("jude"), by=person("jude"), **SAYS)
    return entry


def test_assign_over_a_conflict_is_refused_at_both_doors(as_, api_as, ada, jude):
    event = event_in(Phase.JUDGING)
    entry = conflicted(event)

    page = as_(ada).post(f"/events/summer/judging/allocation/{entry.code}/assign/", {"judge": jude.pk})
    answer = api_as(ada).post(
        "/api/v1/events/summer/judging/allocation/assign/",
        {"entry": entry.code, "judge": jude.email},
        format="json",
    )

    assert (page.status_code, answer.status_code) == (200, 409)
    assert Assignment.objects.standing().count() == 0


def test_propose_gives_nobody_an_entry_over_a_conflict(ada):
    event = event_in(Phase.JUDGING)
    conflicted(event)

    found = actions.propose(round_of(event), by=ada, seed=1, per_entry=1)

    assert (found.new, len(found.shortages)) == ([], 1)


@pytest.mark.parametrize("is_begun", [True, False])
def test_score_over_a_conflict_is_denied_at_both_doors(as_, api_as, ada, jude, is_begun):
    event = event_in(Phase.JUDGING)
    actions.adopt(round_of(event), by=ada, template="value")
    entry = conflicted(event)
    assignment = given(event, entry, jude)  # as if it had slipped through
    if is_begun:
        ballot_of(assignment)
    address = f"judging/entries/{entry.code}/"
    scores = {f"criterion_{one.pk}": 4 for one in round_of(event).criteria.all()}
    sent = {"version": int(is_begun), "revision": 1, "then": "hand_in", "note": "mine"}
    before = list(Ballot.objects.values())

    page = as_(jude).post(f"/events/summer/{address}", scores | sent)
    answer = api_as(jude).put(
        f"/api/v1/events/summer/{address}",
        {"version": 0, "revision": 1, "scores": {}, "hand_in": False},
        format="json",
    )
    shown = as_(jude).get(f"/events/summer/{address}").content.decode()

    assert (page.status_code, answer.status_code) == (200, 409)
    assert list(Ballot.objects.values()) == before
    assert "A conflict of interest is declared" in shown
    assert "Letter Sorter" not in shown


@pytest.mark.django_db(transaction=True)
def test_declare_and_assign_at_once_leave_no_assignment():
    event = event_in(Phase.JUDGING)
    entry = cleared_entry(event, "ben").submission
    round, ada, jude = round_of(event), person("ada"), person("jude")

    together(
        [
            lambda: actions.assign(round, entry, jude, by=ada),
            lambda: actions.declare(entry.team, jude, by=jude, **SAYS),
        ]
    )

    assert Conflict.objects.standing().count() == 1
    assert Assignment.objects.standing().count() == 0


# Pages


def test_judge_declares_a_conflict_with_a_team(as_, jude):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")

    answer = as_(jude).post("/events/summer/judging/me/conflict/", {"about": team.pk, **SAYS})
    shown = as_(jude).get("/events/summer/judging/me/").content.decode()

    assert (answer.status_code, answer.url) == (302, "/events/summer/judging/me/")
    assert Conflict.objects.values_list("judge", "team", "kind").get() == (jude.pk, team.pk, "mentor")
    assert "Kingfishers: has helped the team" in shown


def test_judge_in_a_blind_round_declares_by_the_title_and_sees_no_team(as_, jude):
    event = event_in(Phase.JUDGING)
    entry = cleared_entry(event, "ben").submission
    cleared_entry(event, "bea", name="Herons")
    round = round_of(event)
    round.is_blind = True
    round.save()
    given(event, entry, jude)
    here = f"/events/summer/judging/entries/{entry.code}/conflict/"

    pages = [as_(jude).get(one) for one in ("/events/summer/judging/me/conflict/", here)]
    as_(jude).post(here, SAYS)
    pages.append(as_(jude).get("/events/summer/judging/me/"))

    texts = [page.content.decode() for page in pages]
    assert [("Letter Sorter" in text, "Kingfishers" in text, "Herons" in text) for text in texts] == [
        (True, False, False)
    ] * 3


def test_organiser_declares_and_another_ends_a_conflict(as_, ada, kit, jude):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")
    said = {"judge": jude.pk, "about": team.pk, "kind": "line_manager", "reason": "Manages Ben"}

    as_(ada).post("/events/summer/judging/conflicts/declare/", said)
    conflict = Conflict.objects.get()
    end = f"/events/summer/judging/conflicts/{conflict.pk}/end/"
    by_declarer = as_(ada).get(end)
    by_chair = as_(kit).post(end, {"reason": "Not any more"})

    conflict.refresh_from_db()
    assert (by_declarer.status_code, by_chair.status_code, conflict.ended_by) == (403, 302, kit)


def test_conflicts_over_the_api(api_as, ada, kit, jude, ben):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")
    base = "/api/v1/events/summer/judging/conflicts/"
    body = {"judge": jude.email, "team": team.code, "kind": "line_manager", "reason": "Manages Ben"}

    made = api_as(ada).post(base, body, format="json")
    listed = api_as(kit).get(base).json()["results"]
    denied = api_as(ben).get(base).status_code
    own_end = api_as(ada).post(f"{base}{made.json()['id']}/end/", {"reason": "No"}, format="json")
    ended = api_as(kit).post(f"{base}{made.json()['id']}/end/", {"reason": "No"}, format="json")

    assert (made.status_code, denied, own_end.status_code, ended.status_code) == (201, 403, 403, 204)
    assert [(row["judge"], row["team"], row["kind"]) for row in listed] == [
        (jude.email, team.code, "line_manager")
    ]


def test_judge_declares_over_the_api_at_the_entry(api_as, jude):
    event = event_in(Phase.JUDGING)
    entry = cleared_entry(event, "ben").submission
    given(event, entry, jude)
    address = f"/api/v1/events/summer/judging/entries/{entry.code}/conflict/"

    answer = api_as(jude).post(address, SAYS, format="json")

    assert (answer.status_code, answer.content) == (204, b"")
    assert Conflict.objects.get().team == entry.team
