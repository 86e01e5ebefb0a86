"""Invite people to judge, by a link that signs in once."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import Department, User, digest_of
from core import clock, mail
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.actions import add_role
from events.models import Event, Role, RoleKind
from judging.actions.judges import tidy
from judging.models import Invitation, Invitee, Judge

LASTS = timedelta(days=14)
MOST_AT_ONCE = 200
KNOWN = ("tags", "max_load", "is_lead", "is_technical", "is_spare")
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class Faulty(Refused):
    """Nothing was sent: what is wrong, each by its line."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__(" ".join(self.faults))


class Dead(Refused):
    """The link does nothing, or nothing any more. Why is not said: a guess learns nothing from it."""


class NeedsSecondFactor(Refused):
    """The account has a second factor, and a link in a mail does not go round it."""


class SomebodyElse(Refused):
    """Another person is signed in on this browser. Their account takes no part in this."""


# Inviting


@transaction.atomic
def invite(event: Event, people: Sequence[Invitee], *, by: User) -> list[Invitation]:
    """Ask these people to judge. All of them or nobody."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "judging.invite", event)
    if not people:
        raise Refused("Enter somebody to invite")
    if len(people) > MOST_AT_ONCE:
        raise Refused(f"Invite {MOST_AT_ONCE} people at once at most")
    if faults := faults_of(event, people):
        raise Faulty(faults)

    return [send_to(event, person, by=by) for person in people]


def faults_of(event: Event, people: Sequence[Invitee]) -> list[str]:
    """What speaks against inviting each. In a few queries, however many they are."""
    emails = [person.email.strip().lower() for person in people]
    roles = dict(
        Role.objects.filter(
            event=event, user__email__in=emails, kind__in=[RoleKind.JUDGE, RoleKind.PARTICIPANT]
        ).values_list("user__email", "kind")
    )
    asked = set(
        Invitation.objects.open().filter(event=event, email__in=emails).values_list("email", flat=True)
    )
    closed = set(User.objects.filter(email__in=emails, is_active=False).values_list("email", flat=True))
    found, seen = [], set()
    for person, email in zip(people, emails, strict=True):
        where = f"Line {person.line}: " if person.line else ""
        home = Department.objects.for_email(email)
        if email in seen:
            found.append(f"{where}{email} is entered twice")
        elif roles.get(email) == RoleKind.JUDGE:
            found.append(f"{where}{email} judges at this event already")
        elif email in roles:
            found.append(f"{where}{email} takes part in this event, so they cannot judge it")
        elif email in asked:
            found.append(f"{where}{email} has been invited already. Send that invitation again instead")
        elif email in closed:
            found.append(f"{where}{email} has an account that is closed")
        elif home is not None and person.department not in (None, home):
            found.append(f"{where}{email} is an address of {home}, not of {person.department}")
        seen.add(email)
    return found


def send_to(event: Event, person: Invitee, *, by: User) -> Invitation:
    email = person.email.strip().lower()
    Invitation.objects.unused().filter(event=event, email=email).update(withdrawn_at=clock.now())  # expired
    values = {key: value for key, value in asdict(person).items() if key not in ("line", "email", "tags")}
    values["department"] = person.department or Department.objects.for_email(email)
    invitation = Invitation(event=event, email=email, tags=tidy(person.tags), **values)
    mail_link(invitation, by=by)
    is_outside = Department.objects.for_email(email) is None
    record(by, "judging.invited", invitation, email=email, outside=is_outside)
    return invitation


def mail_link(invitation: Invitation, *, by: User) -> None:
    """A new link, which makes the one before it worthless. The mail's text is wiped once it is sent."""
    event = invitation.event
    key = secrets.token_hex(32)
    invitation.digest = digest_of(key)
    invitation.sent_by, invitation.sent_at = by, clock.now()
    invitation.expires_at = min(clock.now() + LASTS, event.scores_close_at)
    invitation.save()
    link = f"{settings.BASE_URL}{reverse('judging:invitation', args=[event.slug])}?key={key}"
    mail.post(
        invitation.email,
        f"{by} asks you to judge at {event}",
        f"Hello {invitation.name},\n\n"
        f"{by} asks you to judge at {event}.\n\n{event.summary}\n\n"
        "What judging asks of you: read the entries that you are given, and score each by the same "
        "questions. You can do it on a phone. "
        f"Scores open at {event.say(event.submissions_close_at)} "
        f"and close at {event.say(event.scores_close_at)}.\n\n"
        "Open this link, then say whether you can:\n\n"
        f"{link}\n\n"
        f"The link is for you alone. It works once, until {event.say(invitation.expires_at)}. "
        "Do not send it on: it signs in as you.\n\n"
        "If you did not expect this mail, you need not do anything.",
        key=f"judging.invited:{invitation.digest}",
        secret=True,
    )


