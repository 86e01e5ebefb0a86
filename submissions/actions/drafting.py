"""A team writes its draft together: start it, save it, go back to what it was."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts.models import User
from challenges.classification import may_be_kept, why_not_taken
from core import clock
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event, Role, RoleKind
from submissions.merge import merge, tidy
from submissions.models import DraftSave, Revision, Submission
from submissions.questions import SEVERAL
from teams.models import Team


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
    submission = locked(submission)
    require(by, "submissions.edit", submission)
    mine = _tidied(submission, answers)
    if "data_level" in mine:
        refuse_data_not_taken(mine["data_level"], submission.event)
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

    _write(submission, merged.answers, by=by)
    return submission


@transaction.atomic
def revert(
    submission: Submission,
    *,
    by: User,
    version: int,
    to: DraftSave | Revision,
    names: Sequence[str] = (),
) -> Submission:
    """Put back what the draft said in a save or a revision: the answers named, or all of it.

    Nothing is taken away: it is a save like any other, after those that it undoes. `version` is the
    draft that the person looked at; when a colleague has saved since, they look again first.
    """
    submission = locked(submission)
    require(by, "submissions.edit", submission)
    if to.submission_id != submission.pk:
        raise Refused("That is not of this entry")
    if version != submission.version:
        raise Refused(
            f"{submission.saved_by or 'A colleague'} saved the draft while you were looking. Nothing was put "
            "back. Look at what differs now, then decide again"
        )
    standing = submission.answers()
    then = to.answers if isinstance(to, DraftSave) else to.answers()
    if unknown := [name for name in names if name not in {*standing, *then}]:
        raise Refused(f"There is no answer ‘{unknown[0]}’ to put back")
    restored = standing | {name: then.get(name, "") for name in names or {*standing, *then}}
    changed = sorted(name for name, text in restored.items() if text != standing.get(name, ""))
    if not changed:
        return submission
    if "data_level" in changed:
        refuse_data_not_taken(restored["data_level"], submission.event)
    _write(submission, restored, by=by)
    source = {"save": to.version} if isinstance(to, DraftSave) else {"revision": to.number}
    record(
        by, "submissions.reverted", submission, draft_version=submission.version, answers=changed, **source
    )
    return submission


def locked(submission: Submission) -> Submission:
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


def _write(submission: Submission, answers: dict[str, str], *, by: User) -> None:
    """The next version of the draft, and the save that remembers it."""
    submission.put(answers)
    submission.version += 1
    submission.saved_by = by
    submission.saved_at = clock.now()
    submission.save(update_fields=[*submission.fields(), "more", "version", "saved_by", "saved_at"])
    _keep(submission, by=by)


def _keep(submission: Submission, *, by: User) -> None:
    DraftSave.objects.create(
        submission=submission,
        version=submission.version,
        answers=submission.answers(),
        by=by,
        at=submission.saved_at,
    )


def refuse_data_not_taken(level: str, event: Event) -> None:
    """Data that must not be here leaves no trace of its page; what to do and whom to ask is said."""
    reason = why_not_taken(level, accepts_official=event.accepts_official)
    if not reason:
        return
    if may_be_kept(level):  # in a challenge, to be decided; in an entry it is not taken
        reason += ". Nothing on this page was saved"
    organisers = Role.objects.filter(event=event, kind=RoleKind.ORGANISER).select_related("user")
    names = " or ".join(f"{role.user} ({role.user.email})" for role in organisers[:2])
    raise Refused(f"{reason}. Organiser: {names}" if names else reason, "data_level")
