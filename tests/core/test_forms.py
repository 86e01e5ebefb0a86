from html.parser import HTMLParser

import pytest
from django import forms

from core.moments import MomentField

HOSTILE = "<script>alert('x')</script>"
DEPARTMENTS = [("", "---------"), ("records", "Department for Public Records"), ("rivers", "Rivers Agency")]
LEVELS = [("public", "Public"), ("official", "OFFICIAL")]


class Entry(forms.Form):
    label_sizes = {"title": "m"}
    choice_hints = {"level": {"public": "Anyone may see it"}}
    inline = ("agrees",)
    affixes = {"weight": ("", "%")}

    title = forms.CharField(max_length=20, help_text="What the team calls it")
    email = forms.EmailField(label="E-mail address")
    problem = forms.CharField(widget=forms.Textarea, max_length=30)
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    department = forms.ChoiceField(choices=DEPARTMENTS)
    level = forms.ChoiceField(label="Data level", widget=forms.RadioSelect, choices=LEVELS)
    agrees = forms.ChoiceField(
        label="Do you agree?", widget=forms.RadioSelect, choices=[("y", "Yes"), ("n", "No")]
    )
    skills = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, choices=[("py", "Python"), ("ux", "Design")], required=False
    )
    consent = forms.BooleanField(label="I may be named", help_text="You can change this later")
    weight = forms.IntegerField(min_value=1, max_value=100)
    link = forms.URLField(label="Link to the code", assume_scheme="https")
    closes = MomentField(label="Closing time")
    picture = forms.FileField(required=False)
    token = forms.CharField(widget=forms.HiddenInput)


GOOD = {
    "title": "Letter Sorter",
    "email": "ben@records.example.org",
    "problem": "Letters wait.",
    "notes": "",
    "department": "records",
    "level": "official",
    "agrees": "y",
    "skills": ["ux"],
    "consent": "on",
    "weight": "40",
    "link": "https://code.example.org",
    "closes_day": "14",
    "closes_month": "6",
    "closes_year": "2026",
    "closes_time": "3pm",
    "token": "t",
}


