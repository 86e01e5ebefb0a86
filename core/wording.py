"""What a form says when an answer is wrong: what to do, in place of Django's words."""

from itertools import pairwise

from django import forms
from django.core import validators

from core.moments import MomentField

_NO_ARTICLE = {"a", "an", "the", "your", "what", "how", "why", "who", "where", "when", "which", "any", "each"}
_AFTER_NOUN = {"about", "for", "from", "in", "of", "on", "to", "with"}
_UNCOUNTED = {"advice", "code", "data", "evidence", "feedback", "help", "information", "text", "work"}
_NOT_A_NUMBER = {
    str(forms.IntegerField.default_error_messages["invalid"]),
    str(forms.DecimalField.default_error_messages["invalid"]),
    str(validators.integer_validator.message),
}
_NOT_AN_ADDRESS = str(forms.URLField.default_error_messages["invalid"])
_DJANGO_REQUIRED = str(forms.Field.default_error_messages["required"])
_BOUNDS = {
    "max_length": "must be %(limit_value)d characters or fewer",
    "min_length": "must be %(limit_value)d characters or more",
    "max_value": "must be %(limit_value)s or less",
    "min_value": "must be %(limit_value)s or more",
}


def say_what_to_do(field: forms.Field, label: str) -> None:
    """Django's own messages become instructions that name the field. A message of the form's own stays."""
    thing = with_article(label if label[1:2].isupper() else label[:1].lower() + label[1:])
    messages = field.error_messages
    if str(messages.get("required", "")) == _DJANGO_REQUIRED:
        messages["required"] = _asking(field, label, thing)
    if str(messages.get("invalid_choice", "")).startswith("Select a valid choice"):
        messages["invalid_choice"] = f"Select {thing} from the list"  # noqa: S608 (words)
    if isinstance(field, forms.EmailField):
        messages.setdefault("invalid", "Enter an e-mail address in the form name@example.gov.uk")
    elif isinstance(field, forms.URLField) and str(messages["invalid"]) == _NOT_AN_ADDRESS:
        messages["invalid"] = "Enter a web address that begins with https://"
    elif isinstance(field, forms.IntegerField) and str(messages.get("invalid")) in _NOT_A_NUMBER:
        messages["invalid"] = f"{label} must be a number, for example 5"
    for code, message in _BOUNDS.items():
        messages.setdefault(code, f"{label.replace('%', '%%')} {message}")


def _asking(field: forms.Field, label: str, thing: str) -> str:
    if label.endswith("?"):
        return f"Answer ‘{label}’"
    if isinstance(field, MomentField):
        return f"Enter {field.asks_for} for ‘{label}’"
    if isinstance(field, forms.FileField):
        return f"Choose {thing}"
    if isinstance(field, forms.BooleanField):
        return f"Tick ‘{label}’ to go on"
    chooses = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField))
    return f"{'Select' if chooses else 'Enter'} {thing}"


def with_article(thing: str) -> str:
    """ "title" to "a title": not for plurals, for what cannot be counted, or for a clause."""
    words = thing.split()
    noun = next((word for word, after in pairwise(words) if after in _AFTER_NOUN), words[-1] if words else "")
    is_plural = noun.endswith("s") and not noun.endswith("ss")
    if not words or words[0] in _NO_ARTICLE or noun in _UNCOUNTED or is_plural:
        return thing
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"
