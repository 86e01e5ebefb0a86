from submissions.models.answers import Answers, Link, Part, digest, https_only, parts_of
from submissions.models.drafts import Call, DraftSave, Submission
from submissions.models.revisions import Revision, RevisionQuerySet

__all__ = [
    "Answers",
    "Call",
    "DraftSave",
    "Link",
    "Part",
    "Revision",
    "RevisionQuerySet",
    "Submission",
    "digest",
    "https_only",
    "parts_of",
]
