from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core.doors import door
from core.refusals import refusals_on
from judging.finding import round_for
from judging.models import Round
from results import actions
from results.models import Run
from results.presentation import judges_of, other_winner, picture_of, places_of

PAGE = 100
COLUMNS = (
    "Place#|Entry|Raw average#|Correction#|Adjusted score#|Likely places|In the top {}#|Better than the next"
)


@door("results.see")
def page(request: HttpRequest, event_slug: str, number: int = 0) -> HttpResponse:
    """The results of a round as they were last worked out."""
    round = round_for(request, event_slug, "results.see", number)
    hidden = round.why_scores_hidden()
    form = Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.compute(round, by=request.user)
            messages.success(request, "Worked out from the ballots as they are now.")
            return redirect(request.path)
    kept = Run.objects.filter(round=round).select_related("made_by", "round__event")
    runs = [] if hidden else list(kept[:10])
    context: dict = {
        "event": round.event,
        "round": round,
        "rounds": Round.objects.of_event(round.event),
        "hidden": hidden,
        "form": form,
        "runs": runs,
    }
    if runs:
        run, found = runs[0], actions.read(runs[0])
        places = places_of(run, found)
        context |= {
            "run": run,
            "found": found,
            "columns": COLUMNS.format(found["top"]),
            "page": Paginator(places, PAGE).get_page(request.GET.get("page")),
            "picture": picture_of(places[:PAGE]),
            "judges": judges_of(found),
            "first": places[0] if places and places[0].numbers["rank"] == 1 else None,
            "other": other_winner(places),
            "has_severity": any(one["severity"] is not None for one in found["judges"]),
            "is_stale": actions.has_changed_since(run),
        }
    return render(request, "results/results.html", context)
