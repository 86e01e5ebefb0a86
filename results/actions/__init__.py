"""What organisers and the chair make of the ballots."""

from results.actions.runs import compute, has_changed_since, read

__all__ = ["compute", "has_changed_since", "read"]
