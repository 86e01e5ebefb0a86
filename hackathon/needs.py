"""What needs a person now, across every stage: the one page nobody has to look for.

Each question below is one query for all of the person's events together, so the page costs the same
however many events, entries or ballots there are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from accounts.models import User
from challenges.models import Challenge
from core import clock
from events.models import Application, Event, Phase, Role, RoleKind
from files.models import File
from judging.models import Assignment
from reading.models import Screening
from screening import models as screening
from screening.models import Clearance, Remark
from submissions.models import Disqualification, Enclosure, Revision, Submission
from teams.models import Membership


@dataclass(frozen=True)
class Need:
    """One thing to do: where, what, by when. `until` orders the list; None comes last."""

    event: Event
    text: str
    href: str
    hint: str = ""
    until: datetime | None = None
    tag: str = "To do"

    def as_task(self) -> dict:
        """For components/task_list.html."""
        hint = f"{self.event}. {self.hint}" if self.hint else str(self.event)
        return {
            "title": self.text,
            "href": self.href,
            "hint": hint,
            "state": self.tag.lower(),
            "text": self.tag,
        }


def needs_of(user: User) -> list[Need]:
    """Everything that waits for this person, the most urgent first."""
    roles: dict[str, dict[int, Event]] = {}
    for role in Role.objects.filter(user=user).select_related("event"):
        roles.setdefault(role.kind, {})[role.event_id] = role.event
    found = [
        *for_participant(user, roles.get(RoleKind.PARTICIPANT, {})),
        *for_applicant(user),
        *for_owner(user),
        *for_judge(user, roles.get(RoleKind.JUDGE, {})),
        *for_screener(user, roles.get(RoleKind.SCREENER, {})),
        *for_chair(roles.get(RoleKind.CHAIR, {})),
        *for_organiser(roles.get(RoleKind.ORGANISER, {})),
        *for_who_runs_judging(roles.get(RoleKind.CHAIR, {}) | roles.get(RoleKind.ORGANISER, {})),
        *for_second_person(user, roles.get(RoleKind.CHAIR, {}) | roles.get(RoleKind.ORGANISER, {})),
    ]
    return sorted(found, key=lambda need: (need.until is None, need.until or 0, need.text))


def events_of(user: User) -> list[tuple[Event, str]]:
    """The events this person has a part in, and as what."""
    kinds: dict[Event, list[str]] = {}
    for role in Role.objects.filter(user=user).select_related("event").order_by("-event__building_at"):
        kinds.setdefault(role.event, []).append(role.get_kind_display().lower())
    return [(event, " and ".join(names)) for event, names in kinds.items()]


def open_to(user: User) -> list[Event]:
    """The events that take applications from this person now, and where they have no part yet."""
    mine = Role.objects.filter(event=OuterRef("pk"), user=user)
    asked = Application.objects.filter(event=OuterRef("pk"), user=user)
    inviting = Event.objects.open_for("applications").inviting(user.department_id)
    return list(inviting.filter(~Exists(mine), ~Exists(asked)))


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def for_participant(user: User, events: dict[int, Event]) -> Iterator[Need]:
    if not events:
        return
    teams = {
        membership.event_id: membership.team
        for membership in Membership.objects.filter(user=user, event__in=events).select_related("team")
    }
    mine = Submission.objects.filter(team__in=teams.values()).with_deadline()
    drafts = {draft.team_id: draft for draft in mine}
    entries = {
        revision.submission_id: revision
        for revision in Revision.objects.current()
        .filter(submission__in=drafts.values())
        .select_related("declaration")
    }
    out = set(
        Disqualification.objects.in_force()
        .filter(submission__in=drafts.values(), answer="")
        .values_list("submission_id", flat=True)
    )
    clearances = {
        clearance.revision_id: clearance
        for clearance in Clearance.objects.standing().filter(revision__in=entries.values())
    }
    read = set(
        Screening.objects.filter(revision__in=entries.values(), finished_at__isnull=False).values_list(
            "revision_id", flat=True
        )
    )
    asked = unanswered_questions(drafts.values())
    changed = changed_since_submitted(drafts.values(), entries)
    for event in events.values():
        team = teams.get(event.pk)
        if team is None:
            if event.is_open("team_changes"):
                yield Need(
                    event,
                    "Find a team, or found one",
                    reverse("teams:list", args=[event.slug]),
                    f"Teams can change until {event.say(event.team_changes_close_at)}",
                    event.team_changes_close_at,
                )
            continue
        draft = drafts.get(team.pk)
        entry = entries.get(draft.pk) if draft else None
        if draft and draft.pk in out and event.phase is not Phase.SHOWCASE:
            yield Need(
                event,
                "Your entry is disqualified: read why, and answer",
                reverse("submissions:entry", args=[event.slug]),
                "The people who decided read your answer",
                event.scores_close_at,
            )
        yield from about_entry(event, draft, entry, is_changed=draft is not None and draft.pk in changed)
        if draft is None or entry is None:
            continue
        if number := asked[draft.pk]:
            yield Need(
                event,
                f"Answer {count(number, 'question', 'questions')} about your entry",
                reverse("screening:report", args=[event.slug, draft.code]) + "#talk",
                "A screener asks. Your answer stands beside the finding",
                event.submissions_close_at,
            )
        clearance = clearances.get(entry.pk)
        if clearance and clearance.outcome == Clearance.Outcome.HELD:
            yield Need(
                event,
                "Your entry is held",
                reverse("screening:report", args=[event.slug, draft.code]),
                clearance.reason,
                event.submissions_close_at,
                "Held",
            )
        elif entry.pk in read and event.is_open("submissions"):
            yield Need(
                event,
                "Read what screening found in your entry",
                reverse("screening:report", args=[event.slug, draft.code]),
                "You can still change the entry and submit again",
                event.submissions_close_at,
                "New",
            )


def unanswered_questions(drafts: Iterable[Submission]) -> Counter[int]:
    """By submission, on how many matters a screener spoke last."""
    last: dict[tuple[int, int], bool] = {}
    remarks = Remark.objects.filter(submission__in=drafts).order_by("pk")
    for submission, number, from_team in remarks.values_list("submission", "number", "from_team"):
        last[submission, number] = from_team
    return Counter(submission for (submission, _), from_team in last.items() if not from_team)


def changed_since_submitted(drafts: Iterable[Submission], entries: dict[int, Revision]) -> set[int]:
    """The drafts that say something, or hold a file, which the entry does not."""
    now: dict[int, set] = defaultdict(set)
    for team, file, alt in (
        File.objects.filter(team__in=[draft.team_id for draft in drafts])
        .usable()
        .values_list("team", "pk", "alt")
    ):
        now[team].add((file, alt))
    sent: dict[int, set] = defaultdict(set)
    enclosed = Enclosure.objects.filter(revision__in=entries.values())
    for revision, file, alt in enclosed.values_list("revision", "file", "alt"):
        sent[revision].add((file, alt))
    return {
        draft.pk
        for draft in drafts
        if (entry := entries.get(draft.pk))
        and (entry.answers() != draft.answers() or sent[entry.pk] != now[draft.team_id])
    }


def about_entry(
    event: Event, draft: Submission | None, entry: Revision | None, *, is_changed: bool
) -> Iterator[Need]:
    """What the team has to do before its own deadline, and what is missing after it."""
    at = clock.now()
    ends = draft.deadline if draft and draft.extended_until else event.submissions_close_at
    href = reverse("submissions:entry", args=[event.slug])
    if entry and not entry.agreed and event.phase is Phase.JUDGING:
        yield Need(
            event,
            "Confirm the declarations for your entry",
            href,
            "Your draft became your entry when submissions closed",
            event.scores_close_at,
        )
    if event.announced_at is None or not event.building_at <= at < ends:
        return
    closes = f"Submissions close at {event.say(ends)}"
    if draft is None:
        yield Need(event, "Start your entry", href, closes, ends)
    elif draft.withdrawn_at is not None:
        return
    elif entry is None:
        missing = len(draft.unanswered())
        text = (
            f"Finish your entry: {count(missing, 'answer is', 'answers are')} missing"
            if missing
            else "Submit your entry: every answer is there"
        )
        yield Need(event, text, href, closes, ends)
    elif is_changed:
        yield Need(
            event,
            "Your draft has changed since you submitted it",
            href,
            f"Submit again to send the changes. {closes}",
            ends,
        )


def for_applicant(user: User) -> Iterator[Need]:
    undecided = Application.objects.undecided().filter(user=user).select_related("event")
    for application in undecided:
        event = application.event
        if event.phase in (Phase.FORMING, Phase.BUILDING):
            yield Need(
                event,
                "Your application is with the organisers",
                reverse("events:page", args=[event.slug]),
                "You will get a mail when they decide",
                event.building_at,
                "Waiting",
            )


def for_owner(user: User) -> Iterator[Need]:
    asked = Challenge.objects.filter(owner=user, decision=Challenge.Decision.CHANGES).select_related("event")
    for challenge in asked:
        yield Need(
            challenge.event,
            f"Change your challenge ‘{challenge.title}’",
            reverse("challenges:edit", args=[challenge.event.slug, challenge.code]),
            challenge.reason,
            challenge.event.building_at,
        )


def for_judge(user: User, events: dict[int, Event]) -> Iterator[Need]:
    if not events:
        return
    rows = (
        Assignment.objects.of(user)
        .filter(event__in=events)
        .with_progress()
        .values("event_id")
        .annotate(given=Count("pk"), done=Count("pk", filter=Q(is_handed_in=True)))
        .order_by("event_id")
    )
    for row in rows:
        event, left = events[row["event_id"]], row["given"] - row["done"]
        if left and event.is_open("scores"):
            yield Need(
                event,
                f"Score {count(left, 'entry', 'entries')}",
                reverse("judging:list", args=[event.slug]),
                f"You have handed in {row['done']} of {row['given']}. "
                f"Scores close at {event.say(event.scores_close_at)}",
                event.scores_close_at,
            )


def undecided_entries(events: dict[int, Event]) -> Counter[int]:
    """How many current revisions nobody has cleared or held, by event."""
    waiting = screening.undecided_entries().filter(submission__team__event__in=events)
    return Counter(waiting.values_list("submission__team__event_id", flat=True))


def for_screener(user: User, events: dict[int, Event]) -> Iterator[Need]:
    events = {pk: event for pk, event in events.items() if event.phase in (Phase.BUILDING, Phase.JUDGING)}
    if not events:
        return
    entries = Revision.objects.current().filter(submission__team__event__in=events)
    alone = Clearance.objects.standing().filter(outcome="held", confirms=None, revision__in=entries)
    holds = alone.exclude(by=user).values_list("revision__submission__team__event", flat=True)
    for pk, number in Counter(holds).items():
        yield Need(
            events[pk],
            f"Agree to hold {count(number, 'entry', 'entries')}, or clear {'it' if number == 1 else 'them'}",
            reverse("screening:queue", args=[events[pk].slug]) + "?show=second",
            "A hold lasts once two people have decided it",
            events[pk].submissions_close_at,
        )
    for pk, number in undecided_entries(events).items():
        event = events[pk]
        yield Need(
            event,
            f"Clear or hold {count(number, 'entry', 'entries')}",
            reverse("screening:queue", args=[event.slug]),
            "Judges see an entry once a screener has cleared it",
            event.submissions_close_at,
        )


def for_chair(events: dict[int, Event]) -> Iterator[Need]:
    events = {pk: event for pk, event in events.items() if event.phase is Phase.JUDGING}
    if not events:
        return
    rows = (
        Assignment.objects.standing()
        .filter(event__in=events)
        .with_progress()
        .values("event_id")
        .annotate(given=Count("pk"), done=Count("pk", filter=Q(is_handed_in=True)))
        .order_by("event_id")
    )
    progress = {row["event_id"]: row for row in rows}
    for pk, event in events.items():
        row = progress.get(pk, {"given": 0, "done": 0})
        if event.is_open("scores"):
            yield Need(
                event,
                f"Watch coverage: {row['done']} of {count(row['given'], 'ballot', 'ballots')} handed in",
                reverse("judging:coverage", args=[event.slug]),
                f"Scores close at {event.say(event.scores_close_at)}",
                event.scores_close_at,
                "Under way",
            )
        else:
            yield Need(event, "Read the results", reverse("results:page", args=[event.slug]))


def for_second_person(user: User, events: dict[int, Event]) -> Iterator[Need]:
    """A disqualification that somebody else has proposed."""
    if not events:
        return
    proposed = Disqualification.objects.open().filter(submission__team__event__in=events, agreed_at=None)
    by_others = proposed.exclude(proposed_by=user).values_list("submission__team__event", flat=True)
    for pk, number in Counter(by_others).items():
        if events[pk].phase in (Phase.BUILDING, Phase.JUDGING):
            yield Need(
                events[pk],
                f"Decide whether to disqualify {count(number, 'entry', 'entries')}",
                reverse("submissions:standings", args=[events[pk].slug]),
                "It takes two people",
                events[pk].scores_close_at,
            )


def for_who_runs_judging(events: dict[int, Event]) -> Iterator[Need]:
    """Entries that a judge was taken from, or gave up, and that nobody has taken over."""
    if not events:
        return
    rows = Assignment.objects.unreplaced().filter(event__in=events)
    lacking = set(rows.values_list("event_id", "submission_id"))
    for pk, number in Counter(event for event, _ in lacking).items():
        event = events[pk]
        if clock.now() < event.scores_close_at:
            yield Need(
                event,
                f"Find another judge for {count(number, 'entry', 'entries')}",
                reverse("judging:allocation", args=[event.slug]),
                "A judge declined, has a conflict of interest, or was taken off",
                event.scores_close_at,
            )


def may_be_decided(event: Event) -> bool:
    """Applications still matter: the same time as the permission has."""
    return event.phase in (Phase.FORMING, Phase.BUILDING)


def for_organiser(events: dict[int, Event]) -> Iterator[Need]:
    live = {pk: event for pk, event in events.items() if event.phase is not Phase.SHOWCASE}
    if not live:
        return
    applications = Counter(
        Application.objects.undecided().filter(event__in=live).values_list("event_id", flat=True)
    )
    proposals = Counter(
        Challenge.objects.awaiting().filter(event__in=live).values_list("event_id", flat=True)
    )
    judged = {pk: event for pk, event in live.items() if event.phase is Phase.JUDGING}
    late = Counter(
        Revision.objects.undecided()
        .filter(submission__team__event__in=judged)
        .values_list("submission__team__event", flat=True)
    )
    assigned = set(Assignment.objects.standing().filter(event__in=judged).values_list("event_id", flat=True))
    for pk, event in live.items():
        slug = [event.slug]
        if event.phase is Phase.DRAFT:
            yield Need(
                event,
                "Open this event",
                reverse("events:open", args=slug),
                "Only those who work on it can see it",
                event.forming_at,
                "Draft",
            )
        if applications[pk] and may_be_decided(event):
            yield Need(
                event,
                f"Decide {count(applications[pk], 'application', 'applications')}",
                reverse("events:applications", args=slug),
                until=event.building_at,
            )
        if proposals[pk] and event.is_open("proposals"):
            yield Need(
                event,
                f"Review {count(proposals[pk], 'challenge', 'challenges')}",
                reverse("challenges:review", args=slug),
                until=event.building_at,
            )
        if late[pk]:
            yield Need(
                event,
                f"Decide about {count(late[pk], 'late revision', 'late revisions')}",
                reverse("submissions:standings", args=slug),
                "It counts only if you admit it",
                event.scores_close_at,
            )
        if event.phase is Phase.JUDGING and event.is_open("scores") and pk not in assigned:
            yield Need(
                event,
                "Assign judges to entries",
                reverse("judging:allocation", args=slug),
                until=event.scores_close_at,
            )
        if event.phase is Phase.JUDGING and not event.is_open("scores"):
            yield Need(
                event,
                "Publish the showcase",
                reverse("showcase:publish", args=slug),
                "Scores have closed",
                clock.now(),
            )
