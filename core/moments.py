"""Dates and times as people type them: day, month, year and a time, in the event's own zone."""

import re
from datetime import UTC, date, datetime, time
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.core.exceptions import ValidationError

from core import dates

HOME_ZONE = "Europe/London"
_WORDS = {"midday": time(12), "noon": time(12), "12noon": time(12), "midnight": time(0)}
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(am|pm)?", re.IGNORECASE)
EARLIEST, LATEST = 1900, 2100  # what zones and calendars can be trusted with, in every door
_MONTHS = [f"{date(2000, month, 1):%B}".lower() for month in range(1, 13)]


def parse_time(text: str) -> time | None:
    """ "3pm", "3:45pm", "15:45", "midday"; None when it is no time."""
    text = text.strip().lower().replace(" ", "")
    if text in _WORDS:
        return _WORDS[text]
    found = _CLOCK.fullmatch(text)
    if found is None or (found[2] is None and found[3] is None):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def parse_month(text: str) -> int | None:
    text = text.strip().lower()
    if text.isdecimal():
        return int(text)
    named = [number for number, name in enumerate(_MONTHS, 1) if len(text) >= 3 and name.startswith(text)]
    return named[0] if named else None


class MomentInput(forms.Widget):
    """Day, month, year and time, each as it was typed, so that a failed check loses nothing."""

    PARTS: tuple[tuple[str, str, int], ...] = (
        ("day", "Day", 2),
        ("month", "Month", 2),
        ("year", "Year", 4),
        ("time", "Time", 5),
    )
    zone = HOME_ZONE
    use_fieldset = True

    def value_from_datadict(self, data, files, name: str) -> list[str] | None:
        typed = [str(data.get(f"{name}_{part}") or "").strip() for part, _, _ in self.PARTS]
        return typed if any(typed) else None

    def value_omitted_from_data(self, data, files, name: str) -> bool:
        return all(f"{name}_{part}" not in data for part, _, _ in self.PARTS)

    def decompress(self, value) -> list[str]:
        if isinstance(value, list):
            return value
        if value is None:
            return [""] * len(self.PARTS)
        local = value.astimezone(ZoneInfo(self.zone)) if isinstance(value, datetime) else value
        return [str(local.day), str(local.month), str(local.year), *self._time_of(local)]

    def _time_of(self, local: datetime) -> list[str]:
        return [dates.clock_time(local)]


class DayInput(MomentInput):
    """A date alone."""

    PARTS = MomentInput.PARTS[:3]

    def _time_of(self, local: date) -> list[str]:
        return []


class MomentField(forms.Field):
    """A moment, typed in `zone` (see `in_zone`) and kept in UTC."""

    widget = MomentInput
    asks_for = "a date and time"

    def __init__(self, *, zone: str = HOME_ZONE, input_formats=None, **options) -> None:
        super().__init__(**options)
        self.zone = zone

    @property
    def zone(self) -> str:
        return self.widget.zone

    @zone.setter
    def zone(self, name: str) -> None:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            name = HOME_ZONE  # the zone itself may be a wrong answer on the same form, and is refused there
        self.widget.zone = name

    def prepare_value(self, value):
        return value

    def to_python(self, value) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        *parts, typed_time = value
        named = dict(zip(("a day", "a month", "a year", "a time"), value, strict=True))
        if missing := [name for name, text in named.items() if not text]:
            raise ValidationError(f"{self._name()} must include {' and '.join(missing)}", code="incomplete")
        at = parse_time(typed_time)
        if at is None:
            raise ValidationError(f"{self._name()} must have a time such as 3pm or 15:30", code="time")
        local = datetime.combine(parse_day(parts, self._name()), at)
        moment = local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        if moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None) != local:
            raise ValidationError(
                f"{self._name()} must be a time that exists: the clocks go forward then", code="gap"
            )
        return moment

    def has_changed(self, initial, data) -> bool:
        shown = cast(MomentInput, self.widget).decompress
        return shown(initial) != shown(data)

    def _name(self) -> str:
        return str(self.label or "The date")


class DayField(MomentField):
    """A date alone."""

    widget = DayInput
    asks_for = "a date"

    def to_python(self, value) -> date | None:  # type: ignore[override]
        if value is None or isinstance(value, date):
            return value
        named = dict(zip(("a day", "a month", "a year"), value, strict=True))
        if missing := [name for name, text in named.items() if not text]:
            raise ValidationError(f"{self._name()} must include {' and '.join(missing)}", code="incomplete")
        return parse_day(value, self._name())


def parse_day(parts: list[str], name: str) -> date:
    day, month, year = parts[0].strip(), parse_month(parts[1]), parts[2].strip()
    try:
        if not (day.isdecimal() and year.isdecimal() and month and EARLIEST <= int(year) <= LATEST):
            raise ValueError("not a date of our time")
        return date(int(year), month, int(day))
    except ValueError as error:
        raise ValidationError(f"{name} must be a real date, such as 14 6 2026", code="date") from error


def check_year(moment: datetime) -> None:
    """For doors where a moment is not typed in parts: at the ends of the calendar no zone can show it."""
    if not EARLIEST <= moment.year <= LATEST:
        raise ValidationError(f"Give a moment between {EARLIEST} and {LATEST}", code="date")


def in_zone(form: forms.BaseForm, zone: str) -> None:
    """Say in which zone this form's moments are typed and shown."""
    for field in form.fields.values():
        if isinstance(field, MomentField):
            field.zone = zone
