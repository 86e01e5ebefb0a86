import uuid
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse

from core import clock
from core.doors import SIGNED_IN, door
from core.models import AuditRow
from core.permissions import may
from core.refusals import Refused, refusals_on
from events.models import Event, Phase, Role, RoleKind
from files.serving import serve
from submissions import actions
from submissions.declarations import CURRENT_DECLARATIONS, DECLARATIONS
from submissions.forms import AgreeForm, AnswerForm, SubmitForm, TaskForm
from submissions.models import Answers, Revision, Submission, received_items
from submissions.questions import Task
from submissions.rules import until_published
from submissions.steps import STEPS, Facts, standing
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
    return show_entry(request, submission, AnswerForm())


def show_entry(request: HttpRequest, submission: Submission, form: AnswerForm) -> HttpResponse:
    revisions = submission.revisions.select_related("submitted_by", "admission", "declaration")
    page = Paginator(revisions, PAGE).get_page(request.GET.get("page"))
    context = about(submission)
    context |= {
        "page": page,
        "step": next_step(submission, context),
        "tasks": rows_of(submission),
        "moved": moved_by_organisers(submission),
        "form": form,
        "may_withdraw": may(request.user, "submissions.withdraw", submission)
        and not context["is_out"]
        and (context["last"] is not None or not context["is_late"]),
        "may_bring_back": submission.withdrawn_at is not None
        and may(request.user, "submissions.bring_back", submission),
    }
    return render(request, "submissions/entry.html", context)


