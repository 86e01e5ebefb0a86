"""Who publishes, and when: once scores have closed, so that nothing public can sway a judge."""

from core import clock
from core.permissions import permit
from events.models import Phase
from events.rules import is_organiser


def after_judging(obj) -> str:
    event = obj.event
    if event.phase not in (Phase.JUDGING, Phase.SHOWCASE):
        return f"The showcase can be published once scores close, at {event.say(event.scores_close_at)}"
    if clock.now() < event.scores_close_at:
        return f"Judges are still scoring. Publish once scores close, at {event.say(event.scores_close_at)}"
    return ""


def once_published(obj) -> str:
    return "" if obj.event.phase is Phase.SHOWCASE else "This event has not been published yet"


permit("showcase.publish", is_organiser, after_judging)
permit("showcase.refresh", is_organiser, once_published)
permit("showcase.hide", is_organiser)
