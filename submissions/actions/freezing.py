"""A draft becomes a revision, and each member of the team is told: by a person's act or by the rule."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from challenges.classification import LEVELS
from core.audit import record
from core.mail import post_all
from core.refusals import Refused
from submissions.models import Enclosure, Revision, Submission, digest, received_items
from submissions.questions import catalogue, stops
from teams.models import Membership


def freeze(
    submission: Submission,
    then: Submission,
    last: Revision | None,
    *,
    by: User | None,
    key: UUID,
    side: str,
    declared: str,
    people_only: bool,
) -> Revision:
    """The revision after `last`: the draft as it was at `then.as_it_was`. The caller holds the submission."""
    assert then.as_it_was is not None
    revision = Revision(
        submission=submission,
        number=last.number + 1 if last else 1,
        key=key,
        submitted_by=by,
        submitted_at=then.as_it_was,
        side=side,
        declared=declared,
        # A person looks first at an entry that declares what a model must not be sent
        people_only=people_only or bool(stops(then.answers())),
        asked=_asked(then),
    )
    revision.put(then.answers())
    revision.sha256 = digest(revision.as_markdown())
    revision.save(force_insert=True)
    enclosed = [Enclosure(revision=revision, file=file, alt=file.alt) for file in then.files()]
    Enclosure.objects.bulk_create(enclosed)
    record(
        by,
        "submissions.submitted" if by else "submissions.entered",
        submission,
        revision=revision.number,
        receipt=revision.receipt,
        sha256=revision.sha256,
        draft_version=then.version,
        side=side,
        declared=declared,
        people_only=revision.people_only,
        files=[one.file.sha256 for one in enclosed],
    )
    return revision


def refuse_lower_level(then: Submission) -> None:
    """The level of an entry is the highest of what is in it: by it is decided which model may read it."""
    order = list(LEVELS)
    for file in then.files():
        if order.index(file.data_level) > order.index(then.data_level):
            raise Refused(
                f"‘{file.name}’ was uploaded as {file.get_data_level_display()}. Choose that level for the "
                "entry, or take the file off the shelf",
                "data_level",
            )


def receipt_of(revision: Revision) -> list[str]:
    """What each member reads in the mail, between what happened and what can happen next."""
    address = reverse("submissions:receipt", args=[revision.scope, revision.submission.code, revision.number])
    return [
        f"Reference: {revision.receipt}",
        f"Revision: {revision.number}",
        f"Received: {revision.received}. {revision.get_side_display()}",
        f"Submitted by: {revision.submitter}",
        f"Fingerprint of the text (SHA-256): {revision.sha256}",
        "",
        "What we received:",
        *(
            f"- {item.words}" + (f", SHA-256 {item.sha256}" if item.sha256 else "")
            for item in received_items(revision)
        ),
        "",
        f"See what we received: {settings.BASE_URL}{address}",
    ]


def tell_team(submission: Submission, subject: str, lines: list[str], *, key: Callable[[int], str]) -> None:
    """One mail to each member; `key` says what it is about, for one member."""
    members = Membership.objects.filter(team=submission.team_id).values_list("user_id", "user__email")
    post_all([(email, key(user)) for user, email in members], subject, "\n".join(lines))


def page_of(submission: Submission) -> str:
    """The address of the team's own page."""
    return f"{settings.BASE_URL}{reverse('submissions:entry', args=[submission.scope])}"


def _asked(submission: Submission) -> list[list[str]]:
    """What this team is asked beyond the catalogue, in the words of now."""
    everyone = {question.name for task in catalogue() for question in task.questions}
    return [[one.name, one.words] for one in submission.questions() if one.name not in everyone]
