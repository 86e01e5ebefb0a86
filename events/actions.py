"""What organisers do with their event and its people, and how people ask to take part."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.text import slugify

from accounts.models import Department, User
from core import clock, mail
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import (
    MOMENTS,
    RESERVED_SLUGS,
    Application,
    Event,
    Phase,
    Role,
    RoleKind,
    is_approved,
    out_of_order,
    planned_from,
)

DETAILS = (
    "name",
    "summary",
    "about",
    "zone",
    "team_min",
    "team_max",
    "framework",
    "accepts_official",
    "uses_ai",
    "provider",
    "official_provider",
    "second_provider",
    "second_use",
)
# What screening and teams have begun to rely on once people build.
FIXED_ONCE_BUILDING = ("framework", "accepts_official")
WORDS = {"framework": "framework", "accepts_official": "rule on OFFICIAL data"}


def link_to(event: Event) -> str:
    return settings.BASE_URL + reverse("events:page", args=[event.slug])


# Setting an event up


def free_slug(name: str) -> str:
    """An address from the name, unlike every other and unlike the words that addresses use."""
    base = slugify(name)[:50].strip("-") or "event"
    taken = RESERVED_SLUGS | set(Event.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


@transaction.atomic
def create_event(
    *,
    by: User,
    name: str,
    summary: str,
    building_at: datetime,
    zone: str = "Europe/London",
    departments: Iterable[Department] = (),
    **more,
) -> Event:
    """Draft an event around the moment building begins. Whoever creates it organises it."""
    require(by, "events.create")
    moments = planned_from(building_at, zone)
    moments |= {key: more.pop(key) for key in MOMENTS if more.get(key) is not None}
    check_order(moments)
    check_sizes(more)
    check_providers(more)
    details = {key: more[key] for key in DETAILS if key in more}
    try:
        with transaction.atomic():
            event = Event.objects.create(
                slug=free_slug(name),
                name=name,
                summary=summary,
                zone=zone,
                created_by=by,
                **moments,
                **details,
            )
    except IntegrityError as clash:
        raise Refused("Someone has just created an event of this name. Try again", field="name") from clash
    event.departments.set(departments)
    event.roles.create(user=by, kind=RoleKind.ORGANISER, given_by=by)
    record(by, "events.created", event, moments=in_words(moments))
    return event


@transaction.atomic
def edit_event(
    event: Event, *, by: User, departments: Iterable[Department] | None = None, **changes
) -> Event:
    """Change what an event says of itself; while it is a draft, its moments too."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "events.edit", event)
    changed = {
        key: value
        for key, value in changes.items()
        if key in (*DETAILS, *MOMENTS) and getattr(event, key) != value
    }
    if event.phase is not Phase.DRAFT and (planned := [key for key in MOMENTS if key in changed]):
        raise Refused(
            "This event is announced. Move its moments one at a time, with a reason", field=planned[0]
        )
    if event.phase not in (Phase.DRAFT, Phase.ANNOUNCED, Phase.FORMING):
        for key in FIXED_ONCE_BUILDING:
            if key in changed:
                raise Refused(f"Building has begun, so the {WORDS[key]} can no longer change", field=key)
    check_providers(changed)
    check_order(event.moments() | {key: value for key, value in changed.items() if key in MOMENTS})
    check_sizes({"team_min": event.team_min, "team_max": event.team_max} | changed)

    before = {key: getattr(event, key) for key in changed}
    for key, value in changed.items():
        setattr(event, key, value)
    event.save(update_fields=[*changed])
    details: dict = {"before": in_words(before), "after": in_words(changed)}
    if departments is not None:
        names = {department.name for department in event.departments.all()}
        chosen = {department.name for department in departments}
        event.departments.set(departments)
        if names != chosen:
            details |= {"departments_before": sorted(names), "departments_after": sorted(chosen)}
    if changed or len(details) > 2:
        record(by, "events.edited", event, **details)
    return event


