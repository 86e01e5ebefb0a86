"""Which engine reads which entry: by the level of its data, the event's choice and the team's wish."""

from decimal import Decimal

import pytest
from django.utils import timezone

from challenges.models import DataLevel
from core.refusals import Refused
from events import actions as events
from events.models import Phase, SecondUse
from reading import readings
from reading.models import Plan, Screening, reading_shown
from submissions import actions as submissions
from submissions.declarations import CURRENT_DECLARATIONS
from tests.world import draft_of, entry_of, event_in, person, report_of, revision_of, team_of

pytestmark = pytest.mark.django_db


def provider(model: str, approved_for: str = "public") -> dict:
    address = "http://127.0.0.1:9/v1"
    prices = {"gbp_in": None, "gbp_out": None}
    names = {
        "kind": "openai",
        "base_url": address,
        "api_key": "k",
        "model": model,
        "label": f"{model} at home",
    }
    return names | prices | {"approved_for": approved_for}


@pytest.fixture
def two(settings):
    """A site with two models, the second approved for OFFICIAL data."""
    settings.PROVIDERS = {"main": provider("quick"), "second": provider("careful", "official")}


def event_with(**choices):
    event = event_in(Phase.BUILDING)
    for name, value in choices.items():
        setattr(event, name, value)
    event.save()
    return event


def opened() -> list[tuple[str, str, bool]]:
    rows = Screening.objects.order_by("pk")
    return [(row.revision.submission.team.name, row.engine, row.is_second) for row in rows]


def test_open_with_nothing_set_up_is_for_the_built_in_engine():
    entry_of(event_with(), "ben")

    readings.open_missing()

    assert opened() == [("Kingfishers", "offline", False)]


def test_open_follows_the_level_of_the_data(two):
    event = event_with(official_provider="second", accepts_official=True)
    entry_of(event, "ben", name="open")
    entry_of(event, "bea", name="official", data_level=DataLevel.OFFICIAL)
    entry_of(event, "cal", name="unsure", data_level=DataLevel.UNSURE)

    readings.open_missing()

    assert sorted(opened()) == [
        ("official", "openai:careful", False),
        ("open", "openai:quick", False),
        ("unsure", "offline", False),
    ]


def test_official_data_goes_to_no_model_that_is_not_approved_for_it(two):
    event = event_with(official_provider="main", accepts_official=True)
    entry_of(event, "ben", data_level=DataLevel.OFFICIAL)

    readings.open_missing()

    assert opened() == [("Kingfishers", "offline", False)]


def test_entry_for_people_alone_goes_to_no_model(two):
    event = event_with()
    draft = draft_of(team_of(event))
    submissions.submit(
        draft,
        by=person("ben"),
        key="6d1f6c4e-0000-4000-8000-000000000001",
        declared=CURRENT_DECLARATIONS,
        people_only=True,
    )

    readings.open_missing()

    assert opened() == [("Kingfishers", "offline", False)]


def test_event_that_switched_models_off_sends_nothing(two):
    entry_of(event_with(uses_ai=False), "ben")

    readings.open_missing()

    assert opened() == [("Kingfishers", "offline", False)]


def test_second_provider_to_compare_reads_everything_too(two):
    entry_of(event_with(second_provider="second", second_use=SecondUse.COMPARE), "ben")

    readings.open_missing()
    readings.open_missing()

    assert opened() == [("Kingfishers", "openai:quick", False), ("Kingfishers", "openai:careful", True)]


def test_second_provider_to_fall_back_to_reads_what_failed_for_good(two):
    entry = entry_of(event_with(second_provider="second", second_use=SecondUse.FALLBACK), "ben")
    readings.open_missing()
    assert opened() == [("Kingfishers", "openai:quick", False)]
    Screening.objects.update(failed_at=timezone.now(), error="The model's server refused our key")

    readings.open_missing()

    assert opened() == [("Kingfishers", "openai:quick", False), ("Kingfishers", "openai:careful", True)]
    assert reading_shown(entry).engine == "openai:quick"  # until the second has read it


