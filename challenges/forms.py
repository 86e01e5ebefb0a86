from typing import cast

from django import forms

from challenges.classification import LEVELS
from challenges.models import Challenge, DataLevel
from events.models import Event

BROKEN = ("required", "invalid", "min_value", "max_value")
REOPEN = "Something went wrong with this page. Copy what you wrote, then open the page again"


class VersionField(forms.IntegerField):
    """Which version of the challenge the page showed. Hidden; nothing a person can mend in place."""

    def __init__(self) -> None:
        super().__init__(
            min_value=1,
            max_value=2**31 - 1,
            widget=forms.HiddenInput,
            error_messages=dict.fromkeys(BROKEN, REOPEN),
        )


class ChallengeForm(forms.ModelForm):
    """The whole proposal. Only the title cannot wait."""

    mark_optional = False
    label_sizes = dict.fromkeys(Challenge.ANSWERS, "m")

    class Meta:
        model = Challenge
        fields = Challenge.ANSWERS
        labels = {
            "title": "Title",
            "problem": "The problem",
            "affected": "Who is affected",
            "success": "What success looks like",
            "data_offered": "Data that you offer",
            "data_level": "Level of the data",
            "licence": "Licence of the data",
            "approver": "Approver",
        }
        help_texts = {
            "title": "A few words that a team will remember",
            "problem": "What happens now, in the words of the people who have the problem. Not the solution",
            "affected": "Who they are, and how many",
            "success": "How you would know, some months later, that the problem is smaller",
            "data_offered": "Each data set, where it came from and where teams can get it. Describe it: "
            "do not paste it here",
            "data_level": "Choose the highest level of any data that you offer",
            "licence": "For example, Open Government Licence v3.0",
            "approver": "The name or post of the person in your department who agrees to this challenge",
        }
        widgets = {
            "problem": forms.Textarea(attrs={"rows": 10}),
            "affected": forms.Textarea(attrs={"rows": 3}),
            "success": forms.Textarea(attrs={"rows": 3}),
            "data_offered": forms.Textarea(attrs={"rows": 4}),
            "data_level": forms.RadioSelect,
        }

    def __init__(self, *args, event: Event, **options) -> None:
        super().__init__(*args, **options)
        level = cast(forms.ChoiceField, self.fields["data_level"])
        level.choices = DataLevel.choices
        self.choice_hints = {"data_level": {name: level.hint for name, level in LEVELS.items()}}
        if not event.accepts_official:
            self.choice_hints["data_level"]["official"] += " This event does not take it."

    def _post_clean(self) -> None:
        """The action decides what may be kept, for this door and the API alike."""

    def answers(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in Challenge.ANSWERS}


class EditForm(ChallengeForm):
    version = VersionField()

    @classmethod
    def of(cls, challenge: Challenge) -> "EditForm":
        """The challenge as it stands, to be changed."""
        held = {name: getattr(challenge, name) for name in Challenge.ANSWERS}
        return cls(initial=held | {"version": challenge.version}, event=challenge.event)


class DecideForm(forms.Form):
    version = VersionField()
    decision = forms.ChoiceField(
        label="Your decision",
        choices=[
            (Challenge.Decision.APPROVED, "Approve"),
            (Challenge.Decision.CHANGES, "Ask for changes"),
            (Challenge.Decision.DECLINED, "Decline"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you decide"},
    )
    reason = forms.CharField(
        label="What the owner should know",
        help_text="Needed when you ask for changes or decline. The owner gets it by mail.",
        widget=forms.Textarea,
        max_length=2000,
        required=False,
    )

    mark_optional = False
    choice_hints = {
        "decision": {
            "approved": "Teams can take it on, and everyone can read it",
            "changes": "The owner changes it and hands it back",
            "declined": "It is not part of this event",
        }
    }
