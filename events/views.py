from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from core import clock, sheets
from core.doors import PUBLIC, door
from core.permissions import may, require, require_ever
from core.refusals import refusals_on
from events import actions
from events.forms import (
    AcceptForm,
    ApplyForm,
    CreateForm,
    DeclineForm,
    EditForm,
    EmptyForm,
    MoveForm,
    RoleForm,
)
from events.models import MOMENTS, Application, Event, Phase, Role, RoleKind

LENGTH = 50


def event_for(request: HttpRequest, event_slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)


def sent(request: HttpRequest):
    return request.POST if request.method == "POST" else None


# For everyone


@door(PUBLIC)
def events(request: HttpRequest) -> HttpResponse:
    drafts = Event.objects.worked_on_by(request.user).in_phase(Phase.DRAFT)
    context = {
        "page": Paginator(Event.objects.announced(), LENGTH).get_page(request.GET.get("page")),
        "drafts": drafts,
        "can_create": may(request.user, "events.create"),
    }
    return render(request, "events/list.html", context)


@door(PUBLIC)
def page(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug)
    kinds, application = set(), None
    if request.user.is_authenticated:
        kinds = set(event.roles.filter(user=request.user).values_list("kind", flat=True))
        application = event.applications.filter(user=request.user).first()
    context = {
        "event": event,
        "departments": event.departments.all(),
        "moments": moments_of(event),
        "roles": [RoleKind(kind).label.lower() for kind in sorted(kinds)],
        "application": application,
        "step": next_step(request, event, kinds, application),
        "is_organiser": RoleKind.ORGANISER in kinds,
    }
    return render(request, "events/page.html", context)


def moments_of(event: Event) -> list[dict]:
    """The timeline: every moment in order of time, and which of them comes next."""
    rows = [(at, MOMENTS[name]) for name, at in event.moments().items()]
    rows += [(event.announced_at, "Announced")] if event.announced_at else []
    rows += [(event.published_at, "Results published")] if event.published_at else []
    rows.sort()
    coming = next((row for row in rows if row[0] > clock.now()), None)
    return [{"words": words, "at": at, "is_next": (at, words) == coming} for at, words in rows]


def next_step(
    request: HttpRequest, event: Event, kinds: set[str], application: Application | None
) -> dict | None:
    """The one thing this person can do next at this event: the first that holds, or None."""
    slug, is_known = [event.slug], bool(kinds or application)
    is_signed_in = request.user.is_authenticated
    apply_url = reverse("events:apply", args=slug)
    sign_in_url = f"{reverse('account_login')}?{urlencode({'next': apply_url})}"
    submitting = f"Submissions close at {event.say(event.submissions_close_at)}"
    applying = f"Applications close at {event.say(event.applications_close_at)}"
    is_draft, is_shown = event.phase is Phase.DRAFT, event.phase is Phase.SHOWCASE
    builds, joins = RoleKind.PARTICIPANT in kinds, not is_known and event.is_open("applications")
    steps = (
        (is_draft and RoleKind.ORGANISER in kinds,
         "Only people with a role see this event", "", "Announce it", reverse("events:open", args=slug)),
        (is_shown, "See what was built", "", "Browse the showcase", reverse("showcase:event", args=slug)),
        (builds and event.is_open("submissions"),
         "Build and write your entry", submitting, "Go to your entry",
         reverse("submissions:entry", args=slug)),
        (builds and event.is_open("team_changes"),
         "Find a team, or found one", "", "See teams", reverse("teams:list", args=slug)),
        (RoleKind.JUDGE in kinds and event.is_open("scores"),
         "Score your entries", "", "Go to your entries", reverse("judging:list", args=slug)),
        (RoleKind.ORGANISER in kinds,
         "You organise this event", "", "Organise", reverse("organise", args=slug)),
        (joins and is_signed_in and event.invites(request.user.department_id),
         "Take part", applying, "Apply", apply_url),
        (joins and not is_signed_in, "Take part", applying, "Sign in to apply", sign_in_url),
    )  # fmt: skip
    for holds, title, text, action, href in steps:
        if holds:
            return {"title": title, "text": text, "action": action, "href": href}
    return None


@door("events.apply")
def apply(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug)
    require_ever(request.user, "events.apply", event)
    form = ApplyForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            actions.apply(event, **form.cleaned_data, by=request.user)
            messages.success(
                request, "Your application is with the organisers. You will get a mail when they decide"
            )
            return redirect("events:page", event.slug)
    shut = event.why_shut("applications") or event.why_not_for(request.user.department_id)
    return render(request, "events/apply.html", {"event": event, "form": form, "shut": shut})


# For organisers


@door("events.create")
def create(request: HttpRequest) -> HttpResponse:
    require(request.user, "events.create")
    form = CreateForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            event = actions.create_event(by=request.user, **form.details())
            messages.success(
                request, f"{event} is drafted. Only people with a role see it until you announce it"
            )
            return redirect("events:edit", event.slug)
    return render(request, "events/create.html", {"form": form})


