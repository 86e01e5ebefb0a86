from datetime import UTC, date, datetime, time

import pytest
from django import forms

from core.moments import DayField, MomentField, in_zone, parse_time


class Window(forms.Form):
    closes = MomentField(label="Submissions close")
    shown = DayField(label="Day of the show", required=False)


def typed(day="14", month="6", year="2026", at="3pm") -> dict:
    return {"closes_day": day, "closes_month": month, "closes_year": year, "closes_time": at}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3pm", time(15)),
        ("3 PM", time(15)),
        ("3:45pm", time(15, 45)),
        ("3.45 pm", time(15, 45)),
        ("15:45", time(15, 45)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("midday", time(12)),
        ("midnight", time(0)),
        ("13pm", None),
        ("0pm", None),
        ("24:00", None),
        ("12:60", None),
        ("15", None),
        ("soon", None),
        ("", None),
    ],
)
def test_parse_time_as_people_write_it_gives_the_time(text, expected):
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    ("zone", "month", "expected"),
    [
        ("Europe/London", "6", datetime(2026, 6, 14, 14, tzinfo=UTC)),
        ("Europe/London", "1", datetime(2026, 1, 14, 15, tzinfo=UTC)),
        ("Asia/Kolkata", "june", datetime(2026, 6, 14, 9, 30, tzinfo=UTC)),
        ("Europe/London", "Jun", datetime(2026, 6, 14, 14, tzinfo=UTC)),
        ("Not/AZone", "6", datetime(2026, 6, 14, 14, tzinfo=UTC)),
    ],
)
def test_clean_moment_typed_in_a_zone_gives_utc(zone, month, expected):
    form = Window(typed(month=month))
    in_zone(form, zone)

    form.is_valid()

    assert form.cleaned_data["closes"] == expected


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({}, "Enter a date and time for ‘Submissions close’"),
        (typed(day=""), "Submissions close must include a day"),
        (typed(month="", at=""), "Submissions close must include a month and a time"),
        (typed(day="31"), "Submissions close must be a real date, such as 14 6 2026"),
        (typed(year="26"), "Submissions close must be a real date, such as 14 6 2026"),
        (typed(year="9999"), "Submissions close must be a real date, such as 14 6 2026"),
        (typed(month="smarch"), "Submissions close must be a real date, such as 14 6 2026"),
        (typed(day="²"), "Submissions close must be a real date, such as 14 6 2026"),
        (typed(at="soon"), "Submissions close must have a time such as 3pm or 15:30"),
        (
            typed(day="29", month="3", at="1:30am"),
            "Submissions close must be a time that exists: the clocks go forward then",
        ),
    ],
)
def test_clean_moment_that_is_none_says_what_is_wrong_and_keeps_what_was_typed(answers, message):
    form = Window(answers)

    errors = dict(form.errors)

    assert errors == {"closes": [message]}
    assert list(form["closes"].value() or []) == list(answers.values())


def test_clean_time_that_comes_twice_takes_the_first():
    form = Window(typed(day="25", month="10", at="1:30am"))

    form.is_valid()

    assert form.cleaned_data["closes"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_clean_day_alone_gives_a_date():
    form = Window(typed() | {"shown_day": "1", "shown_month": "7", "shown_year": "2026"})

    form.is_valid()

    assert form.cleaned_data["shown"] == date(2026, 7, 1)


def test_show_moment_kept_in_utc_shows_the_zones_own_time():
    form = Window(initial={"closes": datetime(2026, 6, 14, 14, 5, tzinfo=UTC)})
    in_zone(form, "Asia/Kolkata")

    shown = form.fields["closes"].widget.decompress(form["closes"].value())

    assert shown == ["14", "6", "2026", "7:35pm"]


def test_show_then_clean_a_moment_changes_nothing():
    closes = datetime(2026, 6, 14, 14, 5, tzinfo=UTC)
    first = Window(initial={"closes": closes})
    parts = first.fields["closes"].widget.decompress(first["closes"].value())
    second = Window(typed(*parts), initial={"closes": closes})

    second.is_valid()

    assert second.cleaned_data["closes"] == closes
    assert second.changed_data == []


def test_in_zone_of_one_form_leaves_the_next_alone():
    in_zone(Window(), "Asia/Kolkata")

    assert Window().fields["closes"].zone == "Europe/London"
