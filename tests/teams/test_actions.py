import pytest
from django.core.exceptions import PermissionDenied

from core.models import AuditRow
from core.refusals import Refused
from events.actions import take_role
from events.models import Phase, RoleKind
from teams import actions
from teams.models import Membership, Team
from tests.challenges.world import audited
from tests.races import together
from tests.world import challenge_of, event_in, give, person, team_of

pytestmark = pytest.mark.django_db


def member_keys(team: Team) -> list[str]:
    return sorted(membership.user.email.partition("@")[0] for membership in team.memberships.all())


# found


def test_found_makes_the_founder_its_first_member(ben):
    event = event_in(Phase.FORMING)
    challenge = challenge_of(event)

    team = actions.found(
        event, by=ben, name="  Kingfishers  of the Exe ", challenge=challenge, about=" Write "
    )

    found = Team.objects.get()
    assert (found.name, found.about, found.challenge) == ("Kingfishers of the Exe", "Write", challenge)
    assert (member_keys(found), found.founded_by) == (["ben"], ben)
    assert audited("teams.founded") == (ben, team.pk, "summer", {"challenge": challenge.code})


@pytest.mark.parametrize("key", ["ada", "cal", "dot", "jude", "kit", "sam"])
def test_found_by_anyone_but_a_participant_is_denied(key):
    event = event_in(Phase.FORMING)

    with pytest.raises(PermissionDenied):
        actions.found(event, by=person(key), name="Kingfishers", challenge=challenge_of(event))


def test_found_as_participant_of_another_event_is_denied(cal):
    event = event_in(Phase.FORMING)
    give(event_in(Phase.FORMING, slug="winter"), RoleKind.PARTICIPANT, "cal")

    with pytest.raises(PermissionDenied):
        actions.found(event, by=cal, name="Kingfishers", challenge=challenge_of(event))


def test_found_while_on_a_team_is_refused(ben):
    event = event_in(Phase.FORMING)
    team = team_of(event, "ben")

    with pytest.raises(Refused, match="You are already on Kingfishers"):
        actions.found(event, by=ben, name="Herons", challenge=team.challenge)

    assert Team.objects.count() == 1


def test_found_while_on_a_team_of_another_event_is_allowed(ben):
    team_of(event_in(Phase.FORMING, slug="winter"), "ben")
    event = event_in(Phase.FORMING)

    actions.found(event, by=ben, name="Herons", challenge=challenge_of(event))

    assert Team.objects.of(ben).count() == 2


@pytest.mark.parametrize(
    ("phase", "why"),
    [(Phase.ANNOUNCED, "Team changes open at "), (Phase.JUDGING, "Team changes closed at ")],
)
def test_found_outside_the_window_is_refused(ben, phase, why):
    event = event_in(phase)

    with pytest.raises(Refused, match=why):
        actions.found(event, by=ben, name="Kingfishers", challenge=challenge_of(event))

    assert Team.objects.count() == 0


@pytest.mark.parametrize("decision", ["", "changes", "declined"])
def test_found_on_a_challenge_that_is_not_approved_is_refused(ben, decision):
    event = event_in(Phase.FORMING)

    with pytest.raises(Refused, match="approved challenges"):
        actions.found(event, by=ben, name="Kingfishers", challenge=challenge_of(event, decision=decision))

    assert Team.objects.count() == 0


def test_found_on_a_challenge_of_another_event_is_refused(ben):
    elsewhere = challenge_of(event_in(Phase.FORMING, slug="winter"))

    with pytest.raises(Refused, match="approved challenges"):
        actions.found(event_in(Phase.FORMING), by=ben, name="Kingfishers", challenge=elsewhere)


@pytest.mark.parametrize("name", ["Kingfishers", "KINGFISHERS", " king\tfishers"])
def test_found_with_a_name_that_is_taken_is_refused(ben, name):
    event = event_in(Phase.FORMING)
    team_of(event, "bea", name="Kingfishers")
    team_of(event, "cal", name="King fishers")

    with pytest.raises(Refused, match="already a team called") as refusal:
        actions.found(event, by=ben, name=name, challenge=challenge_of(event, title="Another"))

    assert refusal.value.field == "name"
    assert Team.objects.of(ben).count() == 0


def test_found_without_a_name_is_refused(ben):
    event = event_in(Phase.FORMING)

    with pytest.raises(Refused, match="Enter what the team is called"):
        actions.found(event, by=ben, name=" \n ", challenge=challenge_of(event))


