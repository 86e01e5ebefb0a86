from django import forms

from judging.models import Criterion
from judging.rubrics import TEMPLATES


class TemplateForm(forms.Form):
    template = forms.ChoiceField(
        label="Which template fits this event?",
        choices=[(name, template.title) for name, template in TEMPLATES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a template"},
    )


class CriterionForm(forms.ModelForm):
    class Meta:
        model = Criterion
        fields = ["name", "description", "low", "high", "weight"]
        labels = {"low": "What the lowest score, 1, means", "high": "What the highest score, 5, means"}
        help_texts = {
            "name": "One or two words, such as ‘User need’",
            "description": "What judges look for",
            "weight": "How much it counts beside the others: 2 counts twice as much as 1",
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2}),
            "low": forms.TextInput,
            "high": forms.TextInput,
        }
        error_messages = {
            "low": {"required": "Say what the lowest score means"},
            "high": {"required": "Say what the highest score means"},
        }
