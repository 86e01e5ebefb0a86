import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditRow
from events.models import Phase, RoleKind
from teams import actions
from teams.models import Membership, Team
from tests.world import challenge_of, event_in, give, person, team_of

pytestmark = pytest.mark.django_db
TEAMS = "/events/summer/teams/"
EVERYONE = ("ada", "ben", "bea", "cal", "dot", "jude", "kit", "sam")


def text(answer) -> str:
    """The page's main part, as a line."""
    main = answer.content.decode().split("<main")[1].split("</main>")[0]
    return " ".join(main.replace("&#x27;", "'").split())


def seen_by(as_, address: str) -> dict[str, int]:
    return {key: as_(person(key)).get(address).status_code for key in EVERYONE}


# The list


def test_list_is_for_those_with_a_part_in_the_event(as_):
    team_of(event_in(Phase.FORMING), "ben")

    assert seen_by(as_, TEAMS) == dict.fromkeys(EVERYONE, 200) | {"cal": 403, "dot": 403}


def test_list_shows_seats_and_leaves_out_empty_teams_and_other_events(as_, ada, cal):
    event = event_in(Phase.FORMING)
    team_of(event, "ben", "bea", name="Otters")
    give(event, RoleKind.PARTICIPANT, "cal")
    actions.leave(team_of(event, "cal", name="Ghosts"), by=cal)
    team_of(event_in(Phase.FORMING, slug="winter"), "ben", name="Elsewhere")

    answer = as_(ada).get(TEAMS)

    assert [(team.name, team.size, team.open_seats) for team in answer.context["page"]] == [("Otters", 2, 4)]
    page = text(answer)
    assert [
        words for words in ("2 of 6 members, 4 open seats", "Letters that wait") if words not in page
    ] == []


def test_list_of_one_challenge_shows_its_teams(as_, ada):
    event = event_in(Phase.FORMING)
    floods = challenge_of(event, title="Flood warnings")
    team_of(event, "ben", name="Herons", challenge=challenge_of(event))
    team_of(event, "bea", name="Otters", challenge=floods)

    answer = as_(ada).get(f"{TEAMS}?challenge={floods.code}")

    assert [team.name for team in answer.context["page"]] == ["Otters"]


def test_list_asks_as_often_for_three_as_for_one(as_, ada):
    event = event_in(Phase.FORMING)
    team_of(event, "ben", name="One")
    browser = as_(ada)
    browser.get(TEAMS)
    with CaptureQueriesContext(connection) as one:
        browser.get(TEAMS)
    team_of(event, "bea", name="Two", challenge=challenge_of(event, title="Flood warnings"))
    team_of(event, "cal", name="Three")

    with CaptureQueriesContext(connection) as three:
        answer = browser.get(TEAMS)

    assert len(answer.context["page"]) == 3
    assert len(three) == len(one)


def test_list_without_teams_says_what_to_do_next(as_, ada, ben):
    challenge_of(event_in(Phase.FORMING))

    assert f'href="{TEAMS}found/"' in text(as_(ben).get(TEAMS))
    assert f'href="{TEAMS}found/"' not in text(as_(ada).get(TEAMS))


def test_list_leads_members_to_their_team_and_not_to_another(as_, ben):
    team = team_of(event_in(Phase.FORMING), "ben")

    page = text(as_(ben).get(TEAMS))

    assert f'You are on <a class="govuk-link" href="{TEAMS}{team.code}/">Kingfishers</a>' in page
    assert f'href="{TEAMS}found/"' not in page


# A team's page


def test_page_is_for_those_with_a_part_in_the_event(as_):
    team = team_of(event_in(Phase.FORMING), "ben")

    assert seen_by(as_, f"{TEAMS}{team.code}/") == dict.fromkeys(EVERYONE, 200) | {"cal": 404, "dot": 404}


def test_page_under_another_event_is_not_there(as_, ada):
    team = team_of(event_in(Phase.FORMING), "ben")
    event_in(Phase.FORMING, slug="winter")

    assert as_(ada).get(f"/events/winter/teams/{team.code}/").status_code == 404