@door("events.edit")
def edit(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug)
    require(request.user, "events.edit", event)
    form = EditForm(sent(request), event=event)
    if form.is_valid():
        with refusals_on(form):
            actions.edit_event(event, by=request.user, **form.details())
            messages.success(request, "Saved")
            return redirect("events:page", event.slug)
    context = {
        "event": event,
        "form": form,
        "moments": moments_of(event),
        "is_draft": event.phase is Phase.DRAFT,
    }
    return render(request, "events/edit.html", context)


@door("events.open")
def open_(request: HttpRequest, event_slug: str) -> HttpResponse:
    """What is missing; and when nothing is, the button that announces."""
    event = event_for(request, event_slug)
    require_ever(request.user, "events.open", event)
    form = EmptyForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            actions.open_event(event, by=request.user)
            messages.success(request, f"{event} is announced. Everyone can see it")
            return redirect("events:page", event.slug)
    held = set(event.roles.values_list("kind", flat=True))
    context = {
        "event": event,
        "form": form,
        "missing": event.unready(),
        "later": [
            kind.label.lower()
            for kind in (RoleKind.SCREENER, RoleKind.JUDGE, RoleKind.CHAIR)
            if kind not in held
        ],
        "may_open": may(request.user, "events.open", event),
        "moments": moments_of(event),
    }
    return render(request, "events/open.html", context)


@door("events.move")
def move(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug)
    require_ever(request.user, "events.move", event)
    form = MoveForm(sent(request), event=event)
    if form.is_valid():
        with refusals_on(form):
            actions.move_moment(event, **form.cleaned_data, by=request.user)
            messages.success(request, "The moment has moved, and the people it affects will get a mail")
            return redirect("events:page", event.slug)
    context = {"event": event, "form": form, "may_move": may(request.user, "events.move", event)}
    return render(request, "events/move.html", context)


@door("events.decide")
def applications(request: HttpRequest, event_slug: str) -> HttpResponse:
    """Those that wait, to tick and accept; then those decided."""
    event = event_for(request, event_slug)
    require_ever(request.user, "events.decide", event)
    received = event.applications.select_related("user__department", "decided_by")
    undecided = Paginator(received.undecided(), LENGTH).get_page(request.GET.get("page"))
    decided = received.exclude(decision="").order_by("-decided_at")
    form = AcceptForm(sent(request), undecided=undecided)
    if form.is_valid():
        with refusals_on(form):
            actions.accept_all(form.chosen(), by=request.user)
            messages.success(request, f"{len(form.chosen())} accepted. They will get a mail")
            return redirect("events:applications", event.slug)
    context = {
        "event": event,
        "form": form,
        "undecided": undecided,
        "decided": Paginator(decided, LENGTH).get_page(request.GET.get("decided")),
        "may_decide": may(request.user, "events.decide", event),
    }
    return render(request, "events/applications.html", context)


@door("events.decide")
def decline(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    visible = Application.objects.visible_to(request.user).select_related("event", "user__department")
    application = get_object_or_404(visible, event__slug=event_slug, pk=pk)
    require_ever(request.user, "events.decide", application)
    form = DeclineForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            actions.decline(application, form.cleaned_data["reason"], by=request.user)
            messages.success(request, f"The application of {application.user} is declined")
            return redirect("events:applications", event_slug)
    context = {"event": application.event, "application": application, "form": form}
    return render(request, "events/decline.html", context)


@door("events.appoint")
def people(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug)
    require(request.user, "events.appoint", event)
    form = RoleForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            role = actions.give_role(event, **form.cleaned_data, by=request.user)
            messages.success(request, f"{role.user} is {actions.a_role(role)} now")
            return redirect("events:people", event.slug)
    roles = Paginator(event.roles.select_related("user__department"), LENGTH).get_page(
        request.GET.get("page")
    )
    return render(request, "events/people.html", {"event": event, "form": form, "page": roles})


@door("events.appoint")
def take(request: HttpRequest, event_slug: str, pk: int) -> HttpResponse:
    visible = Role.objects.visible_to(request.user).select_related("event", "user")
    role = get_object_or_404(visible, event__slug=event_slug, pk=pk)
    require(request.user, "events.appoint", role)
    form = EmptyForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            words = f"{role.user} is no longer {actions.a_role(role)}"
            actions.take_role(role, by=request.user)
            messages.success(request, words)
            if may(request.user, "events.appoint", role.event):
                return redirect("events:people", event_slug)
            return redirect("events:page", event_slug)
    return render(request, "events/take.html", {"event": role.event, "role": role, "form": form})


@door("events.audit")
def log(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = event_for(request, event_slug)
    require(request.user, "events.audit", event)
    rows = Paginator(event.log().select_related("by"), LENGTH).get_page(request.GET.get("page"))
    return render(request, "events/log.html", {"event": event, "page": rows})


@door("events.audit")
def log_export(request: HttpRequest, event_slug: str) -> StreamingHttpResponse:
    event = event_for(request, event_slug)
    require(request.user, "events.audit", event)
    return sheets.stream(f"{event.slug}-log.csv", Event.LOG_COLUMNS, event.log_cells())
