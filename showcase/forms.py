from collections.abc import Iterable
from urllib.parse import urlencode

from django import forms


class FilterForm(forms.Form):
    """What a visitor looks for. Anything unknown simply finds nothing."""

    q = forms.CharField(label="Search", max_length=100, required=False)
    department = forms.CharField(label="Department", required=False, widget=forms.Select)
    challenge = forms.CharField(label="Challenge", required=False, widget=forms.Select)

    mark_optional = False

    def filters(self) -> dict[str, str]:
        self.is_valid()
        given = {name: self.cleaned_data.get(name, "") for name in ("q", "department", "challenge")}
        return {"words": given["q"], "department": given["department"], "challenge": given["challenge"]}

    def offer(self, departments: Iterable[str], challenges: Iterable[str]) -> None:
        """The choices that there are."""
        for name, choices in (("department", departments), ("challenge", challenges)):
            self.fields[name].widget.choices = [("", "All"), *((choice, choice) for choice in choices)]

    def query(self) -> str:
        """The rest of the query string, for links between pages."""
        given = {name: self.cleaned_data[name] for name in self.fields if self.cleaned_data.get(name)}
        return urlencode(given) + "&" if given else ""


class ConfirmForm(forms.Form):
    """Nothing to fill in: the button is the answer."""

    then = forms.CharField(required=False, widget=forms.HiddenInput)


class HideForm(forms.Form):
    reason = forms.CharField(
        label="Why is this entry to be hidden?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Organisers see this. Visitors do not",
        error_messages={"required": "Say why this entry is to be hidden"},
    )
