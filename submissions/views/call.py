"""An organiser's page: what the event asks of its entries, and by which rules it takes them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from challenges.models import Challenge
from core.doors import door
from core.permissions import may, require_ever
from core.refusals import Refused, refusals_on
from events.models import Event
from submissions import actions
from submissions.forms import CallForm, QuestionForm
from submissions.models import Call


@door("submissions.call")
def page(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = organised(request, event_slug)
    call = Call.of(event)
    if request.method == "POST":
        form = CallForm(request.POST, call=call)
        if form.is_valid():
            with refusals_on(form):
                actions.set_call(event, by=request.user, **form.cleaned_data)
                messages.success(request, "Saved. Teams see what is required on their task list.")
                return redirect("submissions:call", event_slug)
    else:
        form = CallForm.of(call)
    titles = dict(Challenge.objects.filter(event=event).values_list("code", "title"))
    asked = [
        row | {"of": titles.get(row.get("challenge", ""), "All teams")}
        for row in call.questions
        if not row.get("retired")
    ]
    context = {
        "event": event,
        "form": form,
        "asked": asked,
        "retired": [row for row in call.questions if row.get("retired")],
        "may_change": may(request.user, "submissions.call", event),
    }
    return render(request, "submissions/call.html", context)


@door("submissions.call")
def add(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = organised(request, event_slug)
    if request.method == "POST":
        form = QuestionForm(request.POST, challenges=challenges_of(event))
        if form.is_valid():
            with refusals_on(form):
                actions.add_question(event, by=request.user, **form.answers())
                messages.success(request, "Teams are asked this question from now on.")
                return redirect("submissions:call", event_slug)
    else:
        form = QuestionForm(challenges=challenges_of(event))
    context = {"event": event, "form": form, "title": "Add a question"}
    return render(request, "submissions/question.html", context)


@door("submissions.call")
def change(request: HttpRequest, event_slug: str, name: str) -> HttpResponse:
    event = organised(request, event_slug)
    row = asked_now(event, name)
    if request.method == "POST":
        form = QuestionForm(request.POST, challenges=challenges_of(event))
        if form.is_valid():
            with refusals_on(form):
                actions.change_question(event, name, by=request.user, **form.answers())
                messages.success(request, "Saved. Revisions keep the words that they answered.")
                return redirect("submissions:call", event_slug)
    else:
        initial = row | {"challenge": row.get("challenge") or "all"}
        form = QuestionForm(initial=initial, challenges=challenges_of(event))
    context = {"event": event, "form": form, "title": "Change a question"}
    return render(request, "submissions/question.html", context)


@door("submissions.call")
def remove(request: HttpRequest, event_slug: str, name: str) -> HttpResponse:
    event = organised(request, event_slug)
    if request.method == "POST":
        try:
            is_retired = actions.remove_question(event, name, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            said = (
                "Teams are asked it no more. The answers that were given are kept."
                if is_retired
                else "You removed the question. Nobody had answered it."
            )
            messages.success(request, said)
    return redirect("submissions:call", event_slug)


def organised(request: HttpRequest, event_slug: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, "submissions.call", event)
    return event


def challenges_of(event: Event):
    return Challenge.objects.approved().filter(event=event).order_by("title")


def asked_now(event: Event, name: str) -> dict:
    for row in Call.of(event).questions:
        if row["name"] == name and not row.get("retired"):
            return row
    raise Http404("This event does not ask that")
