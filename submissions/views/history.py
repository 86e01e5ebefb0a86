"""Who changed what, when; how revisions differ; and going back."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.doors import SIGNED_IN, door
from core.refusals import refusals_on
from submissions import actions
from submissions.differences import differences
from submissions.forms import RevertForm
from submissions.models import DraftSave, Revision, Submission, changed_answers
from submissions.questions import Question
from submissions.views.entry import draft, readable

PAGE = 20


@door("submissions.edit")
def saves(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """Every save of the draft, the newest first, with the answers that it changed."""
    submission = draft(request, event_slug, code)
    page = Paginator(submission.saves.select_related("by"), PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    oldest = submission.saves.filter(version=shown[-1].version - 1).first() if shown else None
    rows = [
        {"save": save, "changed": [submission.heading(name) for name in changed_answers(before, save)]}
        for save, before in zip(shown, [*shown[1:], oldest], strict=True)
    ]
    context = {"event": submission.event, "submission": submission, "page": page, "rows": rows}
    return render(request, "submissions/history.html", context)


@door("submissions.edit")
def save(request: HttpRequest, event_slug: str, code: str, version: int) -> HttpResponse:
    """One save beside the draft as it is now, with what can be put back."""
    submission = draft(request, event_slug, code)
    kept = get_object_or_404(submission.saves.select_related("by"), version=version)
    return going_back(request, submission, kept)


@door("submissions.edit")
def against_draft(request: HttpRequest, event_slug: str, code: str, number: int) -> HttpResponse:
    """One revision beside the draft as it is now, with what can be put back."""
    submission = draft(request, event_slug, code)
    kept = get_object_or_404(submission.revisions.select_related("submitted_by"), number=number)
    return going_back(request, submission, kept)


def going_back(request: HttpRequest, submission: Submission, kept: DraftSave | Revision) -> HttpResponse:
    form = RevertForm(initial={"version": submission.version})
    if request.method == "POST":
        form = RevertForm(request.POST)
        if form.is_valid():
            name = form.cleaned_data["name"]
            with refusals_on(form):
                actions.revert(
                    submission,
                    by=request.user,
                    version=form.cleaned_data["version"],
                    to=kept,
                    names=[name] if name else [],
                )
                what = f"‘{submission.heading(name)}’" if name else "the whole draft"
                messages.success(request, f"You put back {what}. What it replaced is in the history.")
                return redirect("submissions:history", submission.scope, submission.code)
        submission = draft(request, submission.scope, submission.code)
    then = kept.answers if isinstance(kept, DraftSave) else kept.answers()
    questions = {one.name: one for one in submission.questions()}
    context = {
        "event": submission.event,
        "submission": submission,
        "kept": kept,
        "is_save": isinstance(kept, DraftSave),
        "changes": changes(then, submission.answers(), questions),
        "form": form,
    }
    return render(request, "submissions/going_back.html", context)


@door(SIGNED_IN)
def compare(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """Two revisions, answer by answer, with what changed marked in the words."""
    numbers = [request.GET.get("from", ""), request.GET.get("to", "")]
    if not all(number.isdecimal() and len(number) < 9 for number in numbers):
        raise Http404("Two revisions are compared, each by its number")
    older, newer = (readable(request, event_slug, code, int(number)) for number in numbers)
    questions = {one.name: one for one in [*older.questions(), *newer.questions()]}
    context = {
        "event": newer.event,
        "submission": newer.submission,
        "older": older,
        "newer": newer,
        "changes": changes(older.answers(), newer.answers(), questions),
        "is_mine": newer.submission.team.memberships.filter(user=request.user).exists(),
    }
    return render(request, "submissions/compare.html", context)


def changes(
    before: Mapping[str, str], after: Mapping[str, str], questions: Mapping[str, Question]
) -> list[dict]:
    """Each answer that differs, in the order of the form, in words that people read."""
    names = list(dict.fromkeys([*questions, *before, *after]))
    found = []
    for name in names:
        old, new = before.get(name, ""), after.get(name, "")
        if old == new:
            continue
        if question := questions.get(name):
            old, new = question.say(old), question.say(new)
        found.append(
            {
                "name": name,
                "label": question.words if question else name,
                "pieces": differences(old, new),
            }
        )
    return found
