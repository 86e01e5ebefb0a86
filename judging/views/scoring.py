from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from core import clock
from core.doors import door
from core.permissions import require_ever
from core.refusals import refusals_on
from files.serving import serve
from judging import actions
from judging.finding import PAGE, given_for, round_for
from judging.forms import SheetForm
from judging.forms.sheet import criteria_of
from judging.models import Assignment, Ballot, Criterion
from screening.presentation import told_by_people
from submissions.models import Revision


@door("judging.judge")
def mine(request: HttpRequest, event_slug: str, number: int = 0) -> HttpResponse:
    """The judge's own list: how far they are, and the next entry to score."""
    round = round_for(request, event_slug, "judging.judge", number)
    event = round.event
    given = list(Assignment.objects.of(request.user).filter(round=round).with_progress().with_entry(event))
    left = [row for row in given if row.title and not row.is_handed_in]
    context = {
        "event": event,
        "round": round,
        "page": Paginator(given, PAGE).get_page(request.GET.get("page")),
        "given": len(given),
        "done": sum(row.is_handed_in for row in given),
        "following": left[0] if left else None,
        "is_early": max(round.opens, event.submissions_close_at) > clock.now(),
        "shut": round.why_shut(),
    }
    return render(request, "judging/list.html", context)


@door("judging.score")
def sheet(request: HttpRequest, event_slug: str, code: str, number: int = 0) -> HttpResponse:
    """The entry, and this judge's scores for it."""
    assignment = given_for(request, event_slug, code, number)
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
        "shut": assignment.round.why_shut(),
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
def file(request: HttpRequest, event_slug: str, code: str, file: str, number: int = 0) -> FileResponse:
    """A file of the entry that this judge scores."""
    assignment = given_for(request, event_slug, code, number)
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
