from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.doors import door
from core.refusals import refusals_on
from judging import actions
from judging.finding import event_for, round_for
from judging.forms import ConfirmForm, CriterionForm, TemplateForm
from judging.models import Ballot, Criterion, Round
from judging.rules import until_scores_close


@door("judging.set_rubric")
def rubric(request: HttpRequest, event_slug: str, number: int = 0) -> HttpResponse:
    round = round_for(request, event_slug, "judging.set_rubric", number)
    form = TemplateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.adopt(round, by=request.user, template=form.cleaned_data["template"])
            messages.success(request, "Template adopted. Change its criteria to fit your event.")
            return redirect("judging:rubric", event_slug, round.position)
    criteria = list(round.criteria.all())
    return render(
        request,
        "judging/rubric.html",
        {
            "event": round.event,
            "round": round,
            "form": form,
            "criteria": criteria,
            "weights": sum(criterion.weight for criterion in criteria),
            "frozen": why_frozen(round),
        },
    )


def why_frozen(round: Round) -> str:
    if Ballot.objects.filter(assignment__round=round).exists():
        return actions.FROZEN
    return until_scores_close(round)


@door("judging.set_rubric")
def add_criterion(request: HttpRequest, event_slug: str, number: int = 0) -> HttpResponse:
    round = round_for(request, event_slug, "judging.set_rubric", number)
    form = CriterionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.add_criterion(round, by=request.user, **form.cleaned_data)
            return redirect("judging:rubric", event_slug, round.position)
    context = {
        "event": round.event,
        "round": round,
        "form": form,
        "heading": "Add a criterion",
        "frozen": why_frozen(round),
    }
    return render(request, "judging/criterion.html", context)


@door("judging.set_rubric")
def change_criterion(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    event = event_for(request, event_slug, "judging.set_rubric")
    criterion = get_object_or_404(Criterion.objects.select_related("round__event"), round__event=event, pk=pk)
    round = criterion.round
    if request.method == "POST":
        form = CriterionForm(request.POST)
        if form.is_valid():
            with refusals_on(form):
                actions.change_criterion(criterion, by=request.user, **form.cleaned_data)
                return redirect("judging:rubric", event_slug, round.position)
    else:
        form = CriterionForm(instance=criterion)
    context = {
        "event": round.event,
        "round": round,
        "form": form,
        "heading": "Change a criterion",
        "frozen": why_frozen(round),
    }
    return render(request, "judging/criterion.html", context)


@door("judging.set_rubric")
def remove_criterion(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    event = event_for(request, event_slug, "judging.set_rubric")
    criterion = get_object_or_404(Criterion.objects.select_related("round__event"), round__event=event, pk=pk)
    round = criterion.round
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.remove_criterion(criterion, by=request.user)
            messages.success(request, f"‘{criterion.name}’ removed from the rubric.")
            return redirect("judging:rubric", event_slug, round.position)
    return render(
        request,
        "judging/remove_criterion.html",
        {"event": event, "round": round, "criterion": criterion, "form": form},
    )
