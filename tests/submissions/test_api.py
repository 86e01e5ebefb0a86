from uuid import uuid4

import pytest
from django.utils.dateparse import parse_datetime

from events.models import Phase
from submissions import actions
from submissions.declarations import DECLARATIONS
from submissions.models import DraftSave, Revision, Submission
from tests.world import ANSWERS, draft_of, event_in, person, revision_of, team_of

pytestmark = pytest.mark.django_db

BASE = "/api/v1/events/summer/submissions"
OTHERS = ["ada", "bea", "cal", "jude", "kit", "sam", "dot", "max"]
BLANK = dict.fromkeys(ANSWERS, "")


def test_journey_from_nothing_to_a_receipt(api_as, ben):
    team = team_of(event_in(Phase.BUILDING))
    client = api_as(ben)

    declarations = client.get(f"{BASE}/declarations/").json()
    draft = client.post(f"{BASE}/mine/", format="json").json()
    address = f"{BASE}/{draft['code']}"
    missing = client.get(f"{address}/missing/").json()["results"]
    saved = client.patch(f"{address}/", ANSWERS | {"version": draft["version"]}, format="json").json()
    sent = client.post(
        f"{address}/submit/", {"key": str(uuid4()), "declared": declarations["version"]}, format="json"
    )
    receipt = client.get(f"{address}/revisions/1/receipt/").json()
    listed = client.get(f"{address}/revisions/").json()

    revision = Revision.objects.get()
    assert declarations["statements"] == list(DECLARATIONS["2026-11"])
    assert draft == BLANK | {
        "code": Submission.objects.get().code,
        "team": team.code,
        "version": 1,
        "saved_by": "Ben Okoro",
        "saved_at": draft["saved_at"],
        "more": {},
        "missing": list(Submission.REQUIRED),
        "shut": "",
        "closes_at": draft["closes_at"],
        "out": "",
    }
    assert parse_datetime(draft["closes_at"]) == team.event.submissions_close_at
    assert [answer["field"] for answer in missing] == list(Submission.REQUIRED)
    assert (saved["version"], saved["missing"]) == (2, [])
    assert {name: saved[name] for name in ANSWERS} == ANSWERS
    assert sent.status_code == 201
    assert sent.json() == receipt
    assert receipt["reference"] == revision.receipt
    assert receipt["sha256"] == revision.sha256
    assert receipt["declarations"] == list(DECLARATIONS["2026-11"])
    assert [row["number"] for row in listed["results"]] == [1]
    assert listed["results"][0]["text"] == revision.as_markdown()


def test_mine_before_it_is_started_is_not_found(api_as, ben):
    team_of(event_in(Phase.BUILDING))

    assert api_as(ben).get(f"{BASE}/mine/").status_code == 404


def test_mine_started_twice_is_one_draft(api_as, ben):
    team_of(event_in(Phase.BUILDING))
    client = api_as(ben)

    first, again = (client.post(f"{BASE}/mine/", format="json").json() for _ in range(2))

    assert first == again == client.get(f"{BASE}/mine/").json()


@pytest.mark.parametrize("who", OTHERS)
def test_mine_for_those_without_a_team_is_not_found(api_as, who):
    team_of(event_in(Phase.BUILDING))

    response = api_as(person(who)).post(f"{BASE}/mine/", format="json")

    assert (response.status_code, Submission.objects.count()) == (404, 0)


