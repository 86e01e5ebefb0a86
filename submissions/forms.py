from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.conf import settings

from challenges.classification import LEVELS
from challenges.models import Challenge, DataLevel
from core.moments import MomentField, in_zone
from events.models import Event
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Call, Submission, https_only
from submissions.questions import OWN, SEVERAL, Question, Task

# A hidden field that is not as we sent it: nothing a person can mend in place.
BROKEN = ("required", "invalid", "min_value", "max_value")
REOPEN = "Something went wrong with this page. Copy what you wrote, then open the page again"

VersionField = partial(
    forms.IntegerField,
    min_value=1,
    max_value=2**31 - 1,
    widget=forms.HiddenInput,
    error_messages=dict.fromkeys(BROKEN, REOPEN),
)


class HttpsField(forms.URLField):
    """A web address, with one sentence for all that can be wrong with it."""

    default_validators = [https_only]


class TaskForm(forms.Form):
    """The questions of one task. What is wrong keeps it from being saved; what is missing never does."""

    version = VersionField()

    mark_optional = False  # said by `label_of`, of the event's own list

    def __init__(self, *args, task: Task, event: Event, **options) -> None:
        super().__init__(*args, **options)
        self.task, self.event = task, event
        self.choice_hints: dict[str, dict[str, str]] = {}
        for question in task.questions:
            self.fields[question.name] = self.field_of(question)
        self.label_sizes = {question.name: "m" for question in task.questions}

    @classmethod
    def of(cls, task: Task, submission: Submission) -> "TaskForm":
        """The draft as it stands, to be changed."""
        return cls(
            initial=_for_fields(task, submission.answers()) | {"version": submission.version},
            task=task,
            event=submission.event,
        )

    def field_of(self, question: Question) -> forms.Field:
        common: dict[str, Any] = {"label": label_of(question), "help_text": question.hint, "required": False}
        too_long = f"{question.words} must be {question.limit:,} characters or fewer"
        if question.kind in {"line", "text"}:
            widget = forms.Textarea(attrs={"rows": question.rows}) if question.kind == "text" else None
            return forms.CharField(
                max_length=question.limit,
                strip=False,  # the action tidies, and keeps what cannot be seen
                widget=widget,
                error_messages={"max_length": too_long},
                **common,
            )
        if question.kind == "link":
            return HttpsField(
                max_length=question.limit,
                assume_scheme="https",
                widget=forms.URLInput(attrs={"autocomplete": "off"}),
                error_messages={"max_length": too_long},
                **common,
            )
        wrong = {"invalid_choice": f"Choose an answer to ‘{question.words}’ from the list"}
        if question.name == "data_level":
            self.choice_hints["data_level"] = {name: level.hint for name, level in LEVELS.items()}
            if not self.event.accepts_official:
                self.choice_hints["data_level"]["official"] += " This event does not take it."
            choices = DataLevel.choices
        else:
            self.choice_hints[question.name] = {one.id: one.hint for one in question.options if one.hint}
            choices = [(one.id, one.label) for one in question.options]
        if question.kind == "choices":
            return forms.MultipleChoiceField(
                choices=choices, widget=forms.CheckboxSelectMultiple, error_messages=wrong, **common
            )
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, error_messages=wrong, **common)

    def answers(self) -> dict[str, str]:
        """What this page asks, and nothing else."""
        return {one.name: _as_answer(one, self.cleaned_data[one.name]) for one in self.task.questions}

    def on_top_of(self, version: int, answers: dict[str, str], clashes: dict[str, str]) -> "TaskForm":
        """The page again after a colleague's save. Where both wrote it holds what was typed, with the reason.

        Everywhere else it holds `answers`, so that saving again does not undo what the colleague did.
        """
        typed = {name: self[name].data or "" for name in clashes}
        given = _for_fields(self.task, answers) | typed | {"version": version}
        again = type(self)(given, task=self.task, event=self.event)
        for name, reason in clashes.items():
            again.add_error(name, reason)
        return again


def label_of(question: Question) -> str:
    label = question.label or question.words
    return label if question.required else f"{label} (optional)"


def _for_fields(task: Task, answers: dict[str, str]) -> dict:
    """Answers as their fields take them: several choices as a list."""
    return {
        one.name: [each for each in answers.get(one.name, "").split(SEVERAL) if each]
        if one.kind == "choices"
        else answers.get(one.name, "")
        for one in task.questions
    }


def _as_answer(question: Question, cleaned: str | list[str]) -> str:
    """Several choices in the order of the list, so that the same choices compare as the same."""
    if isinstance(cleaned, str):
        return cleaned
    return SEVERAL.join(option.id for option in question.options if option.id in cleaned)


class RevertForm(forms.Form):
    """What to put back, and the version of the draft that was looked at."""

    version = VersionField()
    name = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)


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


