"""What page templates may use: GOV.UK components, the error summary, moments in words, people's text."""

from datetime import datetime

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core import dates, text
from core.forms import first_input
from core.frontend import component

register = template.Library()


@register.simple_tag(name="govuk")
def govuk(name: str, /, params: dict | None = None, **given) -> SafeString:
    """`{% govuk "input" name="title" label__text="Title" %}`: two underscores reach into an object."""
    return component(name, _nested(params or {}, given))


@register.simple_block_tag(name="govuk_block")
def govuk_block(content: SafeString, name: str, /, params: dict | None = None, **given) -> SafeString:
    """The same component around the markup between the tags, as its `html`."""
    return component(name, _nested(params or {}, given) | {"html": content})


def _nested(params: dict, given: dict) -> dict:
    nested = dict(params)
    for path, value in given.items():
        *outer, last = path.split("__")
        place = nested
        for key in outer:
            place[key] = dict(place.get(key, {}))
            place = place[key]
        place[last] = value
    return nested


@register.simple_tag
def breadcrumbs(*steps) -> SafeString:
    """`{% breadcrumbs event.name event_url "Teams" %}`: text and address in turn; the last is this page."""
    pairs = [steps[start : start + 2] for start in range(0, len(steps), 2)]
    items = [{"text": pair[0], "href": pair[1]} if len(pair) == 2 else {"text": pair[0]} for pair in pairs]
    return component("breadcrumbs", {"items": items, "collapseOnMobile": True})


@register.simple_tag
def error_summary(*forms: BaseForm | None) -> SafeString:
    """Every error of these forms, each a link to the first input that mends it. Empty when there is none."""
    errors: list[dict[str, str]] = []
    for form in forms:
        if not form:
            continue
        errors += [{"text": str(message)} for message in form.non_field_errors()]
        for field in form:
            link = {} if field.is_hidden else {"href": f"#{first_input(field)}"}
            errors += [{"text": str(message)} | link for message in field.errors]
    if not errors:
        return SafeString("")
    return component("error-summary", {"titleText": "There is a problem", "errorList": errors})


@register.simple_block_tag
def summary(content: SafeString, classes: str = "") -> SafeString:
    """A summary list of `{% row %}`s."""
    return format_html('<dl class="govuk-summary-list {}">{}</dl>', classes, content)


@register.simple_block_tag
def row(content: SafeString, key: str, href: str = "", action: str = "Change") -> SafeString:
    """One row of a summary list: `{% row "Title" %}…{% endrow %}`."""
    context = {"key": key, "value": content, "href": href, "action": action}
    return mark_safe(render_to_string("components/summary_row.html", context))  # noqa: S308


@register.simple_block_tag
def table(content: SafeString, caption: str, columns: str, hide_caption: bool = False) -> SafeString:
    """A table that scrolls by itself on a phone. A column that ends in `#` holds numbers."""
    heads = [
        {"text": head.strip().rstrip("#"), "is_number": head.strip().endswith("#")}
        for head in columns.split("|")
    ]
    context = {"caption": caption, "heads": heads, "hide_caption": hide_caption, "rows": content}
    return mark_safe(render_to_string("components/table.html", context))  # noqa: S308


@register.simple_tag
def pages(page: Page, query: str = "") -> SafeString:
    """Links to the pages of a list. `query` is the rest of the query string, ending in "&", or ""."""
    items = [
        {"ellipsis": True}
        if number == page.paginator.ELLIPSIS
        else {"number": number, "href": f"?{query}page={number}", "current": number == page.number}
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    params: dict = {"items": items}
    if page.has_previous():
        params["previous"] = {"href": f"?{query}page={page.previous_page_number()}"}
    if page.has_next():
        params["next"] = {"href": f"?{query}page={page.next_page_number()}"}
    return component("pagination", params)


# What the colours of tags mean: finished, going on, waiting for somebody, stopped, not begun.
COLOURS = {
    "green": {"accepted", "approved", "cleared", "done", "open", "published", "submitted", "evidenced"},
    "blue": {"announced", "forming", "building", "judging", "running", "screening", "new", "partial"},
    "yellow": {"waiting", "proposed", "changes", "late", "uncertain", "warn"},
    "red": {"held", "failed", "declined", "rejected", "stop", "concern", "missing"},
    "grey": {"draft", "closed", "not_started", "unread", "not_found", "withdrawn"},
}
_COLOUR_OF = {state: colour for colour, states in COLOURS.items() for state in states}


@register.filter
def state_colour(state: str) -> str:
    """The tag's class for a state; an unknown one is plain."""
    colour = _COLOUR_OF.get(str(state), "")
    return f"govuk-tag--{colour}" if colour else ""


@register.filter
def when(moment: datetime | None, zone: str) -> str:
    """ "3pm on Sunday 14 June 2026 (BST)"."""
    return dates.when(moment, zone) if moment else ""


@register.filter
def day(moment: datetime | None, zone: str) -> str:
    """ "Sunday 14 June 2026"."""
    return dates.day(moment, zone) if moment else ""


@register.filter
def markdown(words: str | None) -> SafeString:
    """People's text as safe HTML."""
    return text.to_html(words or "")