def test_page_shows_members_with_their_department_and_no_address(as_, bea):
    team = team_of(event_in(Phase.FORMING), "ben", "cal")

    page = text(as_(bea).get(f"{TEAMS}{team.code}/"))

    wanted = ("Ben Okoro", "Department for Public Records", "Cal Reyes", "Rivers and Coasts Agency", "2 of 6")
    assert [words for words in wanted if words not in page] == []
    assert "@" not in page


def test_page_shows_each_person_what_they_can_do(as_, ada, ben, bea):
    team = team_of(event_in(Phase.FORMING), "ben")
    address = f"{TEAMS}{team.code}/"
    verbs = ("join/", "leave/", "move/", "naming/")

    links = {
        str(user): [verb for verb in verbs if f'href="{address}{verb}"' in text(as_(user).get(address))]
        for user in (ada, ben, bea)
    }

    assert links == {
        "Ada Byrne": [],
        "Ben Okoro": ["leave/", "move/", "naming/"],
        "Bea Lund": ["join/"],
    }
    assert f'href="{reverse("submissions:entry", args=["summer"])}"' in text(as_(ben).get(address))


def test_page_after_the_window_shows_members_why_nothing_changes(as_, ben, bea):
    event = event_in(Phase.JUDGING)
    team = team_of(event, "ben")
    address = f"{TEAMS}{team.code}/"

    for_member, for_other = text(as_(ben).get(address)), text(as_(bea).get(address))

    assert f"Team changes closed at {event.say(event.team_changes_close_at)}" in for_member
    assert [verb for verb in ("leave/", "move/") if f'href="{address}{verb}"' in for_member] == []
    assert f'href="{address}join/"' not in for_other


