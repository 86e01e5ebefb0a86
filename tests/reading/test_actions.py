from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from challenges.models import DataLevel
from core.models import AuditRow
from core.refusals import Refused
from events.models import Event, Phase
from reading import actions, readings
from reading.models import EarlyReading, Plan, Question
from reading.starts import starts
from tests.races import together
from tests.world import ANSWERS, draft_of, event_in, person, team_of

pytestmark = pytest.mark.django_db

ETHICS = {
    "title": "Data ethics",
    "asks": "Who could be harmed.",
    "cues": "harm, left out",
    "question": "Who could be worse off?",
}
NOWHERE = {
    "base_url": "http://127.0.0.1:9/v1",
    "api_key": "k",
    "gbp_in": None,
    "gbp_out": None,
    "kind": "openai",
}


@pytest.fixture
def two(settings):
    """A site with a model for open data and one for OFFICIAL data too."""
    settings.PROVIDERS = {
        "main": NOWHERE | {"model": "quick", "label": "Quick", "approved_for": "public"},
        "second": NOWHERE | {"model": "careful", "label": "Careful", "approved_for": "official"},
    }


def draft(phase: Phase = Phase.BUILDING, **answers):
    return draft_of(team_of(event_in(phase)), **answers)


def change(submission, **answers) -> None:
    type(submission).objects.filter(pk=submission.pk).update(**answers)


def verbs() -> list[str]:
    return list(
        AuditRow.objects.filter(verb__startswith="reading.").order_by("pk").values_list("verb", flat=True)
    )


def fail(early: EarlyReading) -> None:
    EarlyReading.objects.filter(pk=early.pk).update(failed_at=timezone.now(), error="It did not answer")


# Settings


def unplanned() -> Event:
    event = event_in(Phase.DRAFT)
    Plan.objects.all().delete()
    return event


def test_plan_what_changes_is_stored_with_what_it_was(ada):
    event = unplanned()

    actions.plan_reading(event, by=ada, early_readings=5, budget_gbp=Decimal("12.50"), blind_percent=10)

    plan = Plan.objects.get()
    row = AuditRow.objects.get(verb="reading.planned")
    assert (plan.early_readings, plan.budget_gbp, plan.blind_percent) == (5, Decimal("12.50"), 10)
    assert row.details == {
        "before": {"early_readings": "3", "budget_gbp": "no limit"},
        "after": {"early_readings": "5", "budget_gbp": "12.50"},
    }
    assert row.scope == "summer"


def test_plan_what_is_so_already_writes_nothing(ada):
    actions.plan_reading(unplanned(), by=ada, early_readings=3, budget_gbp=None)

    assert (Plan.objects.count(), verbs()) == (0, [])


@pytest.mark.parametrize("key", ["ben", "cal", "jude", "kit", "sam"])
def test_plan_by_anyone_but_an_organiser_is_denied(key):
    event = unplanned()

    with pytest.raises(PermissionDenied):
        actions.plan_reading(event, by=person(key), early_readings=5)
    with pytest.raises(PermissionDenied):
        actions.add_question(event, by=person(key), **ETHICS)

    assert (Plan.objects.count(), Question.objects.count()) == (0, 0)


def test_question_added_and_removed_leaves_its_words_in_the_log(ada):
    event = event_in(Phase.FORMING)

    added = actions.add_question(event, by=ada, **ETHICS)
    actions.remove_question(added, by=ada)
    actions.remove_question(added, by=ada)

    kept = ETHICS | {"cues": ["harm", "left out"]}
    assert Question.objects.count() == 0
    assert verbs() == ["reading.question_added", "reading.question_removed"]
    assert [row.details for row in AuditRow.objects.filter(verb__startswith="reading.")] == [kept, kept]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": "DATA  ETHICS"}, "title"),
        ({"title": "Other", "cues": " , ,"}, "cues"),
        ({"title": "Other", "cues": "ab, harm"}, "cues"),
        ({"title": "Other", "cues": ".*"}, "cues"),
        ({"title": "Other", "asks": "Unprintable \u202e words"}, "asks"),
    ],
)
def test_question_that_cannot_be_used_is_refused_at_its_field(ada, changed, field):
    event = event_in(Phase.DRAFT)
    actions.add_question(event, by=ada, **ETHICS)

    with pytest.raises(Refused) as refused:
        actions.add_question(event, by=ada, **(ETHICS | changed))

    assert (refused.value.field, Question.objects.count()) == (field, 1)


def test_question_typed_over_lines_is_kept_in_one(ada):
    event = event_in(Phase.DRAFT)

    added = actions.add_question(
        event, by=ada, **(ETHICS | {"asks": "Who could\nbe harmed.", "cues": "harm\nleft out"})
    )

    assert added.as_data() == ETHICS | {"cues": ["harm", "left out"], "asks": "Who could be harmed."}


@pytest.mark.parametrize("key", starts())
def test_questions_to_start_from_can_be_added_as_they_are(ada, key):
    event = event_in(Phase.DRAFT)

    actions.add_question(event, by=ada, **starts()[key])

    assert Question.objects.get().title == starts()[key]["title"]


