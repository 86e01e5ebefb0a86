"""An organiser's page: every stage of one event, what it holds and what it waits for."""

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from challenges.models import Challenge
from core import clock
from events.models import Application, Event, Phase, Role, RoleKind
from hackathon.needs import may_be_decided
from judging.models import Assignment, Criterion, Invitation, Judge
from screening.models import Clearance
from showcase.models import Exhibit
from submissions.models import Disqualification, Revision, Submission
from teams.models import Membership, Team

UPCOMING = (
    ("applications open", "forming_at"),
    ("applications close", "applications_close_at"),
    ("team changes close", "team_changes_close_at"),
    ("building starts", "building_at"),
    ("submissions close", "submissions_close_at"),
    ("scores close", "scores_close_at"),
)


def next_moment(event: Event) -> str:
    """The next thing that the clock does by itself, in words; "" when it has nothing left to do."""
    ahead = [(getattr(event, name), words) for words, name in UPCOMING if getattr(event, name) > clock.now()]
    if not ahead:
        return ""
    moment, words = min(ahead)
    return f"{words} at {event.say(moment)}"


def row(title: str, name: str, event: Event, hint: str, waiting: int = 0) -> dict:
    """One task: where it is done, what there is, and how much of it waits."""
    return {
        "title": title,
        "href": reverse(name, args=[event.slug]),
        "hint": hint,
        "state": "waiting" if waiting else "",
        "text": f"{waiting} to do" if waiting else "",
    }


def to_decide(event: Event) -> int:
    """Late revisions, and disqualifications that a second person has to agree to."""
    late = Revision.objects.of_event(event).undecided()
    proposed = Disqualification.objects.open().filter(submission__team__event=event, agreed_at=None)
    return late.count() + proposed.count()


def stages(event: Event) -> list[tuple[str, list[dict]]]:
    """The task lists of the page. A constant number of queries."""
    applications = Application.objects.filter(event=event).aggregate(
        all=Count("pk"), waiting=Count("pk", filter=Q(decision=""))
    )
    people = Role.objects.filter(event=event).aggregate(
        participants=Count("pk", filter=Q(kind=RoleKind.PARTICIPANT)),
        judges=Count("pk", filter=Q(kind=RoleKind.JUDGE)),
        screeners=Count("pk", filter=Q(kind=RoleKind.SCREENER)),
    )
    challenges = Challenge.objects.filter(event=event).aggregate(
        approved=Count("pk", filter=Q(decision="approved")), waiting=Count("pk", filter=Q(decision=""))
    )
    teams = Team.objects.filter(event=event).peopled().count()
    placed = Membership.objects.filter(event=event).count()
    drafts = Submission.objects.filter(team__event=event).count()
    decided = Clearance.objects.in_force().filter(revision=OuterRef("pk"))
    entries = (
        Revision.objects.of_event(event)
        .current()
        .aggregate(
            all=Count("pk"),
            cleared=Count("pk", filter=Q(Exists(decided.filter(outcome="cleared")))),
            held=Count("pk", filter=Q(Exists(decided.filter(outcome="held")))),
        )
    )
    undecided = entries["all"] - entries["cleared"] - entries["held"]
    ballots = (
        Assignment.objects.standing()
        .filter(event=event)
        .with_progress()
        .aggregate(given=Count("pk"), done=Count("pk", filter=Q(is_handed_in=True)))
    )
    declined = Judge.objects.filter(role__event=event, answer=Judge.Answer.DECLINED).count()
    invited = Invitation.objects.open().filter(event=event).count()
    criteria = Criterion.objects.of_event(event).count()
    shown = Exhibit.objects.filter(event=event, hidden_at=None).count()
    judging = event.phase is Phase.JUDGING
    publishable = judging and not event.is_open("scores")
    set_up = [
        row("Details and moments", "events:edit", event, event.summary),
        row("People and roles", "events:people", event,
            f"{people['participants']} participants, {people['screeners']} screeners, "
            f"{people['judges']} judges"),
        row("What was done, by whom", "events:log", event, "Every act that changed something"),
    ]  # fmt: skip
    if event.phase is Phase.DRAFT:
        set_up.insert(1, row("Open the event", "events:open", event, "Only those who work on it see it", 1))
    return [
        ("Set up", set_up),
        ("Challenges and people", [
            row("Challenges", "challenges:review", event,
                f"{challenges['approved']} approved",
                challenges["waiting"] if event.is_open("proposals") else 0),
            row("Applications", "events:applications", event,
                f"{applications['all']} received",
                applications["waiting"] if may_be_decided(event) else 0),
            row("Teams", "teams:list", event,
                f"{teams} teams, {people['participants'] - placed} participants without one"),
        ]),
        ("Entries", [
            row("Screening", "screening:queue", event,
                f"{drafts} started, {entries['all']} submitted, {entries['cleared']} cleared, "
                f"{entries['held']} held",
                undecided if event.phase in (Phase.BUILDING, Phase.JUDGING) else 0),
            row("Call for entries", "submissions:call", event, "What is required, and questions of your own"),
            row("Teams at the deadline", "submissions:standings", event,
                "Late revisions, more time, withdrawn and disqualified entries", to_decide(event)),
            row("Settings for reading", "reading:settings", event, "Early readings, budget, own questions"),
            row("What entries have in common", "reading:overview", event, "By principle, over all entries"),
            row("Calls, tokens and money", "reading:ledger", event, "What reading has cost"),
            row("Links in entries", "links:overview", event, "Where they lead, and whether they answer"),
            row("Rubric", "judging:rubric", event, f"{criteria} criteria", 0 if criteria else 1),
            row("Judges", "judging:judges", event,
                f"{people['judges']} judges, {declined} who cannot, {invited} invitations open"),
            row("Judges and entries", "judging:allocation", event,
                f"{ballots['given']} ballots given out",
                1 if judging and entries["cleared"] and not ballots["given"] else 0),
            row("Coverage", "judging:coverage", event,
                f"{ballots['done']} of {ballots['given']} ballots handed in"),
            row("Results", "results:page", event, "Places, with how sure they are"),
            row("Take entries away", "records:event", event,
                "All entries as a zip, each as PDF and JSON, and its draft transparency record"),
            row("Showcase", "showcase:publish", event, f"{shown} entries shown", 1 if publishable else 0),
        ]),
    ]  # fmt: skip
