"""Every form of ours and of allauth's, rendered as GOV.UK components. No field is marked up by hand.

A form may say, as class attributes: `page_heading` (the field whose label is the page's h1),
`label_sizes` ({"title": "m"}), `choice_hints` ({"level": {"public": "…"}}), `inline` (radio fields
side by side), `affixes` ({"weight": ("", "%")}) and `mark_optional = False` (for drafts, where
everything may be left out for now).
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString

from core.frontend import component
from core.moments import MomentInput
from core.wording import say_what_to_do

# Attributes that Django adds and GOV.UK Frontend does without: the server checks, and says why in words.
_DROPPED = {"required", "maxlength", "minlength", "aria-invalid", "aria-describedby", "class", "id", "name"}
_NAMED = {
    "autocomplete",
    "inputmode",
    "spellcheck",
    "rows",
    "pattern",
    "autocapitalize",
    "placeholder",
    "autofocus",
}
_ONE_LINE_DATES = (forms.DateInput, forms.DateTimeInput, forms.TimeInput)  # core.moments has ours
_DASHES = "---------"


def first_input(field: forms.BoundField) -> str:
    """The id that the error summary links to: the first input of those that share a question."""
    widget = field.field.widget
    if isinstance(widget, MomentInput):
        return f"{field.auto_id}-day"
    return field.auto_id


class Field(forms.BoundField):
    """A form's field that prints itself whole: label, hint, error and input."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        if self.label == "Email":
            self.label = "E-mail address"  # allauth's forms, in the words of the rest
        # Before the form is checked, so that its errors say what to do wherever they are shown.
        say_what_to_do(field, str(self.label))

    @property
    def data(self):
        """Browsers send two characters for a new line; people and the character count see one."""
        value = super().data
        if isinstance(self.field.widget, forms.Textarea) and isinstance(value, str):
            return value.replace("\r\n", "\n")
        return value

    def render(self, template_name=None, context=None, renderer=None) -> SafeString:
        widget = self.field.widget
        if widget.is_hidden:
            return self.as_widget()
        for kinds, build in BUILDERS:
            if isinstance(widget, kinds) and not isinstance(widget, _ONE_LINE_DATES):
                return build(self)
        raise TypeError(f"{type(self.form).__name__}.{self.name}: no component for {type(widget).__name__}")

    as_field_group = __str__ = __html__ = render

    # What every component has in common

    @property
    def attributes(self) -> dict:
        return self.build_widget_attrs(self.field.widget.attrs)

    def about(self, name: str, default=None):
        """What the form says of this field in one of the class attributes above."""
        return getattr(self.form, name, {}).get(self.name, default)

    def title(self) -> dict:
        """The label or legend."""
        text = str(self.label)
        is_optional = getattr(self.form, "mark_optional", True) and not self.field.required
        if is_optional and not isinstance(self.field.widget, forms.CheckboxInput) and "optional" not in text:
            text += " (optional)"
        is_heading = getattr(self.form, "page_heading", "") == self.name
        size = self.about("label_sizes", "l" if is_heading else "")
        return {"text": text, "size": size, "isPageHeading": is_heading}

    def label_params(self) -> dict:
        title = self.title()
        size = title.pop("size")
        return title | ({"classes": f"govuk-label--{size}"} if size else {})

    def fieldset_params(self) -> dict:
        title = self.title()
        size = title.pop("size") or "s"
        return {"legend": title | {"classes": f"govuk-fieldset__legend--{size}"}}

    def common(self) -> dict:
        params: dict[str, Any] = {"id": self.auto_id, "name": self.html_name}
        if self.help_text:
            params["hint"] = {"text": self.help_text}
        if self.errors:
            params["errorMessage"] = {"text": " ".join(str(error) for error in self.errors)}
        if self.field.disabled:
            params["disabled"] = True
        return params

    def typed(self) -> dict:
        """Common parameters of components in which people type."""
        attributes = self.attributes
        params = self.common() | {"label": self.label_params()}
        if attributes.get("rows") == "10":
            del attributes["rows"]  # Django's own default, twice as high as the component's
        params |= {key: attributes[key] for key in _NAMED & attributes.keys() - {"placeholder", "autofocus"}}
        if attributes.get("class"):
            params["classes"] = attributes["class"]
        others = {
            key: value
            for key, value in attributes.items()
            if key not in _DROPPED | _NAMED | {"type", "cols", "disabled"} and value not in (None, False)
        }
        if others:
            params["attributes"] = {key: "" if value is True else value for key, value in others.items()}
        return params

    def shown_value(self) -> str:
        value = self.field.widget.format_value(self.value())
        return "" if value is None else str(value)

    def items(self) -> list[dict]:
        """The choices, flat, each with whether it is chosen."""
        widget = self.field.widget
        hints = self.about("choice_hints", {})
        chosen = widget.format_value(self.value())
        found = []
        for _, options, _ in widget.optgroups(self.html_name, chosen):
            for option in options:
                value = str(option["value"]) if option["value"] is not None else ""
                found.append(
                    {"value": value, "text": str(option["label"]), "selected": bool(option["selected"])}
                    | ({"hint": {"text": hints[value]}} if value in hints else {})
                )
        return found


