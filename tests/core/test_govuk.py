from datetime import UTC, datetime
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import engines
from django.template.loader import render_to_string

from core.moments import MomentField

AFTERNOON = datetime(2026, 6, 14, 14, tzinfo=UTC)
HOSTILE = "<script>alert('x')</script>"


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        if words := " ".join(data.split()):
            self.words.append(words)

    def all(self, tag: str) -> list[dict]:
        return [attrs for found, attrs in self.elements if found == tag]

    def links(self) -> list[str]:
        return [attrs["href"] for attrs in self.all("a")]


def show(source: str, **context) -> str:
    return engines["django"].from_string("{% load govuk %}" + source).render(context).strip()


def a_page(**context) -> Page:
    source = "{% extends 'base.html' %}{% block title %}Teams{% endblock %}"
    given = {"request": SimpleNamespace(csp_nonce="n0nce"), "service_name": "Hackathon", "phase_tag": "Beta"}
    return Page(engines["django"].from_string(source).render(given | context))


class TeamForm(forms.Form):
    name = forms.CharField(label="Name")
    level = forms.ChoiceField(label="Level", widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    closes = MomentField(label="Closing time")


# The tag


def test_govuk_with_nested_arguments_fills_the_objects():
    flat = show('{% govuk "input" name="title" label__text="Title" hint__text="Short" %}')
    nested = show(
        '{% govuk "input" params=given %}',
        given={"name": "title", "label": {"text": "Title"}, "hint": {"text": "Short"}},
    )

    assert flat == nested


def test_govuk_with_params_and_an_argument_leaves_the_params_alone():
    given = {"name": "title", "label": {"text": "Title"}}

    shown = show('{% govuk "input" params=given label__classes="govuk-label--m" %}', given=given)

    assert Page(shown).all("label") == [{"class": "govuk-label govuk-label--m", "for": "title"}]
    assert given == {"name": "title", "label": {"text": "Title"}}


def test_govuk_of_no_such_component_fails():
    with pytest.raises(Exception, match="frobnicator"):
        show('{% govuk "frobnicator" %}')


def test_govuk_block_puts_its_markup_inside_and_escapes_variables():
    shown = show('{% govuk_block "inset-text" %}<b>{{ words }}</b>{% endgovuk_block %}', words=HOSTILE)

    assert Page(shown).elements == [("div", {"class": "govuk-inset-text"}), ("b", {})]
    assert Page(shown).words == [HOSTILE]


# Error summary


def test_error_summary_of_a_form_that_is_right_is_empty():
    assert show("{% error_summary form %}", form=TeamForm()) == ""
    assert show("{% error_summary missing %}") == ""


def test_error_summary_links_each_error_to_its_first_input():
    form = TeamForm({})
    form.add_error(None, "Team changes closed at 3pm")

    found = Page(show("{% error_summary form %}", form=form))

    assert found.words == [
        "There is a problem",
        "Team changes closed at 3pm",
        "Enter a name",
        "Select a level",
        "Enter a date and time for ‘Closing time’",
    ]
    assert found.links() == ["#id_name", "#id_level", "#id_closes-day"]
    ids = {attrs.get("id") for _, attrs in Page(str(form)).elements}
    assert {link.removeprefix("#") for link in found.links()} - ids == set()


def test_error_summary_of_two_forms_shows_both_in_order():
    one = TeamForm({"one-name": "x", "one-level": "a"}, prefix="one")
    two = TeamForm({"two-level": "a"}, prefix="two")

    found = Page(show("{% error_summary one two %}", one=one, two=two))

    assert found.links() == ["#id_one-closes-day", "#id_two-name", "#id_two-closes-day"]


# Moments and words


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ('when:"Europe/London"', "3pm on Sunday 14 June 2026 (BST)"),
        ('when:"Asia/Kolkata"', "7:30pm on Sunday 14 June 2026 (IST)"),
        ('day:"Europe/London"', "Sunday 14 June 2026"),
        ('day:"Pacific/Auckland"', "Monday 15 June 2026"),
    ],
)
def test_filter_moment_shows_it_in_its_zone(filters, expected):
    assert show("{{ moment|" + filters + " }}", moment=AFTERNOON) == expected


