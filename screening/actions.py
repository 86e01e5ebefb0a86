"""What people decide about an entry. A report changes nothing; a person does, by name."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from core import clock, mail
from core.audit import record
from core.permissions import allowed_ever, require
from core.refusals import Refused
from events.models import Event
from reading.models import Screening
from screening.models import Claim, Clearance, Remark, Verdict, is_read_blind, undecided_entries
from submissions.models import Revision, Submission
from teams.models import Membership

Outcome = Clearance.Outcome
Found = Verdict.Finding
READ_BY_HAND_FIRST = (
    "This entry is one of those that people read before they see the report. "
    "Say what you find for each principle, then decide"
)


# Clear and hold


@transaction.atomic
def clear(revision: Revision, *, by: User, screening: Screening | None = None, reason: str = "") -> Clearance:
    """Let judges score this revision. `screening` is the report that was on the page, if there was one."""
    keep_still(revision)
    require(by, "screening.clear", revision)
    refuse_old(revision)
    refuse_blind(revision, screening)
    return decide(revision, Outcome.CLEARED, reason, by=by, screening=screening)


@transaction.atomic
def hold(revision: Revision, reason: str, *, by: User, screening: Screening | None = None) -> Clearance:
    """Keep this revision from judges, and tell the team why. A hold lasts once two people have decided it."""
    keep_still(revision)
    require(by, "screening.hold", revision)
    refuse_old(revision)
    if not reason.strip():
        raise Refused("Say why you hold this entry. The team will read it", field="reason")
    clearance = decide(revision, Outcome.HELD, reason.strip(), by=by, screening=screening)
    tell_held(clearance)
    return clearance


def decide(
    revision: Revision, outcome: str, reason: str, *, by: User, screening: Screening | None
) -> Clearance:
    """Append the decision. The same person's same decision again adds nothing."""
    if screening is not None and screening.revision_id != revision.pk:
        raise Refused("That report is of another revision. Load the page again")
    standing = Clearance.objects.standing().filter(revision=revision).first()
    if standing and (standing.by_id, standing.outcome, standing.reason) == (by.pk, outcome, reason):
        return standing
    partner = Clearance.objects.of_the_standing_hold(revision).exclude(by=by).order_by("-pk").first()
    clearance = Clearance.objects.create(
        revision=revision,
        screening=screening,
        outcome=outcome,
        reason=reason,
        confirms=partner if outcome == Outcome.HELD else None,
        by=by,
        at=clock.now(),
    )
    Claim.objects.filter(revision=revision).delete()
    seen = {"mode": screening.mode, "recipe": screening.recipe} if screening else {}
    record(
        by,
        f"screening.{outcome}",
        clearance,
        revision=revision.number,
        reason=reason,
        report=seen,
        second=clearance.lasts,
    )
    return clearance


# Findings


@transaction.atomic
def find(
    revision: Revision,
    said: Mapping[int, tuple[str, str]],
    *,
    by: User,
    screening: Screening | None = None,
) -> list[Verdict]:
    """Confirm, change or reject what the report says, principle by principle, or find by hand.

    `said` holds by principle the finding and the reason. What a person says again adds nothing.
    """
    keep_still(revision)
    require(by, "screening.find", revision)
    refuse_old(revision)
    if screening is not None and screening.revision_id != revision.pk:
        raise Refused("That report is of another revision. Load the page again")
    report = stated(screening)
    blind = is_read_blind(revision, screening)
    numbers = numbers_of(revision, screening)
    standing = {verdict.number: verdict for verdict in Verdict.objects.standing().filter(revision=revision)}
    verdicts = []
    for number, (finding, reason) in sorted(said.items()):
        if number not in numbers or finding not in Found:
            raise Refused(f"There is no principle {number}, or no such finding")
        model_said = report.get(number, "")
        refuse_without_reason(number, finding, reason, model_said="" if blind else model_said)
        before = standing.get(number)
        if before and (before.by_id, before.finding, before.reason) == (by.pk, finding, reason):
            continue
        verdicts.append(
            Verdict(
                revision=revision,
                number=number,
                finding=finding,
                reason=reason,
                screening=screening,
                model_said=model_said,
                is_blind=blind,
                by=by,
                at=clock.now(),
            )
        )
    if verdicts:
        Verdict.objects.bulk_create(verdicts)
        found = {str(verdict.number): verdict.finding for verdict in verdicts}
        record(by, "screening.found", revision, revision=revision.number, findings=found, blind=blind)
    return verdicts


def refuse_without_reason(number: int, finding: str, reason: str, *, model_said: str) -> None:
    aside = finding in (Found.NOT_APPLICABLE, Found.REJECTED)
    if not reason and (aside or (model_said and finding != model_said)):
        raise Refused(f"Say why for principle {number}", field=f"reason_{number}")
    if finding == Found.REJECTED and not model_said:
        raise Refused(
            f"There is no finding to reject for principle {number}. Say what you find",
            field=f"finding_{number}",
        )


