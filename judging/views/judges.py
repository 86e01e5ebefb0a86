from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.doors import door
from core.refusals import refusals_on
from events.models import Event, Role, RoleKind
from judging import actions
from judging.finding import event_for
from judging.forms import (
    ConfirmForm,
    ConfirmJudgeForm,
    DeclineForm,
    InviteForm,
    InviteManyForm,
    JudgeForm,
)
from judging.models import Conflict, Invitation, Judge, named_for, panel_of
from judging.rules import until_all_scores_close


@door("judging.watch")
def judges(request: HttpRequest, event_slug: str) -> HttpResponse:
    """Everyone who judges, and everyone who has been asked. No score."""
    event = event_for(request, event_slug, "judging.watch")
    invitations = Invitation.objects.run_by(request.user).unused().filter(event=event)
    context = {
        "event": event,
        "panel": panel_of(event),
        "invitations": invitations,
        "conflicts": Conflict.objects.run_by(request.user)
        .standing()
        .filter(event=event)
        .select_related("judge", "team", "declared_by"),
        "shut": until_all_scores_close(event),
    }
    return render(request, "judging/judges.html", context)


def judge_for(request: HttpRequest, event_slug: str, pk: int) -> Judge:
    """The judge whose role this is, for someone who runs the judging."""
    event = event_for(request, event_slug, "judging.watch")
    roles = Role.objects.select_related("user__department", "event").filter(event=event)
    return Judge.objects.by_role(get_object_or_404(roles, kind=RoleKind.JUDGE, pk=pk))


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
    said = "A new link is on its way. The old one does nothing any more."
    return answering(request, event_slug, pk, actions.send_again, said, "judging/send_again.html")


@door("judging.invite")
def withdraw_invitation(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    said = "The invitation is withdrawn. Its link does nothing any more."
    act = actions.withdraw_invitation
    return answering(request, event_slug, pk, act, said, "judging/withdraw_invitation.html")


def answering(request: HttpRequest, event_slug: str, pk: int, act, said: str, template: str) -> HttpResponse:
    event = event_for(request, event_slug, "judging.invite")
    mine = Invitation.objects.run_by(request.user).unused().filter(event=event)
    invitation = get_object_or_404(mine, pk=pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            act(invitation, by=request.user)
            messages.success(request, said)
            return redirect("judging:judges", event_slug)
    context = {"event": event, "invitation": invitation, "form": form, "shut": until_all_scores_close(event)}
    return render(request, template, context)


# One's own part


def own(request: HttpRequest, event_slug: str) -> tuple[Event, Judge]:
    event = event_for(request, event_slug, "judging.judge")
    role = Role.objects.select_related("user__department", "event").get(
        event=event, user=request.user, kind=RoleKind.JUDGE
    )
    return event, Judge.objects.by_role(role)


@door("judging.answer")
def me(request: HttpRequest, event_slug: str) -> HttpResponse:
    """The judge says whether they will come, what they know, and how much they take."""
    event, judge = own(request, event_slug)
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
    event, judge = own(request, event_slug)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.decline(judge, by=request.user, **form.cleaned_data)
            messages.success(request, "You have said that you cannot judge. The organisers are told.")
            return redirect("judging:me", event_slug)
    context = {"event": event, "judge": judge, "form": form, "shut": until_all_scores_close(judge)}
    return render(request, "judging/decline.html", context)
