from django import forms
from django.core.validators import DomainNameValidator

from accounts.models import RIGHTS


class OwnNameForm(forms.Form):
    name = forms.CharField(
        label="Full name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": "Enter your full name"},
    )


class NameForm(OwnNameForm):
    """Asked for once, when someone signs up."""

    def signup(self, request, user) -> None:
        """Called by allauth once the account exists."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class KeyForm(forms.Form):
    name = forms.CharField(
        label="What is the key for?",
        max_length=80,
        help_text="For example, ‘Export to our spreadsheet’",
        error_messages={"required": "Enter what the key is for"},
    )


class DepartmentForm(forms.Form):
    name = forms.CharField(
        label="Name of the department",
        max_length=120,
        error_messages={"required": "Enter the department’s name"},
    )


class DomainForm(forms.Form):
    name = forms.CharField(
        label="E-mail domain",
        max_length=120,
        help_text="Such as example.gov.uk. Those below it, such as data.example.gov.uk, belong to it too",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"}),
        error_messages={"required": "Enter an e-mail domain"},
    )

    def clean_name(self) -> str:
        return clean_domain(self.cleaned_data["name"])


def clean_domain(typed: str) -> str:
    """What stands after the @ of an address, in lower case."""
    name = typed.strip().lower().rpartition("@")[2].strip(".")
    DomainNameValidator(message="Enter a domain such as example.gov.uk", accept_idna=False)(name)
    return name


class SearchForm(forms.Form):
    q = forms.CharField(label="Name or e-mail address", max_length=120, required=False)
    mark_optional = False


class RightForm(forms.Form):
    """One button: a right, and whether it is given or taken."""

    right = forms.ChoiceField(choices=[(right, right) for right in RIGHTS])
    verb = forms.ChoiceField(choices=[("give", "give"), ("take", "take")])
