"""For those who run the event: where each team stands at the deadline, and what to decide."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core import clock
from core.doors import door
from core.permissions import may, require
from core.refusals import refusals_on
from events.models import Event
from submissions import actions
from submissions.forms import AgreeForm, DisqualifyForm, ExtendForm, LateForm, ReasonForm
from submissions.models import Call, Disqualification, Extension, Revision, Standing, Submission, standings_of
from teams.models import Team

PAGE = 50


@door("submissions.standings")
def every(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = run_by(request, event_slug)
    rows = standings_of(event)
    context = {
        "event": event,
        "to_decide": [row for row in rows if row.is_to_decide],
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "call": Call.of(event),
        "is_closed": clock.now() >= event.submissions_close_at,
        "counted": sum(row.entry is not None for row in rows),
    }
    return render(request, "submissions/standings.html", context)


@door("submissions.standings")
def one(request: HttpRequest, event_slug: str, team: str) -> HttpResponse:
    standing, event = standing_for(request, event_slug, team)
    submission, user = standing.submission, request.user
    revisions: list[Revision] = []
    past: list[Disqualification] = []
    if submission is not None:
        received = submission.revisions.select_related(
            "submitted_by", "admission__by", "submission__team__event"
        )
        revisions = list(received[:PAGE])
        people = ("proposed_by", "agreed_by", "lifted_by", "answered_by")
        past = list(submission.disqualifications.select_related(*people))
    proposal = standing.disqualification
    may_disqualify = submission is not None and may(user, "submissions.disqualify", submission)
    ends = submission.window.ends_at if submission else event.submissions_close_at
    context = {
        "event": event,
        "team": standing.team,
        "standing": standing,
        "submission": submission,
        "ends": event.say(ends),
        "is_over": clock.now() >= ends,
        "revisions": revisions,
        "extensions": Extension.objects.filter(team=standing.team).select_related("by", "ended_by"),
        "disqualifications": past,
        "closings": submission.closings.all() if submission else [],
        "may_extend": may(user, "submissions.extend", standing.team),
        "may_admit": may(user, "submissions.admit", standing.team),
        "may_disqualify": may_disqualify and proposal is None,
        "may_agree": may_disqualify and standing.is_proposed and proposal and proposal.proposed_by != user,
        "may_lift": may_disqualify and proposal is not None,
    }
    return render(request, "submissions/standing.html", context)


@door("submissions.extend")
def extend(request: HttpRequest, event_slug: str, team: str) -> HttpResponse:
    standing, event = standing_for(request, event_slug, team)
    return decide(
        request,
        standing,
        ExtendForm(request.POST if request.method == "POST" else None, event=event),
        lambda given: actions.extend(standing.team, by=request.user, **given),
        title=f"Give {standing.team} more time",
        text=f"Submissions close for the others at {event.say(event.submissions_close_at)}. The team gets a "
        "mail, and the chair sees this too. A revision that it had already submitted late counts as well.",
        button="Give more time",
        done=f"{standing.team} has more time, and a mail that says so.",
    )


@door("submissions.extend")
def end(request: HttpRequest, event_slug: str, team: str) -> HttpResponse:
    standing, _ = standing_for(request, event_slug, team)
    if standing.extension is None:
        raise Http404("This team has no more time than the others")
    return decide(
        request,
        standing,
        ReasonForm(request.POST if request.method == "POST" else None),
        lambda given: actions.end_extension(standing.team, by=request.user, **given),
        title=f"End the time given to {standing.team}",
        text="What the team submitted in it still counts. What it submits from now on is late.",
        button="End it",
        done="The time has ended. What the team submitted in it counts.",
    )


@door("submissions.admit")
def late(request: HttpRequest, event_slug: str, team: str, number: int) -> HttpResponse:
    standing, event = standing_for(request, event_slug, team)
    revision = get_object_or_404(
        Revision.objects.late().with_people(), submission__team=standing.team, number=number
    )
    entry = standing.entry
    stands = f"Revision {entry.number} is its entry now." if entry else "It has no entry now."
    return decide(
        request,
        standing,
        LateForm(request.POST if request.method == "POST" else None),
        lambda given: actions.decide_late(revision, by=request.user, **given),
        title=f"Late revision {number} of {standing.team}",
        text=f"We received ‘{revision.title}’ at {revision.received}. Submissions closed for the team at "
        f"{event.say(revision.submission.window.ends_at)}. {stands}",
        button="Decide",
        done="Decided. The team has a mail that says so, and why.",
    )


@door("submissions.disqualify")
def disqualify(request: HttpRequest, event_slug: str, team: str) -> HttpResponse:
    standing, _ = standing_for(request, event_slug, team)
    submission = begun(standing)
    return decide(
        request,
        standing,
        DisqualifyForm(request.POST if request.method == "POST" else None),
        lambda given: actions.propose_disqualification(submission, by=request.user, **given),
        title=f"Propose to disqualify {standing.team}",
        text="It takes two people. Nothing changes for the team until another organiser or the chair agrees. "
        "Then it is told why, and can answer.",
        button="Propose",
        done="Proposed. Another organiser or the chair has to agree.",
    )


@door("submissions.disqualify")
def agree(request: HttpRequest, event_slug: str, team: str) -> HttpResponse:
    standing, _ = standing_for(request, event_slug, team)
    proposal = proposed(standing)
    return decide(
        request,
        standing,
        AgreeForm(request.POST if request.method == "POST" else None),
        lambda _: actions.agree_to_disqualify(proposal, by=request.user),
        title=f"Disqualify {standing.team}",
        text=f"{proposal.proposed_by} proposes it: {proposal.reason}",
        button="Agree and tell the team",
        done="The entry is disqualified, and the team has a mail that says why.",
        warn=True,
    )


@door("submissions.disqualify")
def lift(request: HttpRequest, event_slug: str, team: str) -> HttpResponse:
    standing, _ = standing_for(request, event_slug, team)
    proposal = proposed(standing)
    return decide(
        request,
        standing,
        ReasonForm(request.POST if request.method == "POST" else None),
        lambda given: actions.lift_disqualification(proposal, by=request.user, **given),
        title=f"{'Take back the disqualification' if proposal.is_in_force else 'Drop the proposal'}",
        text=f"{proposal.proposed_by} proposed it: {proposal.reason}",
        button="Take it back" if proposal.is_in_force else "Drop it",
        done="The entry is what it was before.",
    )


def decide(
    request: HttpRequest,
    standing: Standing,
    form: forms.Form,
    act: Callable[[dict], object],
    *,
    title: str,
    text: str,
    button: str,
    done: str,
    warn: bool = False,
) -> HttpResponse:
    """One decision about one team: what it means, what it takes, and back to the team's page."""
    event = standing.team.event
    if form.is_valid():
        with refusals_on(form):
            act(form.cleaned_data)
            messages.success(request, done)
            return redirect("submissions:standing", event.slug, standing.team.code)
    context = {
        "event": event,
        "team": standing.team,
        "form": form,
        "title": title,
        "text": text,
        "button": button,
        "warn": warn,
    }
    return render(request, "submissions/decide.html", context)


def run_by(request: HttpRequest, event_slug: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require(request.user, "submissions.standings", event)
    return event


def standing_for(request: HttpRequest, event_slug: str, code: str) -> tuple[Standing, Event]:
    event = run_by(request, event_slug)
    team = get_object_or_404(Team.objects.visible_to(request.user).with_challenge(), event=event, code=code)
    return standings_of(event, [team])[0], event


def begun(standing: Standing) -> Submission:
    if standing.submission is None:
        raise Http404("This team has not begun an entry")
    return standing.submission


def proposed(standing: Standing) -> Disqualification:
    if standing.disqualification is None:
        raise Http404("Nobody proposes to disqualify this team")
    return standing.disqualification
