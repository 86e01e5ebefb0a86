from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.doors import door
from core.permissions import require_ever
from core.refusals import refusals_on
from judging import actions
from judging.finding import event_for, given_for, own_part
from judging.forms import ConflictForm, ConflictOfForm, EndConflictForm
from judging.models import Conflict, hides_teams, judges_of, titles_for
from judging.rules import until_published
from teams.models import Team


@door("judging.declare")
def declare(request: HttpRequest, event_slug: str) -> HttpResponse:
    """The judge's own: of a team, or in a blind round of an entry that they were given."""
    event = own_part(request, event_slug).event
    is_blind = hides_teams(event)
    label = "Entry" if is_blind else "Team"
    teams = {str(team.pk): team for team in Team.objects.of_event(event).peopled().select_related("event")}
    titles = titles_for(request.user, event) if is_blind else {}
    about = (
        [(str(pk), title) for pk, title in titles.items()]
        if is_blind
        else [(pk, team.name) for pk, team in teams.items()]
    )
    form = ConflictForm(request.POST if request.method == "POST" else None, about=about, label=label)
    if form.is_valid():
        with refusals_on(form):
            actions.declare(teams[form.cleaned_data.pop("about")], request.user, by=request.user,
                            **form.cleaned_data)  # fmt: skip
            return declared(request, event_slug)
    context = {"event": event, "form": form, "is_blind": is_blind, "is_empty": not about,
               "shut": until_published(event)}  # fmt: skip
    return render(request, "judging/declare.html", context)


def declared(request: HttpRequest, event_slug: str) -> HttpResponse:
    messages.success(request, "Your conflict of interest is declared. You will not score that entry.")
    return redirect("judging:me", event_slug)


@door("judging.declare")
def declare_here(request: HttpRequest, event_slug: str, code: str, number: int = 0) -> HttpResponse:
    """At the score sheet: of the entry in hand, which may have no other name for the judge."""
    assignment = given_for(request, event_slug, code, number)
    event = assignment.event
    team = assignment.submission.team
    form = ConflictForm(request.POST if request.method == "POST" else None, about=None)
    if form.is_valid():
        with refusals_on(form):
            actions.declare(team, request.user, by=request.user, **form.cleaned_data)
            return declared(request, event_slug)
    title = titles_for(request.user, event).get(team.pk, "An entry")
    context = {"event": event, "form": form, "title": title, "code": code, "shut": until_published(event)}
    return render(request, "judging/declare.html", context)


@door("judging.declare_for")
def declare_for(request: HttpRequest, event_slug: str) -> HttpResponse:
    """Said by who runs the judging, such as of a mentor or a line manager."""
    event = event_for(request, event_slug, "judging.declare_for")
    judges = {str(one.pk): one for one in judges_of(event)}
    teams = {str(team.pk): team for team in Team.objects.of_event(event).peopled().select_related("event")}
    form = ConflictOfForm(
        request.POST if request.method == "POST" else None,
        judges=[(pk, str(one)) for pk, one in judges.items()],
        about=[(pk, team.name) for pk, team in teams.items()],
    )
    if form.is_valid():
        said = dict(form.cleaned_data)
        judge, team = judges[said.pop("judge")], teams[said.pop("about")]
        with refusals_on(form):
            actions.declare(team, judge, by=request.user, **said)
            messages.success(request, f"{judge} does not score the entry of {team}.")
            return redirect("judging:judges", event_slug)
    context = {"event": event, "form": form, "shut": until_published(event)}
    return render(request, "judging/declare_for.html", context)


@door("judging.end_conflict")
def end_conflict(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    event = event_for(request, event_slug, "judging.watch")
    found = Conflict.objects.run_by(request.user).standing().select_related("event", "judge", "team")
    conflict = get_object_or_404(found, event=event, pk=pk)
    require_ever(request.user, "judging.end_conflict", conflict)
    form = EndConflictForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.end_conflict(conflict, by=request.user, **form.cleaned_data)
            messages.success(request, "The conflict has ended. What it took from the judge stays taken.")
            return redirect("judging:judges", event_slug)
    context = {"event": event, "conflict": conflict, "form": form, "shut": until_published(event)}
    return render(request, "judging/end_conflict.html", context)


@door("judging.declare_for")
@require_POST
def settle(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug, "judging.declare_for")
    if shut := until_published(event):
        messages.error(request, f"{shut}.")
    else:
        ended = len(actions.end_in_conflict(event, by=request.user))
        entries = "1 entry was" if ended == 1 else f"{ended} entries were"
        messages.success(request, f"{entries} taken from judges. Ballots on them do not count.")
    return redirect("judging:judges", event_slug)
