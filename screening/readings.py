"""What workers do: see which entries nobody has read, and read one.

The table is the queue, so any of this may run twice, late or half: a claim is won once, and only the
present attempt writes.
"""

import logging

from django.conf import settings
from django.db.models import Exists, OuterRef

from events.models import Event, Phase
from screening.framework import load
from screening.llm import LLMConfig, open_llm
from screening.models import Screening
from screening.reader.read import Part, read
from screening.reader.recipe import recipe
from submissions.models import Answers, Revision

logger = logging.getLogger(__name__)


def config_for(event: Event) -> LLMConfig:
    """The model that reads this event's entries; with none set, or none wanted, the built-in engine."""
    if not event.uses_ai:
        return LLMConfig()
    return LLMConfig(
        kind=settings.LLM_KIND,
        base_url=settings.LLM_BASE_URL,
        api_key=settings.LLM_API_KEY,
        model=settings.LLM_MODEL,
    )


def open_missing() -> None:
    """A row for each entry as it stands that this engine has not been asked to read."""
    for event in Event.objects.in_phase(Phase.BUILDING, Phase.JUDGING):
        framework = load(event.framework)
        kind = {"framework": event.framework, "engine": config_for(event).engine}
        asked = Screening.objects.filter(revision=OuterRef("pk"), **kind)
        Screening.objects.bulk_create(
            [
                Screening(revision=revision, recipe=recipe(framework), **kind)
                for revision in Revision.objects.of_event(event).current().filter(~Exists(asked))
            ],
            ignore_conflicts=True,
        )


def parts_of(revision: Revision) -> list[Part]:
    """What is read: the team's own words, and neither names nor addresses."""
    names = ["pitch", *Answers.LONG]
    return [
        Part(name, revision.words_for(name), text)
        for name in names
        if (text := getattr(revision, name).strip())
    ]


def perform(pk: int) -> None:
    """Read one revision. A failed call is kept with its reason and tried again; it is never a finding."""
    screening = Screening.objects.claim(pk)
    if screening is None:
        return
    event = screening.event
    config = config_for(event)
    if config.engine != screening.engine:
        screening.postpone("The engine was changed before this entry was read", final=True)
        return
    with open_llm(config) as llm:
        outcome = read(parts_of(screening.revision), framework=load(screening.framework), llm=llm)
    report = outcome.report
    found = {
        "status": report.status,
        "mode": report.mode,
        "text": outcome.text,
        "report": report.model_dump(mode="json"),
        "record": outcome.record,
    }
    if outcome.error is None:
        won = screening.finish(**found)
    else:
        error = outcome.error
        won = screening.postpone(
            str(error), retry_after=error.retry_after, final=not error.retryable, **found
        )
    logger.info(
        "screening %s attempt %s: %s%s", pk, screening.attempt, report.mode, "" if won else ", too late"
    )
