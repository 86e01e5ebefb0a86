"""What reading costs and how it fares: sums for organisers, and how each model stands for administrators."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from core import clock
from events.models import Event
from reading.models import EarlyReading, Plan, Reading, Screening
from reading.readings import config_of, left_of, spent_on

KINDS = {"entry": "Entries", "early": "Early readings"}
SUMS = {
    "readings": Count("pk"),
    "read": Count("pk", filter=Q(finished_at__isnull=False)),
    "failed": Count("pk", filter=Q(failed_at__isnull=False)),
    "retrying": Count("pk", filter=~Q(error="") & Q(finished_at=None, failed_at=None)),
    "attempts": Sum("attempt"),
    "all_calls": Sum("calls"),
    "tokens": Sum(F("prompt_tokens") + F("completion_tokens")),
    "cost": Sum("cost_gbp"),
}
COLUMNS = (
    *("kind", "entry", "revision", "opened_at", "finished_at", "failed_at", "provider", "engine"),
    *("framework", "recipe", "status", "mode", "attempts", "calls", "prompt_tokens", "completion_tokens"),
    *("cost_gbp", "error"),
)


@dataclass(frozen=True)
class Line:
    """The sums of one kind of reading, by one engine or on one day."""

    kind: str
    readings: int
    read: int
    failed: int
    retrying: int
    attempts: int
    all_calls: int
    tokens: int
    cost: Decimal
    provider: str = ""
    engine: str = ""
    day: date | None = None

    @property
    def words(self) -> str:
        return KINDS[self.kind]

    @property
    def reader(self) -> str:
        return in_words(self.provider, self.engine)


def in_words(provider: str, engine: str) -> str:
    """Who reads: the label of the settings, while that is still the model that was used."""
    if engine == "offline":
        return "The built-in engine"
    known = settings.PROVIDERS.get(provider)
    return known["label"] if known and config_of(provider).engine == engine else engine


def kinds(event: Event) -> dict[str, QuerySet]:
    return {
        "entry": Screening.objects.filter(revision__submission__team__event=event),
        "early": EarlyReading.objects.filter(submission__team__event=event),
    }


def by_provider(event: Event) -> list[Line]:
    lines = []
    for kind, rows in kinds(event).items():
        grouped = rows.order_by("provider", "engine").values("provider", "engine").annotate(**SUMS)
        lines += [Line(kind=kind, **row) for row in grouped]
    return lines


def by_day(event: Event) -> list[Line]:
    """By the day, in the event's zone, on which a reading was asked for."""
    lines = []
    for kind, rows in kinds(event).items():
        dated = rows.annotate(day=TruncDate("opened_at", tzinfo=ZoneInfo(event.zone)))
        lines += [Line(kind=kind, **row) for row in dated.order_by("day").values("day").annotate(**SUMS)]
    return sorted(lines, key=lambda line: (line.day, line.kind != "entry"))


def caps(event: Event) -> dict:
    plan = Plan.of(event)
    return {
        "budget_gbp": plan.budget_gbp,
        "spent_gbp": spent_on(event),
        "left_gbp": left_of(event, plan),
        "entry_tokens": plan.entry_tokens,
        "early_readings": plan.early_readings,
    }


def cells(event: Event) -> Iterator[tuple]:
    """Each reading as COLUMNS, read as it is asked for. A draft's says nothing of whose it is."""
    names = ("pk", *COLUMNS[3:12], "attempt", *COLUMNS[13:])
    for kind, rows in kinds(event).items():
        own = ("revision__submission__code", "revision__number") if kind == "entry" else ()
        for row in rows.order_by("pk").values(*own, *names).iterator():
            code, number = (row[name] for name in own) if own else ("", "")
            told = [row[name] for name in names[1:]]
            yield (kind, code, number, *(plain(value) for value in told))


def plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


# For administrators, over all events


@dataclass(frozen=True)
class Standing:
    """How one model of the settings has fared."""

    name: str
    label: str
    model: str
    approved_for: str
    rung: str
    last_success: datetime | None
    last_fault: datetime | None
    fault: str
    failed_today: int
    retrying: int


def standings() -> list[Standing]:
    return [standing(name) for name in settings.PROVIDERS]


def standing(name: str) -> Standing:
    known = settings.PROVIDERS[name]
    engine = config_of(name).engine
    since = clock.now() - timedelta(days=1)
    success: list[tuple[datetime, Reading]] = []
    faults: list[tuple[datetime, Reading]] = []
    failed_today = retrying = 0
    for kind in (Screening, EarlyReading):
        rows = kind.objects.filter(provider=name, engine=engine)
        sums = rows.aggregate(
            failed=Count("pk", filter=Q(failed_at__gte=since)),
            retrying=SUMS["retrying"],
            last=Max("finished_at", filter=Q(mode="ai")),
        )
        failed_today += sums["failed"]
        retrying += sums["retrying"]
        if sums["last"]:
            success.append(
                (sums["last"], rows.filter(finished_at=sums["last"], mode="ai").defer("text", "report")[0])
            )
        wrong = (
            rows.exclude(error="")
            .annotate(at=Coalesce("failed_at", "opened_at"))
            .defer("text", "report", "record")
        )
        if last := wrong.order_by("-at").first():
            faults.append((last.at, last))
    best = max(success, key=lambda row: row[0], default=None)
    worst = max(faults, key=lambda row: row[0], default=None)
    return Standing(
        name=name,
        label=known["label"],
        model=known["model"],
        approved_for=known["approved_for"],
        rung=rung_of(best[1]) if best else "",
        last_success=best[0] if best else None,
        last_fault=worst[0] if worst else None,
        fault=worst[1].error if worst else "",
        failed_today=failed_today,
        retrying=retrying,
    )


def rung_of(reading: Reading) -> str:
    """The form of question that the model answered last: each asks less of it than the one before."""
    return (reading.record or {}).get("rung") or ""
