import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.doors import door
from core.refusals import refusals_on
from judging import actions
from judging.finding import PAGE, event_for, round_for
from judging.forms import AssignForm, EndForm, ProposeForm
from judging.models import Assignment, barring_departments, coverage_of, entries_in, judges_of
from judging.rules import until_scores_close


@door("judging.allocate")
def allocation(request: HttpRequest, event_slug: str, number: int = 0) -> HttpResponse:
    round = round_for(request, event_slug, "judging.allocate", number)
    form = ProposeForm(request.POST if request.method == "POST" else None)
    short = []
    if form.is_valid():
        with refusals_on(form):
            found = actions.propose(
                round, by=request.user, seed=secrets.randbelow(2**31), **form.cleaned_data
            )
            short = found.shortages
            if not short:
                messages.success(request, said_of(found))
                return redirect("judging:allocation", event_slug, round.position)
            messages.warning(request, said_of(found))
    entries, judges = coverage_of(round)
    missing = dict(short)
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    context = {
        "event": round.event,
        "round": round,
        "form": form,
        "page": page,
        "judges": judges,
        "shortages": [(entry, missing[entry.submission]) for entry in entries if entry.submission in missing],
        "uncovered": sum(entry.is_cleared and not entry.assignments for entry in entries),
        "shut": until_scores_close(round),
        "given": sum(judge.assigned for judge in judges),
    }
    return render(request, "judging/allocation.html", context)


def said_of(found) -> str:
    added = len(found.new)
    said = f"{added} {'entry' if added == 1 else 'entries'} given to judges." if added else "Nothing to add."
    if found.shortages:
        seats = sum(missing for _, missing in found.shortages)
        places = "place is" if seats == 1 else "places are"
        said += f" {seats} {places} still empty, because nobody is left who may score."
    elif not added:
        said += " Every cleared entry has the judges you asked for."
    return said


@door("judging.allocate")
def assign(request: HttpRequest, event_slug: str, code: str, number: int = 0) -> HttpResponse:
    round = round_for(request, event_slug, "judging.allocate", number)
    event = round.event
    entry = get_object_or_404(
        entries_in(round).select_related("submission__team__event"), submission__code=code
    )
    judges = judges_of(event)
    barred = barring_departments(round).get(entry.submission.team_id, set())
    sitting = set(
        round.assignments.standing().filter(submission=entry.submission_id).values_list("judge_id", flat=True)
    )
    free = [one for one in judges if one.pk not in sitting and one.department_id not in barred]
    form = AssignForm(request.POST if request.method == "POST" else None, judges=free)
    if form.is_valid():
        with refusals_on(form):
            actions.assign(round, entry.submission, form.cleaned_data["judge"], by=request.user)
            messages.success(request, f"{form.cleaned_data['judge']} is to score ‘{entry.title}’.")
            return redirect("judging:allocation", event_slug, round.position)
    context = {
        "event": event,
        "round": round,
        "entry": entry,
        "form": form,
        "is_nobody_free": not free,
        "in_conflict": [one for one in judges if one.department_id in barred],
        "shut": until_scores_close(round),
    }
    return render(request, "judging/assign.html", context)


@door("judging.allocate")
def end(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    event = event_for(request, event_slug, "judging.allocate")
    mine = Assignment.objects.run_by(request.user).with_progress().with_people()
    assignment = get_object_or_404(mine, event=event, pk=pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.end_assignment(assignment, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, f"{assignment.judge} is not to score that entry any more.")
            return redirect("judging:allocation", event_slug, assignment.round.position)
    return render(
        request,
        "judging/end.html",
        {
            "event": event,
            "assignment": assignment,
            "form": form,
            "shut": until_scores_close(assignment.round),
        },
    )


@door("judging.watch")
def coverage(request: HttpRequest, event_slug: str, number: int = 0) -> HttpResponse:
    round = round_for(request, event_slug, "judging.watch", number)
    entries, judges = coverage_of(round)
    context = {
        "event": round.event,
        "round": round,
        "page": Paginator(entries, PAGE).get_page(request.GET.get("page")),
        "judges": judges,
        "assigned": sum(judge.assigned for judge in judges),
        "handed_in": sum(judge.handed_in for judge in judges),
        "uncovered": sum(entry.is_cleared and not entry.assignments for entry in entries),
        "why_shut": round.why_shut(),
    }
    return render(request, "judging/coverage.html", context)
