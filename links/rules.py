"""Who may see whether links answer: a team its own, and those who read entries all of them."""

from core.permissions import permit
from events.rules import is_chair, is_organiser, is_screener
from submissions.rules import is_on_team

permit("links.see", is_on_team)
permit("links.overview", is_organiser | is_chair | is_screener)