@transaction.atomic
def open_event(event: Event, *, by: User) -> Event:
    """Announce: from now on everyone sees the event, and its moments move only in the open."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "events.open", event)
    if missing := event.unready():
        raise Refused(f"Before you announce this event: {'. '.join(missing)}")
    event.announced_at = clock.now()
    event.save(update_fields=["announced_at"])
    record(by, "events.opened", event, moments=in_words(event.moments()))
    return event


@transaction.atomic
def move_moment(event: Event, moment: str, to: datetime, reason: str, *, by: User) -> Event:
    """Move one moment of an announced event, say why, and tell everyone it affects."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "events.move", event)
    before = getattr(event, moment)
    if not reason.strip():
        raise Refused("Say why it moves. The people it affects will read this", field="reason")
    if to == before:
        raise Refused(f"‘{MOMENTS[moment]}’ is at {event.say(to)} already", field="to")
    if to <= clock.now():
        raise Refused("Choose a moment that is still to come", field="to")
    _, why = out_of_order(event.moments() | {moment: to})
    if why:
        raise Refused(why, field="to")

    setattr(event, moment, to)
    event.save(update_fields=[moment])
    for person in people_of(event):
        mail.post(
            person.email,
            f"{event}: {MOMENTS[moment][:1].lower()}{MOMENTS[moment][1:]} at a new time",
            f"{MOMENTS[moment]} at {event.say(to)}.\n\n"
            f"Before, it was {event.say(before)}.\n\n"
            f"Why: {reason}\n\n{link_to(event)}",
            key=f"events.moved:{event.pk}:{moment}:{clock.now().isoformat()}:{person.pk}",
        )
    record(
        by,
        "events.moved",
        event,
        moment=moment,
        before=before.isoformat(),
        after=to.isoformat(),
        reason=reason,
    )
    return event


def people_of(event: Event) -> Iterable[User]:
    """Everyone with a role, and everyone whose application waits."""
    roles = Role.objects.filter(event=event).values("user")
    waiting = Application.objects.undecided().filter(event=event).values("user")
    return User.objects.filter(is_active=True).filter(pk__in=roles.union(waiting)).order_by("pk")


def check_order(moments: dict[str, datetime]) -> None:
    field, why = out_of_order(moments)
    if why:
        raise Refused(why, field=field)


def check_providers(details: dict) -> None:
    """No entry goes to a model that this site does not have, or that is not approved for its data."""
    levels = {"provider": "public", "official_provider": "official", "second_provider": "public"}
    for key, level in levels.items():
        name = details.get(key)
        if key == "provider" and name == "main":  # what an event says before anything is set up
            continue
        if name and name not in settings.PROVIDERS:
            raise Refused("This site has no such model. Choose from the list", field=key)
        if name and not is_approved(name, level):
            raise Refused(
                "This model is not approved for OFFICIAL data. Choose another, or the built-in engine",
                field=key,
            )


def check_sizes(sizes: dict) -> None:
    smallest, largest = sizes.get("team_min", 2), sizes.get("team_max", 6)
    if smallest < 1:
        raise Refused("A team has at least 1 person", field="team_min")
    if smallest > largest:
        raise Refused("The largest team must not be smaller than the smallest", field="team_max")


def in_words(values: dict) -> dict:
    """Plain values for the audit row."""
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}


# Applying


@transaction.atomic
def apply(event: Event, *, motivation: str, skills: str, by: User) -> Application:
    """Ask to take part. One application each: the database keeps it so."""
    require(by, "events.apply", event)
    kinds = set(event.roles.filter(user=by).values_list("kind", flat=True))
    if RoleKind.JUDGE in kinds:
        raise Refused("You are a judge at this event, so you cannot take part in it too")
    if RoleKind.PARTICIPANT in kinds:
        raise Refused("You take part in this event already")
    if reason := event.why_not_for(by.department_id):
        raise Refused(reason)
    try:
        with transaction.atomic():
            application = event.applications.create(
                user=by, motivation=motivation, skills=skills, applied_at=clock.now()
            )
    except IntegrityError as clash:
        raise Refused("You have applied to this event already") from clash
    record(by, "events.applied", application)
    return application


@transaction.atomic
def accept(application: Application, *, by: User) -> None:
    """Make the applicant a participant, and tell them. Accepting again changes nothing."""
    application = (
        Application.objects.select_for_update().select_related("event", "user").get(pk=application.pk)
    )
    require(by, "events.decide", application)
    if application.decision == Application.Decision.ACCEPTED:
        return
    event = application.event
    if not event.roles.filter(user=application.user, kind=RoleKind.PARTICIPANT).exists():
        add_role(event, application.user, RoleKind.PARTICIPANT, by=by)
    decide(application, Application.Decision.ACCEPTED, "", by=by)
    mail.post(
        application.user.email,
        f"You have a place at {event}",
        f"Your application to {event} has been accepted.\n\n"
        f"Building begins at {event.say(event.building_at)}. Find a team, or found one, until "
        f"{event.say(event.team_changes_close_at)}.\n\n{link_to(event)}",
        key=f"events.accepted:{application.pk}:{clock.now().isoformat()}",
    )
    record(by, "events.accepted", application)


