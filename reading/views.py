"""Pages about how entries are read: what is planned, what teams ask for, what it cost, what it is."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from core import sheets
from core.doors import PUBLIC, door
from core.permissions import may, require, require_ever
from core.refusals import refusals_on
from events.models import Event
from reading import actions, honesty, ledger
from reading.forms import AskForm, ConfirmForm, PlanForm, QuestionForm
from reading.framework import KEYS, load
from reading.models import EarlyReading, Plan, Question
from reading.presentation import STATES, ShownReport, overview_of
from reading.starts import starts
from submissions.models import Submission
from submissions.rules import until_own_deadline

# What organisers decide


@door("reading.plan")
def plan(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug)
    require(request.user, "reading.plan", event)
    standing = Plan.of(event)
    if request.method == "POST":
        form = PlanForm(request.POST)
        if form.is_valid():
            with refusals_on(form):
                actions.plan_reading(event, by=request.user, **form.cleaned_data)
                messages.success(request, "Your settings for reading are saved")
                return redirect("reading:settings", event_slug)
    else:
        form = PlanForm(initial={name: getattr(standing, name) for name in actions.PLANNED})
    questions = list(Question.objects.filter(event=event))
    titles = {question.title for question in questions}
    context = {
        "event": event,
        "form": form,
        "questions": questions,
        "most": actions.MOST_QUESTIONS,
        "is_fixed": event.phase not in actions.NOT_YET_BUILDING,
        "starts": {key: row for key, row in starts().items() if row["title"] not in titles},
        "levels": levels_of(event),
    }
    return render(request, "reading/settings.html", context)


@door("reading.plan")
def add_question(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug)
    require(request.user, "reading.plan", event)
    if request.method == "POST":
        form = QuestionForm(request.POST)
        if form.is_valid():
            with refusals_on(form):
                added = actions.add_question(event, by=request.user, **form.cleaned_data)
                messages.success(request, f"Entries will be read for ‘{added}’ too")
                return redirect("reading:settings", event_slug)
    else:
        form = QuestionForm(initial=starts().get(request.GET.get("start", ""), {}))
    return render(request, "reading/add_question.html", {"event": event, "form": form})


@door("reading.plan")
def remove_question(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    event = event_for(request, event_slug)
    require(request.user, "reading.plan", event)
    question = get_object_or_404(Question, event=event, pk=pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.remove_question(question, by=request.user)
            messages.success(request, f"Entries will not be read for ‘{question}’")
            return redirect("reading:settings", event_slug)
    context = {"event": event, "question": question, "form": form}
    return render(request, "reading/remove_question.html", context)


# Early readings, for a team


@door("reading.see_early")
def drafts(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """What an early reading is, how many are left, and those there are."""
    return show_drafts(request, draft_for(request, event_slug, code))


@door("reading.ask_early")
def ask_early(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    submission = draft_for(request, event_slug, code)
    require_ever(request.user, "reading.ask_early", submission)
    if request.method != "POST":
        return redirect("reading:drafts", event_slug, code)
    form = AskForm(request.POST, readers=early_readers(submission))
    if form.is_valid():
        with refusals_on(form):
            people_only = form.cleaned_data.get("people_only", False)
            asked = actions.ask_early(submission, by=request.user, people_only=people_only)
            return redirect("reading:draft", event_slug, code, asked.number)
    return show_drafts(request, submission, form)


@door("reading.see_early")
def draft(request: HttpRequest, event_slug: str, code: str, number: int) -> HttpResponse:
    submission = draft_for(request, event_slug, code)
    early = get_object_or_404(EarlyReading, submission=submission, number=number)
    reading = ShownReport(early) if early.report else None
    context = {"event": submission.event, "submission": submission, "early": early, "reading": reading}
    return render(request, "reading/draft.html", context | {"is_changed": has_changed(early, submission)})


def show_drafts(request: HttpRequest, submission: Submission, form: AskForm | None = None) -> HttpResponse:
    event = submission.event
    readers = early_readers(submission)
    early = EarlyReading.objects.filter(submission=submission).select_related("asked_by")
    context = {
        "event": event,
        "submission": submission,
        "form": form or AskForm(readers=readers),
        "readers": readers,
        "rows": [(one, STATES[one.state]) for one in early.defer("text", "report", "record")],
        "left": actions.early_left(submission),
        "plan": Plan.of(event),
        "may_ask": may(request.user, "reading.ask_early", submission),
        "shut": until_own_deadline(submission),
    }
    return render(request, "reading/drafts.html", context)


def early_readers(submission: Submission) -> list[str]:
    """The model that would read the draft, in words; none where the built-in engine does."""
    return submission.event.readers_of(submission.data_level)[:1]


def has_changed(early: EarlyReading, submission: Submission) -> bool:
    return not actions.is_same(early.answers, submission.answers(), submission.questions())


# For everyone at an event


@door("reading.how")
def how(request: HttpRequest, event_slug: str) -> HttpResponse:
    """How entries are read here, in plain words, under the heading of either edition."""
    event = event_for(request, event_slug)
    require(request.user, "reading.how", event)
    wanted = request.GET.get("heading", "")
    frame = load(wanted if wanted in KEYS else event.framework)
    context = {
        "event": event,
        "framework": frame,
        "editions": [load(key) for key in KEYS],
        "questions": Question.objects.filter(event=event),
        "levels": levels_of(event),
        "plan": Plan.of(event),
    }
    return render(request, "reading/how.html", context)


@door("reading.overview")
def overview(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug)
    require(request.user, "reading.overview", event)
    return render(request, "reading/overview.html", {"event": event, **overview_of(event)})


# What it costs and how it fares


@door("reading.ledger")
def ledger_(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug)
    require(request.user, "reading.ledger", event)
    context = {
        "event": event,
        "caps": ledger.caps(event),
        "by_provider": ledger.by_provider(event),
        "by_day": ledger.by_day(event),
    }
    return render(request, "reading/ledger.html", context)


@door("reading.ledger")
def ledger_export(request: HttpRequest, event_slug: str) -> StreamingHttpResponse:
    event = event_for(request, event_slug)
    require(request.user, "reading.ledger", event)
    return sheets.stream(f"{event.slug}-ledger.csv", ledger.COLUMNS, ledger.cells(event))


@door("accounts.administer")
def models(request: HttpRequest) -> HttpResponse:
    """The models of this site: what they may read, and whether they answer."""
    require(request.user, "accounts.administer")
    return render(request, "reading/models.html", {"models": ledger.standings()})


# What this tool says of itself


@door(PUBLIC)
def record(request: HttpRequest) -> HttpResponse:
    return render(request, "reading/record.html", {"record": honesty.record(), "to_fill": honesty.to_fill()})


@door(PUBLIC)
@never_cache
def record_file(request: HttpRequest) -> JsonResponse:
    headers = {"Content-Disposition": 'attachment; filename="transparency-record.json"'}
    body = {**honesty.record(), "to_be_filled_by_the_organisation": honesty.to_fill()}
    return JsonResponse(body, headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 1})


@door(PUBLIC)
def card(request: HttpRequest) -> HttpResponse:
    return render(request, "reading/card.html", {"card": honesty.card()})


def event_for(request: HttpRequest, event_slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)


def draft_for(request: HttpRequest, event_slug: str, code: str) -> Submission:
    visible = Submission.objects.visible_to(request.user).with_people()
    return get_object_or_404(visible, team__event__slug=event_slug, code=code)


def levels_of(event: Event) -> list[tuple[str, list[str]]]:
    """The levels of data that this event takes, in words, and the models that read entries with them."""
    levels = [("Open, published or made-up data", event.readers_of("public"))]
    if event.accepts_official:
        levels.append(("OFFICIAL data", event.readers_of("official")))
    return levels
