from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.doors import door
from core.permissions import may, require_ever
from core.refusals import Refused, refusals_on
from events.models import Event
from reading import actions as reading_actions
from reading.models import Screening, reading_shown
from reading.presentation import ShownReport
from screening import actions
from screening.forms import ClearForm, HoldForm
from screening.models import Clearance
from screening.presentation import queue_rows
from submissions.models import Revision

PAGE = 50


@door("screening.queue")
def queue(request: HttpRequest, event_slug: str) -> HttpResponse:
    """Every entry as it stands: what the reading found, and what a person decided."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, "screening.queue", event)
    entries = Revision.objects.of_event(event).current().with_people().order_by("submitted_at", "pk")
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    context = {"event": event, "page": page, "rows": queue_rows(page.object_list)}
    return render(request, "screening/queue.html", context)


@door("screening.read")
def report(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """The report beside the entry: for those who read entries, and for the team."""
    return show(request, find(request, event_slug, code))


@door("screening.clear")
def clear(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    revision = find(request, event_slug, code)
    require_ever(request.user, "screening.clear", revision)
    if request.method != "POST":
        return redirect("screening:report", event_slug, code)
    form = ClearForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            seen, screening = what_was_seen(revision, form.cleaned_data)
            actions.clear(seen, by=request.user, screening=screening)
            messages.success(request, "You cleared this entry. Judges can score it.")
            return redirect("screening:report", event_slug, code)
    return show(request, revision, clear_form=form)


@door("screening.hold")
def hold(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    revision = find(request, event_slug, code)
    require_ever(request.user, "screening.hold", revision)
    if request.method != "POST":
        return redirect("screening:report", event_slug, code)
    form = HoldForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            seen, screening = what_was_seen(revision, form.cleaned_data)
            actions.hold(seen, form.cleaned_data["reason"], by=request.user, screening=screening)
            messages.success(request, "You hold this entry. The team has been told why.")
            return redirect("screening:report", event_slug, code)
    return show(request, revision, hold_form=form)


@door("reading.retry")
def retry(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    revision = find(request, event_slug, code)
    require_ever(request.user, "reading.retry", revision)
    screening = reading_shown(revision)
    if request.method == "POST" and screening is not None:
        try:
            reading_actions.retry(screening, by=request.user)
            messages.success(request, "This entry is being read again. Load the page again in a minute.")
        except Refused as refusal:
            messages.error(request, refusal.message)
    return redirect("screening:report", event_slug, code)


def find(request: HttpRequest, event_slug: str, code: str) -> Revision:
    visible = Revision.objects.visible_to(request.user).current().with_people()
    return get_object_or_404(visible, submission__team__event__slug=event_slug, submission__code=code)


def what_was_seen(revision: Revision, seen: dict) -> tuple[Revision, Screening | None]:
    """The revision and the report that the page showed, which may no longer be the newest."""
    shown = get_object_or_404(revision.submission.revisions, number=seen["revision"])
    return shown, Screening.objects.filter(pk=seen["screening"], revision=shown).first()


def show(
    request: HttpRequest,
    revision: Revision,
    *,
    clear_form: ClearForm | None = None,
    hold_form: HoldForm | None = None,
) -> HttpResponse:
    screening = reading_shown(revision)
    seen = {"revision": revision.number, "screening": screening.pk if screening else None}
    context = {
        "event": revision.event,
        "revision": revision,
        "screening": screening,
        "reading": ShownReport(screening) if screening and screening.report else None,
        "decisions": Clearance.objects.filter(revision=revision).select_related("by"),
        "older": revision.submission.revisions.exclude(pk=revision.pk),
        "may_decide": may(request.user, "screening.clear", revision),
        "is_reader": may(request.user, "screening.queue", revision),
        "clear_form": clear_form or ClearForm(initial=seen),
        "hold_form": hold_form or HoldForm(initial=seen),
        "has_errors": bool((clear_form and clear_form.errors) or (hold_form and hold_form.errors)),
    }
    return render(request, "screening/report.html", context)