def stated(screening: Screening | None) -> dict[int, str]:
    """What a model said of each principle; nothing when none has read the entry."""
    if screening is None or not screening.states_findings or not screening.report:
        return {}
    return {row["number"]: row["finding"] for row in screening.report["principles"]}


def numbers_of(revision: Revision, screening: Screening | None) -> set[int]:
    extra = len(screening.questions) if screening else 0
    return set(range(1, 11 + extra))


# Who reads what


@transaction.atomic
def claim(revision: Revision, *, by: User) -> Claim:
    """Say that one reads this entry now. Claiming it again gives more time."""
    keep_still(revision)
    require(by, "screening.claim", revision)
    refuse_old(revision)
    return take(revision, by)


@transaction.atomic
def claim_next(event: Event, *, by: User) -> Revision | None:
    """The entry that has waited longest, that nobody reads and that this person may decide; now theirs."""
    claimed = Claim.objects.open().exclude(by=by).values("revision")
    waiting = undecided_entries().of_event(event).exclude(pk__in=claimed).order_by("submitted_at", "pk")
    for revision in waiting:
        if not allowed_ever(by, "screening.claim", revision):
            continue
        # Another screener may be doing the same: skip what they are about to take.
        if not Submission.objects.select_for_update(skip_locked=True).filter(pk=revision.submission_id):
            continue
        if Claim.objects.open().filter(revision=revision).exclude(by=by).exists():
            continue
        require(by, "screening.claim", revision)
        take(revision, by)
        return revision
    return None


@transaction.atomic
def hand_over(revision: Revision, to: User, *, by: User) -> Claim:
    """Give an entry that one reads to another screener."""
    keep_still(revision)
    require(by, "screening.claim", revision)
    if not allowed_ever(to, "screening.claim", revision):
        raise Refused(f"{to} cannot screen this entry. Choose another screener", field="to")
    if not Claim.objects.open().filter(revision=revision, by=by).exists():
        raise Refused("You are not reading this entry. Claim it first")
    claim, _ = Claim.objects.update_or_create(
        revision=revision, defaults={"by": to, "until": clock.now() + Claim.LASTS}
    )
    page = page_of(revision)
    mail.post(
        to.email,
        f"{by} has handed you an entry to screen",
        f"{by} asks you to read ‘{revision.title}’ of {revision.event}.\n\n{page}",
        key=f"screening.handed:{revision.pk}:{to.pk}:{clock.now().timestamp()}",
    )
    record(by, "screening.handed_over", revision, to=to.pk)
    return claim


@transaction.atomic
def release(revision: Revision, *, by: User) -> None:
    """Say that one no longer reads it. Releasing what one does not hold changes nothing."""
    keep_still(revision)
    require(by, "screening.claim", revision)
    if Claim.objects.filter(revision=revision, by=by).delete()[0]:
        record(by, "screening.released", revision)


def take(revision: Revision, by: User) -> Claim:
    held = Claim.objects.open().filter(revision=revision).select_related("by").first()
    if held and held.by_id != by.pk:
        until = revision.event.say(held.until)
        raise Refused(f"{held.by} is reading this entry until {until}. Take another, or ask them for it")
    claim, _ = Claim.objects.update_or_create(
        revision=revision, defaults={"by": by, "until": clock.now() + Claim.LASTS}
    )
    if not held:
        record(by, "screening.claimed", revision)
    return claim


# Ask and answer


@transaction.atomic
def ask(revision: Revision, text: str, *, by: User, number: int = 0) -> Remark:
    """Ask the team something, about one principle or the whole entry. They are told by mail."""
    keep_still(revision)
    require(by, "screening.ask", revision)
    remark = say(revision, text, number, by=by, from_team=False)
    for member in members_of(revision):
        mail.post(
            member.user.email,
            f"A question about your entry ‘{revision.title}’",
            f"A screener of {revision.event} asks:\n\n{remark.text}\n\n"
            f"Answer on the page of your report:\n\n{page_of(revision)}",
            key=f"screening.asked:{remark.pk}:{member.user_id}",
        )
    record(by, "screening.asked", remark, revision=revision.number, principle=number)
    return remark


@transaction.atomic
def answer(revision: Revision, text: str, *, by: User, number: int = 0) -> Remark:
    """Answer a question or a finding. It stands beside the finding, for screeners and judges."""
    keep_still(revision)
    require(by, "screening.answer", revision)
    remark = say(revision, text, number, by=by, from_team=True)
    asked = Remark.objects.filter(submission=revision.submission_id, number=number, from_team=False)
    for asker in User.objects.filter(pk__in=asked.values("by")):
        mail.post(
            asker.email,
            f"{revision.submission.team} has answered",
            f"The team of ‘{revision.title}’ answers you:\n\n{remark.text}\n\n{page_of(revision)}",
            key=f"screening.answered:{remark.pk}:{asker.pk}",
        )
    record(by, "screening.answered", remark, revision=revision.number, principle=number)
    return remark