def test_page_shows_names_as_text(as_, ada):
    team = team_of(event_in(Phase.FORMING), "ben", name="<script>alert(1)</script>")

    page = as_(ada).get(f"{TEAMS}{team.code}/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# Found


def test_found_leads_to_the_new_team(as_, ben):
    challenge = challenge_of(event_in(Phase.FORMING))

    answer = as_(ben).post(
        f"{TEAMS}found/", {"name": "Kingfishers", "about": "", "challenge": challenge.code}
    )

    team = Team.objects.get()
    assert (answer.status_code, answer.url) == (302, f"{TEAMS}{team.code}/")
    assert list(Team.objects.of(ben)) == [team]


def test_found_offers_the_approved_challenges_of_this_event(as_, ben):
    event = event_in(Phase.FORMING)
    challenge = challenge_of(event)
    challenge_of(event, title="Undecided", decision="")
    challenge_of(event_in(Phase.FORMING, slug="winter"), title="Elsewhere")

    answer = as_(ben).get(f"{TEAMS}found/?challenge={challenge.code}")

    offered = [label for _, label in answer.context["form"].fields["challenge"].choices]
    assert offered == ["Letters that wait (Rivers and Coasts Agency)"]
    assert "checked" in text(answer)


def test_found_with_mistakes_keeps_what_was_typed(as_, ben):
    event = event_in(Phase.FORMING)
    team_of(event, "bea", name="Herons")

    answer = as_(ben).post(f"{TEAMS}found/", {"name": "Herons", "about": "We write", "challenge": ""})
    taken = as_(ben).post(
        f"{TEAMS}found/",
        {"name": "Herons", "about": "We write", "challenge": Team.objects.get().challenge.code},
    )

    assert answer.context["form"].errors == {"challenge": ["Choose a challenge"]}
    assert taken.context["form"].errors == {
        "name": ["There is already a team called ‘Herons’. Choose another name"]
    }
    assert [words in text(page) for page in (answer, taken) for words in ("Herons", "We write")] == [True] * 4


def test_found_late_says_why_and_keeps_what_was_typed(as_, ben):
    event = event_in(Phase.JUDGING)
    challenge = challenge_of(event)

    answer = as_(ben).post(f"{TEAMS}found/", {"name": "Herons", "about": "", "challenge": challenge.code})

    assert f"Team changes closed at {event.say(event.team_changes_close_at)}" in text(answer)
    assert 'value="Herons"' in text(answer)
    assert Team.objects.count() == 0


def test_found_is_for_participants(as_):
    event_in(Phase.FORMING)

    assert seen_by(as_, f"{TEAMS}found/") == dict.fromkeys(EVERYONE, 403) | {"ben": 200, "bea": 200}


def test_found_by_someone_on_a_team_says_so(as_, ben):
    team_of(event_in(Phase.FORMING), "ben")

    page = text(as_(ben).get(f"{TEAMS}found/"))

    assert "You are already on" in page
    assert "<form" not in page


# Join, leave, move, naming


def test_join_leads_to_the_team(as_, bea):
    team = team_of(event_in(Phase.FORMING), "ben")

    answer = as_(bea).post(f"{TEAMS}{team.code}/join/")

    assert (answer.status_code, answer.url) == (302, f"{TEAMS}{team.code}/")
    assert list(Team.objects.of(bea)) == [team]


def test_join_by_looking_joins_nothing(as_, bea):
    team = team_of(event_in(Phase.FORMING), "ben")

    as_(bea).get(f"{TEAMS}{team.code}/join/")

    assert list(Team.objects.of(bea)) == []


def test_join_a_full_team_says_so(as_, bea):
    event = event_in(Phase.FORMING)
    event.team_max = 2
    event.save(update_fields=["team_max"])
    team = team_of(event, "ben", "cal")

    answer = as_(bea).post(f"{TEAMS}{team.code}/join/")

    assert answer.status_code == 200
    assert "Kingfishers is full: it has all 2 members. Choose another team" in text(answer)
    assert answer.content.decode().count("<title>Error: ") == 1


@pytest.mark.parametrize("verb", ["leave", "move", "naming"])
def test_verbs_of_members_are_forbidden_to_other_insiders(as_, verb):
    team = team_of(event_in(Phase.FORMING), "ben")
    address = f"{TEAMS}{team.code}/{verb}/"
    wanted = dict.fromkeys(EVERYONE, 403) | {"ben": 200, "cal": 404, "dot": 404}

    assert seen_by(as_, address) == wanted


def test_leave_leads_to_the_list(as_, ben):
    team = team_of(event_in(Phase.FORMING), "ben", "bea")

    answer = as_(ben).post(f"{TEAMS}{team.code}/leave/")

    assert (answer.status_code, answer.url) == (302, TEAMS)
    assert list(Team.objects.of(ben)) == []


def test_move_leads_to_the_team(as_, ben):
    event = event_in(Phase.FORMING)
    team = team_of(event, "ben")
    floods = challenge_of(event, title="Flood warnings")

    answer = as_(ben).post(f"{TEAMS}{team.code}/move/", {"challenge": floods.code})

    assert (answer.status_code, answer.url) == (302, f"{TEAMS}{team.code}/")
    assert Team.objects.get().challenge == floods


def test_move_to_a_challenge_of_another_event_asks_to_choose(as_, ben):
    team = team_of(event_in(Phase.FORMING), "ben")
    elsewhere = challenge_of(event_in(Phase.FORMING, slug="winter"))

    answer = as_(ben).post(f"{TEAMS}{team.code}/move/", {"challenge": elsewhere.code})

    assert answer.context["form"].errors == {"challenge": ["Choose one of this event's approved challenges"]}


@pytest.mark.parametrize(("said", "named"), [("yes", True), ("no", False)])
def test_naming_is_kept_for_oneself_alone(as_, ben, said, named):
    team = team_of(event_in(Phase.SHOWCASE), "ben", "bea")
    Membership.objects.update(named_in_showcase=not named)

    answer = as_(ben).post(f"{TEAMS}{team.code}/naming/", {"agrees": said})

    assert answer.status_code == 302
    assert Membership.objects.get(user=ben).named_in_showcase is named
    assert Membership.objects.exclude(user=ben).get().named_in_showcase is not named


def test_naming_without_an_answer_asks_for_one(as_, ben):
    team = team_of(event_in(Phase.FORMING), "ben")

    answer = as_(ben).post(f"{TEAMS}{team.code}/naming/")

    assert answer.context["form"].errors == {"agrees": ["Choose whether the showcase may name you"]}
    assert AuditRow.objects.count() == 0
