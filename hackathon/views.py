"""Pages that belong to no stage: home, health, the fixed pages, and what went wrong."""

from datetime import timedelta

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from drf_spectacular.views import SpectacularAPIView
from redis.exceptions import RedisError

from core.doors import PUBLIC, SIGNED_IN, door
from core.models import Mail
from screening.models import Screening

LATE = timedelta(minutes=10)

schema = door(SIGNED_IN)(SpectacularAPIView.as_view())


@door(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "hackathon/welcome.html")


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
        parts["jobs"] = "late" if Mail.objects.overdue(LATE).exists() or late_screenings() else "ok"
    well = all(state == "ok" for state in parts.values())
    return JsonResponse({"status": "ok" if well else "fault", **parts}, status=200 if well else 503)


def late_screenings() -> bool:
    return Screening.objects.overdue(LATE).exists()


def check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "fault"
    return "ok"


def check_broker() -> str:
    try:
        cache.set("ready", "ok", 5)
    except (RedisError, OSError):
        return "fault"
    return "ok"


@door(PUBLIC)
def static_page(request: HttpRequest, page: str) -> HttpResponse:
    return render(request, f"pages/{page}.html")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def fault(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