@pytest.mark.parametrize("who", OTHERS)
def test_draft_of_others_is_not_found_by_any_verb(api_as, who):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    address = f"{BASE}/{submission.code}"
    client = api_as(person(who))

    answers = [
        client.get(f"{address}/"),
        client.patch(f"{address}/", {"version": 1, "title": "Mine"}, format="json"),
        client.get(f"{address}/missing/"),
        client.post(f"{address}/submit/", {"key": str(uuid4()), "declared": "2026-11"}, format="json"),
        client.get(f"{address}/revisions/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert (Revision.objects.count(), DraftSave.objects.count()) == (0, 1)


def test_save_of_one_answer_leaves_the_others(api_as, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = api_as(ben).patch(f"{BASE}/{submission.code}/", {"version": 1, "title": "New"}, format="json")

    submission.refresh_from_db()
    assert response.status_code == 200
    assert submission.answers() == ANSWERS | {"title": "New"}


def test_save_overtaken_is_409_with_the_other_text_and_changes_nothing(api_as, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))
    actions.save_draft(submission, by=person("bea"), version=1, answers={"title": "Bea's"})

    response = api_as(ben).patch(
        f"{BASE}/{submission.code}/", {"version": 1, "title": "Ben's"}, format="json"
    )

    submission.refresh_from_db()
    body = response.json()
    assert response.status_code == 409
    assert (body["version"], body["saved_by"], body["theirs"]) == (2, "Bea Lund", {"title": "Bea's"})
    assert submission.title == "Bea's"


def test_save_with_data_that_is_not_taken_is_409_and_stores_nothing(api_as, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    sent = {"version": 1, "data_level": "secret", "built": "From the vault"}

    response = api_as(ben).patch(f"{BASE}/{submission.code}/", sent, format="json")

    assert (response.status_code, response.json()["field"]) == (409, "data_level")
    assert DraftSave.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "No version"},
        {"version": 0},
        {"version": "x"},
        {"version": 1, "pitch": "x" * 201},
        {"version": 1, "repository_url": "http://code.example.org/"},
        {"version": 1, "repository_url": "javascript:alert(1)"},
        {"version": 1, "data_level": "top"},
        {"version": 1, "title": "nul \x00"},
        {"version": 1, "title": None},
        {"version": 1, "team": 7},
        {"version": 1, "code": "mine"},
        {"version": 1, "saved_by": 3},
        [],
    ],
)
def test_save_of_what_is_not_valid_is_400_and_changes_nothing(api_as, ben, wrong):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = api_as(ben).patch(f"{BASE}/{submission.code}/", wrong, format="json")

    submission.refresh_from_db()
    assert (response.status_code, submission.answers()) == (400, ANSWERS)


def test_save_of_half_a_character_is_400(api_as, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    body = b'{"version": 1, "title": "half \\ud800"}'

    response = api_as(ben).patch(f"{BASE}/{submission.code}/", body, content_type="application/json")

    assert response.status_code == 400


def test_submit_twice_with_one_key_is_one_receipt(api_as, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    client, sent = api_as(ben), {"key": str(uuid4()), "declared": "2026-11"}
    first = client.post(f"{BASE}/{submission.code}/submit/", sent, format="json")

    again = client.post(f"{BASE}/{submission.code}/submit/", sent, format="json")

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert Revision.objects.count() == 1


def test_submit_late_is_received_and_says_that_it_does_not_count(api_as, ben):
    submission = draft_of(team_of(event_in(Phase.JUDGING)))
    revision_of(submission)
    client = api_as(ben)
    client.patch(f"{BASE}/{submission.code}/", {"version": 1, "title": "Later"}, format="json")
    sent = {"key": str(uuid4()), "declared": "2026-11"}

    response = client.post(f"{BASE}/{submission.code}/submit/", sent, format="json")

    receipt = response.json()
    assert (response.status_code, receipt["number"]) == (201, 2)
    assert (receipt["side"], receipt["counts"], receipt["by_rule"]) == ("late", False, False)


@pytest.mark.parametrize(
    "wrong", [{}, {"key": "x", "declared": "2026-11"}, {"key": str(uuid4())}, {"number": 9}]
)
def test_submit_of_what_is_not_valid_is_400(api_as, ben, wrong):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = api_as(ben).post(f"{BASE}/{submission.code}/submit/", wrong, format="json")

    assert (response.status_code, Revision.objects.count()) == (400, 0)


READERS = dict.fromkeys(["ben", "ada", "sam", "kit"], 200) | dict.fromkeys(["bea", "jude", "cal", "max"], 404)


@pytest.mark.parametrize("address", ["", "1/", "1/receipt/"])
@pytest.mark.parametrize("who", READERS)
def test_revisions_are_for_the_team_and_those_who_read_entries(api_as, who, address):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)

    response = api_as(person(who)).get(f"{BASE}/{submission.code}/revisions/{address}")

    assert response.status_code == READERS[who]


def test_revisions_cost_the_same_however_many(api_as, ada, django_assert_num_queries):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)
    client = api_as(ada)
    address = f"{BASE}/{submission.code}/revisions/"
    with django_assert_num_queries(5):
        client.get(address)
    for _ in range(2):
        revision_of(submission)

    with django_assert_num_queries(5):
        listed = client.get(address).json()

    assert [row["number"] for row in listed["results"]] == [3, 2, 1]


@pytest.mark.parametrize("address", ["declarations/", "mine/", "abcdefgh/", "abcdefgh/revisions/"])
def test_strangers_are_asked_to_sign_in(api_as, address):
    event_in(Phase.BUILDING)

    assert api_as(None).get(f"{BASE}/{address}").status_code == 401
