"""What owners and organisers do with challenges."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from challenges.classification import may_be_kept, why_not_taken
from challenges.models import Challenge
from core import clock
from core.audit import record
from core.mail import post
from core.permissions import require
from core.refusals import Refused
from events.models import Event

Decision = Challenge.Decision


@transaction.atomic
def propose(event: Event, *, by: User, **answers: str) -> Challenge:
    """Put a problem to the organisers. Only the title is needed now: the rest can follow."""
    require(by, "challenges.propose", event)
    answers = checked(answers)
    challenge = Challenge(event=event, owner=by, department=by.department, **answers)
    keep(challenge)
    record(by, "challenges.proposed", challenge, missing=list(challenge.missing))
    return challenge


@transaction.atomic
def edit(challenge: Challenge, *, by: User, version: int, **answers: str) -> Challenge:
    """Change what was proposed. After changes were asked for, this hands it back to the organisers."""
    challenge = locked(challenge)
    require(by, "challenges.edit", challenge)
    if challenge.is_approved:
        raise Refused("This challenge is approved, so its text stays as it is. Ask an organiser to change it")
    if challenge.is_declined:
        raise Refused("The organisers declined this challenge. You can propose another one")
    answers = checked(answers)
    changed = sorted(name for name, text in answers.items() if getattr(challenge, name) != text)
    if not changed and challenge.decision == Decision.CHANGES:
        raise Refused("Nothing is different yet. Change what the organisers asked for, then save")
    if not changed:
        return challenge
    if version != challenge.version:
        raise Refused(
            "This challenge was changed after you opened this page. Open it in another tab, compare it with "
            "what you typed here, then make your changes there"
        )
    was = challenge.decision
    for name in changed:
        setattr(challenge, name, answers[name])
    challenge.decision, challenge.reason = "", ""
    challenge.decided_by = challenge.decided_at = None
    challenge.changed_at = clock.now()
    challenge.version += 1
    keep(challenge)
    record(by, "challenges.edited", challenge, changed=changed, after=was, version=challenge.version)
    return challenge


@transaction.atomic
def approve(challenge: Challenge, *, by: User, version: int, reason: str = "") -> Challenge:
    """Let teams take it on. It is public from now, and its text stays as it is."""
    challenge = to_decide(challenge, by=by)
    if challenge.is_approved:
        return challenge
    seen(challenge, version)
    if missing := challenge.missing:
        raise Refused(f"You cannot approve this yet. {'. '.join(missing.values())}", "decision")
    return decide(challenge, Decision.APPROVED, reason, "challenges.approved", by=by)


@transaction.atomic
def ask_for_changes(challenge: Challenge, *, by: User, version: int, reason: str) -> Challenge:
    """Hand it back to its owner, with what to change."""
    challenge = to_decide(challenge, by=by)
    if stands(challenge, Decision.CHANGES, reason):
        return challenge
    still_open(challenge)
    seen(challenge, version)
    explained(reason, "Enter what the owner should change")
    return decide(challenge, Decision.CHANGES, reason, "challenges.returned", by=by)


@transaction.atomic
def decline(challenge: Challenge, *, by: User, version: int, reason: str) -> Challenge:
    """Leave it out of the event, with a reason that its owner reads."""
    challenge = to_decide(challenge, by=by)
    if stands(challenge, Decision.DECLINED, reason):
        return challenge
    still_open(challenge)
    seen(challenge, version)
    explained(reason, "Enter why you decline this challenge")
    return decide(challenge, Decision.DECLINED, reason, "challenges.declined", by=by)


# What the verbs above share


def checked(answers: dict[str, str]) -> dict[str, str]:
    """The answers as they are kept. A level that must not be here is refused before anything is stored."""
    if unknown := set(answers) - set(Challenge.ANSWERS):
        raise TypeError(f"A challenge has no {', '.join(sorted(unknown))}")
    answers = {name: text.replace("\r\n", "\n").strip() for name, text in answers.items()}
    level = answers.get("data_level", "")
    if not may_be_kept(level):
        raise Refused(why_not_taken(level, accepts_official=False), "data_level")
    if "title" in answers and not answers["title"]:
        raise Refused("Enter a title", "title")
    return answers


def keep(challenge: Challenge) -> None:
    """The database keeps titles apart, so that a second press of the button proposes nothing twice."""
    try:
        with transaction.atomic():
            challenge.save()
    except IntegrityError as fault:
        if "one_proposal_of_a_title" not in str(fault):
            raise
        raise Refused(
            f"You have already proposed ‘{challenge.title}’ for this event. Change that one, or choose "
            "another title",
            "title",
        ) from fault


def locked(challenge: Challenge) -> Challenge:
    return Challenge.objects.select_for_update(of=("self",)).select_related("event").get(pk=challenge.pk)


def to_decide(challenge: Challenge, *, by: User) -> Challenge:
    challenge = locked(challenge)
    require(by, "challenges.decide", challenge)
    return challenge


def stands(challenge: Challenge, decision: str, reason: str) -> bool:
    """The same decision twice is one decision."""
    return challenge.decision == decision and challenge.reason == reason.strip()


def still_open(challenge: Challenge) -> None:
    if challenge.is_approved and challenge.decided_at:
        raise Refused(
            f"{challenge.decided_by} approved this challenge at {challenge.event.say(challenge.decided_at)}. "
            "Teams may already work on it"
        )


def seen(challenge: Challenge, version: int) -> None:
    if version != challenge.version:
        raise Refused(
            "This challenge was changed, or decided by someone else, after you opened this page. Open it "
            "again and read it before you decide"
        )


def explained(reason: str, otherwise: str) -> None:
    if not reason.strip():
        raise Refused(otherwise, "reason")


def decide(challenge: Challenge, decision: str, reason: str, verb: str, *, by: User) -> Challenge:
    challenge.decision, challenge.reason = decision, reason.strip()
    challenge.decided_by, challenge.decided_at = by, clock.now()
    challenge.version += 1
    challenge.save(update_fields=["decision", "reason", "decided_by", "decided_at", "version"])
    tell_owner(challenge)
    record(by, verb, challenge, reason=challenge.reason, version=challenge.version)
    return challenge


TOLD = {
    Decision.APPROVED: (
        "is approved",
        "Teams can take it on. It is on the event's page for everyone to read.",
    ),
    Decision.CHANGES: ("needs changes", "Change it, and it goes back to the organisers when you save."),
    Decision.DECLINED: ("was declined", "It is not part of the event. What you wrote is still on its page."),
}


def tell_owner(challenge: Challenge) -> None:
    outcome, what_next = TOLD[Decision(challenge.decision)]
    address = settings.BASE_URL + reverse("challenges:page", args=[challenge.event.slug, challenge.code])
    said = f"{challenge.decided_by} wrote:\n\n{challenge.reason}\n\n" if challenge.reason else ""
    post(
        challenge.owner.email,
        f"Your challenge ‘{challenge.title}’ {outcome}",
        f"Your challenge ‘{challenge.title}’ for {challenge.event} {outcome}.\n\n"
        f"{said}{what_next}\n\n{address}\n",
        key=f"challenges.decided:{challenge.pk}:{challenge.version}",
    )
