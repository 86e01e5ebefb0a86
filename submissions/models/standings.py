"""Where each team stands, for those who run the event: what counts, what is late, who has more time.

What a draft says stays its team's: here is only whether there is one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from events.models import Event
from submissions.models.deadlines import Closing
from submissions.models.disqualifications import Disqualification
from submissions.models.drafts import Submission
from submissions.models.extensions import Extension
from submissions.models.revisions import Revision
from teams.models import Team

# Long answers, which nobody reads here
HEAVY = ("problem", "built", "ai_use", "data_used", "safeguards", "next_steps", "more", "asked")


@dataclass
class Standing:
    """One team. `state` is for the colour of a tag, `words` is what it says."""

    team: Team
    submission: Submission | None = None
    entry: Revision | None = None
    late: list[Revision] = field(default_factory=list)  # to be decided
    extension: Extension | None = None
    disqualification: Disqualification | None = None  # proposed or in force
    closing: Closing | None = None

    @property
    def is_to_decide(self) -> bool:
        return bool(self.late) or self.is_proposed

    @property
    def is_proposed(self) -> bool:
        return self.disqualification is not None and not self.disqualification.is_in_force

    @property
    def is_withdrawn(self) -> bool:
        return self.submission is not None and self.submission.withdrawn_at is not None

    @property
    def state(self) -> str:
        return self._says[0]

    @property
    def words(self) -> str:
        return self._says[1]

    @property
    def _says(self) -> tuple[str, str]:
        if self.disqualification and self.disqualification.is_in_force:
            return "refused", "Disqualified"
        if self.is_withdrawn:
            return "closed", "Withdrawn"
        if self.entry:
            how = "by rule" if self.entry.by_rule else self.entry.get_side_display().partition(",")[0].lower()
            return "submitted", f"Revision {self.entry.number}, {how}"
        if self.late:
            return "waiting", "Late, to be decided"
        return "draft", "No entry"


def standings_of(event: Event, teams: Iterable[Team] | None = None) -> list[Standing]:
    """Of every team that has members, or of these. A constant number of queries."""
    chosen = list(teams if teams is not None else Team.objects.of_event(event).peopled())
    found = {team.pk: Standing(team) for team in chosen}
    submissions = {one.pk: one for one in Submission.objects.filter(team__in=found).select_related("team")}
    for submission in submissions.values():
        found[submission.team_id].submission = submission
    of = {pk: found[one.team_id] for pk, one in submissions.items()}
    revisions = Revision.objects.filter(submission__in=submissions).defer(*HEAVY)
    for revision in revisions.current().select_related("submission__team__event"):
        of[revision.submission_id].entry = revision
    for revision in revisions.undecided().select_related("submission__team__event").order_by("number"):
        of[revision.submission_id].late.append(revision)
    for extension in Extension.objects.lasting().filter(team__in=found).select_related("by"):
        found[extension.team_id].extension = extension
    for one in (
        Disqualification.objects.open().filter(submission__in=submissions).select_related("proposed_by")
    ):
        of[one.submission_id].disqualification = one
    for closing in Closing.objects.filter(submission__in=submissions).order_by("ends_at", "version"):
        of[closing.submission_id].closing = closing  # the last
    return list(found.values())
