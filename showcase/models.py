from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Now
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from challenges.models import DataLevel
from core.text import to_html
from events.models import Event, Phase
from screening.models import cleared_entries
from submissions.models import Revision
from teams.models import Membership

# What a card of the list shows, and all that is read for it.
CARD = ("code", "title", "pitch", "team", "challenge", "department")


class ExhibitQuerySet(models.QuerySet):
    def shown(self) -> Self:
        """What visitors see: entries of published events that nobody has taken down."""
        return self.filter(hidden_at=None, event__in=Event.objects.in_phase(Phase.SHOWCASE))

    def matching(self, words: str = "", department: str = "", challenge: str = "") -> Self:
        """Every word somewhere in the title, the pitch or the team's name."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(
                Q(title__icontains=word) | Q(pitch__icontains=word) | Q(team__icontains=word)
            )
        if department:
            found = found.filter(department=department)
        if challenge:
            found = found.filter(challenge=challenge)
        return found


class Exhibit(models.Model):
    """A cleared revision as visitors see it: frozen and rendered when the event is published.

    The public pages read this table and no other stage's, so nothing that is not meant for them can
    reach them, and a list of two hundred is one query.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=8, unique=True)
    title = models.CharField(max_length=100)
    pitch = models.CharField(max_length=200)
    team = models.CharField(max_length=80)
    challenge = models.CharField(max_length=120)
    department = models.CharField(max_length=120)
    body = models.TextField()  # cleaned HTML
    links = models.JSONField(default=list)
    shown_at = models.DateTimeField(db_default=Now())
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    hidden_because = models.CharField(max_length=500, blank=True)

    objects = ExhibitQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        indexes = [models.Index(fields=["event", "title", "id"])]

    def __str__(self) -> str:
        return self.title

    @property
    def scope(self) -> str:
        return self.event.slug

    def named_members(self) -> list[str]:
        """Those who agreed to be named, read live: taking it back works at once."""
        named = Membership.objects.filter(team__event=self.event_id, named_in_showcase=True)
        of_team = named.filter(team__pk=Subquery(self._team()))
        return list(of_team.order_by("user__name").values_list("user__name", flat=True))

    def _team(self):
        return Revision.objects.filter(pk=self.revision_id).values("submission__team")[:1]

    def why_not_public(self) -> str:
        if not cleared_entries(self.event).filter(pk=self.revision_id).exists():
            return "This entry is not cleared any more, so it cannot be shown"
        return ""

    @classmethod
    def of(cls, revision: Revision, at: datetime) -> "Exhibit":
        """A frozen copy, its text rendered and cleaned once."""
        team = revision.submission.team
        return cls(
            event=team.event,
            revision=revision,
            code=revision.submission.code,
            title=revision.title,
            pitch=revision.pitch,
            team=team.name,
            challenge=team.challenge.title,
            department=team.challenge.department.name,
            body=body_of(revision),
            links=[link._asdict() for link in revision.links],
            shown_at=at,
        )


def body_of(revision: Revision) -> SafeString:
    """The long answers under their headings, each rendered apart, so that none reaches into the next."""
    return format_html_join(
        "",
        '<h2 class="govuk-heading-m">{}</h2>{}',
        ((part.heading, to_html(part.text)) for part in revision.parts()),
    )


@dataclass
class Plan:
    """What publishing, or bringing up to date, would do: the preview and the act read the same."""

    shown: list[Revision] = field(default_factory=list)
    left_out: list[tuple[str, str, str]] = field(default_factory=list)  # title, team, why
    added: list[Revision] = field(default_factory=list)
    replaced: list[tuple[Exhibit, Revision]] = field(default_factory=list)
    taken_down: list[Exhibit] = field(default_factory=list)

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.replaced) + len(self.taken_down)

    def carry_out(self, *, by, at: datetime) -> None:
        Exhibit.objects.bulk_create(Exhibit.of(revision, at) for revision in self.added)
        for exhibit, revision in self.replaced:
            fresh = Exhibit.of(revision, at)
            for name in ("revision", *CARD, "body", "links", "shown_at"):
                setattr(exhibit, name, getattr(fresh, name))
            exhibit.save()
        for exhibit in self.taken_down:
            exhibit.hidden_at, exhibit.hidden_by = at, by
            exhibit.hidden_because = "Not cleared any more"
            exhibit.save(update_fields=["hidden_at", "hidden_by", "hidden_because"])


def plan_of(event: Event) -> Plan:
    """Which entries visitors will see, which not, and why. An entry that someone hid stays hidden."""
    exhibits = {exhibit.code: exhibit for exhibit in Exhibit.objects.filter(event=event)}
    cleared = set(cleared_entries(event).values_list("pk", flat=True))
    plan = Plan()
    current = Revision.objects.of_event(event).current().with_people().order_by("title", "pk")
    stays = set()
    for revision in current:
        exhibit = exhibits.get(revision.submission.code)
        if why := why_left_out(revision, cleared):
            plan.left_out.append((revision.title, revision.submission.team.name, why))
            continue
        stays.add(revision.submission.code)
        if exhibit is not None and exhibit.hidden_at:
            plan.left_out.append((revision.title, revision.submission.team.name, exhibit.hidden_because))
            continue
        plan.shown.append(revision)
        if exhibit is None:
            plan.added.append(revision)
        elif exhibit.revision_id != revision.pk:
            plan.replaced.append((exhibit, revision))
    plan.taken_down = [
        exhibit for code, exhibit in exhibits.items() if code not in stays and exhibit.hidden_at is None
    ]
    return plan


def why_left_out(revision: Revision, cleared: set[int]) -> str:
    if revision.pk not in cleared:
        return "No screener has cleared it"
    if revision.data_level != DataLevel.PUBLIC:
        return "It uses data that is not public"
    return ""


@dataclass
class Published:
    """A published event with what its list needs besides the rows."""

    event: Event
    number: int
    departments: list[str]
    challenges: list[str]


def published(event_slug: str, **filters: str) -> Published | None:
    """One query, however many entries there are."""
    mine = Exhibit.objects.filter(event=OuterRef("pk"), hidden_at=None).order_by()
    count = mine.matching(**filters).values("event").annotate(count=Count("pk")).values("count")
    event = (
        Event.objects.in_phase(Phase.SHOWCASE)
        .filter(slug=event_slug)
        .annotate(
            number=Coalesce(Subquery(count), Value(0)),
            shown_departments=ArraySubquery(mine.order_by("department").values("department").distinct()),
            shown_challenges=ArraySubquery(mine.order_by("challenge").values("challenge").distinct()),
        )
        .first()
    )
    if event is None:
        return None
    return Published(event, event.number, event.shown_departments, event.shown_challenges)


def published_events():
    """Every published event, the newest first, with how many entries it shows."""
    mine = Exhibit.objects.filter(event=OuterRef("pk"), hidden_at=None).order_by().values("event")
    return (
        Event.objects.in_phase(Phase.SHOWCASE)
        .annotate(number=Coalesce(Subquery(mine.annotate(count=Count("pk")).values("count")), Value(0)))
        .order_by("-published_at", "-pk")
    )
