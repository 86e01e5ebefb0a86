from django import forms

from challenges.classification import LEVELS
from challenges.models import DataLevel
from events.models import Event
from files.kinds import KINDS
from files.models import File
from files.uploads import too_large_words

ALT = File._meta.get_field("alt").max_length


class LevelForm(forms.Form):
    """What is asked before there is anything to upload with."""

    data_level = forms.ChoiceField(
        label="Which data does the file hold?",
        help_text="Choose the highest level of anything in it. "
        "Speaker notes, hidden sheets and old versions count too.",
        choices=DataLevel.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose which data the file holds"},
    )

    page_heading = "data_level"

    def __init__(self, *args, event: Event, **options) -> None:
        super().__init__(*args, **options)
        self.choice_hints = {"data_level": {name: level.hint for name, level in LEVELS.items()}}
        if not event.accepts_official:
            self.choice_hints["data_level"]["official"] += " This event does not take it."


class UploadForm(forms.Form):
    """The file comes last: when too much of it is sent, what stands before it is kept."""

    data_level = forms.ChoiceField(choices=DataLevel.choices, widget=forms.HiddenInput)
    alt = forms.CharField(
        label="If it is an image: what does it show? (optional)",
        help_text="For people who do not see it. You can add this later.",
        max_length=ALT,
        required=False,
    )
    file = forms.FileField(
        label="File",
        widget=forms.FileInput(
            attrs={
                "accept": ",".join(f".{ending}" for kind in KINDS.values() for ending in kind.types)
                + ",.jpeg,.gif"
            }
        ),
        error_messages={
            "required": "Choose a file",
            "invalid": "Choose a file",
            "empty": "The file is empty. Choose another one",
        },
    )

    label_sizes = {"file": "m", "alt": "m"}

    def __init__(self, *args, too_large: bool = False, **options) -> None:
        super().__init__(*args, **options)
        if too_large:
            self.fields["file"].error_messages["required"] = too_large_words()


class DescribeForm(forms.Form):
    alt = forms.CharField(
        label="Alternative text",
        help_text="In a sentence or two, for people who do not see it. Say what it tells, "
        "not that it is an image. For a screenshot: what can be done there, and the words that matter.",
        max_length=ALT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter what the image shows"},
    )


class ConfirmForm(forms.Form):
    """A button: nothing to fill in, but a place for a refusal to stand."""
