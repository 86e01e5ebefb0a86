"""What a team does with its entry: start it, save the draft, submit it."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from challenges.classification import may_be_kept, why_not_taken
from core import clock
from core.audit import record
from core.mail import post
from core.permissions import require, require_ever
from core.refusals import Refused
from events.models import Event, Role, RoleKind
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.merge import merge, tidy
from submissions.models import DraftSave, Revision, Submission, digest
from submissions.questions import SEVERAL, catalogue, stops
from teams.models import Membership, Team


class Overtaken(Refused):
    """A colleague changed the same answers meanwhile. Nothing was saved; both texts are here."""

    def __init__(self, submission: Submission, clashes: list[str], answers: dict[str, str]) -> None:
        self.version = submission.version
        self.saved_by = submission.saved_by
        self.saved_at = submission.saved_at
        self.answers = answers  # the draft as it stands, with what this person changed where nothing clashes
        standing = submission.answers()
        self.theirs = {name: standing.get(name, "") for name in clashes}
        who = submission.saved_by or "A colleague"
        named = ", ".join(f"‘{submission.heading(name)}’" for name in clashes)
        self.reasons = {
            name: f"{who} also changed ‘{submission.heading(name)}’. Compare the two texts, then save what "
            "should stay"
            for name in clashes
        }
        super().__init__(
            f"{who} saved {named} while you were writing. Nothing was overwritten, and your changes are not "
            "saved yet. Compare the two texts, then save what should stay"
        )


@transaction.atomic
def start(team: Team, *, by: User) -> Submission:
    """Open the team's one draft, or find it already open."""
    require(by, "submissions.start", team)
    submission, is_new = Submission.objects.get_or_create(
        team=team, defaults={"saved_by": by, "saved_at": clock.now()}
    )
    if is_new:
        _keep(submission, by=by)
        record(by, "submissions.started", submission)
    return submission


@transaction.atomic
def save_draft(submission: Submission, *, by: User, version: int, answers: Mapping[str, str]) -> Submission:
    """Save what a person changed since `version`, which is the draft that they had in front of them.

    Answers that only one side changed merge; when both changed one, nothing is saved at all. The
    DraftSave is the record of who wrote what: the audit log has the acts that others rely on.
    """
    submission = _locked(submission)
    require(by, "submissions.edit", submission)
    mine = _tidied(submission, answers)
    if "data_level" in mine:
        _refuse_data_not_taken(mine["data_level"], submission.event)
    if version > submission.version:
        raise Refused(
            "This page is not from the present draft. Copy what you wrote, then open the page again"
        )
    base = submission.save_at(version)
    merged = merge(base.answers if base else None, submission.answers(), mine)
    if merged.clashes:
        raise Overtaken(submission, merged.clashes, merged.answers)
    if merged.answers == submission.answers():
        return submission

    submission.put(merged.answers)
    submission.version += 1
    submission.saved_by = by
    submission.saved_at = clock.now()
    submission.save(update_fields=[*submission.fields(), "more", "version", "saved_by", "saved_at"])
    _keep(submission, by=by)
    return submission


@transaction.atomic
def submit(
    submission: Submission, *, by: User, key: UUID, declared: str, people_only: bool = False
) -> Revision:
    """Freeze the draft as it stands as the next revision, the one screening and judges will read.

    The same key again, even after the deadline, finds the revision that it made: a lost answer or a
    second click never makes a second one and never turns a receipt into a refusal.
    """
    submission = _locked(submission)
    require_ever(by, "submissions.submit", submission)
    if made := submission.revisions.filter(key=key).first():
        return made
    require(by, "submissions.submit", submission)
    if unanswered := submission.unanswered():
        raise Refused(f"Answer ‘{submission.heading(unanswered[0])}’ before you submit", unanswered[0])
    _refuse_data_not_taken(submission.data_level, submission.event)
    if declared != CURRENT_DECLARATIONS:
        raise Refused("The declarations have changed. Read them again, then confirm them", "declared")
    # A person looks first at an entry that declares what a model must not be sent
    people_only = people_only or bool(stops(submission.answers()))
    last = submission.current_revision
    if last and last.answers() == submission.answers() and last.people_only == people_only:
        raise Refused(
            f"Nothing has changed since revision {last.number}, which we received at {last.received}. "
            f"Its reference is {last.receipt}. You do not need to submit again"
        )

    revision = Revision(
        submission=submission,
        number=last.number + 1 if last else 1,
        key=key,
        submitted_by=by,
        submitted_at=clock.now(),
        declared=declared,
        people_only=people_only,
        asked=_asked(submission),
    )
    revision.put(submission.answers())
    revision.sha256 = digest(revision.as_markdown())
    revision.save(force_insert=True)
    _mail_receipts(revision)
    record(
        by,
        "submissions.submitted",
        submission,
        revision=revision.number,
        receipt=revision.receipt,
        sha256=revision.sha256,
        draft_version=submission.version,
        declared=declared,
        people_only=people_only,
    )
    return revision


