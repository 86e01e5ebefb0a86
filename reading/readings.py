"""What workers do: see which entries nobody has read, and read one.

The table is the queue, so any of this may run twice, late or half: a claim is won once, and only the
present attempt writes.
"""

import logging
from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.db.models import Avg, Exists, F, OuterRef, Q, QuerySet, Sum

from events.models import BUILT_IN, Event, Phase, SecondUse
from files.models import File
from files.storage import shelf
from reading.framework import Framework, load
from reading.llm import Caps, LLMConfig, open_llm
from reading.models import EarlyReading, Plan, Question, Screening
from reading.reader.read import Part, read
from reading.reader.recipe import recipe
from reading.report import Usage
from submissions.models import Enclosure, Revision
from submissions.models import parts_of as long_answers
from submissions.questions import Question as EntryQuestion

logger = logging.getLogger(__name__)

# Entries that may be sent to a model, by the level of their data; all others the built-in engine reads.
LEVELS = ("public", "official")
TRY_LATER = 15 * 60  # seconds, for what a person has to mend: a budget, a provider taken out of the settings


def config_of(provider: str) -> LLMConfig:
    """A provider of this site by its name, or the built-in engine."""
    known = settings.PROVIDERS.get(provider)
    if known is None:
        return LLMConfig()
    return LLMConfig(
        kind=known["kind"],
        base_url=known["base_url"],
        api_key=known["api_key"],
        model=known["model"],
        call_seconds=settings.LLM_CALL_SECONDS,
        price_in=known["gbp_in"],
        price_out=known["gbp_out"],
    )


def providers_of(event: Event) -> Iterator[tuple[Q, str, str]]:
    """Which current revisions (a condition) are read by which provider, and by which second one."""
    models = Q()
    for level in LEVELS:
        of_level = Q(data_level=level, people_only=False)
        models |= of_level
        yield of_level, event.provider_for(level), event.second_for(level)
    yield ~models, BUILT_IN, BUILT_IN


def open_missing() -> None:
    """A row for each entry as it stands that its provider has not been asked to read.

    The recipe does not count here: a changed prompt would have every entry read, and paid for, again.
    That is a person's decision: `manage.py rescreen`.
    """
    for event in Event.objects.in_phase(Phase.BUILDING, Phase.JUDGING):
        questions = questions_of(event)
        for revisions, first, second in providers_of(event):
            current = Revision.objects.of_event(event).current().filter(revisions)
            open_for(current, event, questions, first)
            if second:
                if event.second_use == SecondUse.FALLBACK:
                    failed = Screening.objects.filter(
                        revision=OuterRef("pk"), is_second=False, failed_at__isnull=False
                    )
                    current = current.filter(Exists(failed))
                open_for(current, event, questions, second, is_second=True)


def open_for(
    revisions: QuerySet[Revision], event: Event, questions: list[dict], provider: str, *, is_second=False
) -> None:
    kind = {"framework": event.framework, "engine": config_of(provider).engine, "is_second": is_second}
    asked = Screening.objects.filter(revision=OuterRef("pk"), **kind)
    # Read once, whole: not before the virus scan has decided about every file.
    waiting = Enclosure.objects.filter(revision=OuterRef("pk"), file__state=File.State.WAITING)
    if missing := list(revisions.filter(~Exists(asked), ~Exists(waiting))):
        by_recipe = recipe(load(event.framework, questions=tuple(questions)))
        rows = [
            Screening(revision=one, recipe=by_recipe, questions=questions, provider=provider, **kind)
            for one in missing
        ]
        Screening.objects.bulk_create(rows, ignore_conflicts=True)


def questions_of(event: Event) -> list[dict]:
    """The event's own questions, in the form in which a reading keeps them."""
    return [question.as_data() for question in Question.objects.filter(event=event)]


def frame_of(event: Event) -> Framework:
    """What entries of this event are read for, as it stands now."""
    return load(event.framework, questions=tuple(questions_of(event)))


def to_read_again(event: Event) -> list[Screening]:
    """A reading, not yet stored, of each current revision that was read after another recipe.

    Readings by the event's provider alone: those of a second one stand as they are.
    """
    questions = questions_of(event)
    by_recipe = recipe(frame_of(event))
    shown_otherwise = Screening.objects.shown().exclude(recipe=by_recipe)
    rows = []
    for revisions, provider, _ in providers_of(event):
        engine = config_of(provider).engine
        kind = {"framework": event.framework, "recipe": by_recipe, "engine": engine}
        asked = Screening.objects.filter(revision=OuterRef("pk"), **kind)
        current = Revision.objects.of_event(event).current().filter(revisions)
        other = current.filter(Exists(shown_otherwise.filter(revision=OuterRef("pk"))), ~Exists(asked))
        rows += [Screening(revision=one, questions=questions, provider=provider, **kind) for one in other]
    return rows


