import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache, wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.template import loader
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.safestring import SafeString, mark_safe

from core.dates import day
from core.doors import PUBLIC, door
from core.permissions import require_ever
from core.refusals import refusals_on
from events.models import Event
from showcase import actions, shelf
from showcase.forms import ConfirmForm, FilterForm, HideForm
from showcase.models import CARD, Exhibit, plan_of, published, published_events
from showcase.rules import after_judging

PAGE = 50
CARDS = 200  # a whole event on one page, as visitors expect of a gallery

# Public pages


def kept(view: Callable) -> Callable:
    """Build the page once for everybody who is not signed in, and keep it whole.

    It is built for nobody in particular: from a request that carries nothing but its address, so
    that nothing of a visitor can get into it. Whoever has a session gets a page of their own.
    """

    @wraps(view)
    def answer(request: HttpRequest, **address: str) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.method not in {"GET", "HEAD"}:
            return view(request, **address)
        path = request.get_full_path()
        is_kept = not request.META.get("QUERY_STRING")  # searches have no end
        page, version = shelf.take(path) if is_kept else (None, "")
        if page is None:
            body = view(nobody_at(request), **address).content
            packed = shelf.pack(body)
            page = shelf.Kept(version, packed, hashlib.sha256(body).hexdigest()[:32])
            if is_kept:
                shelf.keep(path, page)
        return sent(request, page)

    return answer


def nobody_at(request: HttpRequest) -> HttpRequest:
    stranger = HttpRequest()
    stranger.method, stranger.path, stranger.path_info = "GET", request.path, request.path_info
    stranger.GET, stranger.user = request.GET, AnonymousUser()
    stranger.META = {"SERVER_NAME": request.META["SERVER_NAME"], "SERVER_PORT": request.META["SERVER_PORT"]}
    return stranger


def sent(request: HttpRequest, page: shelf.Kept) -> HttpResponse:
    tag = f'W/"{page.etag}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(page.packed, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(shelf.unpack(page.packed))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=60"
    patch_vary_headers(response, ["Accept-Encoding"])
    # Django asks every visitor who they are, which marks the page as theirs. There was no session to read.
    request.session.accessed = False
    response._csp_update = {"script-src": inline_scripts()}  # type: ignore[attr-defined]
    return response


@cache
def inline_scripts() -> list[str]:
    """The base template's own inline script, allowed by its digest: a page kept for many has no nonce.

    Taken from the template alone, with nothing of anybody's on it.
    """
    scripts = re.findall(r'<script nonce="">(.*?)</script>', loader.render_to_string("base.html"), re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    return [f"'sha256-{digest}'" for digest in digests]


@door(PUBLIC)
@kept
def events(request: HttpRequest) -> HttpResponse:
    page = Paginator(published_events(), PAGE).get_page(request.GET.get("page"))
    for event in page:
        entries = "1 entry" if event.number == 1 else f"{event.number} entries"
        event.said = f"{entries}, published on {day(event.published_at, event.zone)}"
    return render(request, "showcase/events.html", {"page": page})


@door(PUBLIC)
@kept
def event(request: HttpRequest, event_slug: str) -> HttpResponse:
    """Every entry of a published event: one query for the event, one for the cards."""
    form = FilterForm(request.GET)
    filters = form.filters()
    shown = published(event_slug, **filters)
    if shown is None:
        raise Http404("Not published")
    form.offer(shown.departments, shown.challenges)
    rows = Exhibit.objects.filter(event=shown.event, hidden_at=None).matching(**filters)
    cards = Paginator(rows.values_list(*CARD), CARDS)
    cards.count = shown.number
    page = cards.get_page(request.GET.get("page"))
    context = {
        "event": shown.event,
        "number": shown.number,
        "page": page,
        "cards": drawn(page, reverse("showcase:event", args=[event_slug])),
        "form": form,
        "is_filtered": any(filters.values()),
        "query": form.query(),
    }
    return render(request, "showcase/event.html", context)


def drawn(page: Page, base: str) -> SafeString:
    """The cards of a page, by the engine for long lists: the other one took nearly half of its time."""
    cards = loader.render_to_string("cards.html", {"cards": list(page), "base": base}, using="lists")
    return mark_safe(cards)  # noqa: S308 (that engine escapes)


@door(PUBLIC)
@kept
def entry(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    shown = Exhibit.objects.shown().select_related("event")
    exhibit = get_object_or_404(shown, event__slug=event_slug, code=code)
    context = {"event": exhibit.event, "exhibit": exhibit, "members": exhibit.named_members()}
    return render(request, "showcase/entry.html", context)


# Publishing


def event_for(request: HttpRequest, event_slug: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, "showcase.publish", event)
    return event


@door("showcase.publish")
def publish(request: HttpRequest, event_slug: str) -> HttpResponse:
    """What visitors will see and what not, and why; then the button. Afterwards, bringing it up to date."""
    event = event_for(request, event_slug)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            if form.cleaned_data["then"] == "refresh":
                changes = actions.refresh(event, by=request.user)
                messages.success(request, said_of(changes))
            else:
                actions.publish(event, by=request.user)
                messages.success(request, "Published. Everyone can see the showcase now.")
            return redirect("showcase:publish", event_slug)
    event.refresh_from_db()
    plan = plan_of(event)
    context = {
        "event": event,
        "form": form,
        "plan": plan,
        "page": Paginator(plan.shown, CARDS).get_page(request.GET.get("page")),
        "codes": set(Exhibit.objects.filter(event=event).values_list("code", flat=True)),
        "hidden": Exhibit.objects.filter(event=event, hidden_at__isnull=False).select_related("hidden_by"),
        "shut": after_judging(event),
    }
    return render(request, "showcase/publish.html", context)


def said_of(changes: int) -> str:
    if not changes:
        return "The showcase is up to date. Nothing had changed."
    return f"Brought up to date: {changes} {'entry' if changes == 1 else 'entries'} changed."


@door("showcase.hide")
def hide(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    event = event_for(request, event_slug)
    exhibit = get_object_or_404(Exhibit, event=event, code=code)
    form = HideForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.hide(exhibit, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, f"‘{exhibit.title}’ is hidden from visitors.")
            return redirect("showcase:publish", event_slug)
    return render(request, "showcase/hide.html", {"event": event, "exhibit": exhibit, "form": form})


@door("showcase.hide")
def show(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    event = event_for(request, event_slug)
    exhibit = get_object_or_404(Exhibit.objects.select_related("hidden_by"), event=event, code=code)
    form = ConfirmForm({"then": "show"} if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.show(exhibit, by=request.user)
            messages.success(request, f"‘{exhibit.title}’ is shown to visitors again.")
            return redirect("showcase:publish", event_slug)
    return render(request, "showcase/show.html", {"event": event, "exhibit": exhibit, "form": form})