def test_early_reading_looks_for_the_questions_of_the_event_too(ada, ben):
    event = event_in(Phase.FORMING)
    actions.add_question(event, by=ada, **(ETHICS | {"cues": "caseworker"}))
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    asked = actions.ask_early(submission, by=ben)
    readings.perform(EarlyReading, asked.pk)

    report = EarlyReading.objects.get().report
    own = report["principles"][10]
    assert (own["number"], bool(own["quotes"])) == (11, True)
    assert [quote for quote in own["quotes"] if "caseworker" not in quote["text"].lower()] == []


def test_sixth_question_is_refused(ada):
    event = event_in(Phase.DRAFT)
    for number in range(5):
        actions.add_question(event, by=ada, **(ETHICS | {"title": f"Question {number}"}))

    with pytest.raises(Refused, match="at most 5"):
        actions.add_question(event, by=ada, **ETHICS)


def test_questions_stand_still_once_building_has_begun(ada):
    event = event_in(Phase.FORMING)
    question = actions.add_question(event, by=ada, **ETHICS)
    event = event_in(Phase.BUILDING)

    with pytest.raises(Refused, match="Building has begun"):
        actions.add_question(event, by=ada, **(ETHICS | {"title": "Another"}))
    with pytest.raises(Refused, match="Building has begun"):
        actions.remove_question(question, by=ada)

    assert list(Question.objects.values_list("title", flat=True)) == ["Data ethics"]


# Early readings


def test_ask_early_keeps_the_draft_as_it_was(ben):
    submission = draft()

    asked = actions.ask_early(submission, by=ben)
    change(submission, built="Something else.")

    stored = EarlyReading.objects.get()
    assert stored == asked
    assert (stored.number, stored.asked_by, stored.state, stored.engine) == (1, ben, "waiting", "offline")
    assert stored.answers == ANSWERS
    assert (stored.framework, stored.questions) == ("aip-2025", [])
    assert AuditRow.objects.get(verb="reading.asked_early").details == {"number": 1, "engine": "offline"}


@pytest.mark.parametrize("key", ["ada", "bea", "cal", "jude", "kit", "sam", "max"])
def test_ask_early_by_anyone_but_the_team_is_denied(key):
    submission = draft()

    with pytest.raises(PermissionDenied):
        actions.ask_early(submission, by=person(key))

    assert EarlyReading.objects.count() == 0


@pytest.mark.parametrize("phase", [Phase.FORMING, Phase.JUDGING, Phase.SHOWCASE])
def test_ask_early_while_submissions_are_shut_is_refused(ben, phase):
    submission = draft(phase)

    with pytest.raises(Refused, match=r"Submissions (open|closed) at|The results were published at"):
        actions.ask_early(submission, by=ben)


def test_ask_early_of_a_blank_draft_is_refused(ben):
    blank = dict.fromkeys(ANSWERS, "")

    with pytest.raises(Refused, match="nothing to read"):
        actions.ask_early(draft(**(blank | {"title": "Only a title"})), by=ben)


@pytest.mark.parametrize("changed", [{}, {"repository_url": "https://code.example.org/other"}])
def test_ask_early_again_of_the_same_words_is_refused(ben, changed):
    submission = draft()
    actions.ask_early(submission, by=ben)
    change(submission, **changed)

    with pytest.raises(Refused, match="has changed since early reading 1"):
        actions.ask_early(submission, by=ben)

    assert EarlyReading.objects.count() == 1


def test_ask_early_more_often_than_planned_is_refused(ada, ben):
    submission = draft()
    actions.plan_reading(submission.event, by=ada, early_readings=2)
    for number in range(2):
        change(submission, built=f"Version {number} of it.")
        actions.ask_early(submission, by=ben)
    change(submission, built="A third version.")

    with pytest.raises(Refused, match="used all"):
        actions.ask_early(submission, by=ben)

    assert list(EarlyReading.objects.values_list("number", flat=True)) == [2, 1]


def test_failed_early_reading_is_not_counted_and_may_be_repeated(ben):
    submission = draft()
    fail(actions.ask_early(submission, by=ben))

    again = actions.ask_early(submission, by=ben)

    assert (again.number, actions.early_left(submission)) == (2, 2)


def test_ask_early_with_data_that_is_not_taken_is_refused(ben):
    with pytest.raises(Refused, match="open, published or made-up data only"):
        actions.ask_early(draft(data_level=DataLevel.OFFICIAL), by=ben)

    assert EarlyReading.objects.count() == 0


@pytest.mark.parametrize(
    ("level", "people_only", "engine"),
    [
        ("public", False, "openai:quick"),
        ("official", False, "openai:careful"),
        ("", False, "offline"),
        ("public", True, "offline"),
        ("official", True, "offline"),
    ],
)
def test_early_reading_goes_to_the_provider_of_its_level(two, ben, level, people_only, engine):
    submission = draft(data_level=level)
    Event.objects.update(accepts_official=True, provider="main", official_provider="second")

    asked = actions.ask_early(submission, by=ben, people_only=people_only)

    assert asked.engine == engine


@pytest.mark.django_db(transaction=True)
def test_two_members_asking_at_once_make_one_reading(ben, bea):
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))

    outcomes = together(
        [lambda: actions.ask_early(submission, by=ben), lambda: actions.ask_early(submission, by=bea)]
    )

    assert outcomes == ["done", "refused"]
    assert EarlyReading.objects.count() == 1


def test_early_reading_after_the_deadline_by_a_second_is_refused(ben):
    submission = draft()
    Event.objects.update(submissions_close_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(Refused, match="Submissions closed"):
        actions.ask_early(submission, by=ben)