def usual_costs(event: Event) -> dict[str, Decimal]:
    """What one reading of an entry has cost here on average, by engine; never one that cost nothing."""
    read = Screening.objects.filter(
        revision__submission__team__event=event, finished_at__isnull=False, cost_gbp__gt=0
    )
    return {
        row["engine"]: row["mean"] for row in read.order_by().values("engine").annotate(mean=Avg("cost_gbp"))
    }


def parts_of(answers: dict[str, str], asked: list[EntryQuestion]) -> list[Part]:
    """What is read: the team's own words, and neither names nor addresses."""
    pitch = answers.get("pitch", "").strip()
    return [
        *([Part("pitch", "Pitch", pitch)] if pitch else []),
        *(Part(part.name, part.heading, part.text) for part in long_answers(answers, asked)),
    ]


def files_of(reading: Screening | EarlyReading) -> list[Part]:
    """The text of what came with the entry, each file under its name."""
    parts = []
    for file in reading.files:
        with shelf().open(file.stored) as stored:
            data = stored.read()
        name = f"file-{file.code}"
        heading = f"File: {file.name}"
        if file.kind == "pdf":
            parts.append(Part(name, heading, "", "pdf", data, enclosed=True))
        else:
            parts.append(Part(name, heading, data.decode("utf-8-sig"), "txt", enclosed=True))
    return parts


def spent_on(event: Event) -> Decimal:
    """What reading has cost at this event so far, in pounds."""
    amounts = [
        Screening.objects.filter(revision__submission__team__event=event).aggregate(sum=Sum("cost_gbp")),
        EarlyReading.objects.filter(submission__team__event=event).aggregate(sum=Sum("cost_gbp")),
    ]
    return sum((row["sum"] or Decimal(0) for row in amounts), Decimal(0))


def left_of(event: Event, plan: Plan) -> Decimal | None:
    """What may still be spent, never below nothing; None without a limit."""
    return None if plan.budget_gbp is None else max(plan.budget_gbp - spent_on(event), Decimal(0))


def caps_of(reading: Screening | EarlyReading) -> Caps:
    """What this reading may cost: an entry's most, and what is left for the event.

    What the reading itself has cost so far is on its bill already, so it is not taken off twice.
    """
    plan = Plan.of(reading.event)
    left = left_of(reading.event, plan)
    return Caps(tokens=plan.entry_tokens, gbp=None if left is None else left + reading.cost_gbp)


def carried_over(reading: Screening | EarlyReading, record: dict) -> Usage:
    """What an earlier try paid for and this one's bill holds again; nothing when it began afresh."""
    is_carried = any(row.get("attempts") == 0 for row in record.get("calls", []))
    return Usage.model_validate(reading.report["usage"]) if is_carried and reading.report else Usage()


def perform(kind: type[Screening] | type[EarlyReading], pk: int) -> None:
    """Read one text. A failed call is kept with its reason and tried again; it is never a finding."""
    reading = kind.objects.claim(pk)
    if reading is None:
        return
    config = config_of(reading.provider)
    if config.engine != reading.engine:
        reading.postpone("The model was changed before this entry was read", final=True)
        return
    with open_llm(config) as llm:
        outcome = read(
            [*parts_of(reading.answers, reading.asked), *files_of(reading)],
            framework=reading.looks_for,
            llm=llm,
            seconds=settings.LLM_ENTRY_SECONDS,
            caps=caps_of(reading),
            earlier=reading.record,
        )
    report = outcome.report
    used, before = report.usage, carried_over(reading, outcome.record)
    found = {
        "status": report.status,
        "mode": report.mode,
        "text": outcome.text,
        "report": report.model_dump(mode="json"),
        "record": outcome.record,
        "calls": F("calls") + used.calls,
        "prompt_tokens": F("prompt_tokens") + used.prompt_tokens - before.prompt_tokens,
        "completion_tokens": F("completion_tokens") + used.completion_tokens - before.completion_tokens,
        "cost_gbp": F("cost_gbp") + used.cost_gbp - before.cost_gbp,
    }
    if outcome.error is None:
        won = reading.finish(**found)
    else:
        error = outcome.error
        won = reading.postpone(str(error), retry_after=error.retry_after, final=not error.retryable, **found)
    logger.info(
        "%s %s attempt %s: %s%s",
        kind._meta.model_name,
        pk,
        reading.attempt,
        report.mode,
        "" if won else ", too late",
    )
