from collections.abc import Callable
from typing import Any

from django import forms
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
from reading.presentation import ShownReport, changes_between
from reading.report import HINTS
from screening import actions
from screening.forms import AnswerForm, AskForm, ClearForm, FindingsForm, HandOverForm, HoldForm
from screening.models import Claim, Clearance, Remark, is_read_blind
from screening.presentation import (
    SHELVES,
    agreement,
    counts_of,
    entries_of,
    narrowed,
    queue_rows,
    said_about,
    screeners_beside,
    shared_rows,
)
from submissions.models import Revision

PAGE = 50


@door("screening.queue")
def queue(request: HttpRequest, event_slug: str) -> HttpResponse:
    """The entries as they stand, by what is to be done with them; the longest waiting first."""
    event = event_for(request, event_slug, "screening.queue")
    shelf = request.GET.get("show", "")
    shelf = shelf if shelf in SHELVES else "waiting"
    hint = request.GET.get("first", "")
    hint = hint if hint in HINTS else ""
    entries = narrowed(entries_of(event).with_people(), event, request.user, shelf=shelf, hint=hint)
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    context = {
        "event": event,
        "page": page,
        "rows": queue_rows(page.object_list),
        "shelf": shelf,
        "shelves": counts_of(event, request.user),
        "hint": hint,
        "hints": HINTS,
        "query": f"show={shelf}&first={hint}&",
        "may_screen": may(request.user, "screening.next", event),
        "may_compare": may(request.user, "screening.agreement", event),
    }
    return render(request, "screening/queue.html", context)