@transaction.atomic
def share(remark: Remark, *, by: User) -> Remark:
    """Show a team's answer to everyone at the event, without the team's name. The team is told."""
    remark = Remark.objects.select_for_update().get(pk=remark.pk)
    require(by, "screening.share", remark)
    if not remark.from_team:
        raise Refused("Only what a team has answered can be shown to everyone")
    if remark.shared_at is not None:
        return remark
    remark.shared_by, remark.shared_at = by, clock.now()
    remark.save(update_fields=["shared_by", "shared_at"])
    for member in members_of(remark.revision):
        mail.post(
            member.user.email,
            "Your answer is shown to everyone",
            f"An organiser of {remark.event} shows this answer of yours to everyone at the event. "
            f"Your team is not named:\n\n{remark.text}\n\nIf you do not want that, tell an organiser.",
            key=f"screening.shared:{remark.pk}:{member.user_id}:{remark.shared_at.timestamp()}",
        )
    record(by, "screening.shared", remark, principle=remark.number)
    return remark


@transaction.atomic
def unshare(remark: Remark, *, by: User) -> Remark:
    """Show it to everyone no longer."""
    remark = Remark.objects.select_for_update().get(pk=remark.pk)
    require(by, "screening.share", remark)
    if remark.shared_at is not None:
        remark.shared_by = remark.shared_at = None
        remark.save(update_fields=["shared_by", "shared_at"])
        record(by, "screening.unshared", remark, principle=remark.number)
    return remark


def say(revision: Revision, text: str, number: int, *, by: User, from_team: bool) -> Remark:
    """The same words of the same person again are the same remark: a second click says nothing twice."""
    if not text.strip():
        raise Refused("Write something first", field="text")
    if not 0 <= number <= 10 + 5:
        raise Refused(f"There is no principle {number}", field="number")
    last = Remark.objects.filter(submission=revision.submission_id, number=number).order_by("-pk").first()
    if last and (last.by_id, last.text) == (by.pk, text.strip()):
        return last
    return Remark.objects.create(
        submission_id=revision.submission_id,
        revision=revision,
        number=number,
        from_team=from_team,
        text=text.strip(),
        by=by,
        at=clock.now(),
    )


# What they share


def keep_still(revision: Revision) -> None:
    """Nothing is submitted, decided or published while this decision is made. The event is as it is now."""
    Submission.objects.select_for_update().get(pk=revision.submission_id)
    # Only now: what stands beside a row that had to be waited for is as it was before the wait.
    revision.submission = Submission.objects.with_people().get(pk=revision.submission_id)


def refuse_old(revision: Revision) -> None:
    if revision.event.published_at is not None:  # by whichever clock: this may have arrived just before
        raise Refused(
            "The results have just been published. Ask an organiser to hide an entry that must not be seen"
        )
    current = Revision.objects.current().filter(submission=revision.submission_id).first()
    if current is None:
        out = revision.submission.why_out() or "This revision came late and does not count"
        raise Refused(f"{out}. There is nothing to decide here")
    if current.pk != revision.pk:
        raise Refused(
            f"The team has submitted revision {current.number} since you opened this page. "
            "Read that one, then decide"
        )


def refuse_blind(revision: Revision, screening: Screening | None) -> None:
    if is_read_blind(revision, screening):
        raise Refused(READ_BY_HAND_FIRST)


def page_of(revision: Revision) -> str:
    return settings.BASE_URL + reverse(
        "screening:report", args=[revision.event.slug, revision.submission.code]
    )


def members_of(revision: Revision):
    return Membership.objects.filter(team=revision.submission.team).select_related("user")


def tell_held(clearance: Clearance) -> None:
    revision, event = clearance.revision, clearance.event
    who = "Another screener agrees to hold" if clearance.lasts else "A screener holds"
    until = "." if clearance.lasts else " for now."
    first = f"{who} revision {revision.number} of your entry to {event}{until}"
    for member in members_of(revision):
        mail.post(
            member.user.email,
            f"Your entry ‘{revision.title}’ is held",
            f"{first}\n\nWhy: {clearance.reason}\n\n"
            "Judges do not see it while it is held. Change your entry and submit it again before submissions "
            f"close at {event.say(event.submissions_close_at)}, or answer on the page of your report."
            f"\n\n{page_of(revision)}",
            key=f"screening.held:{clearance.pk}:{member.user_id}",
        )
