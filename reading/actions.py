"""What people ask of the engines that read entries, and decide about them."""

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from challenges.classification import why_not_taken
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import BUILT_IN, Event, Phase
from reading.framework import Broken, load
from reading.models import EarlyReading, Plan, Question, Screening
from reading.reader.recipe import recipe
from reading.readings import config_of, frame_of, parts_of, questions_of
from submissions.models import Submission
from submissions.questions import Question as EntryQuestion
from submissions.questions import stops

PLANNED = ("early_readings", "blind_percent", "holds_last_hours", "budget_gbp", "entry_tokens")
MOST_QUESTIONS = 5
NOT_YET_BUILDING = (Phase.DRAFT, Phase.ANNOUNCED, Phase.FORMING)


@transaction.atomic
def retry(screening: Screening, *, by: User) -> None:
    """Ask the engine to read again now. Asking twice is the same as asking once."""
    screening = Screening.objects.select_for_update().get(pk=screening.pk)
    require(by, "reading.retry", screening)
    if screening.finished_at is not None:
        raise Refused("This entry has been read since. Load the page again to see the report")
    if screening.again():
        record(by, "reading.retried", screening)


# What organisers decide


@transaction.atomic
def plan_reading(event: Event, *, by: User, **fields) -> Plan:
    """Decide how much is read, by whom first, and what it may cost."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "reading.plan", event)
    plan = Plan.of(event)
    changed = {name: fields[name] for name in PLANNED if name in fields}
    changed = {name: value for name, value in changed.items() if getattr(plan, name) != value}
    if not changed:
        return plan

    before = {name: getattr(plan, name) for name in changed}
    for name, value in changed.items():
        setattr(plan, name, value)
    plan.save()
    record(by, "reading.planned", plan, before=in_words(before), after=in_words(changed))
    return plan


def in_words(values: dict) -> dict[str, str]:
    return {name: "no limit" if value is None else str(value) for name, value in values.items()}


@transaction.atomic
def add_question(event: Event, *, by: User, title: str, asks: str, cues: str, question: str) -> Question:
    """Have every entry read for something of the event's own, as for a principle."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "reading.plan", event)
    refuse_once_building(event)
    standing = Question.objects.filter(event=event)
    if standing.count() >= MOST_QUESTIONS:
        raise Refused(f"An event has at most {MOST_QUESTIONS} questions of its own. Remove one first")
    if standing.filter(title__iexact=in_a_line(title)).exists():
        raise Refused("There is a question of this name already", "title")
    added = Question(
        event=event,
        title=in_a_line(title),
        asks=in_a_line(asks),
        cues=in_a_line(cues.replace("\n", ", ")),
        question=in_a_line(question),
    )
    if not added.as_data()["cues"]:
        raise Refused("Enter at least one word that entries would use", "cues")
    try:
        load(event.framework, questions=[added.as_data()])
    except Broken as broken:  # or no entry of the event could be read
        *_, field, why = str(broken).split(": ")
        raise Refused(f"{why[0].upper()}{why[1:]}", field) from broken

    added.save()
    record(by, "reading.question_added", added, **added.as_data())
    return added


@transaction.atomic
def remove_question(question: Question, *, by: User) -> None:
    event = Event.objects.select_for_update().get(pk=question.event_id)
    require(by, "reading.plan", event)
    refuse_once_building(event)
    removed = Question.objects.select_for_update().filter(pk=question.pk).first()
    if removed is None:
        return
    record(by, "reading.question_removed", removed, **removed.as_data())
    removed.delete()


def in_a_line(words: str) -> str:
    return " ".join(words.split())


def refuse_once_building(event: Event) -> None:
    if event.phase not in NOT_YET_BUILDING:
        raise Refused(
            "Building has begun, so the event’s questions can no longer change: "
            "entries would not all be read for the same things"
        )


# What teams ask


@transaction.atomic
def ask_early(submission: Submission, *, by: User, people_only: bool = False) -> EarlyReading:
    """Have the draft read as it stands. `people_only`: by the built-in engine, not by an AI model.

    A reading that failed is not counted, and the same text may then be read again.
    """
    submission = Submission.objects.select_for_update(of=("self",)).with_people().get(pk=submission.pk)
    require(by, "reading.ask_early", submission)
    event = submission.event
    answers = submission.answers()
    asked_for = submission.questions()
    if not parts_of(answers, asked_for):
        raise Refused("There is nothing to read yet. Write something in your draft first")
    if reason := why_not_taken(answers["data_level"], accepts_official=event.accepts_official):
        raise Refused(reason)
    earlier = EarlyReading.objects.filter(submission=submission)
    if early_left(submission) <= 0:
        raise Refused("Your team has used all its early readings. You can still change and submit your entry")
    last = earlier.filter(failed_at=None).first()
    if last and is_same(last.answers, answers, asked_for):
        raise Refused(
            f"Nothing that is read has changed since early reading {last.number}. Change your draft first"
        )

    provider = BUILT_IN if people_only or stops(answers) else event.provider_for(answers["data_level"])
    asked = EarlyReading.objects.create(
        submission=submission,
        number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
        answers=answers,
        asked_by=by,
        framework=event.framework,
        questions=questions_of(event),
        recipe=recipe(frame_of(event)),
        provider=provider,
        engine=config_of(provider).engine,
    )
    record(by, "reading.asked_early", asked, number=asked.number, engine=asked.engine)
    return asked


def early_left(submission: Submission) -> int:
    """How many early readings the team may still ask for."""
    used = EarlyReading.objects.filter(submission=submission, failed_at=None).count()
    return max(Plan.of(submission.event).early_readings - used, 0)


def is_same(before: dict, after: dict, asked: list[EntryQuestion]) -> bool:
    """Would a reading see any difference?"""
    return parts_of(before, asked) == parts_of(after, asked) and before["data_level"] == after["data_level"]
