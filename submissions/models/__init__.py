from submissions.models.answers import Answers, Link, Part, digest, https_only, parts_of
from submissions.models.drafts import Call, DraftSave, Submission, changed_answers
from submissions.models.received import Received, received_items
from submissions.models.revisions import Enclosure, Revision, RevisionQuerySet

__all__ = [
    "Answers",
    "Call",
    "DraftSave",
    "Enclosure",
    "Link",
    "Part",
    "Received",
    "Revision",
    "RevisionQuerySet",
    "Submission",
    "changed_answers",
    "digest",
    "https_only",
    "parts_of",
    "received_items",
]
