from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from challenges.models import DataLevel
from core.doors import door
from core.permissions import require
from core.refusals import refusals_on
from events.models import Event, Role, RoleKind
from files import actions, presentation
from files.forms import ConfirmForm, DescribeForm, LevelForm, UploadForm
from files.models import File
from files.serving import serve
from files.uploads import taking_files, was_too_large
from teams.models import Team


def own_team(request: HttpRequest, event_slug: str) -> tuple[Event, Team | None]:
    """The team of this person at this event; None for a participant without one, 404 for everybody else."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    team = Team.objects.of(request.user).of_event(event).select_related("event").first()
    if team is None:
        get_object_or_404(Role, event=event, user=request.user, kind=RoleKind.PARTICIPANT)
    return event, team


def a_file(request: HttpRequest, event_slug: str, code: str) -> File:
    visible = File.objects.visible_to(request.user).with_people()
    return get_object_or_404(visible, team__event__slug=event_slug, code=code)


@door("files.see")
def shelf(request: HttpRequest, event_slug: str) -> HttpResponse:
    event, team = own_team(request, event_slug)
    if team is None:
        return render(request, "files/no_team.html", {"event": event})
    require(request.user, "files.see", team)
    every = list(File.objects.of_team(team).with_people())
    held = [file for file in every if not file.is_removed]
    context = {
        "event": event,
        "team": team,
        "rows": [row(file) for file in held],
        "removed": [file for file in every if file.is_removed],
        "room": presentation.room(len(held), sum(file.size for file in held)),
    }
    return render(request, "files/shelf.html", context)


@door("files.upload")
@csrf_exempt  # only so that nothing is read before the team is known: `_add` checks the key
@taking_files
def add(request: HttpRequest, event_slug: str) -> HttpResponse:
    """First the level of the data, then, if it is one that may be here, the file."""
    event, team = own_team(request, event_slug)
    if team is None:
        return render(request, "files/no_team.html", {"event": event})
    require(request.user, "files.upload", team)
    return _add(request, team)


@csrf_protect
def _add(request: HttpRequest, team: Team) -> HttpResponse:
    event = team.event
    given = request.POST if request.method == "POST" else request.GET
    answered = request.method == "POST" or {"data_level", "asked"} & given.keys()
    level = LevelForm(given if answered else None, event=event)
    if level.is_valid():
        with refusals_on(level):
            actions.refuse_data_not_taken(level.cleaned_data["data_level"], event)
    if not level.is_bound or level.errors:
        return render(request, "files/level.html", {"event": event, "team": team, "form": level})
    status = 200
    if request.method == "POST":
        too_large = was_too_large(request)
        status = 413 if too_large else 200
        form = UploadForm(request.POST, request.FILES, too_large=too_large)
    else:
        form = UploadForm(initial={"data_level": level.cleaned_data["data_level"]})
    if form.is_valid():
        with refusals_on(form):
            return after_upload(
                request,
                actions.upload(
                    team,
                    by=request.user,
                    sent=form.cleaned_data["file"],
                    data_level=form.cleaned_data["data_level"],
                    alt=form.cleaned_data["alt"],
                ),
            )
    context = {
        "event": event,
        "team": team,
        "form": form,
        "level": DataLevel(level.cleaned_data["data_level"]).label,
        "limits": presentation.limits(),
        "room": presentation.room(*room_of(team)),
    }
    return render(request, "files/add.html", context, status=status)


@door("files.see")
def page(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    file = a_file(request, event_slug, code)
    require(request.user, "files.see", file)
    return render(request, "files/page.html", about(file))


@door("files.see")
def download(request: HttpRequest, event_slug: str, code: str) -> FileResponse:
    file = a_file(request, event_slug, code)
    require(request.user, "files.see", file)
    return serve(file, request)


@door("files.describe")
def describe(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    file = a_file(request, event_slug, code)
    require(request.user, "files.describe", file)
    if not file.is_image:
        return redirect("files:page", event_slug, code)
    form = DescribeForm(request.POST) if request.method == "POST" else DescribeForm(initial={"alt": file.alt})
    if form.is_valid():
        with refusals_on(form):
            actions.describe(file, by=request.user, alt=form.cleaned_data["alt"])
            messages.success(request, f"Saved what ‘{file.name}’ shows.")
            return redirect("files:shelf", event_slug)
    return render(request, "files/describe.html", {"event": file.event, "file": file, "form": form})


@door("files.remove")
def remove(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """Without a page that asks first: it can be undone, and the shelf says so."""
    file = a_file(request, event_slug, code)
    require(request.user, "files.remove", file)
    if request.method == "POST":
        actions.remove(file, by=request.user)
        messages.success(request, f"Removed ‘{file.name}’. You can put it back below.")
    return redirect("files:shelf", event_slug)


@door("files.restore")
def restore(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    file = a_file(request, event_slug, code)
    require(request.user, "files.restore", file)
    if request.method != "POST":
        return redirect("files:page", event_slug, code)
    form = ConfirmForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            actions.restore(file, by=request.user)
            messages.success(request, f"Put back ‘{file.name}’.")
            return redirect("files:shelf", event_slug)
    return render(request, "files/page.html", about(file) | {"form": form})


def after_upload(request: HttpRequest, file: File) -> HttpResponse:
    where = (file.scope, file.code)
    if file.is_refused:
        return redirect("files:page", *where)
    if file.by_id != request.user.pk:
        messages.info(request, f"The same file is on the shelf already, as ‘{file.name}’.")
        return redirect("files:page", *where)
    messages.success(request, f"Uploaded ‘{file.name}’.")
    if file.lacks_words:
        return redirect("files:describe", *where)
    return redirect("files:shelf", file.scope)


def room_of(team: Team) -> tuple[int, int]:
    held = File.objects.of_team(team).on_the_shelf()
    return held.count(), held.bytes()


def row(file: File) -> dict:
    return {
        "file": file,
        "kind": presentation.kind_words(file),
        "size": presentation.size_words(file.size),
        "state": presentation.STATES[File.State(file.state)],
        "signals": len(presentation.signals(file)),
    }


def about(file: File) -> dict:
    scan = getattr(file, "scan", None) if file.is_waiting else None
    return row(file) | {
        "event": file.event,
        "file": file,
        "facts": presentation.facts(file),
        "signals": presentation.signals(file),
        "listing": presentation.listing(file),
        "unlisted": max(file.look.get("files", 0) - len(file.look.get("listing", [])), 0),
        "scan_error": scan.error if scan else "",
    }