@door("screening.next")
def next_(request: HttpRequest, event_slug: str) -> HttpResponse:
    """Take the entry that has waited longest."""
    event = event_for(request, event_slug, "screening.next")
    if request.method == "POST":
        try:
            revision = actions.claim_next(event, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("screening:queue", event_slug)
        if revision is not None:
            return redirect("screening:report", event_slug, revision.submission.code)
        messages.info(request, "No entry waits for you. Others are being read, or have been decided.")
    return redirect("screening:queue", event_slug)


@door("screening.agreement")
def compare(request: HttpRequest, event_slug: str) -> HttpResponse:
    """People beside the model, by principle, over all and over the entries that were read by hand first."""
    event = event_for(request, event_slug, "screening.agreement")
    context = {"event": event, "all": agreement(event), "blind": agreement(event, blind_only=True)}
    return render(request, "screening/agreement.html", context)


@door("screening.answers")
def answers(request: HttpRequest, event_slug: str) -> HttpResponse:
    """Answers worth showing to everyone; for organisers also those that are not shown."""
    event = event_for(request, event_slug, "screening.answers")
    may_share = may(request.user, "screening.share", event)
    remarks = Remark.objects.answers_of(event)
    page = Paginator(remarks if may_share else remarks.shared(), PAGE).get_page(request.GET.get("page"))
    rows = shared_rows(event, page.object_list)
    context = {"event": event, "page": page, "rows": rows, "may_share": may_share}
    return render(request, "screening/answers.html", context)


@door("screening.share")
def share(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    event = event_for(request, event_slug, "screening.share")
    remark = get_object_or_404(Remark.objects.answers_of(event), pk=pk)
    if request.method == "POST":
        if request.POST.get("then") == "unshare":
            actions.unshare(remark, by=request.user)
        else:
            actions.share(remark, by=request.user)
    return redirect("screening:answers", event_slug)


@door("screening.read")
def report(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """The report beside the entry: for those who read entries, and for the team."""
    return show(request, find(request, event_slug, code))


@door("screening.find")
def findings(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """What a person finds, principle by principle, with the entry beside it."""
    revision = find(request, event_slug, code)
    require_ever(request.user, "screening.find", revision)
    screening = reading_shown(revision)
    blind = is_read_blind(revision, screening)
    about = said_about(revision)
    shown = ShownReport(screening, about) if screening and screening.report else None
    asked = shown.findings if shown else []
    typed = request.POST if request.method == "POST" else None
    form = FindingsForm(
        typed,
        findings=asked,
        shows_model=bool(screening and screening.states_findings and not blind),
        initial=seen_on(revision, screening)
        | {f"finding_{number}": row.verdict.finding for number, row in about.items() if row.verdict}
        | {f"reason_{number}": row.verdict.reason for number, row in about.items() if row.verdict},
    )
    if form.is_valid():
        with refusals_on(form):
            seen, read = what_was_seen(revision, form.cleaned_data)
            verdicts = actions.find(seen, form.said(), by=request.user, screening=read)
            messages.success(request, told_findings(verdicts))
            return redirect("screening:report", event_slug, code)
    numbers = [row.principle.number for row in asked]
    rows = [
        (row, form[f"finding_{number}"], form[f"reason_{number}"])
        for number, row in zip(numbers, asked, strict=True)
    ]
    context = {
        "event": revision.event,
        "revision": revision,
        "screening": screening,
        "reading": shown,
        "form": form,
        "rows": rows,
        "blind": blind,
    }
    return render(request, "screening/findings.html", context)


@door("screening.clear")
def clear(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    def act(revision: Revision, typed: dict) -> str:
        seen, screening = what_was_seen(revision, typed)
        actions.clear(seen, by=request.user, screening=screening)
        return "You cleared this entry. Judges can score it."

    return from_report(request, (event_slug, code), "clear", lambda _: ClearForm(request.POST), act)


@door("screening.hold")
def hold(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    def act(revision: Revision, typed: dict) -> str:
        seen, screening = what_was_seen(revision, typed)
        made = actions.hold(seen, typed["reason"], by=request.user, screening=screening)
        if made.lasts:
            return "You agree to hold this entry. The team has been told why."
        return "You hold this entry. The team has been told why. A second person must agree for it to last."

    return from_report(request, (event_slug, code), "hold", lambda _: HoldForm(request.POST), act)


@door("screening.ask")
def ask(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    def act(revision: Revision, typed: dict) -> str:
        actions.ask(revision, typed["text"], by=request.user, number=typed["number"])
        return "Your question is on its way to the team."

    def form(revision: Revision) -> forms.Form:
        return AskForm(request.POST, findings=asked_about(revision), prefix="ask")

    return from_report(request, (event_slug, code), "ask", form, act)


@door("screening.answer")
def answer(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    def act(revision: Revision, typed: dict) -> str:
        actions.answer(revision, typed["text"], by=request.user, number=typed["number"])
        return "Your answer stands beside the finding."

    def form(revision: Revision) -> forms.Form:
        return AnswerForm(request.POST, findings=asked_about(revision), prefix="answer")

    return from_report(request, (event_slug, code), "answer", form, act)


@door("screening.claim")
def claim(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    def act(revision: Revision, typed: dict) -> str:
        made = actions.claim(revision, by=request.user)
        return f"You are reading this entry until {revision.event.say(made.until)}."

    return from_report(request, (event_slug, code), "claim", lambda _: forms.Form(request.POST), act)


@door("screening.claim")
def release(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    def act(revision: Revision, typed: dict) -> str:
        actions.release(revision, by=request.user)
        return "You no longer read this entry. Others can take it."

    return from_report(request, (event_slug, code), "claim", lambda _: forms.Form(request.POST), act)


@door("screening.claim")
def hand_over(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    def act(revision: Revision, typed: dict) -> str:
        actions.hand_over(revision, typed["to"], by=request.user)
        return f"{typed['to']} reads this entry now, and has been told."

    def form(revision: Revision) -> forms.Form:
        return HandOverForm(request.POST, screeners=screeners_beside(revision, request.user), prefix="hand")

    return from_report(request, (event_slug, code), "claim", form, act, name="hand_over")


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


def event_for(request: HttpRequest, event_slug: str, permission: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, permission, event)
    return event


def find(request: HttpRequest, event_slug: str, code: str) -> Revision:
    visible = Revision.objects.visible_to(request.user).current().with_people()
    return get_object_or_404(visible, submission__team__event__slug=event_slug, submission__code=code)


def from_report(
    request: HttpRequest,
    entry: tuple[str, str],
    verb: str,
    make_form: Callable[[Revision], forms.Form],
    act: Callable[[Revision, dict], str],
    *,
    name: str = "",
) -> HttpResponse:
    """One of the report page's forms. Done: back to it with a word. Refused: the page with the reason."""
    revision = find(request, *entry)
    require_ever(request.user, f"screening.{verb}", revision)
    if request.method != "POST":
        return redirect("screening:report", *entry)
    form = make_form(revision)
    if form.is_valid():
        with refusals_on(form):
            messages.success(request, act(revision, form.cleaned_data))
            return redirect("screening:report", *entry)
    return show(request, revision, **{f"{name or verb}_form": form})


def asked_about(revision: Revision) -> list:
    screening = reading_shown(revision)
    return ShownReport(screening).findings if screening and screening.report else []


def seen_on(revision: Revision, screening: Screening | None) -> dict[str, Any]:
    return {"revision": revision.number, "screening": screening.pk if screening else None}


def what_was_seen(revision: Revision, seen: dict) -> tuple[Revision, Screening | None]:
    """The revision and the report that the page showed, which may no longer be the newest."""
    shown = get_object_or_404(revision.submission.revisions, number=seen["revision"])
    return shown, Screening.objects.filter(pk=seen["screening"], revision=shown).first()


def compared(screening: Screening | None) -> list[dict]:
    """Principle by principle what the second provider says, where it has read the entry too."""
    second = screening.beside() if screening and screening.states_findings else None
    if screening is None or second is None:
        return []
    pairs = zip(ShownReport(screening).findings, ShownReport(second).findings, strict=False)
    return [{"principle": one.principle, "first": one.words, "second": other.words} for one, other in pairs]


def told_findings(verdicts: list) -> str:
    if not verdicts:
        return "Nothing has changed."
    return f"You recorded what you find for {len(verdicts)} principle{'' if len(verdicts) == 1 else 's'}."


def show(request: HttpRequest, revision: Revision, **typed: forms.Form) -> HttpResponse:
    """The report page. `typed` holds the form that was sent and could not be taken, by its name."""
    screening = reading_shown(revision)
    user, event = request.user, revision.event
    about = said_about(revision)
    heading = request.GET.get("heading", "")
    reading = ShownReport(screening, about, heading) if screening and screening.report else None
    asked = asked_about(revision)
    seen = seen_on(revision, screening)
    screens = may(user, "screening.clear", revision)
    blind = screens and is_read_blind(revision, screening)
    mine = {
        "clear_form": ClearForm(initial=seen),
        "hold_form": HoldForm(initial=seen),
        "ask_form": AskForm(findings=asked, prefix="ask"),
        "answer_form": AnswerForm(findings=asked, prefix="answer"),
        "hand_over_form": HandOverForm(screeners=screeners_beside(revision, user), prefix="hand"),
        "claim_form": None,
    } | typed
    before = reading_shown(earlier) if (earlier := revision.before()) else None
    context = {
        "event": event,
        "revision": revision,
        "screening": screening,
        "reading": reading,
        "whole": about.get(0),
        "decisions": Clearance.objects.filter(revision=revision).select_related("by"),
        "claim": Claim.objects.open().filter(revision=revision).select_related("by").first(),
        "changes": changes_between(before, screening) if before and not blind else [],
        "before": before,
        "second": compared(screening),
        # Whoever typed into a form that closed meanwhile still finds their words in it.
        "may_decide": screens or bool({"clear_form", "hold_form", "ask_form"} & typed.keys()),
        "may_answer": may(user, "screening.answer", revision) or "answer_form" in typed,
        "is_reader": may(user, "screening.queue", revision),
        "blind": blind,
        "has_errors": any(form.errors for form in typed.values()),
        **mine,
    }
    return render(request, "screening/report.html", context)