def test_filter_no_moment_shows_nothing():
    assert show('{{ moment|when:"Europe/London" }}', moment=None) == ""


def test_filter_markdown_shows_formatting_and_no_script():
    found = Page(show("{{ words|markdown }}", words=f"Some **bold** {HOSTILE}"))

    assert [tag for tag, _ in found.elements] == ["p", "strong"]


# Components


def test_summary_has_the_markup_of_the_official_component():
    ours = show(
        '{% summary %}{% row "Team" href="/x/" action="Change" %}Kingfishers{% endrow %}'
        '{% row "Level" %}Public{% endrow %}{% endsummary %}'
    )
    official = show(
        '{% govuk "summary-list" params=given %}',
        given={
            "rows": [
                {
                    "key": {"text": "Team"},
                    "value": {"text": "Kingfishers"},
                    "actions": {"items": [{"href": "/x/", "text": "Change", "visuallyHiddenText": "team"}]},
                },
                {"key": {"text": "Level"}, "value": {"text": "Public"}},
            ]
        },
    )

    assert [tag for tag, _ in Page(ours).elements] == [tag for tag, _ in Page(official).elements]
    assert [attrs.get("class", "").split() for _, attrs in Page(ours).elements] == [
        attrs.get("class", "").split() for _, attrs in Page(official).elements
    ]
    assert Page(ours).words == Page(official).words


def test_task_list_has_the_markup_of_the_official_component():
    tasks = [
        {"title": "Say what you built", "href": "/x/", "hint": "A page", "state": "", "text": "Completed"},
        {"title": "Submit", "href": "", "hint": "", "state": "", "text": "Cannot start yet"},
    ]
    ours = Page(render_to_string("components/task_list.html", {"tasks": tasks}))
    official = Page(
        show(
            '{% govuk "task-list" params=given %}',
            given={
                "items": [
                    {
                        "title": {"text": "Say what you built"},
                        "href": "/x/",
                        "hint": {"text": "A page"},
                        "status": {"text": "Completed"},
                    },
                    {"title": {"text": "Submit"}, "status": {"text": "Cannot start yet"}},
                ]
            },
        )
    )

    assert ours.words == official.words
    assert [attrs.get("class") for attrs in ours.all("li")] == [
        attrs["class"] for attrs in official.all("li")
    ]


def test_table_has_a_caption_a_head_and_scrolls_by_keyboard():
    found = Page(
        show(
            '{% table caption="Entries" columns="Entry|Scores#" %}'
            '<tr><th scope="row">Sorter</th><td class="num">3</td></tr>{% endtable %}'
        )
    )

    assert found.words == ["Entries", "Entry", "Scores", "Sorter", "3"]
    assert found.all("div") == [
        {"class": "app-table-scroll", "role": "region", "aria-label": "Entries", "tabindex": "0"}
    ]


@pytest.mark.parametrize(
    ("state", "classes"),
    [("cleared", "govuk-tag govuk-tag--green"), ("held", "govuk-tag govuk-tag--red"), ("other", "govuk-tag")],
)
def test_state_is_a_tag_with_its_words(state, classes):
    found = Page(render_to_string("components/state.html", {"state": state, "text": "Its words"}))

    assert found.elements == [("strong", {"class": classes})]
    assert found.words == ["Its words"]


def test_pagination_keeps_the_rest_of_the_query():
    shown = render_to_string(
        "components/pagination.html", {"page": Paginator(range(120), 50).page(2), "query": "q=a&"}
    )

    assert Page(shown).links() == ["?q=a&page=1", "?q=a&page=1", "?q=a&page=2", "?q=a&page=3", "?q=a&page=3"]
    assert Page(shown).words[-1] == "Showing 51 to 100 of 120"