class Page(HTMLParser):
    """The elements of a page by their id, with their attributes and their words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.words: list[str] = []
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        if words := " ".join(data.split()):
            self.words.append(words)

    def by_id(self, key: str) -> dict:
        return next(attrs for _, attrs in self.elements if attrs.get("id") == key)

    def named(self, name: str) -> list[dict]:
        return [attrs for _, attrs in self.elements if attrs.get("name") == name]


def page(form_or_field) -> Page:
    return Page(str(form_or_field))


def test_render_text_field_has_label_hint_and_no_limit_that_cuts_what_is_pasted():
    found = page(Entry()["title"])

    assert found.words == ["Title", "What the team calls it"]
    assert found.elements == [
        ("div", {"class": "govuk-form-group"}),
        ("label", {"class": "govuk-label govuk-label--m", "for": "id_title"}),
        ("div", {"id": "id_title-hint", "class": "govuk-hint"}),
        (
            "input",
            {
                "class": "govuk-input",
                "id": "id_title",
                "name": "title",
                "type": "text",
                "value": "",
                "aria-describedby": "id_title-hint",
            },
        ),
    ]


def test_render_text_field_with_an_error_describes_it_and_keeps_what_was_typed():
    found = page(Entry(GOOD | {"title": HOSTILE})["title"])

    assert found.by_id("id_title")["value"] == HOSTILE
    assert found.by_id("id_title")["aria-describedby"] == "id_title-hint id_title-error"
    assert found.words == [
        "Title",
        "What the team calls it",
        "Error:",
        "Title must be 20 characters or fewer",
    ]


@pytest.mark.parametrize("name", [name for name in Entry.base_fields if name not in {"picture", "closes"}])
def test_render_any_field_given_hostile_words_escapes_them(name):
    form = Entry({name: HOSTILE})
    form.fields[name].label = HOSTILE
    form.fields[name].help_text = HOSTILE
    form.add_error(name, HOSTILE)

    found = page(form[name])

    assert [tag for tag, _ in found.elements if tag == "script"] == []


def test_render_email_number_and_address_fields_call_the_right_keyboards():
    form = Entry()

    assert page(form["email"]).by_id("id_email") == {
        "class": "govuk-input",
        "id": "id_email",
        "name": "email",
        "type": "email",
        "spellcheck": "false",
        "value": "",
        "autocomplete": "email",
    }
    assert page(form["weight"]).by_id("id_weight")["inputmode"] == "numeric"
    assert page(form["weight"]).by_id("id_weight")["type"] == "text"
    assert page(form["weight"]).words == ["Weight", "%"]
    assert page(form["link"]).by_id("id_link")["type"] == "url"


def test_render_long_text_with_a_limit_counts_the_characters():
    found = page(Entry()["problem"])

    assert found.elements[0][1]["data-maxlength"] == "30"
    assert found.by_id("id_problem") == {
        "class": "govuk-textarea govuk-js-character-count",
        "id": "id_problem",
        "name": "problem",
        "rows": "5",
        "aria-describedby": "id_problem-info",
    }


def test_render_long_text_without_a_limit_has_the_rows_asked_for():
    assert page(Entry()["notes"]).by_id("id_notes")["rows"] == "3"
    assert page(Entry()["notes"]).words == ["Notes (optional)"]


def test_clean_long_text_counts_a_new_line_once_as_the_page_does():
    form = Entry(GOOD | {"problem": "a\r\n" * 15})

    form.is_valid()

    assert form.errors == {}
    assert form.cleaned_data["problem"] == "\n".join(["a"] * 15)


def test_render_select_marks_the_chosen_option():
    found = page(Entry(GOOD)["department"])

    assert [attrs for tag, attrs in found.elements if tag == "option"] == [
        {"value": ""},
        {"value": "records", "selected": None},
        {"value": "rivers"},
    ]
    assert found.words == ["Department", "Choose one", "Department for Public Records", "Rivers Agency"]


def test_render_radios_in_a_fieldset_marks_the_chosen_one():
    found = page(Entry(GOOD)["level"])

    assert found.words == ["Data level", "Public", "Anyone may see it", "OFFICIAL"]
    assert [(radio["id"], radio["value"], "checked" in radio) for radio in found.named("level")] == [
        ("id_level", "public", False),
        ("id_level-2", "official", True),
    ]
    assert page(Entry()["agrees"]).elements[3][1]["class"] == "govuk-radios govuk-radios--inline"


def test_render_checkboxes_marks_all_that_are_chosen():
    found = page(Entry(GOOD | {"skills": ["py", "ux"]})["skills"])

    assert [(box["value"], "checked" in box) for box in found.named("skills")] == [("py", True), ("ux", True)]


def test_render_single_checkbox_keeps_its_tick():
    assert [("checked" in box) for box in page(Entry(GOOD)["consent"]).named("consent")] == [True]
    assert [("checked" in box) for box in page(Entry()["consent"]).named("consent")] == [False]
    assert page(Entry()["consent"]).words == ["I may be named", "You can change this later"]


def test_render_moment_with_an_error_shows_it_as_it_was_typed():
    found = page(Entry(GOOD | {"closes_day": "31", "closes_time": "teatime"})["closes"])

    assert [attrs["value"] for tag, attrs in found.elements if tag == "input"] == [
        "31",
        "6",
        "2026",
        "teatime",
    ]
    assert found.by_id("id_closes-day")["name"] == "closes_day"
    assert "Closing time must have a time such as 3pm or 15:30" in found.words


def test_render_hidden_field_shows_nothing_but_its_value():
    assert page(Entry(GOOD)["token"]).elements == [
        ("input", {"type": "hidden", "name": "token", "value": "t", "id": "id_token"})
    ]


def test_render_whole_form_shows_each_field_once():
    names = [attrs["name"] for tag, attrs in page(Entry()).elements if tag in {"input", "textarea", "select"}]

    assert sorted(set(names)) == sorted(
        [name for name in Entry.base_fields if name != "closes"]
        + [f"closes_{part}" for part in ("day", "month", "year", "time")]
    )


def test_render_widget_that_has_no_component_says_so():
    class Odd(forms.Form):
        moment = forms.DateTimeField()

    with pytest.raises(TypeError, match=r"Odd\.moment: no component for DateTimeInput"):
        str(Odd()["moment"])


def test_render_draft_where_everything_may_wait_marks_nothing_optional():
    class Draft(forms.Form):
        mark_optional = False
        title = forms.CharField(required=False)

    assert page(Draft()).words == ["Title"]


def test_render_page_heading_makes_the_label_the_h1():
    class One(forms.Form):
        page_heading = "title"
        title = forms.CharField(label="What is the team called?")

    assert [tag for tag, _ in page(One()).elements] == ["div", "h1", "label", "input"]


def test_clean_empty_form_says_what_to_do_for_each_field():
    assert Entry({}).errors == {
        "title": ["Enter a title"],
        "email": ["Enter an e-mail address"],
        "problem": ["Enter a problem"],
        "department": ["Select a department"],
        "level": ["Select a data level"],
        "agrees": ["Answer ‘Do you agree?’"],
        "consent": ["Tick ‘I may be named’ to go on"],
        "weight": ["Enter a weight"],
        "link": ["Enter a link to the code"],
        "closes": ["Enter a date and time for ‘Closing time’"],
        "token": ["Enter a token"],
    }


@pytest.mark.parametrize(
    ("answers", "field", "message"),
    [
        ({"email": "no"}, "email", "Enter an e-mail address in the form name@example.gov.uk"),
        ({"weight": "500"}, "weight", "Weight must be 100 or less"),
        ({"weight": "0"}, "weight", "Weight must be 1 or more"),
        ({"weight": "heavy"}, "weight", "Weight must be a number, for example 5"),
        ({"level": "secret"}, "level", "Select a data level from the list"),
        ({"link": "javascript:alert(1)"}, "link", "Enter a web address that begins with https://"),
    ],
)
def test_clean_wrong_answer_says_what_to_do(answers, field, message):
    assert Entry(GOOD | answers).errors == {field: [message]}


def test_clean_form_with_words_of_its_own_keeps_them():
    class Named(forms.Form):
        name = forms.CharField(
            max_length=3, error_messages={"required": "Say who you are", "max_length": "Use a shorter name"}
        )

    assert Named({}).errors == {"name": ["Say who you are"]}
    assert Named({"name": "long"}).errors == {"name": ["Use a shorter name"]}


def test_render_email_field_of_a_library_is_called_what_ours_are():
    class SignIn(forms.Form):
        email = forms.EmailField(label="Email")

    assert page(SignIn({})).words == ["E-mail address", "Error:", "Enter an e-mail address"]
