"""The queue, and what people said about an entry, as pages and the API show them."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from core import clock
from events.models import Event, RoleKind
from reading.framework import load
from reading.models import Plan, Question, Screening
from reading.presentation import STATES
from reading.reader.evaluation import kappa
from reading.report import HINTS
from screening.models import Claim, Clearance, Remark, Verdict, is_read_blind, undecided_entries
from submissions.models import Revision, RevisionQuerySet

# What the queue can be narrowed to, in words.
SHELVES = {
    "waiting": "Waiting for a decision",
    "mine": "You are reading",
    "second": "Held, waiting for a second person",
    "held": "Held",
    "cleared": "Cleared",
    "all": "All entries",
}


def shelves(event: Event, user: User) -> dict[str, Q]:
    """What each shelf of the queue holds, as conditions on `entries_of`."""
    waiting = Q(pk__in=undecided_entries().of_event(event).values("pk"))
    return {
        "waiting": waiting,
        "mine": waiting & Q(claimed_by=user.pk, claimed_until__gt=clock.now()),
        "second": Q(outcome="held", partner=None),
        "held": Q(outcome="held"),
        "cleared": Q(outcome="cleared"),
        "all": Q(),
    }


def entries_of(event: Event) -> RevisionQuerySet:
    """The entries as they stand, the longest waiting first, with what was decided and who reads them."""
    standing = Clearance.objects.standing().filter(revision=OuterRef("pk"))
    claim = Claim.objects.filter(revision=OuterRef("pk"))
    shown = Screening.objects.shown().filter(revision=OuterRef("pk"))
    return (
        Revision.objects.of_event(event)
        .current()
        .annotate(
            outcome=Subquery(standing.values("outcome")[:1]),
            partner=Subquery(standing.values("confirms")[:1]),
            claimed_by=Subquery(claim.values("by")[:1]),
            claimed_until=Subquery(claim.values("until")[:1]),
            told_first=Subquery(shown.values("report__hint")[:1]),
        )
        .order_by("submitted_at", "pk")
    )


def narrowed(
    entries: RevisionQuerySet, event: Event, user: User, *, shelf: str, hint: str = ""
) -> RevisionQuerySet:
    """One shelf of the queue, and of it what has this hint. Entries still read blind show none."""
    entries = entries.filter(shelves(event, user)[shelf])
    if not hint:
        return entries
    of_hint = entries.filter(Q(told_first=hint))
    blind = [row.revision.pk for row in queue_rows(of_hint) if row.blind]
    return of_hint.exclude(pk__in=blind)


def counts_of(event: Event, user: User) -> list[tuple[str, str, int]]:
    """The shelves of the queue: code, words, number of entries. One query."""
    counts = entries_of(event).aggregate(
        **{f"n_{name}": Count("pk", filter=condition) for name, condition in shelves(event, user).items()}
    )
    return [(name, words, counts[f"n_{name}"]) for name, words in SHELVES.items()]


@dataclass(frozen=True)
class Row:
    """One entry in the queue."""

    revision: Revision
    screening: Screening | None
    clearance: Clearance | None
    claim: Claim | None = None
    lapsed: bool = False
    blind: bool = False

    @property
    def state(self) -> str:
        return self.screening.state if self.screening else ""

    @property
    def words(self) -> str:
        return STATES[self.state]

    @property
    def hint(self) -> str:
        return HINTS.get(self.screening.hint, "") if self.screening and not self.blind else ""


def queue_rows(revisions) -> list[Row]:
    """A constant number of queries, however many rows."""
    revisions = list(revisions)
    if not revisions:
        return []
    readings = Screening.objects.shown().filter(revision__in=revisions).defer("text", "record")
    screenings = {screening.revision_id: screening for screening in readings}
    standing = Clearance.objects.standing().filter(revision__in=revisions).select_related("by")
    clearances = {clearance.revision_id: clearance for clearance in standing}
    open_claims = Claim.objects.filter(revision__in=revisions, until__gt=clock.now()).select_related("by")
    claims = {claim.revision_id: claim for claim in open_claims}
    plan = Plan.of(revisions[0].event)
    found = Counter(
        Verdict.objects.standing().filter(revision__in=revisions).values_list("revision_id", flat=True)
    )
    rows = []
    for revision in revisions:
        screening, clearance = screenings.get(revision.pk), clearances.get(revision.pk)
        blind = is_read_blind(revision, screening, plan=plan, found=found[revision.pk])
        lapsed = bool(clearance and clearance.has_lapsed(plan.holds_last_hours))
        rows.append(Row(revision, screening, clearance, claims.get(revision.pk), lapsed, blind))
    return rows


@dataclass
class About:
    """What people said about one principle, or (0) the whole entry."""

    verdict: Verdict | None = None
    earlier: list[Verdict] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def said_about(revision: Revision) -> dict[int, About]:
    """By number of the principle: the standing verdict, the earlier ones, questions and answers."""
    about: dict[int, About] = {}
    for verdict in Verdict.objects.filter(revision=revision).select_related("by").order_by("-pk"):
        entry = about.setdefault(verdict.number, About())
        if entry.verdict is None:
            entry.verdict = verdict
        else:
            entry.earlier.append(verdict)
    remarks = Remark.objects.filter(submission=revision.submission_id).select_related("by", "revision")
    for remark in remarks:
        about.setdefault(remark.number, About()).remarks.append(remark)
    return about


def told_by_people(revision: Revision) -> list[tuple[str, About]]:
    """What people found and said, under the names of the principles; nothing that only a model said."""
    about = said_about(revision)
    names = {0: "The whole entry"} | names_of(revision.event) if about else {}
    return [(names.get(number, f"Question {number}"), about[number]) for number in sorted(about)]


@dataclass(frozen=True)
class SharedAnswer:
    """What a team answered and what it was asked, under the name of the principle; no team's name."""

    remark: Remark
    about: str
    asked: str


