"""A refusal: the person may do this, but not now. Its text says why and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.forms import BaseForm


class Refused(Exception):
    """Raised by actions. `field` names the form field that the person can mend, if one can."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """Show a refusal in the form's error summary, with everything typed kept."""
    try:
        yield
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
