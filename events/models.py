import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Department
from core import clock, dates
from core.models import AuditRow


class Phase(models.TextChoices):
    DRAFT = "draft", "Not announced"
    ANNOUNCED = "announced", "Announced"
    FORMING = "forming", "Forming teams"
    BUILDING = "building", "Building"
    JUDGING = "judging", "Judging"
    SHOWCASE = "showcase", "Showcase"


# The one table of boundaries: a phase begins when its moment, and every moment before it, is reached.
BOUNDARIES: tuple[tuple[Phase, str], ...] = (
    (Phase.ANNOUNCED, "announced_at"),
    (Phase.FORMING, "forming_at"),
    (Phase.BUILDING, "building_at"),
    (Phase.JUDGING, "submissions_close_at"),
    (Phase.SHOWCASE, "published_at"),
)

# What may be done between two moments of an announced event: name -> (words, from, until).
WINDOWS: dict[str, tuple[str, str, str]] = {
    "proposals": ("Challenge proposals", "announced_at", "building_at"),
    "applications": ("Applications", "forming_at", "applications_close_at"),
    "team_changes": ("Team changes", "forming_at", "team_changes_close_at"),
    "submissions": ("Submissions", "building_at", "submissions_close_at"),
    "scores": ("Scores", "submissions_close_at", "scores_close_at"),
}

# The moments that organisers plan, in words, in the order in which a person thinks of them.
MOMENTS: dict[str, str] = {
    "forming_at": "Applications and team forming open",
    "applications_close_at": "Applications close",
    "building_at": "Building begins",
    "team_changes_close_at": "Team changes close",
    "submissions_close_at": "Submissions close",
    "scores_close_at": "Scores close",
}

# Each pair must not be the other way round. The database insists on the order of the phases.
ORDER: tuple[tuple[str, str], ...] = (
    ("forming_at", "applications_close_at"),
    ("forming_at", "team_changes_close_at"),
    ("forming_at", "building_at"),
    ("building_at", "submissions_close_at"),
    ("applications_close_at", "submissions_close_at"),
    ("team_changes_close_at", "submissions_close_at"),
    ("submissions_close_at", "scores_close_at"),
)

RESERVED_SLUGS = {"new"}


def planned_from(building_at: datetime, zone: str) -> dict[str, datetime]:
    """Usual moments around the start of building, at the same time of day in the event's zone."""
    local = building_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    offsets = {
        "forming_at": timedelta(weeks=-4),
        "applications_close_at": timedelta(weeks=-1),
        "building_at": timedelta(),
        "team_changes_close_at": timedelta(hours=4),
        "submissions_close_at": timedelta(days=2),
        "scores_close_at": timedelta(days=5),
    }
    return {
        name: (local + offset).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for name, offset in offsets.items()
    }


def out_of_order(moments: dict[str, datetime]) -> tuple[str, str]:
    """The first moment that comes too late for another, and why in words; ("", "") when all is well."""
    for first, second in ORDER:
        if moments[first] >= moments[second]:
            return second, f"‘{MOMENTS[second]}’ must come after ‘{MOMENTS[first]}’"
    return "", ""


DEFAULT_FRAMEWORK = "aip-2025"


def check_framework(key: str) -> None:
    if key not in settings.FRAMEWORKS:
        raise ValidationError("Choose an edition from the list")


class SecondUse(models.TextChoices):
    """What the second provider is for."""

    NONE = "none", "Nothing"
    FALLBACK = "fallback", "It reads what the first could not"
    COMPARE = "compare", "It reads everything too, to compare"


BUILT_IN = ""  # the name of the provider that is no provider: the built-in engine


def provider_choices() -> list[tuple[str, str]]:
    """The built-in engine, and the models that this site has set up."""
    choices = [(BUILT_IN, "The built-in engine. No AI model")]
    return choices + [(name, provider["label"]) for name, provider in settings.PROVIDERS.items()]


def is_approved(name: str, level: str) -> bool:
    """May entries with data of this level (public, official) be sent there?"""
    provider = settings.PROVIDERS.get(name)
    return provider is not None and (
        level == "public" or (level == "official" and provider["approved_for"] == "official")
    )


def check_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("Enter a time zone such as Europe/London")


