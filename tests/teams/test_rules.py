import pytest

from core.permissions import may
from events.models import Phase
from teams.rules import is_on_team
from tests.world import draft_of, event_in, person, team_of

pytestmark = pytest.mark.django_db


def test_is_on_team_holds_for_members_of_that_team_alone():
    event = event_in(Phase.BUILDING)
    team = team_of(event, "ben", name="Herons")
    team_of(event, "bea", name="Otters")

    held = {key: is_on_team(person(key), team) for key in ("ben", "bea", "ada", "cal", "jude")}

    assert held == {"ben": True, "bea": False, "ada": False, "cal": False, "jude": False}


def test_is_on_team_can_be_asked_of_whatever_has_a_team(ben, bea):
    team = team_of(event_in(Phase.BUILDING), "ben")
    nouns = [team, team.memberships.get(), draft_of(team)]

    assert [is_on_team(ben, noun) for noun in nouns] == [True, True, True]
    assert [is_on_team(bea, noun) for noun in nouns] == [False, False, False]


def test_is_on_team_ends_with_the_part_in_the_event(ben):
    event = event_in(Phase.BUILDING)
    team = team_of(event, "ben")

    event.roles.filter(user=ben).delete()

    assert is_on_team(ben, team) is False


def test_is_on_team_ends_with_the_seat(ben):
    team = team_of(event_in(Phase.BUILDING), "ben")

    team.memberships.all().delete()

    assert is_on_team(ben, team) is False


@pytest.mark.parametrize("name", ["teams.leave", "teams.move", "teams.join", "teams.found", "teams.see"])
def test_administrator_may_nothing_by_being_one(max_, name):
    team = team_of(event_in(Phase.FORMING), "ben")

    assert may(max_, name, team) is False
