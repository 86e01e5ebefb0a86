import pytest

from core.models import AuditRow
from events.models import Phase
from reading import honesty, readings
from reading.models import EarlyReading, Plan, Question
from tests.world import draft_of, entry_of, event_in, person, report_of, team_of

pytestmark = pytest.mark.django_db

BASE = "/api/v1/events/summer/reading"
EVERYONE = ["ada", "ben", "bea", "cal", "jude", "kit", "sam", "max"]
PLAN = {
    "early_readings": 3,
    "blind_percent": 10,
    "holds_last_hours": 24,
    "budget_gbp": None,
    "entry_tokens": 200_000,
}
QUESTION = {
    "title": "Accessibility",
    "asks": "That disabled people can use it.",
    "cues": "accessible, WCAG",
    "question": "Who cannot use it?",
}


def statuses(api_as, address: str) -> dict[str, int]:
    return {key: api_as(person(key)).get(address).status_code for key in EVERYONE}


def test_organiser_plans_reading(api_as, ada):
    event_in(Phase.DRAFT)
    Plan.objects.all().delete()
    client = api_as(ada)

    before = client.get(f"{BASE}/settings/").json()
    after = client.patch(
        f"{BASE}/settings/", {"budget_gbp": "40.00", "early_readings": 0}, format="json"
    ).json()

    assert before == PLAN
    assert after == PLAN | {"budget_gbp": "40.00", "early_readings": 0}
    assert client.get(f"{BASE}/settings/").json() == after
    assert AuditRow.objects.filter(verb="reading.planned").count() == 1


@pytest.mark.parametrize("wrong", [{"blind_percent": 101}, {"budget_gbp": "-1"}, {"budget": 3}])
def test_settings_that_cannot_be_are_a_400_that_names_them(api_as, ada, wrong):
    event_in(Phase.DRAFT)

    answer = api_as(ada).patch(f"{BASE}/settings/", wrong, format="json")

    assert (answer.status_code, list(answer.json())) == (400, list(wrong))


def test_organiser_adds_lists_and_removes_a_question(api_as, ada):
    event_in(Phase.FORMING)
    client = api_as(ada)

    added = client.post(f"{BASE}/questions/", QUESTION, format="json")
    listed = client.get(f"{BASE}/questions/").json()
    removed = client.delete(f"{BASE}/questions/{added.json()['id']}/")

    assert added.status_code == 201
    assert listed["results"] == [added.json()] == [QUESTION | {"id": added.json()["id"]}]
    assert (removed.status_code, Question.objects.count()) == (204, 0)


def test_question_once_building_has_begun_is_a_409(api_as, ada):
    event = event_in(Phase.BUILDING)
    standing = Question.objects.create(event=event, **QUESTION)
    client = api_as(ada)

    added = client.post(f"{BASE}/questions/", QUESTION | {"title": "Other"}, format="json")
    removed = client.delete(f"{BASE}/questions/{standing.pk}/")

    assert (added.status_code, removed.status_code, Question.objects.count()) == (409, 409, 1)
    assert "Building has begun" in added.json()["detail"]


def test_question_of_another_event_is_not_found(api_as, ada):
    event_in(Phase.FORMING)
    elsewhere = Question.objects.create(event=event_in(Phase.FORMING, slug="winter"), **QUESTION)

    assert api_as(ada).delete(f"{BASE}/questions/{elsewhere.pk}/").status_code == 404
    assert Question.objects.count() == 1


@pytest.mark.parametrize(
    ("place", "allowed"),
    [
        ("settings/", {"ada"}),
        ("questions/", {"ada"}),
        ("ledger/", {"ada"}),
        ("overview/", {"ada", "kit"}),
    ],
)
def test_what_organisers_see_is_denied_to_others(api_as, place, allowed):
    event_in(Phase.BUILDING)

    seen = statuses(api_as, f"{BASE}/{place}")

    assert seen == {key: 200 if key in allowed else 403 for key in EVERYONE}


def test_team_asks_for_early_readings_and_reads_them(api_as, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    address = f"{BASE}/drafts/{submission.code}"
    client = api_as(ben)

    asked = client.post(f"{address}/ask/", {"people_only": True}, format="json")
    readings.perform(EarlyReading, EarlyReading.objects.get().pk)
    shown = client.get(f"{address}/1/").json()
    listed = client.get(f"{address}/").json()
    again = client.post(f"{address}/ask/", {}, format="json")

    assert asked.status_code == 201
    assert asked.json() == {
        "number": 1,
        "state": "waiting",
        "error": "",
        "engine": "offline",
        "asked_by": "Ben Okoro",
        "asked_at": asked.json()["asked_at"],
        "text": "",
        "report": None,
    }
    assert shown["state"] == "complete"
    quotes = [quote for row in shown["report"]["principles"] for quote in row["quotes"]]
    assert quotes
    assert [q for q in quotes if shown["text"][q["start"] : q["end"]] != q["text"]] == []
    assert [(row["number"], row["state"]) for row in listed["results"]] == [(1, "complete")]
    assert "report" not in listed["results"][0]
    assert again.status_code == 409
    assert "has changed since early reading 1" in again.json()["detail"]


def test_early_readings_are_not_there_for_anyone_else(api_as, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    address = f"{BASE}/drafts/{submission.code}"
    api_as(ben).post(f"{address}/ask/", {}, format="json")
    others = dict.fromkeys(key for key in EVERYONE if key != "ben")

    for place in ("/", "/1/"):
        assert statuses(api_as, f"{address}{place}") == dict.fromkeys(others, 404) | {"ben": 200}
    asked = {
        key: api_as(person(key)).post(f"{address}/ask/", {}, format="json").status_code for key in others
    }
    assert asked == dict.fromkeys(others, 404)
    assert EarlyReading.objects.count() == 1


def test_ledger_and_overview_count(api_as, ada):
    event = event_in(Phase.BUILDING)
    report_of(entry_of(event, "ben"), "evidenced", "concern", cost_gbp="0.25")

    told = api_as(ada).get(f"{BASE}/ledger/").json()
    counted = api_as(ada).get(f"{BASE}/overview/").json()

    line = told["by_provider"][0]
    assert [told["caps"][name] for name in ("budget_gbp", "spent_gbp")] == [None, "0.250000"]
    assert (line["kind"], line["reader"], line["calls"], line["tokens"]) == (
        "entry",
        "openai:made-up-1",
        21,
        9900,
    )
    assert [row["cost_gbp"] for row in told["by_day"]] == ["0.250000"]
    assert (counted["entries"], counted["stated"], len(counted["principles"])) == (1, 1, 10)
    first = {row["number"]: row["findings"] for row in counted["principles"]}[2]
    assert {name for name, number in first.items() if number} == {"concern"}


def test_models_are_for_administrators(api_as, max_):
    event_in(Phase.BUILDING)

    seen = statuses(api_as, "/api/v1/administration/models/")

    assert seen == dict.fromkeys(EVERYONE, 403) | {"max": 200}


def test_record_and_card_are_public(api_as):
    client = api_as(None)

    record = client.get("/api/v1/ai/")
    card = client.get("/api/v1/ai/model-card/")

    assert (record.status_code, card.status_code) == (200, 200)
    assert record.json()["to_be_filled_by_the_organisation"] == honesty.to_fill()
    assert card.json()["measured"]["figures"] == honesty.card()["measured"]["figures"]
