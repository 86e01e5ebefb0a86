import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from core import clock
from core.doors import SIGNED_IN, door
from core.refusals import refusals_on
from events.models import Event, Role, RoleKind
from submissions import actions
from submissions.declarations import CURRENT_DECLARATIONS, DECLARATIONS
from submissions.forms import DraftForm, SubmitForm
from submissions.models import Answers, Revision, Submission
from submissions.steps import STEPS, standing
from teams.models import Membership

PAGE = 50


@door("submissions.start")
def entry(request: HttpRequest, event_slug: str) -> HttpResponse:
    """The team's own page: where its entry stands, and the one thing to do next."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    membership = Membership.objects.filter(event=event, user=request.user).select_related("team").first()
    if membership is None:
        if not Role.objects.filter(event=event, user=request.user, kind=RoleKind.PARTICIPANT).exists():
            raise Http404("No team, and no part in this event that has one")
        return render(request, "submissions/no_team.html", {"event": event})
    submission = Submission.objects.with_people().filter(team=membership.team).first()
    if submission is None:
        submission = actions.start(membership.team, by=request.user)
    revisions = submission.revisions.select_related("submitted_by")
    page = Paginator(revisions, PAGE).get_page(request.GET.get("page"))
    context = about(submission)
    step = next_step(submission, last=context["last"], is_changed=context["is_changed"])
    return render(request, "submissions/entry.html", context | {"page": page, "step": step})


@door("submissions.edit")
def edit(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    submission = draft(request, event_slug, code)
    clashes: list[dict] = []
    if request.method == "POST":
        form = DraftForm(request.POST, event=submission.event)
        if form.is_valid():
            with refusals_on(form):
                try:
                    saved = actions.save_draft(
                        submission,
                        by=request.user,
                        version=form.cleaned_data["version"],
                        answers=form.answers(),
                    )
                except actions.Overtaken as overtaken:
                    clashes = both_texts(overtaken, form)
                    form = form.on_top_of(overtaken.version, overtaken.answers, overtaken.reasons)
                else:
                    return after_saving(request, saved)
    else:
        form = DraftForm.of(submission)
    context = about(submission) | {"form": form, "clashes": clashes}
    return render(request, "submissions/edit.html", context)


@door("submissions.edit")
def check(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    submission = draft(request, event_slug, code)
    context = about(submission)
    form = SubmitForm(initial={"key": uuid.uuid4()}, readers=context["readers"])
    return render(request, "submissions/check.html", context | {"form": form})


@door("submissions.submit")
def submit(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    submission = draft(request, event_slug, code)
    if request.method != "POST":
        return redirect("submissions:check", event_slug, code)
    readers = submission.event.readers_of(submission.data_level)
    form = SubmitForm(request.POST, readers=readers)
    if form.is_valid():
        with refusals_on(form):
            revision = actions.submit(
                submission,
                by=request.user,
                key=form.cleaned_data["key"],
                declared=form.cleaned_data["declared"],
                people_only=form.cleaned_data.get("people_only", False),
            )
            return redirect("submissions:receipt", event_slug, code, revision.number)
    return render(request, "submissions/check.html", about(submission) | {"form": form})


@door(SIGNED_IN)
def receipt(request: HttpRequest, event_slug: str, code: str, number: int) -> HttpResponse:
    frozen = readable(request, event_slug, code, number)
    return render(request, "submissions/receipt.html", around(request, frozen))


@door(SIGNED_IN)
def revision(request: HttpRequest, event_slug: str, code: str, number: int) -> HttpResponse:
    frozen = readable(request, event_slug, code, number)
    return render(request, "submissions/revision.html", around(request, frozen))


@door(SIGNED_IN)
def text(request: HttpRequest, event_slug: str, code: str, number: int) -> HttpResponse:
    """The very text that the fingerprint on the receipt is of."""
    frozen = readable(request, event_slug, code, number)
    name = f"{frozen.submission.code}-revision-{frozen.number}.md"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return HttpResponse(frozen.as_markdown(), content_type="text/markdown; charset=utf-8", headers=headers)


def draft(request: HttpRequest, event_slug: str, code: str) -> Submission:
    visible = Submission.objects.visible_to(request.user).with_people()
    return get_object_or_404(visible, team__event__slug=event_slug, code=code)


def readable(request: HttpRequest, event_slug: str, code: str, number: int) -> Revision:
    visible = Revision.objects.visible_to(request.user).with_people().select_related("submitted_by")
    return get_object_or_404(
        visible, submission__team__event__slug=event_slug, submission__code=code, number=number
    )


def about(submission: Submission) -> dict:
    """What the pages of a draft share."""
    event = submission.event
    last = submission.current_revision
    missing = submission.unanswered()
    shut = event.why_shut("submissions")
    return {
        "event": event,
        "submission": submission,
        "missing": [{"name": name, "label": submission.heading(name)} for name in missing],
        "missing_title": f"{len(missing)} {'answer is' if len(missing) == 1 else 'answers are'} missing",
        "answers": shown(submission, reverse("submissions:edit", args=[event.slug, submission.code])),
        "last": last,
        "is_changed": last is None or last.answers() != submission.answers(),
        "shut": shut,
        "shut_text": f"{shut}. You can still save your draft. What you save now is not submitted.",
        "statements": DECLARATIONS[CURRENT_DECLARATIONS],
        "readers": event.readers_of(submission.data_level),
    }


def around(request: HttpRequest, frozen: Revision) -> dict:
    """What the pages of a revision share."""
    submission = frozen.submission
    return {
        "event": frozen.event,
        "submission": submission,
        "revision": frozen,
        "answers": shown(frozen),
        "newest": submission.current_revision,
        "shut": frozen.event.why_shut("submissions"),
        "is_mine": submission.team.memberships.filter(user=request.user).exists(),
    }


def shown(answers: Answers, edit_url: str = "") -> list[dict]:
    """Each answer with its heading, in the order of the form, and where it can be changed."""
    links = {link.name: link for link in answers.links}
    given = answers.answers()
    return [
        {
            "name": one.name,
            "label": one.words,
            "text": answers.get_data_level_display()
            if one.name == "data_level"
            else one.say(given.get(one.name, "")),
            "is_long": one.read,
            "is_required": one.required,
            "link": links.get(one.name),
            "href": f"{edit_url}#id_{one.name}" if edit_url else "",
        }
        for one in answers.questions()
        if one.required or one.name in given
    ]


def next_step(submission: Submission, *, last: Revision | None, is_changed: bool) -> dict:
    event = submission.event
    step = STEPS[
        standing(
            is_over=clock.now() >= event.submissions_close_at,
            is_open=event.is_open("submissions"),
            is_submitted=last is not None,
            is_changed=is_changed,
            is_blank=submission.is_blank,
            is_complete=not submission.unanswered(),
        )
    ]
    href = reverse(f"submissions:{step.leads_to}", args=[event.slug, submission.code]) if step.action else ""
    return {"title": step.title, "text": step.text, "href": href, "action": step.action}


def both_texts(overtaken: actions.Overtaken, form: DraftForm) -> list[dict]:
    return [
        {
            "name": name,
            "label": form[name].label,
            "theirs": overtaken.theirs[name],
            "yours": form.cleaned_data[name],
            "by": overtaken.saved_by,
            "at": overtaken.saved_at,
        }
        for name in overtaken.theirs
    ]


def after_saving(request: HttpRequest, saved: Submission) -> HttpResponse:
    """To the check page when that was asked for; else back, saying plainly what a save is not."""
    where = [saved.event.slug, saved.code]
    if request.POST.get("then") == "check":
        return redirect("submissions:check", *where)
    shut = saved.event.why_shut("submissions")
    if shut:
        messages.warning(request, f"Draft saved, not submitted. {shut}.")
    else:
        messages.success(request, "Draft saved. Nobody outside your team sees it until you submit.")
    return redirect("submissions:edit", *where)
