"""What a team does with its entry."""

from submissions.actions.drafting import Overtaken, save_draft, start
from submissions.actions.submitting import submit

__all__ = ["Overtaken", "save_draft", "start", "submit"]
