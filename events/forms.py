from collections.abc import Iterable

from django import forms
from django.conf import settings

from accounts.models import Department
from core.moments import HOME_ZONE, MomentField, in_zone
from events.models import (
    DEFAULT_FRAMEWORK,
    MOMENTS,
    Application,
    Event,
    RoleKind,
    SecondUse,
    check_zone,
    is_approved,
    provider_choices,
)

CHECKBOXES = forms.CheckboxSelectMultiple


class DetailsForm(forms.Form):
    """What an event says of itself. Whether sizes and moments go together is the action's to say."""

    name = forms.CharField(
        label="Name of the event",
        max_length=120,
        error_messages={"required": "Enter what the event is called"},
    )
    summary = forms.CharField(
        label="Summary",
        max_length=300,
        help_text="One or two sentences for the list of events",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Enter a summary"},
    )
    about = forms.CharField(
        label="About the event",
        required=False,
        max_length=10_000,
        help_text="Who it is for, where it is, what happens. Needed before you announce. Markdown works",
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    zone = forms.CharField(
        label="Time zone",
        initial=HOME_ZONE,
        max_length=60,
        help_text="Every time of this event is given in it, for example Europe/London",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "spellcheck": "false"}),
        validators=[check_zone],
    )
    departments = forms.ModelMultipleChoiceField(
        label="Which departments may take part?",
        queryset=Department.objects.none(),
        required=False,
        widget=CHECKBOXES,
        help_text="Choose none to let everyone with an account apply",
    )
    team_min = forms.IntegerField(label="Smallest team", min_value=1, max_value=50, initial=2)
    team_max = forms.IntegerField(label="Largest team", min_value=1, max_value=50, initial=6)
    framework = forms.ChoiceField(
        label="What does screening read entries against?",
        choices=lambda: list(settings.FRAMEWORKS.items()),
        initial=DEFAULT_FRAMEWORK,
        widget=forms.RadioSelect,
    )
    accepts_official = forms.BooleanField(
        label="Entries may use OFFICIAL data",
        required=False,
        help_text="Otherwise open, published or made-up data only. Never anything more sensitive",
    )
    uses_ai = forms.BooleanField(
        label="Use AI to help screeners read entries, when it is set up",
        required=False,
        initial=True,
        help_text="It summarises and quotes. People decide",
    )

    provider = forms.ChoiceField(
        label="What reads entries with open data?",
        required=False,
        widget=forms.RadioSelect,
        help_text="Teams see this before they submit",
    )
    official_provider = forms.ChoiceField(
        label="What reads entries with OFFICIAL data?", required=False, widget=forms.RadioSelect
    )
    second_provider = forms.ChoiceField(
        label="A second one", required=False, widget=forms.RadioSelect, help_text="So that no one is needed"
    )
    second_use = forms.ChoiceField(
        label="What is the second one for?",
        choices=SecondUse.choices,
        initial=SecondUse.NONE,
        required=False,
        widget=forms.RadioSelect,
    )
    PROVIDERS = ("provider", "official_provider", "second_provider", "second_use")

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.offer_providers()
        departments = self.fields["departments"]
        assert isinstance(departments, forms.ModelMultipleChoiceField)
        departments.queryset = Department.objects.all()
        in_zone(self, str((self.data if self.is_bound else self.initial).get("zone") or HOME_ZONE))

    def offer_providers(self) -> None:
        """Nothing is asked where there is nothing to choose from."""
        if not settings.PROVIDERS:
            for name in self.PROVIDERS:
                del self.fields[name]
            return
        for name in self.PROVIDERS[:3]:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [
                choice
                for choice in provider_choices()
                if name != "official_provider" or not choice[0] or is_approved(choice[0], "official")
            ]

    def details(self) -> dict:
        """What an action wants: everything that was given."""
        return {key: value for key, value in self.cleaned_data.items() if value is not None}


class CreateForm(DetailsForm):
    building_at = MomentField(
        label="Building begins",
        help_text="The other moments are set around this one. Change them as you like until you announce",
        error_messages={"required": "Enter when building begins"},
    )
    field_order = ["name", "summary", "building_at", "zone"]


