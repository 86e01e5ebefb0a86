"""What people do with what leaves: a team edits its draft record, an organiser takes all entries away."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from core import clock
from core.audit import record as record_act
from core.permissions import require
from core.refusals import Refused
from events.models import Event
from records.contents import entries_of
from records.models import RecordSave, TransparencyRecord
from records.template import fields
from submissions.merge import merge, tidy
from submissions.models import Submission

LONGEST = 45_000  # characters of a field: more than any two answers that fill one


class Overtaken(Refused):
    """A colleague changed the same fields meanwhile. Nothing was saved; both texts are here."""

    def __init__(self, record: TransparencyRecord, clashes: list[str], words: Mapping[str, str]) -> None:
        self.version = record.version
        self.saved_by = record.saved_by
        self.saved_at = record.saved_at
        self.words = dict(words)  # as they stand, with what this person changed where nothing clashes
        standing = record.words()
        self.theirs = {field: standing.get(field, "") for field in clashes}
        who = record.saved_by or "A colleague"
        named = ", ".join(f"‘{fields()[field].label}’" for field in clashes)
        self.reasons = {
            field: f"{who} also changed ‘{fields()[field].label}’. Compare the two texts, then save what "
            "should stay"
            for field in clashes
        }
        super().__init__(
            f"{who} saved {named} while you were writing. Nothing was overwritten, and your changes are not "
            "saved yet. Compare the two texts, then save what should stay"
        )


@transaction.atomic
def edit(submission: Submission, *, by: User, version: int, words: Mapping[str, str]) -> TransparencyRecord:
    """Save the team's own words for some fields, written on top of `version`. Empty: follow the answers.

    Fields that only one side changed merge; when both changed one, nothing is saved at all.
    """
    submission = Submission.objects.select_for_update(of=("self",)).with_people().get(pk=submission.pk)
    require(by, "records.edit", submission)
    mine = _tidied(words)
    record, _ = TransparencyRecord.objects.select_related("saved_by").get_or_create(submission=submission)
    if version > record.version:
        raise Refused(
            "This page is not from the present record. Copy what you wrote, then open the page again"
        )
    standing = record.words()
    merged = merge(record.words_at(version), standing, mine)
    if merged.clashes:
        raise Overtaken(record, merged.clashes, merged.answers)
    own = {field: text for field, text in merged.answers.items() if text}
    changed = sorted(field for field in own.keys() | standing.keys() if own.get(field) != standing.get(field))
    if not changed:
        return record

    now = clock.now()
    record.own = {
        field: {"text": text, "by": by.pk, "at": now.isoformat()} if field in changed else record.own[field]
        for field, text in own.items()
    }
    record.version += 1
    record.saved_by = by
    record.saved_at = now
    record.save(update_fields=["own", "version", "saved_by", "saved_at"])
    RecordSave.objects.create(record=record, version=record.version, words=own, by=by, at=now)
    record_act(by, "records.edited", submission, version=record.version, fields=changed)
    return record


@transaction.atomic
def export(event: Event, *, by: User) -> list[int]:
    """Settle which entries leave with this person: the keys of those that count now."""
    require(by, "records.export", event)
    keys = entries_of(event)
    if not keys:
        raise Refused("No entry has been submitted yet. There is nothing to take away")
    record_act(by, "records.exported", event, entries=len(keys))
    return keys


def _tidied(words: Mapping[str, str]) -> dict[str, str]:
    mine = {}
    for field, text in words.items():
        if field not in fields():
            raise Refused(f"The record has no field {field}")
        mine[field] = tidy(text, on_one_line=False)
        if len(mine[field]) > LONGEST:
            raise Refused(f"‘{fields()[field].label}’ must be {LONGEST:,} characters or fewer", field)
    return mine
