import pytest
from django.db import IntegrityError

from events.actions import give_role, take_role
from events.models import Phase, RoleKind
from submissions.models import Submission
from teams.models import Membership, Team
from tests.world import draft_of, event_in, person, team_of

pytestmark = pytest.mark.django_db


def test_database_keeps_one_team_for_each_person_and_event(ben):
    event = event_in(Phase.FORMING)
    team_of(event, "ben", name="Herons")
    other = team_of(event, "bea", name="Otters")

    with pytest.raises(IntegrityError, match="one_team_per_person_per_event"):
        Membership.objects.create(event=event, team=other, user=ben, role=event.roles.get(user=ben))


def test_taking_the_participants_role_gives_up_the_seat(ada, ben):
    event = event_in(Phase.FORMING)
    draft = draft_of(team_of(event, "ben", "bea"))
    take_role(event.roles.get(user=ben), by=ada)

    give_role(event, ben.email, RoleKind.JUDGE, by=ada)

    assert list(Membership.objects.values_list("user__name", flat=True)) == ["Bea Lund"]
    assert not Submission.objects.visible_to(ben).filter(pk=draft.pk).exists()


@pytest.mark.parametrize(
    ("team_max", "seats"),
    [
        (2, ("2 of 2 members: full", "closed", 0)),
        (3, ("2 of 3 members, 1 open seat", "open", 1)),
        (5, ("2 of 5 members, 3 open seats", "open", 3)),
    ],
)
def test_seats_say_what_is_open(team_max, seats):
    event = event_in(Phase.FORMING)
    type(event).objects.update(team_max=team_max)
    team_of(event, "ben", "bea")

    team = Team.objects.with_challenge().with_size().get()

    assert (team.seats, team.seats_state, team.open_seats) == seats


def test_visible_teams_are_those_of_events_one_has_a_part_in():
    summer = team_of(event_in(Phase.FORMING), "ben")
    winter_event = event_in(Phase.FORMING, slug="winter")
    winter_event.roles.exclude(user=person("ada")).delete()
    winter = team_of(winter_event, "bea")

    seen = {key: set(Team.objects.visible_to(person(key))) for key in ("ada", "ben", "bea", "dot")}

    assert seen == {"ada": {summer, winter}, "ben": {summer}, "bea": {summer, winter}, "dot": set()}