@transaction.atomic
def accept_all(applications: Iterable[Application], *, by: User) -> None:
    """Several at once: all of them, or none. In one order, so that two organisers do not block each other."""
    for application in sorted(applications, key=lambda application: application.pk):
        try:
            accept(application, by=by)
        except Refused as refusal:
            raise Refused(f"{application.user}: {refusal.message}", refusal.field) from refusal


@transaction.atomic
def decline(application: Application, reason: str, *, by: User) -> None:
    application = (
        Application.objects.select_for_update().select_related("event", "user").get(pk=application.pk)
    )
    require(by, "events.decide", application)
    if application.decision == Application.Decision.DECLINED:
        return
    if application.decision == Application.Decision.ACCEPTED:
        raise Refused(f"{application.user} was accepted. Take the role away under ‘People and roles’")
    if not reason.strip():
        raise Refused("Say why. The applicant will read this", field="reason")
    decide(application, Application.Decision.DECLINED, reason, by=by)
    mail.post(
        application.user.email,
        f"Your application to {application.event}",
        f"We cannot offer you a place at {application.event} this time.\n\nWhy: {reason}\n",
        key=f"events.declined:{application.pk}:{clock.now().isoformat()}",
    )
    record(by, "events.declined", application, reason=reason)


def decide(application: Application, decision: str, reason: str, *, by: User) -> None:
    application.decision, application.reason = decision, reason
    application.decided_by, application.decided_at = by, clock.now()
    application.save(update_fields=["decision", "reason", "decided_by", "decided_at"])


# Roles


@transaction.atomic
def give_role(event: Event, email: str, kind: str, *, by: User) -> Role:
    """Give a role to someone with an account, and tell them. Giving it again changes nothing."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "events.appoint", event)
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise Refused(
            f"Nobody with an account has the address {email}. Ask them to sign up, then try again",
            field="email",
        )
    if held := event.roles.filter(user=person, kind=kind).first():
        return held
    role = add_role(event, person, kind, by=by)
    if person != by:
        mail.post(
            person.email,
            f"You are {a_role(role)} at {event}",
            f"{by} has made you {a_role(role)} at {event}.\n\n{link_to(event)}",
            key=f"events.gave_role:{role.pk}",
        )
    record(by, "events.gave_role", role, person=person.pk, kind=str(kind))
    return role


@transaction.atomic
def take_role(role: Role, *, by: User) -> None:
    # Not the key: a seat that is being taken just now refers to it, and holds the role that we wait for.
    event = Event.objects.select_for_update(no_key=True).get(pk=role.event_id)
    require(by, "events.appoint", event)
    held = event.roles.filter(pk=role.pk)
    if not held.exists():
        return
    # Locked, so that what hangs on the role, such as a seat that is being taken, goes with it.
    role = held.select_for_update(of=("self",)).select_related("user").get()
    if role.kind == RoleKind.ORGANISER and event.roles.filter(kind=RoleKind.ORGANISER).count() == 1:
        raise Refused("An event needs an organiser. Give someone else the role first")
    if role.kind == RoleKind.PARTICIPANT and event.phase not in (Phase.DRAFT, Phase.ANNOUNCED, Phase.FORMING):
        raise Refused("Building has begun, so participants stay participants")
    record(by, "events.took_role", role, person=role.user_id, kind=role.kind)
    role.delete()


def add_role(event: Event, person: User, kind: str, *, by: User) -> Role:
    """The database keeps judges and participants apart, also when two organisers act at once."""
    try:
        with transaction.atomic():
            return event.roles.create(user=person, kind=kind, given_by=by)
    except IntegrityError as clash:
        if event.roles.filter(user=person, kind=kind).exists():
            raise Refused(f"{person} has this role already", field="email") from clash
        other = "participant" if kind == RoleKind.JUDGE else "judge"
        raise Refused(
            f"{person} is a {other} at this event. Nobody judges an event that they take part in",
            field="email",
        ) from clash


def a_role(role: Role) -> str:
    word = role.get_kind_display().lower()
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