@transaction.atomic
def send_again(invitation: Invitation, *, by: User) -> Invitation:
    """A new link and a new time. The old link is dead."""
    invitation = locked(invitation)
    require(by, "judging.invite", invitation.event)
    refuse_answered(invitation)
    mail_link(invitation, by=by)
    record(by, "judging.invited_again", invitation, email=invitation.email)
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User) -> Invitation:
    invitation = locked(invitation)
    require(by, "judging.invite", invitation.event)
    if invitation.withdrawn_at is not None:
        return invitation
    refuse_answered(invitation)
    invitation.withdrawn_at = clock.now()
    invitation.save(update_fields=["withdrawn_at"])
    record(by, "judging.invitation_withdrawn", invitation, email=invitation.email)
    return invitation


def locked(invitation: Invitation) -> Invitation:
    Event.objects.select_for_update().get(pk=invitation.event_id)
    mine = Invitation.objects.select_for_update(of=("self",)).select_related("event", "department")
    return mine.get(pk=invitation.pk)


def refuse_answered(invitation: Invitation) -> None:
    if invitation.used_at is not None:
        raise Refused(f"{invitation.name} has used the link already")
    if invitation.withdrawn_at is not None:
        raise Refused("This invitation was withdrawn. Invite them anew")


# Taking an invitation up


@transaction.atomic
def take_up(invitation: Invitation, *, by: User | None) -> User:
    """Become a judge, once. `by` is who is signed in on this browser: nobody, or the invited person.

    The account is the invited address's: made if there is none, and known to be theirs by the link,
    which only that mailbox has had. Whoever is refused has used nothing up.
    """
    invitation = locked(invitation)
    if not invitation.is_open:
        raise Dead("This link does not work")
    person = holder_of(invitation.email)
    if by is not None and by != person:
        raise SomebodyElse(f"You are signed in as {by}")
    if person is not None and not person.is_active:
        raise Dead("This link does not work")
    if by is None and person is not None and has_second_factor(person):
        raise NeedsSecondFactor("Sign in first")

    is_new = person is None
    person = person or new_account(invitation)
    if by is None:
        know_address(person, invitation)
    roles = invitation.event.roles
    role = roles.filter(user=person, kind=RoleKind.JUDGE).first()
    role = role or add_role(invitation.event, person, RoleKind.JUDGE, by=invitation.sent_by)
    known = {name: getattr(invitation, name) for name in KNOWN}
    if invitation.department != person.department:
        known["department"] = invitation.department
    Judge.objects.get_or_create(role=role, defaults=known)
    invitation.used_at, invitation.used_by = clock.now(), person
    invitation.save(update_fields=["used_at", "used_by"])
    record(person, "judging.invitation_used", invitation, role=role.pk, account="new" if is_new else "known")
    return person


def holder_of(email: str) -> User | None:
    """Whose address this is: known to be, by a code or link that was mailed to it, or of an account."""
    known = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    return known.user if known else User.objects.filter(email=email).first()


def has_second_factor(person: User) -> bool:
    return Authenticator.objects.filter(user=person, type__in=SECOND_FACTORS).exists()


def new_account(invitation: Invitation) -> User:
    """An ordinary one, also for an address of no department: it has no right that others have not."""
    user = User(email=invitation.email, name=invitation.name)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            return accounts.sign_up(user, by=user)
    except IntegrityError:  # they signed up by themselves a moment ago
        return User.objects.get(email=invitation.email)


def know_address(person: User, invitation: Invitation) -> None:
    """The link has come back from this mailbox, so it is this person's."""
    address, _ = EmailAddress.objects.get_or_create(
        user=person,
        email=invitation.email,
        defaults={"primary": not EmailAddress.objects.filter(user=person).exists()},
    )
    if address.verified:
        return
    address.verified = True
    address.save(update_fields=["verified"])
    # Whoever typed the name before had not shown that the address was theirs.
    person.name = invitation.name
    person.save(update_fields=["name"])
