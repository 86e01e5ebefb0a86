"""A challenge that waits for the organisers, and what was kept and audited of it."""

from accounts.models import User
from challenges.models import Challenge
from core.models import AuditRow
from events.models import Phase
from tests.world import challenge_of, event_in

WHOLE = {
    "title": "Letters that wait",
    "problem": "Letters wait three weeks.",
    "affected": "90,000 people",
    "success": "Read the same day",
    "data_offered": "Made-up letters",
    "data_level": "public",
    "licence": "Open Government Licence v3.0",
    "approver": "Head of Casework",
}


def proposal(**fields) -> Challenge:
    """dot's, whole, undecided, in an event that forms teams."""
    undecided = {"decision": "", "decided_by": None, "decided_at": None}
    return challenge_of(event_in(Phase.FORMING), **(undecided | fields))


def kept(challenge: Challenge) -> dict[str, str]:
    found = Challenge.objects.get(pk=challenge.pk)
    return {name: getattr(found, name) for name in Challenge.ANSWERS}


def audited(verb: str) -> tuple[User, int, str, dict]:
    row = AuditRow.objects.get(verb=verb)
    return row.by, row.subject_id, row.scope, row.details
