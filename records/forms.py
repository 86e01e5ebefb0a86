from collections.abc import Mapping

from django import forms

from records.template import FilledSection
from submissions.merge import tidy
from submissions.models import digest

# A hidden field that is not as we sent it: nothing a person can mend in place.
BROKEN = ("required", "invalid", "min_value", "max_value")
REOPEN = "Something went wrong with this page. Copy what you wrote, then open the page again"


def name_of(field: str) -> str:
    """What a field is called in a form: its number, with no dots."""
    return "field_" + field.replace(".", "_")


def seen_of(field: str) -> str:
    return "seen_" + field.replace(".", "_")


class SectionForm(forms.Form):
    """The fields of one section, each with the text that stands in the record.

    What was shown goes along as a fingerprint, so that a text that nobody touched keeps following the
    answers, also when they change meanwhile.
    """

    mark_optional = False

    def __init__(self, *args, group: FilledSection, version: int, **options) -> None:
        super().__init__(*args, **options)
        self.group = group
        self.fields["version"] = forms.IntegerField(
            min_value=0,
            max_value=2**31 - 1,
            initial=version,
            widget=forms.HiddenInput,
            error_messages=dict.fromkeys(BROKEN, REOPEN),
        )
        for one in group.fields:
            hint = f"{one.field.ask} {one.origin}." if one.origin else one.field.ask
            self.fields[name_of(one.field.id)] = forms.CharField(
                label=one.field.title,
                help_text=hint,
                required=False,
                strip=False,
                initial=one.text,
                widget=forms.Textarea(attrs={"rows": 6 if len(one.text) > 200 else 3}),
            )
            self.fields[seen_of(one.field.id)] = forms.CharField(
                required=False,
                max_length=64,
                initial=digest(tidy(one.text, on_one_line=False)),
                widget=forms.HiddenInput,
            )
        self.label_sizes = {name_of(one.field.id): "s" for one in group.fields}

    def words(self) -> dict[str, str]:
        """What was changed, by field."""
        changed = {}
        for one in self.group.fields:
            text = tidy(self.cleaned_data[name_of(one.field.id)], on_one_line=False)
            if digest(text) != self.cleaned_data[seen_of(one.field.id)]:
                changed[one.field.id] = text
        return changed

    def on_top_of(
        self, version: int, group: FilledSection, typed: Mapping[str, str], reasons: Mapping[str, str]
    ) -> "SectionForm":
        """The page again after a colleague's save: the record as it is now, and what was typed over it."""
        given: dict[str, object] = {"version": version}
        for one in group.fields:
            given[name_of(one.field.id)] = typed.get(one.field.id, one.text)
            given[seen_of(one.field.id)] = digest(tidy(one.text, on_one_line=False))
        again = type(self)(given, group=group, version=version)
        for field, reason in reasons.items():
            again.add_error(name_of(field), reason)
        return again


class ExportForm(forms.Form):
    """Nothing to choose: the form is the place for a refusal."""
