"""A team submits its draft: frozen as the next revision, with a receipt for each member."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from challenges.classification import LEVELS
from core import clock
from core.audit import record
from core.mail import post
from core.permissions import require, require_ever
from core.refusals import Refused
from submissions.actions.drafting import locked, refuse_data_not_taken
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Enclosure, Revision, Submission, digest, received_items
from submissions.questions import catalogue, stops
from teams.models import Membership


@transaction.atomic
def submit(
    submission: Submission, *, by: User, key: UUID, declared: str, people_only: bool = False
) -> Revision:
    """Freeze the draft as it stands as the next revision, the one screening and judges will read.

    The same key again, even after the deadline, finds the revision that it made: a lost answer or a
    second click never makes a second one and never turns a receipt into a refusal.
    """
    submission = locked(submission)
    require_ever(by, "submissions.submit", submission)
    if made := submission.revisions.filter(key=key).first():
        return made
    require(by, "submissions.submit", submission)
    if unanswered := submission.unanswered():
        raise Refused(f"Answer ‘{submission.heading(unanswered[0])}’ before you submit", unanswered[0])
    refuse_data_not_taken(submission.data_level, submission.event)
    if declared != CURRENT_DECLARATIONS:
        raise Refused("The declarations have changed. Read them again, then confirm them", "declared")
    _refuse_lower_level(submission)
    # A person looks first at an entry that declares what a model must not be sent
    people_only = people_only or bool(stops(submission.answers()))
    last = submission.current_revision
    if last and not submission.is_changed_since(last) and last.people_only == people_only:
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
    enclosed = [Enclosure(revision=revision, file=file, alt=file.alt) for file in submission.files()]
    Enclosure.objects.bulk_create(enclosed)
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
        files=[one.file.sha256 for one in enclosed],
    )
    return revision


def _refuse_lower_level(submission: Submission) -> None:
    """The level of an entry is the highest of what is in it: by it is decided which model may read it."""
    order = list(LEVELS)
    for file in submission.files():
        if order.index(file.data_level) > order.index(submission.data_level):
            raise Refused(
                f"‘{file.name}’ was uploaded as {file.get_data_level_display()}. Choose that level for the "
                "entry, or take the file off the shelf",
                "data_level",
            )


def _asked(submission: Submission) -> list[list[str]]:
    """What this team is asked beyond the catalogue, in the words of now."""
    everyone = {question.name for task in catalogue() for question in task.questions}
    return [[one.name, one.words] for one in submission.questions() if one.name not in everyone]


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
            "What we received:",
            *(
                f"- {item.words}" + (f", SHA-256 {item.sha256}" if item.sha256 else "")
                for item in received_items(revision)
            ),
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
