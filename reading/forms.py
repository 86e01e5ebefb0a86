from django import forms

from reading.models import Question

AREA = forms.Textarea(attrs={"rows": 3})


class PlanForm(forms.Form):
    """How much is read, by whom first, at what cost."""

    early_readings = forms.IntegerField(
        label="How many early readings may a team ask for?",
        min_value=0,
        max_value=20,
        help_text="Of its draft, before submissions close. 0 for none",
    )
    blind_percent = forms.IntegerField(
        label="Share of entries that a person reads before seeing the report",
        min_value=0,
        max_value=100,
        help_text="So that you can see how far people agree with the report without being led by it",
    )
    holds_last_hours = forms.IntegerField(
        label="How long does a hold by one person last?",
        min_value=1,
        max_value=720,
        help_text="After that it ends, unless a second person has agreed",
    )
    budget_gbp = forms.DecimalField(
        label="Budget for reading at this event",
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=2,
        help_text="When it is used up, the built-in engine reads on. Leave empty for no limit",
    )
    entry_tokens = forms.IntegerField(
        label="Most tokens for one reading",
        min_value=1_000,
        max_value=5_000_000,
        help_text="A token is about three quarters of a word, sent or received",
    )
    affixes = {
        "blind_percent": ("", "%"),
        "holds_last_hours": ("", "hours"),
        "budget_gbp": ("£", ""),
        "entry_tokens": ("", "tokens"),
    }


class QuestionForm(forms.ModelForm):
    """Something of the event's own that entries are read for."""

    class Meta:
        model = Question
        fields = ["title", "asks", "cues", "question"]
        labels = {
            "title": "Name",
            "asks": "What is looked for?",
            "cues": "Words that entries would use for it",
            "question": "What to ask a team when nothing is found",
        }
        help_texts = {
            "title": "Short, like the name of a principle. For example, Accessibility",
            "asks": "One sentence",
            "cues": "Separate them with commas. The built-in engine finds passages by them",
        }
        widgets = {"asks": AREA, "cues": AREA, "question": AREA}
        error_messages = {
            "title": {"required": "Enter a name"},
            "asks": {"required": "Enter what is looked for"},
            "cues": {"required": "Enter the words that entries would use"},
            "question": {"required": "Enter what to ask a team"},
        }


class AskForm(forms.Form):
    """A team asks for an early reading."""

    people_only = forms.BooleanField(
        label="Use the built-in engine alone. Send nothing to an AI model", required=False
    )

    def __init__(self, *args, readers: list[str], **options) -> None:
        """`readers` are the models that would read the draft: with none there is nothing to choose."""
        super().__init__(*args, **options)
        if not readers:
            del self.fields["people_only"]


class ConfirmForm(forms.Form):
    """Nothing to enter: a place for a refusal."""
