from submissions.models.answers import Answers, Link, Part, digest, https_only, parts_of
from submissions.models.deadlines import Admission, Closing, Declaration, Reminder
from submissions.models.disqualifications import Disqualification
from submissions.models.drafts import Call, DraftSave, Submission, changed_answers
from submissions.models.extensions import Extension
from submissions.models.received import Received, received_items
from submissions.models.revisions import Enclosure, Revision, RevisionQuerySet, Side
from submissions.models.standings import Standing, standings_of

__all__ = [
    "Admission",
    "Answers",
    "Call",
    "Closing",
    "Declaration",
    "Disqualification",
    "DraftSave",
    "Enclosure",
    "Extension",
    "Link",
    "Part",
    "Received",
    "Reminder",
    "Revision",
    "RevisionQuerySet",
    "Side",
    "Standing",
    "Submission",
    "changed_answers",
    "digest",
    "https_only",
    "parts_of",
    "received_items",
    "standings_of",
]
