from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.doors import door
from judging.finding import PAGE, round_for
from judging.models import results_of


@door("judging.see_results")
def results(request: HttpRequest, event_slug: str, number: int = 0) -> HttpResponse:
    round = round_for(request, event_slug, "judging.see_results", number)
    hidden = round.why_scores_hidden()
    found = [] if hidden else results_of(round)
    context = {
        "event": round.event,
        "round": round,
        "hidden": hidden,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "ballots": sum(result.standing.ballots for result in found),
        "criteria": round.criteria.all(),
    }
    return render(request, "judging/results.html", context)
