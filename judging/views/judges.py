from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from core.doors import door
from core.refusals import refusals_on
from judging import actions
from judging.finding import PAGE, event_for, invitation_for, judge_for, own_part
from judging.forms import (
    ConfirmForm,
    ConfirmJudgeForm,
    DeclineForm,
    InviteForm,
    InviteManyForm,
    JudgeForm,
)
from judging.models import Conflict, Invitation, named_for, panel_of
from judging.rules import until_all_scores_close


@door("judging.watch")
def judges(request: HttpRequest, event_slug: str) -> HttpResponse:
    """Everyone who judges, and everyone who has been asked. No score."""
    event = event_for(request, event_slug, "judging.watch")
    panel = panel_of(event)
    invitations = Invitation.objects.run_by(request.user).unused().filter(event=event)
    context = {
        "event": event,
        "page": Paginator(panel, PAGE).get_page(request.GET.get("page")),
        "barred": sum(seat.barred for seat in panel),
        "invitations": invitations,
        "conflicts": Conflict.objects.run_by(request.user)
        .standing()
        .filter(event=event)
        .select_related("judge", "team", "declared_by"),
        "shut": until_all_scores_close(event),
    }
    return render(request, "judging/judges.html", context)


@door("judging.set_judge")
def judge(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    judge = judge_for(request, event_slug, pk)
    form = JudgeForm(request.POST, event=judge.event) if request.method == "POST" else JudgeForm.of(judge)
    if form.is_valid():
        with refusals_on(form):
            actions.set_judge(judge, by=request.user, **form.cleaned_data)
            messages.success(request, f"What is known of {judge} is saved.")
            return redirect("judging:judges", event_slug)
    context = {
        "event": judge.event,
        "judge": judge,
        "form": form,
        "shut": until_all_scores_close(judge),
    }
    return render(request, "judging/judge.html", context)


@door("judging.set_judge")
@require_POST
def pause(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    return turn(request, event_slug, pk, actions.pause, "is paused. What they began stays theirs.")


@door("judging.set_judge")
@require_POST
def resume(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    return turn(request, event_slug, pk, actions.resume, "can be given entries again.")


def turn(request: HttpRequest, event_slug: str, pk: int, act, said: str) -> HttpResponse:
    judge = judge_for(request, event_slug, pk)
    if shut := until_all_scores_close(judge):
        messages.error(request, f"{shut}.")
    else:
        act(judge, by=request.user)
        messages.success(request, f"{judge} {said}")
    return redirect("judging:judge", event_slug, pk)


# Inviting


@door("judging.invite")
def invite(request: HttpRequest, event_slug: str) -> HttpResponse:
    return inviting(request, event_slug, InviteForm, "judging/invite.html")


@door("judging.invite")
def invite_many(request: HttpRequest, event_slug: str) -> HttpResponse:
    return inviting(request, event_slug, InviteManyForm, "judging/invite_many.html")


def inviting(request: HttpRequest, event_slug: str, kind: type, template: str) -> HttpResponse:
    event = event_for(request, event_slug, "judging.invite")
    form = kind(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            try:
                sent = actions.invite(event, form.people(), by=request.user)
            except actions.Faulty as faulty:
                form.add_error(None, faulty.faults)
            else:
                people = "1 person" if len(sent) == 1 else f"{len(sent)} people"
                messages.success(request, f"{people} invited. The mails leave within seconds.")
                return redirect("judging:judges", event_slug)
    return render(request, template, {"event": event, "form": form, "shut": until_all_scores_close(event)})


@door("judging.invite")
def send_again(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    def act(invitation: Invitation) -> str:
        actions.send_again(invitation, by=request.user)
        return "A new link is on its way. The old one does nothing any more."

    return confirming(request, invitation_for(request, event_slug, pk), act, "judging/send_again.html")


@door("judging.invite")
def withdraw_invitation(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    def act(invitation: Invitation) -> str:
        actions.withdraw_invitation(invitation, by=request.user)
        return "The invitation is withdrawn. Its link does nothing any more."

    invitation = invitation_for(request, event_slug, pk)
    return confirming(request, invitation, act, "judging/withdraw_invitation.html")


def confirming(
    request: HttpRequest, invitation: Invitation, act: Callable[[Invitation], str], template: str
) -> HttpResponse:
    event = invitation.event
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            messages.success(request, act(invitation))
            return redirect("judging:judges", event.slug)
    context = {"event": event, "invitation": invitation, "form": form, "shut": until_all_scores_close(event)}
    return render(request, template, context)


# One's own part


@door("judging.answer")
def me(request: HttpRequest, event_slug: str) -> HttpResponse:
    """The judge says whether they will come, what they know, and how much they take."""
    judge = own_part(request, event_slug)
    event = judge.event
    posted = request.method == "POST"
    form = ConfirmJudgeForm(request.POST, event=event) if posted else ConfirmJudgeForm.of(judge)
    if form.is_valid():
        with refusals_on(form):
            actions.confirm(judge, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved. You are down to judge.")
            return redirect("judging:me", event_slug)
    standing = Conflict.objects.standing().filter(event=event, judge=request.user).select_related("team")
    context = {
        "event": event,
        "judge": judge,
        "form": form,
        "shut": until_all_scores_close(judge),
        "conflicts": named_for(request.user, event, list(standing)),
    }
    return render(request, "judging/me.html", context)


@door("judging.answer")
def decline(request: HttpRequest, event_slug: str) -> HttpResponse:
    judge = own_part(request, event_slug)
    event = judge.event
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.decline(judge, by=request.user, **form.cleaned_data)
            messages.success(request, "You have said that you cannot judge. The organisers are told.")
            return redirect("judging:me", event_slug)
    context = {"event": event, "judge": judge, "form": form, "shut": until_all_scores_close(judge)}
    return render(request, "judging/decline.html", context)