class EditForm(DetailsForm):
    """Details, and while the event is a draft its moments too."""

    def __init__(self, *args, event: Event, **options) -> None:
        initial = {
            name: getattr(event, name) for name in (*self.base_fields, *MOMENTS) if name != "departments"
        }
        initial |= {"departments": list(event.departments.values_list("pk", flat=True))}
        super().__init__(*args, initial=initial, **options)
        if event.announced_at is None:
            for name, words in MOMENTS.items():
                self.fields[name] = MomentField(label=words)
        in_zone(self, str((self.data if self.is_bound else self.initial).get("zone") or HOME_ZONE))


class MoveForm(forms.Form):
    moment = forms.ChoiceField(label="Which moment moves?", widget=forms.RadioSelect)
    to = MomentField(label="New time")
    reason = forms.CharField(
        label="Why does it move?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Everyone with a part in the event gets this by mail, and it is kept",
        error_messages={"required": "Say why it moves"},
    )

    def __init__(self, *args, event: Event, **options) -> None:
        super().__init__(*args, **options)
        moment = self.fields["moment"]
        assert isinstance(moment, forms.ChoiceField)
        moment.choices = list(MOMENTS.items())
        self.choice_hints = {
            "moment": {name: f"Now {event.say(moment)}" for name, moment in event.moments().items()}
        }
        in_zone(self, event.zone)


class ApplyForm(forms.Form):
    motivation = forms.CharField(
        label="Why do you want to take part?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Say why you want to take part"},
    )
    skills = forms.CharField(
        label="What can you bring to a team?",
        max_length=300,
        help_text="For example, ‘Python and data pipelines’ or ‘Ten years of casework’",
        error_messages={"required": "Say what you can bring to a team"},
    )


class AcceptForm(forms.Form):
    """The applications that an organiser ticked, of those that the page showed."""

    applications = forms.MultipleChoiceField(
        label="Whom do you accept?",
        widget=CHECKBOXES,
        error_messages={
            "required": "Choose the applications that you accept",
            "invalid_choice": "Choose from the list. Somebody may have decided one of them just now",
        },
    )

    def __init__(self, *args, undecided: Iterable[Application], **options) -> None:
        super().__init__(*args, **options)
        waiting = list(undecided)
        self.waiting = {str(application.pk): application for application in waiting}
        applications = self.fields["applications"]
        assert isinstance(applications, forms.MultipleChoiceField)
        applications.choices = [
            (pk, f"{one.user}, {one.user.department or 'no department'}") for pk, one in self.waiting.items()
        ]
        self.choice_hints = {
            "applications": {
                pk: f"Brings: {one.skills}. Why: {one.motivation}" for pk, one in self.waiting.items()
            }
        }

    def chosen(self) -> list[Application]:
        return [self.waiting[pk] for pk in self.cleaned_data["applications"]]


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label="Why do you decline it?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The applicant gets this by mail",
        error_messages={"required": "Say why you decline it"},
    )


class RoleForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        help_text="Of someone who has signed up",
        error_messages={"required": "Enter the person’s e-mail address"},
    )
    kind = forms.ChoiceField(
        label="Role",
        choices=RoleKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select a role"},
    )
    choice_hints = {
        "kind": {
            RoleKind.PARTICIPANT: "Founds or joins a team. People who apply get this when you accept them",
            RoleKind.FACILITATOR: "Helps teams during the event",
            RoleKind.SCREENER: "Reads each report beside its entry, and clears or holds the entry",
            RoleKind.JUDGE: "Scores the entries assigned to them. Never a participant too",
            RoleKind.CHAIR: "Watches coverage and sees the ranking",
            RoleKind.ORGANISER: "Does what you can do",
            RoleKind.STAKEHOLDER: "A named senior person who follows the entries",
        }
    }


class EmptyForm(forms.Form):
    """A button alone: somewhere for a refusal to stand."""
