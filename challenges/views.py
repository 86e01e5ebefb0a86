from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from challenges import actions
from challenges.forms import ChallengeForm, DecideForm, EditForm
from challenges.models import Challenge
from core.doors import PUBLIC, SIGNED_IN, door
from core.models import AuditRow
from core.permissions import may, require, require_ever
from core.refusals import refusals_on
from events.models import Event

PAGE = 50
VERBS = {
    "approved": actions.approve,
    "changes": actions.ask_for_changes,
    "declined": actions.decline,
}
# How the audit rows read on a challenge's page.
HISTORY = {
    "challenges.proposed": "Proposed",
    "challenges.edited": "Changed",
    "challenges.approved": "Approved",
    "challenges.returned": "Changes asked for",
    "challenges.declined": "Declined",
}


def an_event(request: HttpRequest, event_slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)


def a_challenge(request: HttpRequest, event_slug: str, code: str) -> Challenge:
    visible = Challenge.objects.visible_to(request.user).with_people()
    return get_object_or_404(visible, event__slug=event_slug, code=code)


def paged(request: HttpRequest, challenges):
    return Paginator(challenges, PAGE).get_page(request.GET.get("page"))


@door(PUBLIC)
def board(request: HttpRequest, event_slug: str) -> HttpResponse:
    """The problems that teams can take on."""
    event = an_event(request, event_slug)
    approved = Challenge.objects.visible_to(request.user).of_event(event).approved().with_people()
    context = {
        "event": event,
        "page": paged(request, approved),
        "can_propose": may(request.user, "challenges.propose", event),
        "can_decide": may(request.user, "challenges.decide", event),
        "has_own": request.user.is_authenticated
        and Challenge.objects.of_event(event).owned_by(request.user).exists(),
    }
    return render(request, "challenges/board.html", context)


@door(SIGNED_IN)
def mine(request: HttpRequest, event_slug: str) -> HttpResponse:
    """What this person proposed, and where each proposal stands."""
    event = an_event(request, event_slug)
    own = Challenge.objects.of_event(event).owned_by(request.user).with_people()
    context = {
        "event": event,
        "page": paged(request, own),
        "can_propose": may(request.user, "challenges.propose", event),
        "shut": event.why_shut("proposals"),
    }
    return render(request, "challenges/mine.html", context)


@door(PUBLIC)
def page(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    challenge = a_challenge(request, event_slug, code)
    sees_whole = may(request.user, "challenges.see_whole", challenge)
    context = {
        "event": challenge.event,
        "challenge": challenge,
        "is_owner": challenge.owner_id == request.user.pk,
        "sees_whole": sees_whole,
        "has_part": Event.objects.worked_on_by(request.user).filter(pk=challenge.event_id).exists(),
        "can_decide": may(request.user, "challenges.decide", challenge),
        "can_edit": challenge.is_open and may(request.user, "challenges.edit", challenge),
        "shut": challenge.event.why_shut("proposals"),
        "history": history(challenge) if sees_whole else None,
    }
    return render(request, "challenges/page.html", context)


def history(challenge: Challenge) -> list[dict]:
    rows = AuditRow.objects.filter(subject_type="challenges.challenge", subject_id=challenge.pk)
    return [
        {"title": HISTORY[row.verb], "by": row.by, "at": row.at, "text": row.details.get("reason", "")}
        for row in rows.filter(verb__in=HISTORY).select_related("by")
    ]


@door("challenges.propose")
def propose(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = an_event(request, event_slug)
    require_ever(request.user, "challenges.propose", event)
    form = ChallengeForm(request.POST if request.method == "POST" else None, event=event)
    if form.is_valid():
        with refusals_on(form):
            challenge = actions.propose(event, by=request.user, **form.answers())
            return saved(request, challenge, "Proposal saved")
    context = {
        "event": event,
        "form": form,
        "shut": event.why_shut("proposals"),
        "department": request.user.department,
    }
    return render(request, "challenges/propose.html", context)


@door("challenges.edit")
def edit(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    challenge = a_challenge(request, event_slug, code)
    require_ever(request.user, "challenges.edit", challenge)
    if request.method == "POST":
        form = EditForm(request.POST, event=challenge.event)
    else:
        form = EditForm.of(challenge)
    if form.is_valid():
        with refusals_on(form):
            challenge = actions.edit(
                challenge, by=request.user, version=form.cleaned_data["version"], **form.answers()
            )
            return saved(request, challenge, "Changes saved")
    context = {
        "event": challenge.event,
        "challenge": challenge,
        "form": form,
        "can_save": challenge.is_open and may(request.user, "challenges.edit", challenge),
        "shut": challenge.event.why_shut("proposals"),
    }
    return render(request, "challenges/edit.html", context)


def saved(request: HttpRequest, challenge: Challenge, words: str) -> HttpResponse:
    """Back to the challenge's page, where what is still missing stands."""
    messages.success(request, f"{words}. The organisers can read it.")
    return redirect("challenges:page", challenge.event.slug, challenge.code)


@door("challenges.decide")
def review(request: HttpRequest, event_slug: str) -> HttpResponse:
    """What waits for the organisers, then what they have decided."""
    event = an_event(request, event_slug)
    require(request.user, "challenges.decide", event)
    everything = Challenge.objects.of_event(event).with_people().waiting_first()
    return render(request, "challenges/review.html", {"event": event, "page": paged(request, everything)})


@door("challenges.decide")
def decide(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    challenge = a_challenge(request, event_slug, code)
    require(request.user, "challenges.decide", challenge)
    if request.method == "POST":
        form = DecideForm(request.POST)
    else:
        form = DecideForm(initial={"version": challenge.version})
    if form.is_valid():
        answers = form.cleaned_data
        with refusals_on(form):
            challenge = VERBS[answers["decision"]](
                challenge, by=request.user, version=answers["version"], reason=answers["reason"]
            )
            messages.success(request, f"‘{challenge.title}’: {challenge.state_words.lower()}.")
            return redirect("challenges:review", event_slug)
    context = {
        "event": challenge.event,
        "challenge": challenge,
        "form": form,
        "history": history(challenge),
    }
    return render(request, "challenges/decide.html", context)
