import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from challenges.classification import LEVELS
from challenges.models import Challenge
from events.models import Phase
from tests.challenges.world import WHOLE, kept, proposal
from tests.world import challenge_of, department, event_in

pytestmark = pytest.mark.django_db
BOARD = "/api/v1/events/summer/challenges/"


def public(challenge: Challenge) -> dict:
    names = ("code", "title", "problem", "affected", "success", "data_offered", "data_level", "licence")
    shown = {name: getattr(challenge, name) for name in names}
    return shown | {"department": "Rivers and Coasts Agency"}


def test_board_gives_a_stranger_the_approved_ones_and_no_people(api_as):
    event = event_in(Phase.ANNOUNCED)
    challenge = challenge_of(event)
    challenge_of(event, title="Undecided", decision="")

    answer = api_as(None).get(BOARD)

    assert answer.status_code == 200
    assert answer.json() == {"count": 1, "next": None, "previous": None, "results": [public(challenge)]}


def test_page_gives_a_stranger_what_is_public_and_the_owner_the_whole(api_as, dot):
    challenge = challenge_of(event_in(Phase.ANNOUNCED))

    for_stranger = api_as(None).get(f"{BOARD}{challenge.code}/").json()
    for_owner = api_as(dot).get(f"{BOARD}{challenge.code}/").json()

    assert for_stranger == public(challenge)
    assert for_owner.items() >= public(challenge).items()
    assert sorted(for_owner.keys() - for_stranger.keys()) == [
        "approver",
        "decided_at",
        "decided_by",
        "markings",
        "missing",
        "owner",
        "proposed_at",
        "reason",
        "state",
        "version",
    ]


def test_page_of_a_proposal_is_not_there_for_others(api_as, ada, ben, dot):
    challenge = proposal()

    answers = [api_as(user).get(f"{BOARD}{challenge.code}/").status_code for user in (None, ben, dot, ada)]

    assert answers == [404, 404, 200, 200]


def test_propose_edit_and_decide(api_as, ada, dot):
    event_in(Phase.FORMING)

    proposed = api_as(dot).post(BOARD, {"title": "Letters that wait"}, format="json")
    page = f"{BOARD}{proposed.json()['code']}/"
    edited = api_as(dot).patch(page, WHOLE | {"version": 1}, format="json")
    decided = api_as(ada).post(f"{page}decide/", {"decision": "approved", "version": 2}, format="json")

    assert (proposed.status_code, proposed.json()["missing"]) == (201, Challenge.GATE)
    assert (edited.status_code, edited.json()["state"], edited.json()["missing"]) == (200, "waiting", {})
    assert (decided.status_code, decided.json()["state"]) == (200, "approved")
    assert decided.json()["decided_by"] == "Ada Byrne"
    assert kept(Challenge.objects.approved().get()) == WHOLE


def test_edit_changes_what_was_sent_alone(api_as, dot):
    challenge = proposal()
    before = kept(challenge)

    api_as(dot).patch(f"{BOARD}{challenge.code}/", {"version": 1, "licence": "CC BY 4.0"}, format="json")

    assert kept(challenge) == before | {"licence": "CC BY 4.0"}


@pytest.mark.parametrize(
    "smuggled", [{"decision": "approved"}, {"owner": 1}, {"department": "transport"}, {"titel": "x"}]
)
def test_propose_with_a_field_that_is_not_the_owners_is_not_valid(api_as, dot, smuggled):
    event_in(Phase.FORMING)

    answer = api_as(dot).post(BOARD, WHOLE | smuggled, format="json")

    name = next(iter(smuggled))
    assert (answer.status_code, answer.json()) == (400, {name: ["There is no such field"]})
    assert Challenge.objects.count() == 0


@pytest.mark.parametrize("level", ["official_sensitive", "secret", "unsure"])
def test_propose_with_data_that_must_not_be_here_stores_nothing(api_as, dot, level):
    event_in(Phase.FORMING)

    answer = api_as(dot).post(BOARD, WHOLE | {"data_level": level}, format="json")

    assert (answer.status_code, answer.json()) == (409, {"detail": LEVELS[level].stop, "field": "data_level"})
    assert Challenge.objects.count() == 0


def test_verbs_by_the_wrong_person_are_denied_before_what_was_sent_is_read(api_as, cal, dot):
    approved = challenge_of(event_in(Phase.FORMING))
    approved.event.departments.add(department("transport"))

    answers = {
        "propose": api_as(dot).post(BOARD, {}, format="json"),
        "edit": api_as(cal).patch(f"{BOARD}{approved.code}/", {}, format="json"),
        "decide": api_as(dot).post(f"{BOARD}{approved.code}/decide/", {}, format="json"),
        "review": api_as(dot).get(f"{BOARD}review/"),
    }

    assert {verb: answer.status_code for verb, answer in answers.items()} == {
        "propose": 403,
        "edit": 403,
        "decide": 403,
        "review": 403,
    }


def test_verbs_by_a_stranger_ask_for_a_sign_in(api_as):
    approved = challenge_of(event_in(Phase.FORMING))

    answers = [
        api_as(None).post(BOARD, WHOLE, format="json"),
        api_as(None).patch(f"{BOARD}{approved.code}/", {"version": 1}, format="json"),
        api_as(None).post(f"{BOARD}{approved.code}/decide/", {}, format="json"),
        api_as(None).get(f"{BOARD}mine/"),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401]


def test_propose_outside_the_window_says_why(api_as, dot):
    event = event_in(Phase.BUILDING)

    answer = api_as(dot).post(BOARD, WHOLE, format="json")

    assert (answer.status_code, answer.json()) == (
        409,
        {"detail": f"Challenge proposals closed at {event.say(event.building_at)}", "field": None},
    )


def test_decide_without_a_reason_says_what_to_do(api_as, ada):
    challenge = proposal()

    answer = api_as(ada).post(
        f"{BOARD}{challenge.code}/decide/", {"decision": "declined", "version": 1}, format="json"
    )

    assert (answer.status_code, answer.json()) == (
        409,
        {"detail": "Enter why you decline this challenge", "field": "reason"},
    )


def test_mine_and_review_list_proposals_with_where_they_stand(api_as, ada, dot):
    challenge_of(event_in(Phase.FORMING), title="Approved")
    proposal(title="Waiting", licence="")

    mine = api_as(dot).get(f"{BOARD}mine/").json()["results"]
    review = api_as(ada).get(f"{BOARD}review/").json()["results"]

    assert [(row["title"], row["state"]) for row in mine] == [
        ("Approved", "approved"),
        ("Waiting", "waiting"),
    ]
    assert [(row["title"], list(row["missing"])) for row in review] == [
        ("Waiting", ["licence"]),
        ("Approved", []),
    ]


def test_mine_asks_as_often_for_three_as_for_one(api_as, dot):
    event = proposal(title="One").event
    client = api_as(dot)
    with CaptureQueriesContext(connection) as one:
        client.get(f"{BOARD}mine/")
    challenge_of(event, title="Two")
    challenge_of(event, title="Three")

    with CaptureQueriesContext(connection) as three:
        answer = client.get(f"{BOARD}mine/")

    assert (answer.json()["count"], len(three)) == (3, len(one))
