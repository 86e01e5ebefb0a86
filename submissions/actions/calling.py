"""An organiser decides what an event asks of its entries, and by which rules it takes them."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from accounts.models import User
from challenges.models import Challenge
from core.audit import record
from core.codes import new_code
from core.permissions import require
from core.refusals import Refused
from events.models import Event
from submissions.models import Call, Revision, Submission
from submissions.questions import OWN

RULES = ("required", "grace_minutes", "remind_hours", "draft_becomes_entry", "checks_links")


@transaction.atomic
def set_call(
    event: Event,
    *,
    by: User,
    required: Sequence[str],
    grace_minutes: int,
    remind_hours: Sequence[int],
    draft_becomes_entry: bool,
    checks_links: bool | None = None,
) -> Call:
    """Decide which answers an entry must have, and the rules at the deadline. None: as it is."""
    call = _locked(event, by)
    known = call.may_be_required()
    if strange := [name for name in required if name not in known]:
        raise Refused(f"There is no answer ‘{strange[0]}’ to require", "required")
    if "title" not in required:
        raise Refused("Keep the title required: entries are listed by it", "required")
    if checks_links and not settings.LINK_CHECKER:
        raise Refused("This site has no link checker. Ask the people who run it", "checks_links")
    before = {name: getattr(call, name) for name in RULES}
    call.required = [name for name in known if name in required]
    call.grace_minutes = grace_minutes
    call.remind_hours = sorted(set(remind_hours), reverse=True)
    call.draft_becomes_entry = draft_becomes_entry
    if checks_links is not None:
        call.checks_links = checks_links
    changed = {name: getattr(call, name) for name in RULES if getattr(call, name) != before[name]}
    if not changed:
        return call
    call.save()
    if "required" in changed:
        changed |= {
            "now_required": [name for name in call.required if name not in before["required"]],
            "no_longer_required": [name for name in before["required"] if name not in call.required],
        }
    record(by, "submissions.call_set", call, **changed)
    return call


@transaction.atomic
def add_question(
    event: Event, *, by: User, words: str, hint: str = "", required: bool = False, challenge: str = ""
) -> dict:
    """Ask every team, or those of one challenge, something of the event's own."""
    call = _locked(event, by)
    _check(event, words, hint, challenge)
    if len([row for row in call.questions if not row.get("retired")]) >= OWN["questions"]:
        raise Refused(f"An event asks {OWN['questions']} questions of its own at most. Remove one first")
    row = {
        "name": f"own_{new_code()}",
        "words": words,
        "hint": hint,
        "required": required,
        "challenge": challenge,
    }
    call.questions = [*call.questions, row]
    call.save()
    record(by, "submissions.question_added", call, **row)
    return row


@transaction.atomic
def change_question(
    event: Event,
    name: str,
    *,
    by: User,
    words: str,
    hint: str = "",
    required: bool = False,
    challenge: str = "",
) -> dict:
    """Word one of the event's own questions otherwise. Revisions keep the words that they answered."""
    call = _locked(event, by)
    _check(event, words, hint, challenge)
    row = _asked(call, name)
    changed = row | {"words": words, "hint": hint, "required": required, "challenge": challenge}
    if changed == row:
        return row
    call.questions = [changed if one["name"] == name else one for one in call.questions]
    call.save()
    record(by, "submissions.question_changed", call, **changed)
    return changed


@transaction.atomic
def remove_question(event: Event, name: str, *, by: User) -> bool:
    """Ask it no more. True when it was retired: somebody has answered it, and the answer stays."""
    call = _locked(event, by)
    row = _asked(call, name)
    is_answered = (
        Submission.objects.of_event(event).filter(more__has_key=name).exists()
        or Revision.objects.of_event(event).filter(more__has_key=name).exists()
    )
    kept = [row | {"retired": True}] if is_answered else []
    call.questions = [one for one in call.questions if one["name"] != name] + kept
    call.save()
    verb = "submissions.question_retired" if is_answered else "submissions.question_removed"
    record(by, verb, call, name=name, words=row["words"])
    return is_answered


def _locked(event: Event, by: User) -> Call:
    """The event's call, ours until the transaction ends; made when nobody has decided yet."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "submissions.call", event)
    call, _ = Call.objects.get_or_create(event=event)
    return call


def _asked(call: Call, name: str) -> dict:
    row = next((one for one in call.questions if one["name"] == name and not one.get("retired")), None)
    if row is None:
        raise Refused("That question is no longer asked")
    return row


def _check(event: Event, words: str, hint: str, challenge: str) -> None:
    if not words.strip():
        raise Refused("Enter the question", "words")
    for name, text in (("words", words), ("hint", hint)):
        if len(text) > OWN[name]:
            raise Refused(f"Use {OWN[name]} characters or fewer", name)
    if challenge and not Challenge.objects.filter(event=event, code=challenge).exists():
        raise Refused("Choose a challenge from the list", "challenge")
