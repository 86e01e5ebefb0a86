import pytest
from django import forms

from core.wording import with_article


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        ("title", "a title"),
        ("e-mail address", "an e-mail address"),
        ("skills", "skills"),
        ("what you built", "what you built"),
        ("data", "data"),
        ("link to the code", "a link to the code"),
        ("names of the people", "names of the people"),
        ("", ""),
    ],
)
def test_with_article_reads_as_english(thing, expected):
    assert with_article(thing) == expected


def test_clean_label_with_a_percent_sign_shows_it():
    class Share(forms.Form):
        share = forms.CharField(label="Share in %", max_length=2)

    assert Share({"share": "100"}).errors == {"share": ["Share in % must be 2 characters or fewer"]}


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (forms.CharField(), "Enter a field"),
        (forms.ModelMultipleChoiceField(queryset=None), "Select a field"),
        (forms.FileField(), "Choose a field"),
        (forms.CharField(error_messages={"required": "Say something"}), "Say something"),
    ],
)
def test_require_a_field_asks_for_it_in_its_own_way(field, message):
    form = type("One", (forms.Form,), {"field": field})({})

    assert form.errors == {"field": [message]}