@pytest.mark.django_db(transaction=True)
def test_found_two_teams_at_once_makes_one():
    event, ben = event_in(Phase.FORMING), person("ben")
    challenge = challenge_of(event)

    outcomes = together(
        [
            lambda: actions.found(event, by=ben, name="Herons", challenge=challenge),
            lambda: actions.found(event, by=ben, name="Otters", challenge=challenge),
        ]
    )

    assert outcomes == ["done", "refused"]
    assert (Team.objects.count(), Membership.objects.count(), AuditRow.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_found_one_name_at_once_makes_one_team():
    event = event_in(Phase.FORMING)
    challenge = challenge_of(event)
    people = [person("ben"), person("bea")]

    outcomes = together(
        [lambda by=by: actions.found(event, by=by, name="Herons", challenge=challenge) for by in people]
    )

    assert outcomes == ["done", "refused"]
    assert (Team.objects.count(), Membership.objects.count()) == (1, 1)


# join


def test_join_takes_a_seat(bea):
    team = team_of(event_in(Phase.FORMING), "ben")

    actions.join(team, by=bea)

    assert member_keys(team) == ["bea", "ben"]
    assert audited("teams.joined") == (bea, team.pk, "summer", {})


@pytest.mark.parametrize("key", ["ada", "cal", "dot", "jude", "kit", "sam"])
def test_join_by_anyone_but_a_participant_is_denied(key):
    team = team_of(event_in(Phase.FORMING), "ben")

    with pytest.raises(PermissionDenied):
        actions.join(team, by=person(key))

    assert member_keys(team) == ["ben"]


def test_join_twice_is_one_seat(bea):
    team = team_of(event_in(Phase.FORMING), "ben")
    first = actions.join(team, by=bea)

    again = actions.join(team, by=bea)

    assert (again, member_keys(team)) == (first, ["bea", "ben"])
    assert AuditRow.objects.filter(verb="teams.joined").count() == 1


def test_join_a_second_team_is_refused(bea):
    event = event_in(Phase.FORMING)
    team_of(event, "bea", name="Herons")
    team = team_of(event, "ben")

    with pytest.raises(Refused, match="You are already on Herons"):
        actions.join(team, by=bea)

    assert member_keys(team) == ["ben"]


def test_join_a_full_team_is_refused(bea):
    event = event_in(Phase.FORMING)
    event.team_max = 2
    event.save(update_fields=["team_max"])
    team = team_of(event, "ben", "cal")

    with pytest.raises(Refused, match="Kingfishers is full: it has all 2 members"):
        actions.join(team, by=bea)

    assert member_keys(team) == ["ben", "cal"]


def test_join_outside_the_window_is_refused(bea):
    team = team_of(event_in(Phase.JUDGING), "ben")

    with pytest.raises(Refused, match="Team changes closed at "):
        actions.join(team, by=bea)

    assert member_keys(team) == ["ben"]


@pytest.mark.django_db(transaction=True)
def test_join_the_last_seat_sixteen_at_once_seats_one():
    event = event_in(Phase.FORMING)
    event.team_max = 3
    event.save(update_fields=["team_max"])
    team = team_of(event, "ben", "bea")
    crowd = [newcomer(event, number) for number in range(16)]

    outcomes = together([lambda by=by: actions.join(team, by=by) for by in crowd])

    assert outcomes == ["done"] + ["refused"] * 15
    assert team.memberships.count() == 3
    assert AuditRow.objects.filter(verb="teams.joined").count() == 1


@pytest.mark.django_db(transaction=True)
def test_join_while_the_part_in_the_event_is_taken_leaves_nobody_on_a_team_without_one(ada, bea):
    event = event_in(Phase.FORMING)
    team = team_of(event, "ben")
    for _ in range(8):
        give(event, RoleKind.PARTICIPANT, "bea")
        role = event.roles.get(user=bea)

        outcomes = together([lambda: actions.join(team, by=bea), lambda role=role: take_role(role, by=ada)])

        assert outcomes in (["done", "done"], ["done", "refused"], ["PermissionDenied('teams.join')", "done"])
        assert not Membership.objects.filter(user=bea).exists()


@pytest.mark.django_db(transaction=True)
def test_join_two_teams_at_once_joins_one():
    event, cal = event_in(Phase.FORMING), person("cal")
    give(event, RoleKind.PARTICIPANT, "cal")
    teams = [team_of(event, "ben", name="Herons"), team_of(event, "bea", name="Otters")]

    outcomes = together([lambda team=team: actions.join(team, by=cal) for team in teams])

    assert outcomes == ["done", "refused"]
    assert Membership.objects.filter(user=cal).count() == 1


def newcomer(event, number: int):
    user = type(event.created_by).objects.create_user(f"n{number}@rivers.example.org", f"Newcomer {number}")
    event.roles.create(user=user, kind=RoleKind.PARTICIPANT, given_by=event.created_by)
    return user


# leave


def test_leave_gives_up_the_seat(ben):
    team = team_of(event_in(Phase.FORMING), "ben", "bea")

    actions.leave(team, by=ben)

    assert member_keys(team) == ["bea"]
    assert audited("teams.left") == (ben, team.pk, "summer", {"members": 1})


def test_leave_as_the_last_keeps_the_team_and_lists_it_no_more(ben):
    event = event_in(Phase.FORMING)
    team = team_of(event, "ben")

    actions.leave(team, by=ben)

    assert (list(Team.objects.of_event(event)), list(Team.objects.of_event(event).peopled())) == ([team], [])


def test_leave_then_join_another_team_is_allowed(ben):
    event = event_in(Phase.FORMING)
    herons = team_of(event, "bea", name="Herons")
    actions.leave(team_of(event, "ben"), by=ben)

    actions.join(herons, by=ben)

    assert member_keys(herons) == ["bea", "ben"]


@pytest.mark.parametrize("key", ["bea", "ada", "cal", "jude"])
def test_leave_by_anyone_but_a_member_is_denied(key):
    team = team_of(event_in(Phase.FORMING), "ben")

    with pytest.raises(PermissionDenied):
        actions.leave(team, by=person(key))


def test_leave_outside_the_window_is_refused(ben):
    team = team_of(event_in(Phase.JUDGING), "ben")

    with pytest.raises(Refused, match="Team changes closed at "):
        actions.leave(team, by=ben)

    assert member_keys(team) == ["ben"]


# move


def test_move_takes_the_team_to_another_challenge(ben):
    event = event_in(Phase.FORMING)
    team = team_of(event, "ben")
    other = challenge_of(event, title="Flood warnings")

    actions.move(team, by=ben, challenge=other)

    assert Team.objects.get().challenge == other
    details = {"was": team.challenge.code, "challenge": other.code}
    assert audited("teams.moved") == (ben, team.pk, "summer", details)


def test_move_to_the_same_challenge_changes_nothing(ben):
    team = team_of(event_in(Phase.FORMING), "ben")

    actions.move(team, by=ben, challenge=team.challenge)

    assert AuditRow.objects.count() == 0


@pytest.mark.parametrize("key", ["bea", "ada", "dot", "jude"])
def test_move_by_anyone_but_a_member_is_denied(key):
    team = team_of(event_in(Phase.FORMING), "ben")

    with pytest.raises(PermissionDenied):
        actions.move(team, by=person(key), challenge=team.challenge)


def test_move_by_a_member_who_takes_part_no_longer_is_denied(ben):
    event = event_in(Phase.FORMING)
    team = team_of(event, "ben")
    event.roles.filter(user=ben).delete()

    with pytest.raises(PermissionDenied):
        actions.move(team, by=ben, challenge=challenge_of(event, title="Flood warnings"))


@pytest.mark.parametrize("decision", ["", "changes", "declined"])
def test_move_to_a_challenge_that_is_not_approved_is_refused(ben, decision):
    event = event_in(Phase.FORMING)
    team = team_of(event, "ben")
    other = challenge_of(event, title="Flood warnings", decision=decision)

    with pytest.raises(Refused, match="approved challenges"):
        actions.move(team, by=ben, challenge=other)

    assert Team.objects.get().challenge == team.challenge


def test_move_outside_the_window_is_refused(ben):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")

    with pytest.raises(Refused, match="Team changes closed at "):
        actions.move(team, by=ben, challenge=challenge_of(event, title="Flood warnings"))


# name_me


@pytest.mark.parametrize("phase", [Phase.FORMING, Phase.JUDGING, Phase.SHOWCASE])
def test_name_me_can_be_agreed_to_and_withdrawn_at_any_time(ben, phase):
    membership = team_of(event_in(phase), "ben").memberships.get()

    actions.name_me(membership, by=ben, agrees=True)
    agreed = Membership.objects.get().named_in_showcase
    actions.name_me(membership, by=ben, agrees=False)

    assert (agreed, Membership.objects.get().named_in_showcase) == (True, False)
    assert audited("teams.naming_agreed") == (ben, membership.pk, "summer", {})
    assert audited("teams.naming_withdrawn") == (ben, membership.pk, "summer", {})


def test_name_me_twice_is_one_answer(ben):
    membership = team_of(event_in(Phase.FORMING), "ben").memberships.get()
    actions.name_me(membership, by=ben, agrees=True)

    actions.name_me(membership, by=ben, agrees=True)

    assert AuditRow.objects.count() == 1


@pytest.mark.parametrize("key", ["bea", "ada", "jude"])
def test_name_me_for_someone_else_is_denied(key):
    team = team_of(event_in(Phase.FORMING), "ben", "bea")
    membership = team.memberships.get(user=person("ben"))

    with pytest.raises(PermissionDenied):
        actions.name_me(membership, by=person(key), agrees=True)

    assert Membership.objects.filter(named_in_showcase=True).count() == 0
