import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from core import clock
from core.doors import door
from core.permissions import require_ever
from core.refusals import refusals_on
from events.models import Event
from files.serving import serve
from judging import actions
from judging.forms import (
    AssignForm,
    ConfirmForm,
    CriterionForm,
    EndForm,
    ProposeForm,
    SheetForm,
    TemplateForm,
    criteria_of,
)
from judging.models import (
    Assignment,
    Ballot,
    Criterion,
    coverage_of,
    departments_of,
    judges_of,
    results_of,
    why_scores_hidden,
)
from judging.rules import until_scores_close
from screening.models import cleared_entries
from screening.presentation import told_by_people
from submissions.models import Revision

PAGE = 50


def event_for(request: HttpRequest, event_slug: str, permission: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, permission, event)
    return event


# The rubric


@door("judging.set_rubric")
def rubric(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug, "judging.set_rubric")
    form = TemplateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.adopt(event, by=request.user, template=form.cleaned_data["template"])
            messages.success(request, "Template adopted. Change its criteria to fit your event.")
            return redirect("judging:rubric", event_slug)
    criteria = list(Criterion.objects.filter(event=event))
    return render(
        request,
        "judging/rubric.html",
        {
            "event": event,
            "form": form,
            "criteria": criteria,
            "weights": sum(criterion.weight for criterion in criteria),
            "frozen": why_frozen(event),
        },
    )


def why_frozen(event: Event) -> str:
    if Ballot.objects.filter(assignment__event=event).exists():
        return actions.FROZEN
    return until_scores_close(event)


@door("judging.set_rubric")
def add_criterion(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug, "judging.set_rubric")
    form = CriterionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.add_criterion(event, by=request.user, **form.cleaned_data)
            return redirect("judging:rubric", event_slug)
    context = {"event": event, "form": form, "heading": "Add a criterion", "frozen": why_frozen(event)}
    return render(request, "judging/criterion.html", context)


