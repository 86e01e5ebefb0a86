from django import forms

from accounts.models import User
from reading.presentation import Finding
from screening.models import Verdict

WHOLE = (0, "The whole entry")


class DecisionForm(forms.Form):
    """Carries what was on the page, so that nobody decides on what they have not seen."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    screening = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput, required=False)


class ClearForm(DecisionForm):
    pass


class HoldForm(DecisionForm):
    mark_optional = False

    reason = forms.CharField(
        label="Why you hold this entry",
        help_text="The team reads this. Say what they can change, or what you need to know.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why you hold this entry. The team will read it"},
    )


class FindingsForm(DecisionForm):
    """A person's finding for each principle: beside what a model said, or with nothing filled in."""

    mark_optional = False

    def __init__(self, *args, findings: list[Finding], shows_model: bool, **options) -> None:
        super().__init__(*args, **options)
        self.numbers = [finding.principle.number for finding in findings]
        self.inline = tuple(f"finding_{number}" for number in self.numbers)
        for finding in findings:
            number = finding.principle.number
            said = finding.finding if shows_model and finding.finding in Verdict.Finding else ""
            choices = [
                (code, f"{words}, as the report says" if code == said else words)
                for code, words in Verdict.Finding.choices
                if code != Verdict.Finding.REJECTED or said
            ]
            self.fields[f"finding_{number}"] = forms.ChoiceField(
                label=f"What you find for principle {number}",
                choices=choices,
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"reason_{number}"] = forms.CharField(
                label=f"Why, for principle {number} (optional)"
                if not said
                else f"Why, for principle {number}",
                help_text="Needed when you change or reject what the report says" if said else "",
                max_length=1000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean(self) -> None:
        for number in self.numbers:
            if self.cleaned_data.get(f"reason_{number}") and not self.cleaned_data.get(f"finding_{number}"):
                self.add_error(f"finding_{number}", f"Select what you find for principle {number}")

    def said(self) -> dict[int, tuple[str, str]]:
        """What was filled in."""
        return {
            number: (finding, self.cleaned_data[f"reason_{number}"].strip())
            for number in self.numbers
            if (finding := self.cleaned_data[f"finding_{number}"])
        }


class RemarkForm(forms.Form):
    mark_optional = False

    number = forms.TypedChoiceField(label="About", coerce=int)
    text = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args, findings: list[Finding], **options) -> None:
        super().__init__(*args, **options)
        number = self.fields["number"]
        assert isinstance(number, forms.TypedChoiceField)
        number.choices = [
            WHOLE,
            *((row.principle.number, f"{row.principle.number}. {row.principle.name}") for row in findings),
        ]


class AskForm(RemarkForm):
    text = forms.CharField(
        label="Your question to the team",
        help_text="They get it by mail, and answer on this page",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter your question"},
    )


class AnswerForm(RemarkForm):
    text = forms.CharField(
        label="Your answer",
        help_text="Screeners and judges see it beside the finding",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter your answer"},
    )


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(
        label="Who reads it instead of you?",
        queryset=User.objects.none(),
        empty_label="Choose a screener",
        error_messages={"required": "Choose a screener"},
    )

    def __init__(self, *args, screeners, **options) -> None:
        super().__init__(*args, **options)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = screeners


class EmptyForm(forms.Form):
    """A button alone: somewhere for a refusal to stand."""