class CallForm(forms.Form):
    """What every entry must answer, and the rules at the deadline."""

    required = forms.MultipleChoiceField(
        label="Answers that an entry must have",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    draft_becomes_entry = forms.BooleanField(
        label="The last complete draft of each team becomes its entry at the deadline",
        required=False,
        help_text="Otherwise only what a team submits itself counts",
    )
    grace_minutes = forms.IntegerField(
        label="Grace after submissions close",
        help_text="What arrives within it is in time. Teams hear of it after the close. Enter 0 for none",
        min_value=0,
        max_value=Call.MOST_GRACE,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-4"}),
        error_messages={
            "required": "Enter how many minutes, or 0 for none",
            "max_value": "Grace is a day, which is 1,440 minutes, at most",
        },
    )
    remind_hours = forms.CharField(
        label="Reminders to teams whose draft is incomplete",
        help_text="Hours before submissions close, for example 24, 3, 1. Leave it empty for none",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )

    checks_links = forms.BooleanField(
        label="Ask the addresses that teams give whether they answer",
        required=False,
        help_text="From the outside, some minutes after a draft is saved. Teams, screeners and you see "
        "the answer. It is advice: nothing follows from it",
    )

    affixes = {"grace_minutes": ("", "minutes")}
    label_sizes = {"required": "m"}
    mark_optional = False

    def __init__(self, *args, call: Call, **options) -> None:
        super().__init__(*args, **options)
        if not settings.LINK_CHECKER:
            del self.fields["checks_links"]
        self.fields["required"].choices = list(call.may_be_required().items())  # type: ignore[attr-defined]

    @classmethod
    def of(cls, call: Call) -> "CallForm":
        initial = {
            "required": call.required,
            "draft_becomes_entry": call.draft_becomes_entry,
            "grace_minutes": call.grace_minutes,
            "remind_hours": ", ".join(str(hours) for hours in call.remind_hours),
            "checks_links": call.checks_links,
        }
        return cls(call=call, initial=initial)

    def clean_remind_hours(self) -> list[int]:
        hours = []
        for piece in filter(None, (piece.strip() for piece in self.cleaned_data["remind_hours"].split(","))):
            if not (piece.isascii() and piece.isdecimal() and 1 <= int(piece) <= 168):
                raise forms.ValidationError("Enter whole hours from 1 to 168, with commas between them")
            hours.append(int(piece))
        if len(set(hours)) > 10:
            raise forms.ValidationError("Remind teams 10 times at most")
        return hours


class QuestionForm(forms.Form):
    """One question of an event's own."""

    words = forms.CharField(label="Question", max_length=OWN["words"])
    hint = forms.CharField(
        label="Hint",
        max_length=OWN["hint"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What a good answer holds",
    )
    challenge = forms.ChoiceField(label="Who is asked", required=False, widget=forms.RadioSelect)
    required = forms.BooleanField(label="An entry must answer it", required=False)

    def __init__(self, *args, challenges: Iterable[Challenge], **options) -> None:
        super().__init__(*args, **options)
        self.fields["challenge"].choices = [  # type: ignore[attr-defined]
            ("all", "All teams"),
            *((one.code, f"Teams on ‘{one.title}’") for one in challenges),
        ]
        self.fields["challenge"].initial = "all"

    def answers(self) -> dict:
        chosen = self.cleaned_data["challenge"]
        return self.cleaned_data | {"challenge": "" if chosen == "all" else chosen}


def reason_field(help_text: str, most: int = 500) -> forms.CharField:
    return forms.CharField(
        label="Why",
        help_text=help_text,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": 4 if most > 500 else 3}),
        error_messages={"required": "Say why"},
    )


class ExtendForm(forms.Form):
    """More time for one team."""

    until = MomentField(
        label="Until when may this team submit?", error_messages={"required": "Enter until when"}
    )
    reason = reason_field("The team reads this, and it stands in the log")

    def __init__(self, *args, event: Event, **options) -> None:
        super().__init__(*args, **options)
        in_zone(self, event.zone)


class ReasonForm(forms.Form):
    reason = reason_field("The team reads this, and it stands in the log")


class LateForm(forms.Form):
    """Whether a revision that came late counts."""

    outcome = forms.ChoiceField(
        label="Does this revision count?",
        choices=[
            ("admitted", "Yes, it counts as if it had come in time"),
            ("declined", "No, it does not count"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it counts"},
    )
    reason = reason_field("The team reads this, and it stands in the log")


class DisqualifyForm(forms.Form):
    """A proposal that another person has to agree to."""

    reason = reason_field(
        "Say which rule was broken, and how you know. The team reads this once a second person agrees", 2000
    )


class AgreeForm(forms.Form):
    """Nothing to type: pressing the button is what counts."""


class AnswerForm(forms.Form):
    """What a disqualified team says to it."""

    text = forms.CharField(
        label="Your team’s answer",
        help_text="The people who decided and the organisers read it. You can answer once",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write your answer"},
    )
