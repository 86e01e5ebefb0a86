from django import forms


class DecisionForm(forms.Form):
    """Carries what was on the page, so that nobody decides on what they have not seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    screening = forms.IntegerField(widget=forms.HiddenInput, required=False)


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
