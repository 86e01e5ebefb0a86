from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Department
from core.moments import parse_time
from events.models import Event
from judging.models import Conflict, Judge

LARGEST = 500


def expertise_field() -> forms.CharField:
    return forms.CharField(
        label="Expertise",
        max_length=300,
        required=False,
        help_text="Separate several with ; for example health; data science",
    )


def load_field() -> forms.IntegerField:
    return forms.IntegerField(
        label="Most entries to score",
        min_value=1,
        max_value=LARGEST,
        required=False,
        help_text="Leave empty for no limit",
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-3"}),
    )


def department_field() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Department.objects.all(),
        label="Department",
        required=False,
        empty_label="None, or as the address says",
        help_text="They score no entry of a team with someone from it",
    )


class SlotsField(forms.CharField):
    """Moments, one a line, in the event's zone."""

    widget = forms.Textarea

    def __init__(self, *, zone: str, **options) -> None:
        super().__init__(
            label="When can they visit entries?",
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text="One a line, such as 14/6/2026 3pm. Leave empty for any time",
            **options,
        )
        self.zone = ZoneInfo(zone)

    def prepare_value(self, value):
        if isinstance(value, list):
            return "\n".join(f"{slot.astimezone(self.zone):%d/%m/%Y %H:%M}" for slot in value)
        return value

    def to_python(self, value) -> list[datetime]:  # type: ignore[override]
        typed = super().to_python(value) or ""
        return [self.moment(number, line) for number, line in numbered(typed)]

    def moment(self, number: int, line: str) -> datetime:
        day, _, time = line.partition(" ")
        at = parse_time(time.strip())
        try:
            if at is None:
                raise ValueError("no time")
            date, month, year = (int(part) for part in day.split("/"))
            return datetime(year, month, date, at.hour, at.minute, tzinfo=self.zone)
        except ValueError as fault:
            raise ValidationError(
                f"Line {number}: enter a date and time such as 14/6/2026 3pm", code="slot"
            ) from fault

    def run_validators(self, value) -> None:
        """The length is that of what was typed, and a browser counts it; the list is short either way."""

    def has_changed(self, initial, data) -> bool:
        return self.prepare_value(initial or []) != data


def numbered(text: str) -> list[tuple[int, str]]:
    """The lines that say something, each with its number."""
    lines = enumerate(text.splitlines(), start=1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


class JudgeForm(forms.Form):
    """What the people who run the judging know of a judge."""

    def __init__(self, *args, event: Event, **options) -> None:
        super().__init__(*args, **options)
        self.fields["department"] = department_field()
        self.fields["tags"] = expertise_field()
        self.fields["max_load"] = load_field()
        self.fields["slots"] = SlotsField(zone=event.zone)
        self.fields["is_lead"] = forms.BooleanField(label="May lead a panel", required=False)
        self.fields["is_technical"] = forms.BooleanField(label="Can judge technical work", required=False)
        self.fields["is_spare"] = forms.BooleanField(
            label="Is a spare judge", required=False, help_text="Given entries only when another drops out"
        )

    @classmethod
    def of(cls, judge: Judge) -> "JudgeForm":
        names = ("department", "tags", "max_load", "is_lead", "is_technical", "is_spare")
        known = {name: getattr(judge, name) for name in names} | {"slots": judge.starts}
        return cls(event=judge.event, initial=known)


class ConfirmJudgeForm(forms.Form):
    """What a judge says who will come."""

    def __init__(self, *args, event: Event, **options) -> None:
        super().__init__(*args, **options)
        self.fields["tags"] = expertise_field()
        self.fields["max_load"] = load_field()
        self.fields["slots"] = SlotsField(zone=event.zone)
        self.fields["tags"].label = "What do you know well?"
        self.fields["max_load"].label = "How many entries can you score at most?"
        self.fields["slots"].label = "When can you visit teams?"

    @classmethod
    def of(cls, judge: Judge) -> "ConfirmJudgeForm":
        known = {"tags": judge.tags, "max_load": judge.max_load, "slots": judge.starts}
        return cls(event=judge.event, initial=known)


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label="Why can you not judge?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The people who run the judging read this",
        error_messages={"required": "Say why you cannot judge"},
    )


class ConflictForm(forms.Form):
    """Which team or entry, what kind of tie, and what it is."""

    def __init__(self, *args, about: list[tuple[str, str]] | None, label: str = "Team", **options) -> None:
        super().__init__(*args, **options)
        if about is not None:
            self.fields["about"] = forms.ChoiceField(
                label=label,
                choices=[("", "Choose one"), *about],
                error_messages={"required": f"Choose the {label.lower()}"},
            )
        self.fields["kind"] = forms.ChoiceField(
            label="What kind of conflict is it?",
            choices=Conflict.Kind.choices,
            widget=forms.RadioSelect,
            error_messages={"required": "Choose what kind of conflict it is"},
        )
        self.fields["reason"] = forms.CharField(
            label="What is the conflict?",
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="The people who run the judging read this. Teams do not",
            error_messages={"required": "Say what the conflict is"},
        )


class ConflictOfForm(ConflictForm):
    """Said by who runs the judging, of any judge."""

    def __init__(self, *args, judges: list[tuple[str, str]], **options) -> None:
        super().__init__(*args, **options)
        self.fields["judge"] = forms.ChoiceField(
            label="Judge",
            choices=[("", "Choose one"), *judges],
            error_messages={"required": "Choose the judge"},
        )
        self.order_fields(["judge"])


class EndConflictForm(forms.Form):
    reason = forms.CharField(
        label="Why is this no conflict?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept in the event’s log",
        error_messages={"required": "Say why this is no conflict"},
    )
