"""GOV.UK Frontend's own examples, through our tag; and what nobody may put into a page."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import engines
from django.utils.safestring import mark_safe

from core import frontend
from core.frontend import component

COMPONENTS = Path(__file__).parents[2] / "node_modules" / "govuk-frontend" / "dist" / "govuk" / "components"
HOSTILE = "<script>alert('x')</script>"
VOID = {"input", "br", "hr", "img", "meta", "link"}


class Tokens(HTMLParser):
    """A page as what a browser makes of it: order of attributes and white space do not count."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append(("open", tag, sorted((name, value or "") for name, value in attrs)))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.found.append(("close", tag))

    def handle_data(self, data):
        if words := " ".join(data.split()):
            self.found.append(("text", words))


def trusted(value, key="", parent=""):
    """The package's examples are the package's words: their markup may pass."""
    if isinstance(value, dict):
        return {inner: trusted(item, inner, key) for inner, item in value.items()}
    if isinstance(value, list):
        return [trusted(item, key, parent) for item in value]
    if isinstance(value, str) and (key.lower().endswith("html") or parent == "slots"):
        return mark_safe(value)
    return value


def through_the_tag(name: str, params: dict) -> str:
    template = engines["django"].from_string("{% load govuk %}{% govuk name params=params %}")
    return template.render({"name": name, "params": trusted(params)})


def test_render_every_official_example_as_the_package_does(capsys):
    examples = [
        (path.parent.name, example)
        for path in sorted(COMPONENTS.glob("*/fixtures.json"))
        for example in json.loads(path.read_text())["fixtures"]
    ]

    wrong = [
        f"{name}: {example['name']}"
        for name, example in examples
        if Tokens(through_the_tag(name, example["options"])).found != Tokens(example["html"]).found
    ]

    with capsys.disabled():
        print(f"\nGOV.UK Frontend: {len(examples) - len(wrong)} passed of {len(examples)}")  # noqa: T201
    assert wrong == []
    assert len(examples) == 657


def test_compare_tokens_of_other_markup_differ():
    assert Tokens('<p class="a">x</p>').found != Tokens('<p class="b">x</p>').found


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("tag", {"text": HOSTILE}),
        ("tag", {"html": HOSTILE}),
        ("button", {"text": HOSTILE}),
        ("inset-text", {"html": HOSTILE}),
        ("input", {"name": "n", "value": HOSTILE, "label": {"html": HOSTILE}}),
        ("textarea", {"name": "n", "value": HOSTILE, "hint": {"text": HOSTILE}, "label": {"text": "t"}}),
        ("radios", {"name": "n", "items": [{"value": HOSTILE, "html": HOSTILE}]}),
        ("select", {"name": "n", "label": {"text": "t"}, "items": [{"value": HOSTILE, "text": HOSTILE}]}),
        ("summary-list", {"rows": [{"key": {"text": HOSTILE}, "value": {"html": HOSTILE}}]}),
        ("table", {"rows": [[{"html": HOSTILE}]]}),
        ("service-navigation", {"navigation": [{"text": HOSTILE, "href": "/"}], "slots": {"end": HOSTILE}}),
        ("notification-banner", {"titleHtml": HOSTILE, "html": HOSTILE}),
        ("error-summary", {"errorList": [{"html": HOSTILE, "href": "#a"}], "descriptionHtml": HOSTILE}),
        ("character-count", {"name": "n", "maxlength": 9, "value": HOSTILE, "label": {"text": HOSTILE}}),
        ("inset-text", {"text": "t", "attributes": HOSTILE}),
        ("inset-text", {"text": "t", "attributes": {"data-x": HOSTILE}}),
        ("inset-text", {"text": "t", "classes": HOSTILE}),
    ],
)
def test_render_hostile_words_anywhere_escapes_them(name, params):
    tags = [token[1] for token in Tokens(component(name, params)).found if token[0] == "open"]

    assert "script" not in tags


def test_render_words_marked_safe_passes_them_as_html():
    assert component("inset-text", {"html": mark_safe("<b>bold</b>")}).split() == [
        "<div",
        'class="govuk-inset-text">',
        "<b>bold</b>",
        "</div>",
    ]


def test_render_an_attribute_with_a_quotation_mark_does_not_end_the_attribute():
    found = Tokens(
        component("input", {"name": "n", "value": '" onfocus="alert(1)', "label": {"text": "t"}})
    ).found

    assert [dict(token[2]).get("value") for token in found if token[1] == "input"] == ['" onfocus="alert(1)']


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/events/", "/events/"),
        ("?page=2", "?page=2"),
        ("https://example.org/a:b", "https://example.org/a:b"),
        ("mailto:help@example.org", "mailto:help@example.org"),
        ("javascript:alert(1)", "#"),
        ("JavaScript:alert(1)", "#"),
        (" java\nscript:alert(1)", "#"),
        ("data:text/html,x", "#"),
        ("vbscript:x", "#"),
    ],
)
def test_link_to_an_address_keeps_only_what_cannot_run(address, shown):
    found = Tokens(component("button", {"text": "Go", "href": address})).found

    assert dict(found[0][2])["href"] == shown


def test_component_that_is_kept_tells_markup_from_text():
    drawn = [component("button", {"html": kind("<b>Save</b>")}) for kind in (mark_safe, str, mark_safe, str)]

    assert ["<b>Save</b>" in html for html in drawn] == [True, False, True, False]


def test_components_that_are_kept_do_not_grow_without_end():
    for number in range(1100):
        component("tag", {"text": f"Number {number}"})

    assert len(frontend._kept) <= 1000