def shared_rows(event: Event, remarks) -> list[SharedAnswer]:
    """Two queries more than the remarks', however many there are."""
    remarks = list(remarks)
    names = {0: "The whole entry"} | names_of(event) if remarks else {}
    asked: dict[tuple[int, int], list[Remark]] = {}
    questions = Remark.objects.filter(submission__in={one.submission_id for one in remarks}, from_team=False)
    for question in questions.order_by("pk"):
        asked.setdefault((question.submission_id, question.number), []).append(question)
    rows = []
    for remark in remarks:
        before = [one for one in asked.get((remark.submission_id, remark.number), []) if one.pk < remark.pk]
        rows.append(SharedAnswer(remark, names.get(remark.number, ""), before[-1].text if before else ""))
    return rows


def names_of(event: Event) -> dict[int, str]:
    """The principles and the event's own questions, by number."""
    questions = tuple(question.as_data() for question in Question.objects.filter(event=event))
    principles = load(event.framework, questions=questions).principles
    return {principle.number: f"{principle.number}. {principle.name}" for principle in principles}


def screeners_beside(revision: Revision, user: User) -> QuerySet[User]:
    """Other screeners of the event who are not on the entry's team."""
    return (
        User.objects.filter(is_active=True, pk__in=roles_of(revision.event, RoleKind.SCREENER))
        .exclude(pk=user.pk)
        .exclude(pk__in=revision.submission.team.memberships.values("user"))
        .order_by("name", "pk")
    )


def roles_of(event: Event, kind: RoleKind):
    return event.roles.filter(kind=kind).values("user")


@dataclass(frozen=True)
class Agreement:
    """People beside the model, for one principle or for all: verdicts on what a model had stated."""

    number: int
    name: str
    verdicts: int
    confirmed: int
    changed: int
    rejected: int
    kappa: float | None

    @property
    def share(self) -> float | None:
        return self.confirmed / self.verdicts if self.verdicts else None


def agreement(event: Event, *, blind_only: bool = False) -> list[Agreement]:
    """By principle, then (number 0) over all. Standing verdicts on entries as they stand."""
    verdicts = Verdict.objects.before_the_report() if blind_only else Verdict.objects.standing()
    verdicts = verdicts.filter(revision__in=Revision.objects.of_event(event).current()).exclude(model_said="")
    pairs: dict[int, list[tuple[str, str]]] = {}
    for number, said, found in verdicts.values_list("number", "model_said", "finding"):
        pairs.setdefault(number, []).append((said, found))
    everything = [pair for rows in pairs.values() for pair in rows]
    names = names_of(event)
    rows = [_agreement(number, names.get(number, ""), rows) for number, rows in sorted(pairs.items())]
    return [*rows, _agreement(0, "", everything)]


def _agreement(number: int, name: str, pairs: list[tuple[str, str]]) -> Agreement:
    confirmed = sum(said == found for said, found in pairs)
    rejected = sum(found == Verdict.Finding.REJECTED for _, found in pairs)
    scale = {"not_found", "partial", "evidenced"}
    ordered = [(said, found) for said, found in pairs if said in scale and found in scale]
    return Agreement(
        number=number,
        name=name,
        verdicts=len(pairs),
        confirmed=confirmed,
        changed=len(pairs) - confirmed - rejected,
        rejected=rejected,
        kappa=kappa(ordered) if len(ordered) > 1 else None,
    )
