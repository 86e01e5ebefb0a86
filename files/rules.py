"""Who may do what with a shelf: its team, at any time. When an entry is submitted is for the entry to say."""

from core.permissions import permit
from teams.rules import is_on_team

permit("files.see", is_on_team)
permit("files.upload", is_on_team)
permit("files.describe", is_on_team)
permit("files.remove", is_on_team)
permit("files.restore", is_on_team)
