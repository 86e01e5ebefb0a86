from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from challenges.classification import markings_in
from core.doors import SIGNED_IN, door
from core.permissions import may, require, require_ever
from core.refusals import refusals_on
from events.models import Event
from records import actions, contents, serving
from records.contents import Record
from records.forms import ExportForm, SectionForm
from records.models import RecordSave, TransparencyRecord
from records.printing import NotPrinted
from records.template import DRAFT, Filled, FilledSection, fields
from submissions.models import Revision, Submission

PAGE = 50


@door("records.export")
def event(request: HttpRequest, event_slug: str) -> HttpResponse:
    """What an organiser can take away: everything in one click, or one entry at a time."""
    found = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require(request.user, "records.export", found)
    return render(request, "records/event.html", about_event(request, found) | {"form": ExportForm()})


@door("records.export")
def export(request: HttpRequest, event_slug: str) -> HttpResponse | StreamingHttpResponse:
    found = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require(request.user, "records.export", found)
    if request.method != "POST":
        return redirect("records:event", event_slug)
    form = ExportForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            return serving.parcel(found, actions.export(found, by=request.user))
    return render(request, "records/event.html", about_event(request, found) | {"form": form})


@door("records.see")
def page(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    record, stored = contents.readable(request.user, event_slug, code)
    submission = record.submission
    require(request.user, "records.see", submission)
    is_mine = may(request.user, "records.edit", submission)
    context = {
        "event": submission.event,
        "submission": submission,
        "record": record,
        "label": DRAFT,
        "stored": stored,
        "is_mine": is_mine,
        "sections": [
            {
                "id": group.section.id,
                "label": group.section.label,
                "note": group.section.note,
                "fields": [shown(one) for one in group.fields],
                "href": reverse("records:edit", args=[event_slug, code, group.section.id]) if is_mine else "",
            }
            for group in record.sections
        ],
        "markings": markings_in(*stored.words().values()),
        "forms": serving.TYPES,
    }
    return render(request, "records/record.html", context)


@door("records.edit")
def edit(request: HttpRequest, event_slug: str, code: str, section: str) -> HttpResponse:
    visible = Submission.objects.visible_to(request.user).with_people()
    submission = get_object_or_404(visible, team__event__slug=event_slug, code=code)
    require_ever(request.user, "records.edit", submission)
    stored = TransparencyRecord.of(submission)
    group = section_of(contents.record_of(submission, stored), section)
    clashes: list[dict] = []
    if request.method == "POST":
        form = SectionForm(request.POST, group=group, version=stored.version)
        if form.is_valid():
            with refusals_on(form):
                words = form.words()
                try:
                    actions.edit(
                        submission, by=request.user, version=form.cleaned_data["version"], words=words
                    )
                except actions.Overtaken as overtaken:
                    clashes = both_texts(overtaken, words)
                    stored = TransparencyRecord.of(submission)
                    group = section_of(contents.record_of(submission, stored), section)
                    form = form.on_top_of(stored.version, group, words, overtaken.reasons)
                else:
                    messages.success(request, f"Saved ‘{group.section.label}’.")
                    return redirect("records:page", event_slug, code)
    else:
        form = SectionForm(group=group, version=stored.version)
    context = {
        "event": submission.event,
        "submission": submission,
        "section": group.section,
        "form": form,
        "clashes": clashes,
        "label": DRAFT,
    }
    return render(request, "records/edit.html", context)


@door("records.see")
def history(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """Who changed what, when."""
    record, _ = contents.readable(request.user, event_slug, code)
    require(request.user, "records.see", record.submission)
    saves = RecordSave.objects.filter(record__submission=record.submission).select_related("by")
    shelf = Paginator(saves, PAGE).get_page(request.GET.get("page"))
    listed = list(shelf)
    earlier = saves.filter(version=listed[-1].version - 1).first() if listed else None
    context = {
        "event": record.submission.event,
        "submission": record.submission,
        "page": shelf,
        "rows": changes(listed, earlier),
    }
    return render(request, "records/history.html", context)


@door("records.see")
def download(request: HttpRequest, event_slug: str, code: str, form: str) -> HttpResponse:
    record, _ = contents.readable(request.user, event_slug, code)
    require(request.user, "records.see", record.submission)
    if form not in serving.TYPES:
        raise Http404("No such form")
    return serving.record_file(record, form)


@door(SIGNED_IN)
def entry_pdf(request: HttpRequest, event_slug: str, code: str, number: int) -> HttpResponse:
    revision = contents.revision_for(request.user, event_slug, code, number)
    try:
        return serving.entry_paper(revision)
    except NotPrinted as fault:
        messages.error(request, f"{fault}.")
        return redirect("submissions:revision", event_slug, code, number)


@door(SIGNED_IN)
def entry_json(request: HttpRequest, event_slug: str, code: str, number: int) -> HttpResponse:
    return serving.entry_file(contents.revision_for(request.user, event_slug, code, number))


def shown(one: Filled) -> dict:
    """A field as the page has it: with the name of who wrote it."""
    origin = one.origin
    if one.own:
        origin = f"Edited by {one.own.by}"
    return {
        "label": one.field.title,
        "text": one.text,
        "ask": one.field.ask,
        "origin": origin,
        "at": one.own.at if one.own else None,
    }


def section_of(record: Record, wanted: str) -> FilledSection:
    for group in record.sections:
        if group.section.id == wanted:
            return group
    raise Http404("No such section")


def both_texts(overtaken: actions.Overtaken, typed: dict[str, str]) -> list[dict]:
    return [
        {
            "label": fields()[field].title,
            "theirs": text,
            "yours": typed[field],
            "by": overtaken.saved_by,
            "at": overtaken.saved_at,
        }
        for field, text in overtaken.theirs.items()
    ]


def changes(saves: Sequence[RecordSave], earlier: RecordSave | None) -> list[dict]:
    """What each save changed, the newest first; `earlier` is the one before them all."""
    rows = []
    for save, before in zip(saves, [*saves[1:], earlier], strict=True):
        was = before.words if before else {}
        changed = [field for field in fields() if save.words.get(field) != was.get(field)]
        rows.append(
            {
                "by": save.by,
                "at": save.at,
                "changed": [
                    {
                        "label": fields()[field].title,
                        "was": was.get(field, ""),
                        "now": save.words.get(field, ""),
                    }
                    for field in changed
                ],
            }
        )
    return rows


def about_event(request: HttpRequest, found: Event) -> dict:
    entries = (
        Revision.objects.of_event(found).current().with_people().order_by("submission__team__name", "pk")
    )
    return {"event": found, "page": Paginator(entries, PAGE).get_page(request.GET.get("page"))}
