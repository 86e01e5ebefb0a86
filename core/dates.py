"""Moments in words, as GOV.UK writes them, always with the zone named."""

from datetime import datetime
from zoneinfo import ZoneInfo


def clock_time(moment: datetime) -> str:
    """A local time: "3pm", "3:45pm", "midday", "midnight"."""
    if moment.minute == 0 and moment.hour == 12:
        return "midday"
    if moment.minute == 0 and moment.hour == 0:
        return "midnight"
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def day(moment: datetime, zone: str) -> str:
    """ "Sunday 14 June 2026" in `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B} {local.year}"


def when(moment: datetime, zone: str) -> str:
    """ "3pm on Sunday 14 June 2026 (BST)" in `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{clock_time(local)} on {day(moment, zone)} ({local.tzname()})"


def exactly(moment: datetime, zone: str) -> str:
    """ "2:59:59pm on Sunday 14 June 2026 (BST)": to the second, never rounded up, for receipts."""
    local = moment.astimezone(ZoneInfo(zone))
    half = "am" if local.hour < 12 else "pm"
    return f"{local.hour % 12 or 12}:{local:%M:%S}{half} on {day(moment, zone)} ({local.tzname()})"
