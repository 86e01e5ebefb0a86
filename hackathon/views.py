"""Pages that belong to no stage: home, health, the fixed pages, and what went wrong."""

import sys
from datetime import timedelta

from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from drf_spectacular.views import SpectacularAPIView

from core.doors import PUBLIC, SIGNED_IN, door
from core.models import Mail
from core.permissions import may, require
from events.models import Event, Phase
from files.models import Scan
from hackathon import dashboard
from hackathon.needs import events_of, needs_of, open_to
from reading.models import Screening

LATE = timedelta(minutes=10)

schema = door(SIGNED_IN)(SpectacularAPIView.as_view())


@door(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """What needs this person now; for a stranger, what this is."""
    if not request.user.is_authenticated:
        phases = [Phase.ANNOUNCED, Phase.FORMING, Phase.BUILDING, Phase.JUDGING]
        context: dict = {
            "live": Event.objects.in_phase(*phases)[:20],
            "published": Event.objects.in_phase(Phase.SHOWCASE)[:20],
            "sign_in_url": reverse("account_login"),
        }
        return render(request, "hackathon/welcome.html", context)
    context = {
        "tasks": [need.as_task() for need in needs_of(request.user)],
        "events": events_of(request.user),
        "to_join": open_to(request.user),
        "can_create": may(request.user, "events.create"),
        "create_url": reverse("events:create"),
    }
    return render(request, "hackathon/home.html", context)


@door("events.organise")
def organise(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require(request.user, "events.organise", event)
    context = {
        "event": event,
        "stages": dashboard.stages(event),
        "next_moment": dashboard.next_moment(event),
    }
    return render(request, "hackathon/organise.html", context)


@door(PUBLIC)
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@door(PUBLIC)
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """What this process needs is there: 503 names the part that is not."""
    parts = {"database": check_database(), "broker": check_broker()}
    if parts["database"] == "ok":
        parts["jobs"] = "late" if Mail.objects.overdue(LATE).exists() or late_work() else "ok"
    well = all(state == "ok" for state in parts.values())
    return JsonResponse({"status": "ok" if well else "fault", **parts}, status=200 if well else 503)


def late_work() -> bool:
    return Screening.objects.overdue(LATE).exists() or Scan.objects.overdue(LATE).exists()


def check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "fault"
    return "ok"


def check_broker() -> str:
    """Something is kept and found again: when it is down, the cache itself never complains."""
    cache.set("ready", "ok", 5)
    return cache.get("ready", "fault")


@door(PUBLIC)
def static_page(request: HttpRequest, page: str) -> HttpResponse:
    return render(request, f"pages/{page}.html")


@door(PUBLIC)
def nowhere(request: HttpRequest) -> HttpResponse:
    raise Http404


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def fault(request: HttpRequest) -> HttpResponse:
    """Asks no database, session or context processor: any of them may be what is broken."""
    if isinstance(sys.exc_info()[1], OperationalError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "30"})
    return HttpResponse(render_to_string("500.html"), status=500)
