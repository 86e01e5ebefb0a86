from django import forms


class ConfirmForm(forms.Form):
    """Nothing to fill in: the button is the answer."""