def test_page_shows_the_second_reading_only_where_the_first_failed():
    entry = entry_of(event_with(), "ben")
    first = report_of(entry, "evidenced")
    second = report_of(entry, "concern", engine="openai:other", is_second=True)
    shown = [reading_shown(entry)]

    Screening.objects.filter(pk=first.pk).update(failed_at=timezone.now(), finished_at=None, mode="")
    shown.append(reading_shown(entry))

    assert shown == [first, second]


def test_same_entry_is_not_opened_again_for_a_changed_recipe(two):
    entry_of(event_with(), "ben")
    readings.open_missing()
    Screening.objects.update(recipe="of last week")

    readings.open_missing()

    assert len(opened()) == 1


def test_revision_that_was_replaced_is_not_opened(two):
    entry = entry_of(event_with(), "ben")
    revision_of(entry.submission, title="Letter Sorter 2")

    readings.open_missing()

    assert list(Screening.objects.values_list("revision__number", flat=True)) == [2]


def test_spent_counts_what_every_attempt_has_cost():
    event = event_with()
    report_of(entry_of(event, "ben"), "evidenced")
    report_of(entry_of(event, "bea", name="Sandbags"), "evidenced")

    assert readings.spent_on(event) == Decimal("0.0042")


# The event's choice


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        ({"provider": "third"}, "provider"),
        ({"official_provider": "main"}, "official_provider"),
        ({"second_provider": "third"}, "second_provider"),
    ],
)
def test_choice_of_a_model_that_is_not_there_or_not_approved_is_refused(two, ada, choice, field):
    event = event_in(Phase.DRAFT)

    with pytest.raises(Refused) as refusal:
        events.edit_event(event, by=ada, **choice)

    assert refusal.value.field == field


def test_choice_is_told_to_the_team_before_it_submits(two, as_, ben):
    draft = draft_of(team_of(event_with(second_provider="second", second_use=SecondUse.COMPARE)))

    page = as_(ben).get(f"/events/summer/submissions/{draft.code}/check/").content.decode()

    assert "quick at home or careful at home" in page
    assert "Have people alone read our entry" in page


def test_check_page_without_a_model_offers_nothing_to_choose(as_, ben):
    draft = draft_of(team_of(event_with()))

    page = as_(ben).get(f"/events/summer/submissions/{draft.code}/check/").content.decode()

    assert "No AI model is set up" in page
    assert "Have people alone read our entry" not in page


def test_wish_for_people_alone_goes_through_the_page(two, as_, ben):
    draft = draft_of(team_of(event_with()))
    typed = {"key": "6d1f6c4e-0000-4000-8000-000000000002", "declared": CURRENT_DECLARATIONS, "confirm": "on"}

    as_(ben).post(f"/events/summer/submissions/{draft.code}/submit/", typed | {"people_only": "on"})

    assert list(draft.revisions.values_list("people_only", flat=True)) == [True]


# What reading costs


def test_budget_that_is_used_up_degrades_to_the_built_in_engine_and_says_so(two, ada):
    event = event_with()
    Plan.objects.filter(event=event).update(budget_gbp=Decimal("0.00"))
    entry = entry_of(event, "ben")
    readings.open_missing()

    readings.perform(Screening, Screening.objects.get().pk)

    reading = reading_shown(entry)
    assert (reading.mode, reading.calls) == ("ai_degraded:over_budget", 0)
    assert {row["finding"] for row in reading.report["principles"]} == {"unread"}


def test_budget_counts_what_the_event_has_spent_and_not_twice_what_this_reading_has():
    event = event_with()
    Plan.objects.filter(event=event).update(budget_gbp=Decimal("1.00"))
    other = report_of(entry_of(event, "bea", name="Sandbags"), "evidenced", cost_gbp=Decimal("0.30"))
    mine = report_of(entry_of(event, "ben"), "evidenced", cost_gbp=Decimal("0.20"))

    caps = readings.caps_of(mine)

    assert other.cost_gbp
    assert (caps.gbp, caps.tokens) == (Decimal("0.70"), 200_000)