def test_pagination_of_one_page_shows_nothing():
    shown = render_to_string("components/pagination.html", {"page": Paginator([1], 50).page(1), "query": ""})

    assert shown.strip() == ""


@pytest.mark.parametrize(
    ("checked_by", "words"),
    [
        ("", "Nobody has checked it yet."),
        ("Sam Adeyemi", "Checked by Sam Adeyemi."),
    ],
)
def test_ai_label_says_what_wrote_it_from_what_when_and_who_checked(checked_by, words):
    context = {"by": "gpt-x", "source": "revision 2", "at": AFTERNOON, "zone": "Europe/London"}

    found = Page(render_to_string("components/ai_label.html", context | {"checked_by": checked_by}))

    assert " ".join(found.words) == (
        f"Written by AI Written by gpt-x from revision 2 at 3pm on Sunday 14 June 2026 (BST) . {words}"
    )


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("quote", {"text": HOSTILE, "source": HOSTILE, "href": "#a"}),
        ("people", {"people": [{"name": HOSTILE, "detail": HOSTILE}]}),
        (
            "timeline",
            {"rows": [{"title": HOSTILE, "by": HOSTILE, "at": AFTERNOON, "text": HOSTILE}], "zone": "UTC"},
        ),
        (
            "card",
            {"title": HOSTILE, "text": HOSTILE, "meta": HOSTILE, "state": HOSTILE, "state_text": HOSTILE},
        ),
        ("facts", {"facts": [(HOSTILE, HOSTILE)]}),
        ("empty", {"title": HOSTILE, "text": HOSTILE, "href": "/", "action": HOSTILE}),
        ("step", {"title": HOSTILE, "text": HOSTILE, "href": "/", "action": HOSTILE}),
        ("inset", {"text": HOSTILE}),
        (
            "ai_label",
            {"by": HOSTILE, "source": HOSTILE, "at": AFTERNOON, "zone": "UTC", "checked_by": HOSTILE},
        ),
        ("messages", {"messages": [Message(25, HOSTILE), Message(20, HOSTILE)]}),
    ],
)
def test_component_given_hostile_words_shows_them_as_words(name, context):
    found = Page(render_to_string(f"components/{name}.html", context))

    assert found.all("script") == []
    assert any(HOSTILE in words for words in found.words)


# The page template


def test_page_has_one_inline_script_and_it_carries_the_nonce():
    assert [attrs for attrs in a_page().all("script") if "src" not in attrs] == [{"nonce": "n0nce"}]


def test_page_names_no_other_site():
    addresses = [
        attrs[name]
        for _, attrs in a_page().elements
        for name in ("href", "src", "data-frontend", "action")
        if name in attrs
    ]

    assert [address for address in addresses if not address.startswith(("/", "#"))] == []
    assert addresses != []


def test_page_without_errors_is_titled_by_its_name():
    assert a_page().words[0] == "Teams – Hackathon"


def test_page_with_errors_says_so_first_in_its_title():
    assert a_page(form=TeamForm({})).words[0] == "Error: Teams – Hackathon"


def test_page_says_what_may_be_put_into_the_service():
    assert "OFFICIAL information only" in a_page().words


def test_page_shows_the_navigation_it_is_given():
    found = a_page(navigation=[{"text": HOSTILE, "href": "/x/", "current": True}])

    assert [attrs for attrs in found.all("a") if attrs.get("aria-current")] == [
        {"class": "govuk-service-navigation__link", "href": "/x/", "aria-current": "page"}
    ]
    assert HOSTILE in found.words


@pytest.mark.parametrize("name", ["500", "503", "403_csrf"])
def test_page_for_a_fault_needs_no_request_and_no_database(name):
    found = Page(render_to_string(f"{name}.html"))

    assert len(found.all("h1")) == 1
    assert found.all("script") == []