def _locked(submission: Submission) -> Submission:
    """The row, ours until the transaction ends, with its event's moments as they are now."""
    return Submission.objects.select_for_update(of=("self",)).with_people().get(pk=submission.pk)


def _tidied(submission: Submission, answers: Mapping[str, str]) -> dict[str, str]:
    """What was sent for questions that are asked, as it compares; a refusal where it is no answer."""
    asked = {question.name: question for question in submission.questions()}
    mine = {}
    for name, text in answers.items():
        if not (question := asked.get(name)):
            continue
        mine[name] = tidy(text, on_one_line=not question.read)
        if len(mine[name]) > question.limit:
            raise Refused(f"‘{question.words}’ must be {question.limit:,} characters or fewer", name)
        known = {option.id for option in question.options}
        if known and not set(filter(None, mine[name].split(SEVERAL))) <= known:
            raise Refused(f"Choose an answer to ‘{question.words}’ from the list", name)
    return mine


def _asked(submission: Submission) -> list[list[str]]:
    """What this team is asked beyond the catalogue, in the words of now."""
    everyone = {question.name for task in catalogue() for question in task.questions}
    return [[one.name, one.words] for one in submission.questions() if one.name not in everyone]


def _keep(submission: Submission, *, by: User) -> None:
    DraftSave.objects.create(
        submission=submission,
        version=submission.version,
        answers=submission.answers(),
        by=by,
        at=submission.saved_at,
    )


def _refuse_data_not_taken(level: str, event: Event) -> None:
    """Data that must not be here leaves no trace of its page; what to do and whom to ask is said."""
    reason = why_not_taken(level, accepts_official=event.accepts_official)
    if not reason:
        return
    if may_be_kept(level):  # in a challenge, to be decided; in an entry it is not taken
        reason += ". Nothing on this page was saved"
    organisers = Role.objects.filter(event=event, kind=RoleKind.ORGANISER).select_related("user")
    names = " or ".join(f"{role.user} ({role.user.email})" for role in organisers[:2])
    raise Refused(f"{reason}. Organiser: {names}" if names else reason, "data_level")


def _mail_receipts(revision: Revision) -> None:
    """Each member has the receipt, whoever pressed the button."""
    submission = revision.submission
    closes = revision.event.say(revision.event.submissions_close_at)
    address = reverse("submissions:receipt", args=[revision.scope, submission.code, revision.number])
    body = "\n".join(
        [
            f"We received ‘{revision.title}’ from team {submission.team} for {revision.event}.",
            "",
            f"Reference: {revision.receipt}",
            f"Revision: {revision.number}",
            f"Received: {revision.received}",
            f"Submitted by: {revision.submitted_by}",
            f"Fingerprint of the text (SHA-256): {revision.sha256}",
            "",
            f"See what we received: {settings.BASE_URL}{address}",
            "",
            f"You can change your draft and submit again until {closes}. "
            "The last revision we receive by then is your entry.",
        ]
    )
    for member in Membership.objects.filter(team=submission.team).select_related("user"):
        post(
            member.user.email,
            f"Received: {revision.title} (revision {revision.number}, reference {revision.receipt})",
            body,
            key=f"receipt:{revision.pk}:{member.user_id}",
        )