def _text(field: Field, **more) -> SafeString:
    widget = field.field.widget
    params = {"type": widget.input_type} | more | field.typed() | {"value": field.shown_value()}
    before, after = field.about("affixes", ("", ""))
    params |= {"prefix": {"text": before}} if before else {}
    params |= {"suffix": {"text": after}} if after else {}
    return component("input", params)


def _number(field: Field) -> SafeString:
    whole = isinstance(field.field, forms.IntegerField) and not isinstance(field.field, forms.DecimalField)
    more = {
        "inputmode": "numeric" if whole else "decimal",
        "classes": "govuk-input--width-5",
        "spellcheck": False,
    }
    params = more | field.typed() | {"type": "text", "value": field.shown_value()}
    params.pop("attributes", None)  # step, min and max belong to type=number
    before, after = field.about("affixes", ("", ""))
    params |= {"prefix": {"text": before}} if before else {}
    params |= {"suffix": {"text": after}} if after else {}
    return component("input", params)


def _password(field: Field) -> SafeString:
    return component("password-input", field.typed())


def _long_text(field: Field) -> SafeString:
    params = {"rows": 5} | field.typed() | {"value": field.shown_value()}
    limit = getattr(field.field, "max_length", None)
    if limit:
        return component(
            "character-count", params | {"maxlength": limit, "threshold": 75 if limit > 500 else 0}
        )
    return component("textarea", params)


def _select(field: Field) -> SafeString:
    items = [
        item | ({"text": "Choose one"} if item["value"] == "" and _is_blank(item) else {})
        for item in field.items()
    ]
    return component("select", field.typed() | {"items": items})


def _is_blank(item: dict) -> bool:
    return item["text"] in ("", _DASHES)


def _group(field: Field, name: str) -> SafeString:
    """Radios or checkboxes: a question in a fieldset, and its answers."""
    items = []
    for item in field.items():
        if _is_blank(item):
            if field.field.required:
                continue
            item["text"] = "No answer"
        item["checked"] = item.pop("selected")
        items.append(item)
    params = field.common()
    params["idPrefix"] = params.pop("id")
    params |= {"fieldset": field.fieldset_params(), "items": items}
    inline = field.name in getattr(field.form, "inline", ())
    return component(name, params | ({"classes": f"govuk-{name}--inline"} if inline else {}))


def _radios(field: Field) -> SafeString:
    return _group(field, "radios")


def _checkboxes(field: Field) -> SafeString:
    return _group(field, "checkboxes")


def _checkbox(field: Field) -> SafeString:
    widget = field.field.widget
    item = {"value": "on", "text": str(field.label), "checked": bool(widget.check_test(field.value()))}
    params = field.common()
    if "hint" in params:
        item["hint"] = params.pop("hint")
    if field.field.disabled:
        item["disabled"] = True
    params["idPrefix"] = params.pop("id")
    if "errorMessage" in params:
        params["formGroup"] = {"classes": "app-single-checkbox"}
    return component("checkboxes", params | {"items": [item]})


def _file(field: Field) -> SafeString:
    return component("file-upload", field.typed())


def _moment(field: Field) -> SafeString:
    params = field.common()
    title = field.fieldset_params()
    wrong = {"classes": " govuk-input--error"} if field.errors else {"classes": ""}
    items = [
        {
            "name": f"{field.html_name}_{part}",
            "id": f"{field.auto_id}-{part}",
            "label": label,
            "value": value,
            "classes": f"govuk-input--width-{width}{wrong['classes']}",
            "inputmode": "numeric" if part != "time" else "text",
        }
        for (part, label, width), value in zip(
            field.field.widget.PARTS, field.field.widget.decompress(field.value()), strict=True
        )
    ]
    params.pop("name")
    return component("date-input", params | {"fieldset": title, "items": items})


BUILDERS: tuple[tuple[tuple[type, ...], Callable[[Field], SafeString]], ...] = (
    ((MomentInput,), _moment),
    ((forms.CheckboxSelectMultiple,), _checkboxes),
    ((forms.RadioSelect,), _radios),
    ((forms.CheckboxInput,), _checkbox),
    ((forms.Textarea,), _long_text),
    ((forms.Select,), _select),
    ((forms.FileInput,), _file),
    ((forms.PasswordInput,), _password),
    ((forms.NumberInput,), _number),
    ((forms.EmailInput,), lambda field: _text(field, autocomplete="email", spellcheck=False)),
    ((forms.URLInput,), lambda field: _text(field, inputmode="url", spellcheck=False)),
    ((forms.TextInput,), _text),
)


class Renderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    bound_field_class = Field