class EventQuerySet(models.QuerySet):
    def announced(self, at: datetime | None = None) -> Self:
        return self.filter(announced_at__lte=at or clock.now())

    def in_phase(self, *phases: Phase, at: datetime | None = None) -> Self:
        """The events in any of these phases: the same table as `Event.phase`, in SQL."""
        at = at or clock.now()
        chosen = Q(pk__in=[])
        reached = Q()
        for phase, moment in ((Phase.DRAFT, ""), *BOUNDARIES):
            if moment:
                reached &= Q(**{f"{moment}__lte": at})
            following = next_moment(phase)
            ended = Q(**{f"{following}__lte": at}, **{f"{following}__isnull": False}) if following else None
            if phase in phases:
                chosen |= reached & ~ended if ended is not None else reached
        return self.filter(chosen)

    def open_for(self, window: str, at: datetime | None = None) -> Self:
        """Announced events with this window open: the same table as `Event.is_open`, in SQL."""
        at = at or clock.now()
        _, start, end = WINDOWS[window]
        return self.announced(at).filter(**{f"{start}__lte": at, f"{end}__gt": at})

    def inviting(self, department: int | None) -> Self:
        """Where people of this department may take part: the same as `Event.invites`, in SQL."""
        return self.filter(Q(departments=None) | Q(departments=department)).distinct()

    def visible_to(self, user) -> Self:
        """Announced events are public; before that, those who work on one see it."""
        announced = Q(announced_at__lte=clock.now())
        if not user.is_authenticated:
            return self.filter(announced)
        working = Role.objects.filter(user=user, event=models.OuterRef("pk"))
        return self.filter(announced | models.Exists(working))

    def worked_on_by(self, user) -> Self:
        """Where this person has a role."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(models.Exists(Role.objects.filter(user=user, event=models.OuterRef("pk"))))


def next_moment(phase: Phase) -> str:
    """The name of the moment that ends a phase, or "" for the last one."""
    order = [Phase.DRAFT, *(phase for phase, _ in BOUNDARIES)]
    position = order.index(phase)
    return BOUNDARIES[position][1] if position < len(BOUNDARIES) else ""


class Event(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    summary = models.CharField(max_length=300)
    about = models.TextField(blank=True)
    zone = models.CharField("time zone", max_length=60, default="Europe/London", validators=[check_zone])
    departments = models.ManyToManyField(Department, blank=True, related_name="+")
    team_min = models.PositiveSmallIntegerField(default=2)
    team_max = models.PositiveSmallIntegerField(default=6)
    framework = models.CharField(max_length=20, default=DEFAULT_FRAMEWORK, validators=[check_framework])
    accepts_official = models.BooleanField(default=False)
    uses_ai = models.BooleanField(default=True)
    # Which provider reads entries with open data, and which those with OFFICIAL data
    provider = models.CharField(max_length=20, blank=True, default="main")
    official_provider = models.CharField(max_length=20, blank=True, default=BUILT_IN)
    second_provider = models.CharField(max_length=20, blank=True, default=BUILT_IN)
    second_use = models.CharField(max_length=20, choices=SecondUse, default=SecondUse.NONE)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    # Decided by a person
    announced_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    # Planned
    forming_at = models.DateTimeField()
    applications_close_at = models.DateTimeField()
    team_changes_close_at = models.DateTimeField()
    building_at = models.DateTimeField()
    submissions_close_at = models.DateTimeField()
    scores_close_at = models.DateTimeField()

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-building_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(forming_at__lt=F("building_at"))
                & Q(building_at__lt=F("submissions_close_at"))
                & Q(submissions_close_at__lt=F("scores_close_at")),
                name="moments_in_order",
            ),
            models.CheckConstraint(
                condition=Q(team_min__gte=1) & Q(team_min__lte=F("team_max")), name="team_sizes_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def event(self) -> "Event":
        """So that a rule can ask any of our nouns for its event."""
        return self

    @property
    def scope(self) -> str:
        return self.slug

    @property
    def phase(self) -> Phase:
        return self.phase_at(clock.now())

    def phase_at(self, at: datetime) -> Phase:
        reached = Phase.DRAFT
        for phase, moment in BOUNDARIES:
            value = getattr(self, moment)
            if value is None or value > at:
                break
            reached = phase
        return reached

    def invites(self, department: int | None) -> bool:
        """May people of this department (its key) take part? With none named, everyone may."""
        invited = set(self.departments.values_list("pk", flat=True))
        return not invited or department in invited

    def provider_for(self, level: str) -> str:
        """The name of the provider that reads entries with data of this level, or BUILT_IN."""
        name = self.official_provider if level == "official" else self.provider
        return name if self.uses_ai and is_approved(name, level) else BUILT_IN

    def second_for(self, level: str) -> str:
        """The name of the provider that stands beside the first at this level, or BUILT_IN."""
        first = self.provider_for(level)
        used = first and self.second_use != SecondUse.NONE and self.second_provider != first
        return self.second_provider if used and is_approved(self.second_provider, level) else BUILT_IN

    def readers_of(self, level: str) -> list[str]:
        """The models, in words, that an entry with data of this level may be sent to."""
        names = [self.provider_for(level), self.second_for(level)]
        return [settings.PROVIDERS[name]["label"] for name in names if name]

    def why_not_for(self, department: int | None) -> str:
        """Why people of this department may not take part, in words; "" when they may."""
        if self.invites(department):
            return ""
        *names, last = [invited.name for invited in self.departments.all()]
        return f"This event is for people from {' and '.join(filter(None, [', '.join(names), last]))}"

    def why_shut(self, window: str) -> str:
        """Why a window is not open now, in words for a person; "" while it is open."""
        words, start, end = WINDOWS[window]
        at = clock.now()
        opens, closes = getattr(self, start), getattr(self, end)
        if self.announced_at is None or self.announced_at > at:
            return "This event has not been announced yet"
        if at < opens:
            return f"{words} open at {self.say(opens)}"
        if at >= closes:
            return f"{words} closed at {self.say(closes)}"
        return ""

    def is_open(self, window: str) -> bool:
        return not self.why_shut(window)

    def moments(self) -> dict[str, datetime]:
        return {name: getattr(self, name) for name in MOMENTS}

    def unready(self) -> list[str]:
        """What is missing before the event can be announced, each as something to do."""
        at = clock.now()
        missing = []
        if not self.about.strip():
            missing.append("Say what the event is about")
        if not Role.objects.filter(event=self, kind=RoleKind.ORGANISER, user__is_active=True).exists():
            missing.append("Give someone the role of organiser")
        for name in ("applications_close_at", "building_at", "submissions_close_at"):
            if getattr(self, name) <= at:
                missing.append(f"Move ‘{MOMENTS[name]}’: {self.say(getattr(self, name))} is in the past")
        _, why = out_of_order(self.moments())
        return [*missing, why] if why else missing

    LOG_COLUMNS = (
        "at",
        "by",
        "by_email",
        "verb",
        "subject_type",
        "subject_id",
        "subject",
        "details",
        "request",
    )

    def log(self) -> models.QuerySet[AuditRow]:
        """Who did what here, latest first. Judging stays out of it until the results are published."""
        rows = AuditRow.objects.filter(scope=self.slug)
        judged = Q(verb__startswith="judging.") | Q(verb__startswith="results.")
        return rows if self.phase is Phase.SHOWCASE else rows.exclude(judged)

    def log_cells(self) -> Iterator[tuple]:
        """The log as LOG_COLUMNS, read as it is asked for."""
        for row in self.log().select_related("by").iterator():
            yield (
                *(row.at.isoformat(), row.by.name if row.by else row.who, row.by.email if row.by else ""),
                *(row.verb, row.subject_type, row.subject_id),
                *(row.subject_label, json.dumps(row.details, ensure_ascii=False), row.request_id),
            )

    def say(self, moment: datetime) -> str:
        return dates.when(moment, self.zone)


class RoleKind(models.TextChoices):
    PARTICIPANT = "participant", "Participant"
    FACILITATOR = "facilitator", "Facilitator"
    SCREENER = "screener", "Screener"
    JUDGE = "judge", "Judge"
    CHAIR = "chair", "Chair"
    ORGANISER = "organiser", "Organiser"
    STAKEHOLDER = "stakeholder", "Stakeholder"


class RoleQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """One's own, and everyone's at the events one organises."""
        if not user.is_authenticated:
            return self.none()
        organising = Role.objects.filter(user=user, kind=RoleKind.ORGANISER, event=models.OuterRef("event"))
        return self.filter(Q(user=user) | models.Exists(organising))


class Role(models.Model):
    """What a person comes to do at one event. Being accepted makes a participant."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="roles")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=RoleKind)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now())

    objects = RoleQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "user", "kind"], name="one_role_of_a_kind"),
            # A judge is never on a team of the same event, and only participants are on teams.
            models.UniqueConstraint(
                fields=["event", "user"],
                condition=Q(kind__in=["participant", "judge"]),
                name="judge_or_participant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_kind_display().lower()}"

    @property
    def scope(self) -> str:
        return self.event.slug


class ApplicationQuerySet(models.QuerySet):
    def undecided(self) -> Self:
        return self.filter(decision="")

    def visible_to(self, user) -> Self:
        """One's own, and those to the events one organises."""
        if not user.is_authenticated:
            return self.none()
        organising = Role.objects.filter(user=user, kind=RoleKind.ORGANISER, event=models.OuterRef("event"))
        return self.filter(Q(user=user) | models.Exists(organising))


class Application(models.Model):
    """A person's request to take part."""

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="applications")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    motivation = models.TextField(max_length=2000)
    skills = models.CharField(max_length=300)
    applied_at = models.DateTimeField(db_default=Now())
    decision = models.CharField(max_length=20, choices=Decision, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["applied_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="one_application_each"),
        ]

    def __str__(self) -> str:
        return f"{self.user} to {self.event}"

    @property
    def scope(self) -> str:
        return self.event.slug