@door("submissions.withdraw")
def withdraw(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """Are you sure, with what it means."""
    submission = draft(request, event_slug, code)
    form = AgreeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.withdraw(submission, by=request.user)
            messages.success(request, "Your entry is withdrawn. Your team has a mail that says so.")
            return redirect("submissions:entry", event_slug)
    return render(request, "submissions/withdraw.html", about(submission) | {"form": form})


@door("submissions.bring_back")
def bring_back(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    submission = draft(request, event_slug, code)
    if request.method == "POST":
        try:
            actions.bring_back(submission, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "Your entry is back, as it was.")
    return redirect("submissions:entry", event_slug)


@door("submissions.answer")
def answer(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """What a disqualified team says to it. What was typed stays on the page until it is taken."""
    submission = draft(request, event_slug, code)
    if request.method != "POST":
        return redirect("submissions:entry", event_slug)
    form = AnswerForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            actions.answer_disqualification(submission, by=request.user, text=form.cleaned_data["text"])
            messages.success(request, "Your answer is with the people who decided.")
            return redirect("submissions:entry", event_slug)
    return show_entry(request, submission, form)


@door("submissions.edit")
def edit(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """Where the whole draft used to be one form: marked addresses lead to the list."""
    return redirect("submissions:entry", draft(request, event_slug, code).scope)


@door("submissions.edit")
def task(request: HttpRequest, event_slug: str, code: str, task: str) -> HttpResponse:
    """One task of the entry. Nothing has to be complete to be saved."""
    submission = draft(request, event_slug, code)
    asked = next((one for one in submission.tasks if one.name == task), None)
    if asked is None:
        raise Http404("This entry has no such task")
    clashes: list[dict] = []
    if request.method == "POST":
        form = TaskForm(request.POST, task=asked, event=submission.event)
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
                    submission = draft(request, event_slug, code)  # as it stands now
                else:
                    return after_saving(request, saved, asked)
    else:
        form = TaskForm.of(asked, submission)
    stored = submission.answers()
    context = about(submission) | {
        "form": form,
        "clashes": clashes,
        "task": asked,
        "stored": {
            "version": submission.version,
            "answers": {one.name: stored.get(one.name, "") for one in asked.questions},
            "words": {one.name: one.words for one in asked.questions},
        },
        "door": reverse("api:submissions:draft", args=[submission.scope, submission.code]),
    }
    return render(request, "submissions/task.html", context)


@door("submissions.edit")
def check(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    submission = draft(request, event_slug, code)
    context = to_check(submission)
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
    return render(request, "submissions/check.html", to_check(submission) | {"form": form})


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


@door(SIGNED_IN)
def file(request: HttpRequest, event_slug: str, code: str, number: int, file: str) -> FileResponse:
    """A file as it was handed in, for whoever may read the revision."""
    frozen = readable(request, event_slug, code, number)
    return serve(get_object_or_404(frozen.files, code=file), request)


def draft(request: HttpRequest, event_slug: str, code: str) -> Submission:
    visible = Submission.objects.visible_to(request.user).with_people()
    return get_object_or_404(visible, team__event__slug=event_slug, code=code)


def readable(request: HttpRequest, event_slug: str, code: str, number: int) -> Revision:
    visible = Revision.objects.visible_to(request.user).with_people()
    visible = visible.select_related("submitted_by", "admission__by", "declaration__by")
    return get_object_or_404(
        visible, submission__team__event__slug=event_slug, submission__code=code, number=number
    )


def about(submission: Submission) -> dict:
    """What the pages of a draft share."""
    event, window = submission.event, submission.window
    last, received = submission.current_revision, submission.last_received
    missing = submission.unanswered()
    shut = until_published(submission)
    addresses = addresses_of(submission)
    ends = event.say(window.told(clock.now()))
    is_changed = submission.is_changed_since(received)
    disqualification = submission.disqualification
    return {
        "event": event,
        "submission": submission,
        "missing": [
            {"name": name, "label": submission.heading(name), "href": addresses[name]} for name in missing
        ],
        "missing_title": f"{len(missing)} {'answer is' if len(missing) == 1 else 'answers are'} missing",
        "last": last,
        "received": received,
        "is_changed": is_changed,
        "is_undeclared": received is not None and not received.agreed,
        "is_out": submission.withdrawn_at is not None or disqualification is not None,
        "disqualification": disqualification,
        "ends": ends,
        "is_extended": window.is_extended,
        "is_late": clock.now() >= window.ends_at,
        "late_text": f"Submissions closed at {ends}. What you submit now is kept as late. It counts only if "
        "an organiser admits it.",
        "shut": shut,
        "shut_text": f"{shut or f'Submissions closed at {ends}'}. You can still save your draft. What you "
        "save now is not submitted.",
    }


def to_check(submission: Submission) -> dict:
    """What is read before submitting: every answer by task, and the declarations."""
    rows = {row["name"]: row for row in shown(submission, addresses_of(submission))}
    return about(submission) | {
        "sections": [
            {
                "task": one,
                "answers": [rows[question.name] for question in one.questions if question.name in rows],
                "href": reverse("submissions:task", args=[submission.scope, submission.code, one.name]),
            }
            for one in submission.tasks
        ],
        "files": list(submission.files()),
        "statements": DECLARATIONS[CURRENT_DECLARATIONS],
        "readers": submission.event.readers_of(submission.data_level),
    }


def addresses_of(submission: Submission) -> dict[str, str]:
    """Where each answer can be changed."""
    where = [submission.scope, submission.code]
    return {
        question.name: f"{reverse('submissions:task', args=[*where, one.name])}#id_{question.name}"
        for one in submission.tasks
        for question in one.questions
    }


def rows_of(submission: Submission) -> list[dict]:
    """The task list: each with what is there and what is still missing."""
    answers = submission.answers()
    rows = []
    for one in submission.tasks:
        state = one.state(answers)
        missing = one.missing(answers)
        is_optional = not any(question.required for question in one.questions)
        hint = one.hint
        if state == "begun":
            hint = "Still to answer: " + ", ".join(question.words for question in missing)
        rows.append(
            {
                "title": f"{one.title} (optional)" if is_optional else one.title,
                "href": reverse("submissions:task", args=[submission.scope, submission.code, one.name]),
                "hint": hint,
                "state": {"empty": "not_started", "begun": "running", "done": ""}[state],
                "text": {"empty": "Not started", "begun": "In progress", "done": "Done"}[state],
            }
        )
    with suppress(NoReverseMatch):  # where the event has a shelf
        href = reverse("files:shelf", args=[submission.scope])
        rows.append({"title": "Files (optional)", "href": href, "hint": "Slides, images, a zip"})
    return rows


def moved_by_organisers(submission: Submission) -> str:
    """What became required, or no longer is, since the team began; said until submissions close."""
    row = AuditRow.objects.filter(
        scope=submission.scope, verb="submissions.call_set", details__has_key="now_required"
    ).first()
    begun = submission.saves.order_by("version").values_list("at", flat=True).first()
    if row is None or begun is None or row.at < begun:
        return ""
    said = []
    for key, words in (("now_required", "Now required"), ("no_longer_required", "No longer required")):
        if names := row.details[key]:
            said.append(f"{words}: {', '.join(submission.heading(name) for name in names)}")
    at = submission.event.say(row.at)
    return f"The organisers changed what an entry must answer at {at}. {'. '.join(said)}."


def around(request: HttpRequest, frozen: Revision) -> dict:
    """What the pages of a revision share."""
    submission = frozen.submission
    window = submission.window
    return {
        "event": frozen.event,
        "submission": submission,
        "revision": frozen,
        "answers": shown(frozen),
        "items": received_items(frozen),
        "enclosures": handed_in(frozen),
        "newest": submission.current_revision,
        "ends": frozen.event.say(window.told(clock.now())),
        "is_late": clock.now() >= window.ends_at,
        "out": submission.why_out(),
        "is_mine": submission.team.memberships.filter(user=request.user).exists(),
    }


def handed_in(frozen: Revision) -> list[dict]:
    """The files of a revision, each with where it can be had once the scan has cleared it."""
    where = [frozen.scope, frozen.submission.code, frozen.number]
    return [
        {
            "name": one.file.name,
            "kind": one.file.get_kind_display(),
            "size": one.file.size,
            "alt": one.alt,
            "is_image": one.file.is_image,
            "waits": one.file.is_waiting,
            "is_refused": one.file.is_refused,
            "href": reverse("submissions:file", args=[*where, one.file.code]),
        }
        for one in frozen.enclosures.select_related("file")
    ]


def shown(answers: Answers, addresses: Mapping[str, str] = MappingProxyType({})) -> list[dict]:
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
            "href": addresses.get(one.name, ""),
        }
        for one in answers.questions()
        if one.required or one.name in given
    ]


def next_step(submission: Submission, context: Mapping) -> dict:
    event, received = submission.event, context["received"]
    facts = Facts(
        is_over=context["is_late"],
        is_ended=event.phase is Phase.SHOWCASE,
        is_open=not context["shut"],
        is_submitted=context["last"] is not None,
        is_waiting=received is not None and received.is_late and received.decided is None,
        is_declared=not context["is_undeclared"],
        is_changed=context["is_changed"],
        is_blank=submission.is_blank,
        is_complete=not context["missing"],
        is_withdrawn=submission.withdrawn_at is not None,
        is_disqualified=context["disqualification"] is not None,
    )
    step = STEPS[standing(facts)]
    href = ""
    if step.action and step.leads_to == "edit":
        href = next_task(submission)
    elif step.action:
        href = reverse(f"submissions:{step.leads_to}", args=[event.slug, submission.code])
    return {"title": step.title, "text": step.text, "href": href, "action": step.action}


def both_texts(overtaken: actions.Overtaken, form: TaskForm) -> list[dict]:
    questions = {one.name: one for one in form.task.questions}
    return [
        {
            "name": name,
            "label": form[name].label,
            "theirs": questions[name].say(overtaken.theirs[name]),
            "yours": questions[name].say(form.answers()[name]),
            "by": overtaken.saved_by,
            "at": overtaken.saved_at,
        }
        for name in overtaken.theirs
    ]


def next_task(submission: Submission, after: Task | None = None) -> str:
    """The next task in which something required is missing; the check page once none is."""
    tasks, answers = submission.tasks, submission.answers()
    here = next((index for index, one in enumerate(tasks) if after and one.name == after.name), -1) + 1
    for one in [*tasks[here:], *tasks[:here]]:
        if one.missing(answers):
            return reverse("submissions:task", args=[submission.scope, submission.code, one.name])
    if after is None:
        return reverse("submissions:task", args=[submission.scope, submission.code, tasks[0].name])
    return reverse("submissions:check", args=[submission.scope, submission.code])


def after_saving(request: HttpRequest, saved: Submission, task: Task) -> HttpResponse:
    """On to what is still missing, or back to the list, saying plainly what a save is not."""
    ends = saved.window.ends_at
    if clock.now() >= ends:
        messages.warning(
            request, f"Draft saved, not submitted. Submissions closed at {saved.event.say(ends)}."
        )
    else:
        messages.success(request, "Draft saved. Nobody outside your team sees it until you submit.")
    if request.POST.get("then") == "next":
        return redirect(next_task(saved, after=task))
    return redirect("submissions:entry", saved.scope)
