from typing import cast

from django import forms

from challenges.models import Challenge
from events.models import Event
from teams.models import Team


class ChallengeChoice(forms.ModelChoiceField):
    """One of the event's approved challenges, by its code, so that a link can choose it."""

    def __init__(self) -> None:
        super().__init__(
            queryset=Challenge.objects.none(),
            to_field_name="code",
            label="Challenge",
            empty_label=None,
            widget=forms.RadioSelect,
            error_messages={
                "required": "Choose a challenge",
                "invalid_choice": "Choose one of this event's approved challenges",
            },
        )

    def of_event(self, event: Event) -> None:
        self.queryset = Challenge.objects.of_event(event).approved().select_related("department")

    def label_from_instance(self, challenge: Challenge) -> str:
        return f"{challenge.title} ({challenge.department})"


class FoundForm(forms.Form):
    name = forms.CharField(
        label="Team name",
        help_text="Everyone with a part in this event sees it. So does the public if your entry is published",
        max_length=Team._meta.get_field("name").max_length,
        error_messages={"required": "Enter what the team is called"},
    )
    about = forms.CharField(
        label="What you want to do, and whom you look for",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=Team._meta.get_field("about").max_length,
        required=False,
    )
    challenge = ChallengeChoice()

    label_sizes = {"name": "m", "about": "m", "challenge": "m"}

    def __init__(self, *args, event: Event, **options) -> None:
        super().__init__(*args, **options)
        cast(ChallengeChoice, self.fields["challenge"]).of_event(event)


class MoveForm(forms.Form):
    challenge = ChallengeChoice()

    page_heading = "challenge"

    def __init__(self, *args, event: Event, **options) -> None:
        super().__init__(*args, **options)
        cast(ChallengeChoice, self.fields["challenge"]).of_event(event)
        self.fields["challenge"].label = "Which challenge does your team take on?"


class ConfirmForm(forms.Form):
    """A page with one button: nothing to fill in, but a place for a refusal to stand."""


class NamingForm(forms.Form):
    agrees = forms.TypedChoiceField(
        label="May the showcase name you?",
        help_text="If your team's entry is published, your name and department stand beside it. "
        "You can change your answer at any time.",
        choices=[("yes", "Yes, name me"), ("no", "No, leave my name out")],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether the showcase may name you"},
    )

    page_heading = "agrees"
