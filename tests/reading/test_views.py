import csv
import json
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import AuditRow
from events.models import Event, Phase
from reading import actions, honesty, readings
from reading.framework import load
from reading.models import EarlyReading, Plan, Question, Screening
from reading.presentation import overview_of
from tests.world import draft_of, entry_of, event_in, person, report_of, revision_of, team_of

pytestmark = pytest.mark.django_db

BASE = "/events/summer/reading"
EVERYONE = ["ada", "ben", "bea", "cal", "jude", "kit", "sam", "max"]
PLAN = {
    "early_readings": "4",
    "blind_percent": "15",
    "holds_last_hours": "12",
    "budget_gbp": "",
    "entry_tokens": "90000",
}
QUESTION = {
    "title": "Accessibility",
    "asks": "That disabled people can use it.",
    "cues": "accessible, WCAG",
    "question": "Who cannot use it?",
}
MODEL = {
    "kind": "openai",
    "base_url": "http://127.0.0.1:9/v1",
    "api_key": "k",
    "model": "made-up-1",
    "label": "Made up, run by the Office",
    "approved_for": "public",
    "gbp_in": None,
    "gbp_out": None,
}


@pytest.fixture
def model(settings):
    settings.PROVIDERS = {"main": MODEL}


def page(browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def statuses(as_, address: str) -> dict[str, int]:
    return {key: as_(person(key)).get(address).status_code for key in EVERYONE}


def draft(**answers):
    return draft_of(team_of(event_in(Phase.BUILDING)), **answers)


def read_early(submission, by) -> EarlyReading:
    """Asked for, and read as a worker reads it."""
    asked = actions.ask_early(submission, by=by)
    readings.perform(EarlyReading, asked.pk)
    return EarlyReading.objects.get(pk=asked.pk)


# Settings


@pytest.mark.parametrize("place", ["settings", "ledger", "questions/add"])
def test_pages_of_organisers_are_theirs_alone(as_, place):
    event_in(Phase.FORMING)

    assert statuses(as_, f"{BASE}/{place}/") == dict.fromkeys(EVERYONE, 403) | {"ada": 200}


def test_settings_show_the_defaults_and_keep_what_is_decided(as_, ada):
    event_in(Phase.DRAFT)
    Plan.objects.all().delete()
    browser = as_(ada)
    before = page(browser, f"{BASE}/settings/")

    answer = browser.post(f"{BASE}/settings/", PLAN)

    plan = Plan.objects.get()
    assert 'name="early_readings" type="text" spellcheck="false" value="3"' in before
    assert "The built-in engine. No AI model" in before
    assert (answer.status_code, answer["Location"]) == (302, f"{BASE}/settings/")
    assert {name: getattr(plan, name) for name in PLAN} == {
        "early_readings": 4,
        "blind_percent": 15,
        "holds_last_hours": 12,
        "budget_gbp": None,
        "entry_tokens": 90_000,
    }


def test_settings_that_cannot_be_keep_what_was_typed(as_, ada):
    event_in(Phase.DRAFT)
    kept = Plan.objects.values().get()

    answer = as_(ada).post(f"{BASE}/settings/", PLAN | {"blind_percent": "101", "budget_gbp": "-3"})

    body = answer.content.decode()
    assert answer.status_code == 200
    assert "Error: " in body
    assert 'value="101"' in body
    assert 'value="-3"' in body
    assert Plan.objects.values().get() == kept


def test_question_starts_from_a_template_and_is_added_and_removed(as_, ada):
    event_in(Phase.FORMING)
    browser = as_(ada)

    start = page(browser, f"{BASE}/questions/add/?start=accessibility")
    browser.post(f"{BASE}/questions/add/", QUESTION)
    question = Question.objects.get()
    listed = page(browser, f"{BASE}/settings/")
    asked = page(browser, f"{BASE}/questions/{question.pk}/remove/")
    kept = Question.objects.count()
    browser.post(f"{BASE}/questions/{question.pk}/remove/")

    assert "screen reader" in start
    assert QUESTION["asks"] in listed
    assert ("?start=data-ethics" in listed, "?start=accessibility" in listed) == (True, False)
    assert "Remove the question ‘Accessibility’" in asked
    assert (kept, Question.objects.count()) == (1, 0)


def test_question_once_building_has_begun_is_refused_with_what_was_typed(as_, ada):
    event_in(Phase.BUILDING)

    body = unescape(as_(ada).post(f"{BASE}/questions/add/", QUESTION).content.decode())

    assert "Building has begun" in body
    assert QUESTION["asks"] in body
    assert Question.objects.count() == 0


# Early readings


def test_early_readings_are_seen_by_the_team_alone(as_, ben):
    submission = draft()
    read_early(submission, ben)

    for place in ("", "1/"):
        seen = statuses(as_, f"{BASE}/drafts/{submission.code}/{place}")
        assert seen == dict.fromkeys(EVERYONE, 404) | {"ben": 200}


def test_team_asks_and_sees_its_draft_with_what_was_found(as_, ben):
    submission = draft()
    browser = as_(ben)
    first = page(browser, f"{BASE}/drafts/{submission.code}/")

    answer = browser.post(f"{BASE}/drafts/{submission.code}/ask/")
    waiting = page(browser, answer["Location"])
    readings.perform(EarlyReading, EarlyReading.objects.get().pk)
    found = page(browser, answer["Location"])
    listed = page(browser, f"{BASE}/drafts/{submission.code}/")

    assert "3 of 3 left" in first
    assert answer["Location"] == f"{BASE}/drafts/{submission.code}/1/"
    assert "waiting to be read" in waiting
    assert "No AI model was used." in found
    assert "Only your team sees this" in found
    assert 'class="app-source__quote"' in found
    assert submission.safeguards in found
    assert "2 of 3 left" in listed
    assert "Your draft has changed" not in found
    assert "Ready to read" not in found


def test_early_reading_by_a_model_is_labelled(as_, ben, model):
    submission = draft()
    early = read_early_by_model(submission, ben)

    body = page(as_(ben), f"{BASE}/drafts/{submission.code}/{early.number}/")

    assert "Written by AI" in body
    assert "Written by the model made-up-1 from the draft, early reading 1" in body


def read_early_by_model(submission, by) -> EarlyReading:
    """A reading as the model of `report_of` gives it, kept as an early one."""
    asked = actions.ask_early(submission, by=by)
    told = report_of(entry_of(submission.event, "bea", name="Terns"))
    fields = {name: getattr(told, name) for name in ("status", "mode", "text", "report", "finished_at")}
    EarlyReading.objects.filter(pk=asked.pk).update(**fields)
    return asked


def test_early_reading_that_failed_says_why_and_that_it_is_not_counted(as_, ben):
    submission = draft()
    asked = actions.ask_early(submission, by=ben)
    EarlyReading.objects.filter(pk=asked.pk).update(
        failed_at=timezone.now(), error="The model did not answer in time"
    )

    body = page(as_(ben), f"{BASE}/drafts/{submission.code}/1/")
    listed = page(as_(ben), f"{BASE}/drafts/{submission.code}/")

    assert "The model did not answer in time. This reading is not counted" in body
    assert "3 of 3 left" in listed


def test_refused_early_reading_says_why_on_the_page(as_, ben):
    submission = draft()
    read_early(submission, ben)

    answer = as_(ben).post(f"{BASE}/drafts/{submission.code}/ask/")

    assert answer.status_code == 200
    assert "Nothing that is read has changed since early reading 1" in answer.content.decode()


def test_team_may_keep_its_draft_from_a_model(as_, ben, model):
    submission = draft()
    browser = as_(ben)
    offered = page(browser, f"{BASE}/drafts/{submission.code}/")

    browser.post(f"{BASE}/drafts/{submission.code}/ask/", {"people_only": "on"})

    assert "Made up, run by the Office reads it" in offered
    assert EarlyReading.objects.get().engine == "offline"


# How entries are read


def test_how_entries_are_read_is_for_insiders(as_):
    event_in(Phase.BUILDING)

    assert statuses(as_, f"{BASE}/how/") == dict.fromkeys(EVERYONE, 200) | {"cal": 403, "max": 403}


@pytest.mark.parametrize(
    ("query", "key"), [("", "aip-2025"), ("?heading=gaf-2024", "gaf-2024"), ("?heading=x", "aip-2025")]
)
def test_how_names_the_principles_of_the_heading_asked_for(as_, ben, query, key):
    event_in(Phase.BUILDING)

    body = page(as_(ben), f"{BASE}/how/{query}")

    assert [p.name for p in load(key).principles if f"<li>{p.name}</li>" not in body] == []
    assert load(key).title in body


def test_how_says_which_model_reads_which_level(as_, ben, model):
    event_in(Phase.BUILDING)
    Event.objects.update(accepts_official=True)
    Question.objects.create(event=Event.objects.get(), **QUESTION)

    body = page(as_(ben), f"{BASE}/how/")

    assert body.count("Made up, run by the Office") == 1
    assert body.count("The built-in engine. No AI model") == 1
    assert "OFFICIAL data" in body
    assert QUESTION["asks"] in body


# Across the event


def test_overview_is_for_organisers_and_the_chair_and_names_no_team(as_):
    event = event_in(Phase.JUDGING)
    report_of(entry_of(event, "ben", title="Owl Post"), "evidenced", "concern")
    report_of(entry_of(event, "bea", name="Terns"), "evidenced", "partial")

    seen = statuses(as_, f"{BASE}/overview/")
    body = page(as_(person("kit")), f"{BASE}/overview/")

    assert seen == dict.fromkeys(EVERYONE, 403) | {"ada": 200, "kit": 200}
    assert "2 entries read" in body
    assert [word for word in ("Kingfishers", "Terns", "Owl Post", "Letter Sorter") if word in body] == []
    assert 'rect width="50"' in body
    assert 'rect width="100"' in body


def test_overview_counts_each_entry_once_as_its_page_shows_it(as_, ada):
    event = event_in(Phase.JUDGING)
    overtaken = report_of(entry_of(event, "ben"), "concern")
    current = revision_of(overtaken.revision.submission, built="Something newer.")
    report_of(current, "concern", engine="openai:second", is_second=True)
    report_of(current, "evidenced")

    told = overview_of(event)

    assert told["counted"].entries == 1
    assert {tally.number: tally.counts for _, tally in told["rows"]}[1] == [1, 0, 0, 0, 0]


def test_overview_before_anything_is_read_says_so(as_, ada):
    event_in(Phase.FORMING)

    assert "No entry has been read yet" in page(as_(ada), f"{BASE}/overview/")


# Ledger


def spend(event):
    report_of(entry_of(event, "ben"), cost_gbp="0.25")
    early = actions.ask_early(draft_of(team_of(event, "bea", name="Terns")), by=person("bea"))
    EarlyReading.objects.filter(pk=early.pk).update(
        failed_at=timezone.now(), error="=cmd|' /C calc'!A0", calls=2, prompt_tokens=70, cost_gbp="0.05"
    )
    return early


def test_ledger_adds_up_entries_and_early_readings(as_, ada):
    event = event_in(Phase.BUILDING)
    Plan.objects.update_or_create(event=event, defaults={"budget_gbp": "1.00"})
    spend(event)

    body = page(as_(ada), f"{BASE}/ledger/")

    assert "£0.3000" in body
    assert "£1.00, of which £0.7000 is left" in body
    assert "£0.2500" in body
    assert "£0.0500" in body
    assert "9900" in body


def test_ledger_costs_the_same_however_many_readings_there_are(as_, ada):
    event = event_in(Phase.BUILDING)
    spend(event)
    browser = as_(ada)
    browser.get(f"{BASE}/ledger/")
    with CaptureQueriesContext(connection) as few:
        browser.get(f"{BASE}/ledger/")
    report_of(entry_of(event, "jim", name="Plovers"), engine="openai:another", provider="second")
    with CaptureQueriesContext(connection) as more:
        browser.get(f"{BASE}/ledger/")

    assert len(more) == len(few)


def test_ledger_as_csv_runs_nothing_and_names_no_draft(as_, ada, ben):
    early = spend(event_in(Phase.BUILDING))

    answer = as_(ada).get(f"{BASE}/ledger.csv")
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(text.splitlines()))

    entry = Screening.objects.get()
    assert as_(ben).get(f"{BASE}/ledger.csv").status_code == 403
    assert [(row["kind"], row["entry"], row["calls"], row["cost_gbp"]) for row in rows] == [
        ("entry", entry.revision.submission.code, "21", "0.250000"),
        ("early", "", "2", "0.050000"),
    ]
    assert rows[1]["error"] == "'=cmd|' /C calc'!A0"
    assert early.submission.code not in text


