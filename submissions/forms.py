from collections.abc import Sequence
from functools import partial

from django import forms

from challenges.classification import LEVELS
from challenges.models import DataLevel
from events.models import Event
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Answers, Submission

# A hidden field that is not as we sent it: nothing a person can mend in place.
BROKEN = ("required", "invalid", "min_value", "max_value")
REOPEN = "Something went wrong with this page. Copy what you wrote, then open the page again"


LONG = ("problem", "built", "ai_use", "data_used", "safeguards", "next_steps")


class DraftForm(forms.ModelForm):
    """The whole draft. What is wrong keeps it from being saved; what is missing never does."""

    version = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(BROKEN, REOPEN),
    )

    mark_optional = False
    label_sizes = dict.fromkeys(Answers.fields(), "m")

    class Meta:
        model = Submission
        fields = Answers.fields()
        labels = {
            "title": "Title",
            "pitch": "Pitch",
            "problem": "The problem and its users",
            "built": "What you built",
            "ai_use": "How AI is used",
            "data_used": "The data you used",
            "data_level": "Data level",
            "safeguards": "Safeguards (optional)",
            "next_steps": "What comes next (optional)",
            "repository_url": "Code (optional)",
            "demo_url": "Demo (optional)",
            "film_url": "Film (optional)",
        }
        help_texts = {
            "title": "What you call your prototype",
            "pitch": "What it does and for whom, in a sentence or two that a busy reader understands",
            "problem": "Who has the problem, how you know, and what it costs them today",
            "built": "What works now, what is only drawn, and what you would show in two minutes",
            "ai_use": "Which models and services, what they are sent, and what is left to a person to decide",
            "data_used": "Each source, where it came from and its licence, or how you made it up",
            "data_level": "Choose the highest level of any data in the prototype, its files or these answers",
            "safeguards": "What could go wrong, what you tested and measured, how a person stays in control",
            "next_steps": "What it would take to put this in front of real users",
            "repository_url": "A web address that begins with https:// such as the repository",
            "demo_url": "A web address that begins with https:// where people can try it",
            "film_url": "A web address that begins with https:// of a short film that shows it",
        }
        field_classes = dict.fromkeys(Answers.LINKS, partial(forms.URLField, assume_scheme="https"))
        widgets = {
            "pitch": forms.Textarea(attrs={"rows": 2}),
            "data_level": forms.RadioSelect,
            **{name: forms.Textarea(attrs={"rows": 8}) for name in LONG},
            **{name: forms.URLInput(attrs={"autocomplete": "off"}) for name in Answers.LINKS},
        }

    def __init__(self, *args, event: Event, **options) -> None:
        super().__init__(*args, **options)
        self.event = event
        level = self.fields["data_level"]
        level.choices = DataLevel.choices  # type: ignore[attr-defined]  # no choice says "no answer"
        self.choice_hints = {"data_level": {name: level.hint for name, level in LEVELS.items()}}
        if not event.accepts_official:
            self.choice_hints["data_level"]["official"] += " This event does not take it."

    @classmethod
    def of(cls, submission: Submission) -> "DraftForm":
        """The draft as it stands, to be changed."""
        return cls(initial=submission.answers() | {"version": submission.version}, event=submission.event)

    def answers(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in Answers.fields()}

    def on_top_of(self, version: int, answers: dict[str, str], clashes: dict[str, str]) -> "DraftForm":
        """The page again after a colleague's save. Where both wrote it holds what was typed, with the reason.

        Everywhere else it holds `answers`, so that saving again does not undo what the colleague did.
        """
        typed = {name: str(self[name].data or "") for name in clashes}
        again = type(self)(answers | typed | {"version": version}, event=self.event)
        for name, reason in clashes.items():
            again.add_error(name, reason)
        return again


class SubmitForm(forms.Form):
    """The declarations, and the key that makes a second press of the button the same submission."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages=dict.fromkeys(BROKEN, REOPEN))
    declared = forms.CharField(
        initial=CURRENT_DECLARATIONS,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(BROKEN, REOPEN),
    )
    confirm = forms.BooleanField(
        label="I confirm all of these statements, for my team",
        error_messages={"required": "Confirm the statements before you submit"},
    )
    people_only = forms.BooleanField(
        label="Have people alone read our entry. Send nothing to an AI model",
        required=False,
        help_text="This changes nothing in how your entry is treated",
    )

    def __init__(self, *args, readers: Sequence[str], **options) -> None:
        """`readers` are the models that would read the entry: with none there is nothing to ask."""
        super().__init__(*args, **options)
        if not readers:
            del self.fields["people_only"]