@door("judging.set_rubric")
def change_criterion(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    event = event_for(request, event_slug, "judging.set_rubric")
    criterion = get_object_or_404(Criterion, event=event, pk=pk)
    if request.method == "POST":
        form = CriterionForm(request.POST)
        if form.is_valid():
            with refusals_on(form):
                actions.change_criterion(criterion, by=request.user, **form.cleaned_data)
                return redirect("judging:rubric", event_slug)
    else:
        form = CriterionForm(instance=criterion)
    context = {"event": event, "form": form, "heading": "Change a criterion", "frozen": why_frozen(event)}
    return render(request, "judging/criterion.html", context)


@door("judging.set_rubric")
def remove_criterion(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    event = event_for(request, event_slug, "judging.set_rubric")
    criterion = get_object_or_404(Criterion, event=event, pk=pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.remove_criterion(criterion, by=request.user)
            messages.success(request, f"‘{criterion.name}’ removed from the rubric.")
            return redirect("judging:rubric", event_slug)
    return render(
        request, "judging/remove_criterion.html", {"event": event, "criterion": criterion, "form": form}
    )


# Who scores what


@door("judging.allocate")
def allocation(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug, "judging.allocate")
    form = ProposeForm(request.POST if request.method == "POST" else None)
    short = []
    if form.is_valid():
        with refusals_on(form):
            found = actions.propose(
                event, by=request.user, seed=secrets.randbelow(2**31), **form.cleaned_data
            )
            short = found.shortages
            if not short:
                messages.success(request, said_of(found))
                return redirect("judging:allocation", event_slug)
            messages.warning(request, said_of(found))
    entries, judges = coverage_of(event)
    missing = dict(short)
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    context = {
        "event": event,
        "form": form,
        "page": page,
        "judges": judges,
        "shortages": [(entry, missing[entry.submission]) for entry in entries if entry.submission in missing],
        "uncovered": sum(entry.is_cleared and not entry.assignments for entry in entries),
        "shut": until_scores_close(event),
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
def assign(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    event = event_for(request, event_slug, "judging.allocate")
    entry = get_object_or_404(
        cleared_entries(event).select_related("submission__team__event"), submission__code=code
    )
    judges = judges_of(event)
    barred = departments_of(event).get(entry.submission.team_id, set())
    sitting = set(
        Assignment.objects.standing()
        .filter(event=event, submission=entry.submission_id)
        .values_list("judge_id", flat=True)
    )
    free = [one for one in judges if one.pk not in sitting and one.department_id not in barred]
    form = AssignForm(request.POST if request.method == "POST" else None, judges=free)
    if form.is_valid():
        with refusals_on(form):
            actions.assign(entry.submission, form.cleaned_data["judge"], by=request.user)
            messages.success(request, f"{form.cleaned_data['judge']} is to score ‘{entry.title}’.")
            return redirect("judging:allocation", event_slug)
    context = {
        "event": event,
        "entry": entry,
        "form": form,
        "is_nobody_free": not free,
        "in_conflict": [one for one in judges if one.department_id in barred],
        "shut": until_scores_close(event),
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
            return redirect("judging:allocation", event_slug)
    return render(
        request,
        "judging/end.html",
        {"event": event, "assignment": assignment, "form": form, "shut": until_scores_close(event)},
    )


@door("judging.watch")
def coverage(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug, "judging.watch")
    entries, judges = coverage_of(event)
    context = {
        "event": event,
        "page": Paginator(entries, PAGE).get_page(request.GET.get("page")),
        "judges": judges,
        "assigned": sum(judge.assigned for judge in judges),
        "handed_in": sum(judge.handed_in for judge in judges),
        "uncovered": sum(entry.is_cleared and not entry.assignments for entry in entries),
        "why_shut": event.why_shut("scores"),
    }
    return render(request, "judging/coverage.html", context)


@door("judging.see_results")
def results(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug, "judging.see_results")
    hidden = why_scores_hidden(event)
    found = [] if hidden else results_of(event)
    context = {
        "event": event,
        "hidden": hidden,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "ballots": sum(result.standing.ballots for result in found),
        "criteria": Criterion.objects.filter(event=event),
    }
    return render(request, "judging/results.html", context)


# Scoring


@door("judging.judge")
def mine(request: HttpRequest, event_slug: str) -> HttpResponse:
    """The judge's own list: how far they are, and the next entry to score."""
    event = event_for(request, event_slug, "judging.judge")
    given = list(Assignment.objects.of(request.user).filter(event=event).with_progress().with_entry(event))
    left = [row for row in given if row.title and not row.is_handed_in]
    context = {
        "event": event,
        "page": Paginator(given, PAGE).get_page(request.GET.get("page")),
        "given": len(given),
        "done": sum(row.is_handed_in for row in given),
        "following": left[0] if left else None,
        "is_early": event.submissions_close_at > clock.now(),
        "shut": event.why_shut("scores"),
    }
    return render(request, "judging/list.html", context)


@door("judging.score")
def sheet(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """The entry, and this judge's scores for it."""
    visible = Assignment.objects.visible_to(request.user).with_people()
    assignment = get_object_or_404(visible, event__slug=event_slug, submission__code=code)
    require_ever(request.user, "judging.score", assignment)
    criteria = criteria_of(assignment)
    if request.method == "POST":
        form, clash, saved = save(request, assignment, criteria)
        if saved:
            messages.success(request, SAID[bool(saved.handed_in_at)])
            return redirect(*(["judging:list", event_slug] if saved.handed_in_at else [request.path]))
    else:
        form, clash = None, []
    entry = assignment.entry
    ballot = Ballot.objects.filter(assignment=assignment).first()
    unreadable = assignment.why_unreadable(entry)
    if form is None and not unreadable:
        form = SheetForm.of(ballot, entry, criteria)
    context = {
        "event": assignment.event,
        "assignment": assignment,
        "criteria": criteria,
        "entry": None if unreadable else entry,
        "answers": [] if unreadable else shown(entry),
        "enclosures": [] if unreadable else handed_in(entry),
        "ballot": ballot,
        "given": named(criteria, ballot),
        "members": [] if unreadable else members_of(assignment),
        "said": [] if unreadable else told_by_people(entry),
        "form": form,
        "clash": clash,
        "unreadable": unreadable,
        "shut": assignment.event.why_shut("scores"),
        "is_typed": form is not None and form.is_bound,
    }
    return render(request, "judging/sheet.html", context)


def named(criteria: list[Criterion], ballot: Ballot | None) -> list[tuple[str, int | None]]:
    scores = ballot.scores_by_criterion() if ballot else {}
    return [(criterion.name, scores.get(criterion.pk)) for criterion in criteria]


def members_of(assignment: Assignment) -> list[dict]:
    rows = assignment.submission.team.memberships.select_related("user__department")
    return [{"name": row.user, "detail": row.user.department} for row in rows]


SAID = {
    True: "Handed in. You can change your scores until scores close.",
    False: "Draft saved. It counts once you hand it in.",
}


def save(request: HttpRequest, assignment: Assignment, criteria: list[Criterion]):
    """The form as it now stands, what another tab saved that differs, and the ballot if it was saved."""
    hand_in = request.POST.get("then") == "hand_in"
    form = SheetForm(request.POST, criteria=criteria, hand_in=hand_in)
    if not form.is_valid():
        return form, [], None
    words = {name: form.cleaned_data[name] for name in ("version", "revision", "note", "comment")}
    with refusals_on(form):
        try:
            saved = actions.score(assignment, by=request.user, scores=form.scores(), hand_in=hand_in, **words)
        except actions.Overtaken as overtaken:
            clash = form.beside(overtaken.ballot)
            form = form.renewed(version=overtaken.version)
            form.add_error(None, overtaken.message)
            return form, clash, None
        except actions.EntryChanged as changed:
            form = form.renewed(revision=changed.number)
            form.add_error(None, changed.message)
            return form, [], None
        return form, [], saved
    return form, [], None


@door("judging.score")
def file(request: HttpRequest, event_slug: str, code: str, file: str) -> FileResponse:
    """A file of the entry that this judge scores."""
    visible = Assignment.objects.visible_to(request.user).with_people()
    assignment = get_object_or_404(visible, event__slug=event_slug, submission__code=code)
    require_ever(request.user, "judging.score", assignment)
    entry = assignment.entry
    if entry is None or assignment.why_unreadable(entry):
        raise Http404("Not to be read")
    return serve(get_object_or_404(entry.files, code=file), request)


def handed_in(entry: Revision) -> list[dict]:
    """The files of an entry, for its judge."""
    where = [entry.scope, entry.submission.code]
    return [
        {
            "name": one.file.name,
            "kind": one.file.get_kind_display(),
            "size": one.file.size,
            "alt": one.alt,
            "is_image": one.file.is_image,
            "waits": one.file.is_waiting,
            "is_refused": one.file.is_refused,
            "href": reverse("judging:file", args=[*where, one.file.code]),
        }
        for one in entry.enclosures.select_related("file")
    ]


def shown(entry: Revision) -> list[dict]:
    """The long answers that were given, each with its heading."""
    return [{"label": part.heading, "text": part.text} for part in entry.parts()]