# Models


def test_models_are_for_administrators_and_show_no_entry(as_, max_, model):
    event = event_in(Phase.BUILDING)
    report_of(entry_of(event, "ben", title="Owl Post"), record={"rung": "json_object"})
    report_of(
        entry_of(event, "bea", name="Terns"),
        finished_at=None,
        mode="ai_degraded:timeout",
        failed_at=timezone.now(),
        error="The model did not answer in time",
    )

    seen = statuses(as_, "/administration/models/")
    body = page(as_(max_), "/administration/models/")

    assert seen == dict.fromkeys(EVERYONE, 403) | {"max": 200}
    for words in (
        "Made up, run by the Office",
        "Open data only",
        "The model did not answer in time",
        "json_object",
    ):
        assert words in body
    assert "None yet" not in body
    assert "Owl Post" not in body


def test_models_when_none_is_set_up_says_so(as_, max_, settings):
    settings.PROVIDERS = {}

    assert "No AI model is set up" in page(as_(max_), "/administration/models/")


# What this tool says of itself


def test_record_is_public_and_marks_what_the_organisation_must_fill(client):
    body = page(client, "/ai/")
    told = json.loads(client.get("/ai/record.json").content)

    fields = [field for section in told["sections"] for field in section["fields"]]
    empty = [field["id"] for field in fields if not field["answer"]]
    assert told["label"].startswith("DRAFT")
    assert len(fields) == 5 + 51
    assert [field["label"] for field in fields if field["label"] not in body] == []
    assert body.count("For the organisation to fill in") == len(empty)
    assert told["to_be_filled_by_the_organisation"] == empty == honesty.to_fill()
    assert {"1.4", "2.1.1", "2.1.3", "2.5.1"} <= set(empty)


def test_model_card_shows_its_figures_beside_the_command(client):
    body = page(client, "/ai/model-card/")

    measured = honesty.card()["measured"]
    assert measured["command"] in body
    assert measured["texts"] in body
    assert [row["value"] for row in honesty.card()["measured"]["figures"] if row["value"] not in body] == []


def test_model_card_of_a_changed_engine_says_that_its_figures_are_old(client, monkeypatch):
    monkeypatch.setattr(honesty, "recipe", lambda frame: "0" * 64)
    honesty.card.cache_clear()

    body = page(client, "/ai/model-card/")

    honesty.card.cache_clear()
    assert "The engine has changed since it was measured" in body


@pytest.mark.parametrize("address", ["/", "/help/"])
def test_every_page_leads_to_the_record(client, address):
    assert 'href="/ai/"' in page(client, address)


def test_looking_writes_nothing_to_the_log(as_, ada):
    event_in(Phase.BUILDING)
    for place in ("settings", "how", "overview", "ledger"):
        as_(ada).get(f"{BASE}/{place}/")

    assert AuditRow.objects.filter(verb__startswith="reading.").count() == 0
