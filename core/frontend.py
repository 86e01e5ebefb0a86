"""GOV.UK Frontend, rendered from the one library of macros, by one function."""

import re
from collections.abc import Mapping
from functools import cache

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup

_MARKUP = re.compile(r"html$|Html$")
_SLOTS = {"start", "end", "navigationStart", "navigationEnd"}
_LINKS = {"href", "url", "serviceUrl", "homepageUrl"}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SCHEMES = {"http", "https", "mailto", "tel"}
_INVISIBLE = re.compile(r"[\x00-\x20]")

_environment = Environment(
    loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
    autoescape=True,
    undefined=ChainableUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def _macro(name: str):
    """A compiled macro: made once per process, since compiling costs a hundred times a call."""
    template = _environment.get_template(f"govuk_frontend_jinja/components/{name}/macro.html")
    words = "".join(word.capitalize() for word in name.split("-"))
    return getattr(template.module, f"govuk{words}")


# Components that hold no text of a person's. A macro costs about a millisecond, and these are on every page.
_KEPT = {"back-link", "button", "phase-banner", "radios", "service-navigation", "skip-link", "tag"}
_MOST = 1000
_kept: dict[tuple[str, str], SafeString] = {}


def component(name: str, params: Mapping) -> SafeString:
    """The official HTML of a component. Text is escaped, and so is `html` that nobody marked safe."""
    safe = _made_safe(params)
    if name not in _KEPT:
        return _drawn(name, safe)
    key = (name, repr(safe))  # tells markup from text, which are drawn differently
    drawn = _kept.get(key)
    if drawn is None:
        if len(_kept) >= _MOST:
            _kept.clear()
        drawn = _kept[key] = _drawn(name, safe)
    return drawn


def _drawn(name: str, params: Mapping) -> SafeString:
    return mark_safe(str(_macro(name)(params)).strip())  # noqa: S308 (built by escaping macros)


def _made_safe(value, key: str = "", parent: str = ""):
    """The macros print some parameters as they are. Only a SafeString may reach those as it is."""
    if isinstance(value, Mapping):
        return {inner: _made_safe(item, inner, key) for inner, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_made_safe(item, key, parent) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = value if isinstance(value, str) else str(value)
    if _MARKUP.search(key) or key == "attributes" or (parent == "slots" and key in _SLOTS):
        return Markup(conditional_escape(text))  # noqa: S704 (escaped unless it was marked safe)
    if key in _LINKS:
        return _checked_link(text)
    return Markup(text) if isinstance(text, SafeString) else text  # noqa: S704 (marked safe by its maker)


def _checked_link(address: str) -> str:
    """A link that a person gave may lead to a page or start a mail, and never run as script."""
    scheme = _SCHEME.match(_INVISIBLE.sub("", address))
    return "#" if scheme and scheme[1].lower() not in _SCHEMES else address
