import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Phase
from teams.models import Membership, Team
from tests.world import challenge_of, event_in, person, team_of

pytestmark = pytest.mark.django_db
TEAMS = "/api/v1/events/summer/teams/"


def member(key: str, team: Team) -> dict:
    membership = Membership.objects.get(team=team, user=person(key))
    at = membership.joined_at.isoformat().replace("+00:00", "Z")
    return {"name": str(membership.user), "department": membership.user.department.name, "joined_at": at}


def whole(team: Team, *keys: str) -> dict:
    return {
        "code": team.code,
        "name": team.name,
        "about": team.about,
        "challenge": team.challenge.code,
        "size": len(keys),
        "open_seats": 6 - len(keys),
        "founded_at": team.founded_at.isoformat().replace("+00:00", "Z"),
        "members": [member(key, team) for key in keys],
    }


def test_found_join_move_and_leave(api_as, ben, bea):
    event = event_in(Phase.FORMING)
    letters, floods = challenge_of(event), challenge_of(event, title="Flood warnings")

    founded = api_as(ben).post(TEAMS, {"name": "Herons", "challenge": letters.code}, format="json")
    team = Team.objects.get()
    joined = api_as(bea).post(f"{TEAMS}{team.code}/join/")
    after_joining = whole(team, "ben", "bea")
    moved = api_as(bea).post(f"{TEAMS}{team.code}/move/", {"challenge": floods.code}, format="json")
    left = api_as(ben).post(f"{TEAMS}{team.code}/leave/")

    assert (founded.status_code, founded.json()["name"], founded.json()["size"]) == (201, "Herons", 1)
    assert (joined.status_code, joined.json()) == (200, after_joining)
    assert (moved.status_code, moved.json()) == (200, after_joining | {"challenge": floods.code})
    assert (left.status_code, left.content) == (204, b"")
    assert api_as(bea).get(f"{TEAMS}{team.code}/").json() == whole(Team.objects.get(), "bea")


def test_list_is_for_insiders(api_as, ada, cal):
    event_in(Phase.FORMING)

    answers = [api_as(user).get(TEAMS).status_code for user in (None, cal, ada)]

    assert answers == [401, 403, 200]


def test_list_can_be_asked_for_one_challenge(api_as, ada):
    event = event_in(Phase.FORMING)
    floods = challenge_of(event, title="Flood warnings")
    team_of(event, "ben", name="Herons", challenge=challenge_of(event))
    team = team_of(event, "bea", name="Otters", challenge=floods)

    answer = api_as(ada).get(TEAMS, {"challenge": floods.code})

    shown = whole(team, "bea")
    shown.pop("members")
    assert answer.json() == {"count": 1, "next": None, "previous": None, "results": [shown]}


def test_list_asks_as_often_for_three_as_for_one(api_as, ada):
    event = event_in(Phase.FORMING)
    team_of(event, "ben", name="One")
    client = api_as(ada)
    with CaptureQueriesContext(connection) as one:
        client.get(TEAMS)
    team_of(event, "bea", name="Two")
    team_of(event, "cal", name="Three")

    with CaptureQueriesContext(connection) as three:
        answer = client.get(TEAMS)

    assert (answer.json()["count"], len(three)) == (3, len(one))


def test_team_is_not_there_for_those_without_a_part(api_as, cal):
    team = team_of(event_in(Phase.FORMING), "ben")
    client = api_as(cal)

    answers = [
        client.get(f"{TEAMS}{team.code}/"),
        *(client.post(f"{TEAMS}{team.code}/{verb}/") for verb in ("join", "leave", "move", "naming")),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5


def test_verbs_by_the_wrong_insider_are_denied(api_as, ada, jude):
    team = team_of(event_in(Phase.FORMING), "ben")

    answers = {
        (str(user), verb): api_as(user).post(f"{TEAMS}{address}", {}, format="json").status_code
        for user in (ada, jude)
        for verb, address in {
            "found": "",
            "join": f"{team.code}/join/",
            "leave": f"{team.code}/leave/",
            "move": f"{team.code}/move/",
            "naming": f"{team.code}/naming/",
        }.items()
    }

    assert set(answers.values()) == {403}


def test_join_late_says_why(api_as, bea):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")

    answer = api_as(bea).post(f"{TEAMS}{team.code}/join/")

    closed = event.say(event.team_changes_close_at)
    assert (answer.status_code, answer.json()) == (
        409,
        {"detail": f"Team changes closed at {closed}", "field": None},
    )


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"name": "Herons"}, "challenge"),
        ({"name": "Herons", "challenge": "zzzzzzzz"}, "challenge"),
        ({"name": "Herons", "challenge": None}, "challenge"),
        ({"name": "x" * 81, "challenge": "zzzzzzzz"}, "name"),
        ({"name": "Herons", "challenge": "zzzzzzzz", "founded_by": 1}, "founded_by"),
    ],
)
def test_found_with_something_that_is_not_valid_names_it(api_as, ben, sent, name):
    challenge_of(event_in(Phase.FORMING))

    answer = api_as(ben).post(TEAMS, sent, format="json")

    assert (answer.status_code, list(answer.json())) == (400, [name])
    assert Team.objects.count() == 0


def test_naming_is_kept_for_oneself_alone(api_as, ben):
    team = team_of(event_in(Phase.SHOWCASE), "ben", "bea")

    answer = api_as(ben).post(f"{TEAMS}{team.code}/naming/", {"agrees": True}, format="json")

    assert (answer.status_code, answer.json()) == (200, {"team": team.code, "agrees": True})
    assert list(Membership.objects.filter(named_in_showcase=True)) == [Membership.objects.get(user=ben)]
