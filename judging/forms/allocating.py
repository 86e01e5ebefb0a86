from collections.abc import Iterable

from django import forms


class ProposeForm(forms.Form):
    per_entry = forms.IntegerField(
        label="Judges for each entry", min_value=1, max_value=9, initial=3, help_text="Three is usual"
    )
    max_load = forms.IntegerField(
        label="Most entries for one judge",
        min_value=1,
        max_value=500,
        required=False,
        help_text="Leave empty for no limit. Entries are shared out evenly either way",
    )


class AssignForm(forms.Form):
    def __init__(self, *args, judges: Iterable, **options) -> None:
        super().__init__(*args, **options)
        self.judges = {str(judge.pk): judge for judge in judges}
        names = [(key, str(judge)) for key, judge in self.judges.items()]
        self.fields["judge"] = forms.ChoiceField(
            label="Judge",
            choices=[("", "Choose one"), *names],
            error_messages={"required": "Choose a judge"},
        )

    def clean_judge(self):
        return self.judges[self.cleaned_data["judge"]]


class EndForm(forms.Form):
    reason = forms.CharField(
        label="Why is this judge not to score this entry?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept in the event’s log",
        error_messages={"required": "Say why this judge is not to score this entry"},
    )
