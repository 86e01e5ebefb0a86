from django import forms


class NameForm(forms.Form):
    """Asked for once, when someone signs up."""

    name = forms.CharField(label="Full name", max_length=120)

    def signup(self, request, user) -> None:
        """Called by allauth once the account exists."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
