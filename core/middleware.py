"""What every request gets: a number for the logs, the stamp of its arrival, safe headers."""

import re
import uuid
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import DatabaseError
from django.utils import timezone

from core import clock, logs

SAFE = {"GET", "HEAD", "OPTIONS"}
WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")


def request_id(get_response: Callable) -> Callable:
    """A proxy's number is kept when it is well formed, so that one search finds both logs."""

    def middleware(request):
        given = request.headers.get("X-Request-ID", "")
        number = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        request.number = number
        token = logs.request_id.set(number)
        try:
            response = get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-ID"] = number
        return response

    return middleware


def arrival(get_response: Callable) -> Callable:
    def middleware(request):
        if request.method in SAFE:
            moment = timezone.now()
        else:
            try:
                moment = clock.database_now()
            except DatabaseError:
                moment = timezone.now()  # the view will meet the same fault, and say so
        with clock.arrived_at(moment):
            return get_response(request)

    return middleware


def headers(get_response: Callable) -> Callable:
    """Nothing is kept by a cache or used by another site unless its view says so."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy",
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        )
        return response

    return middleware


def without_nul(get_response: Callable) -> Callable:
    """PostgreSQL keeps no NUL, and a driver that is handed one fails: so no address and no cookie has one.

    Bodies are checked by forms and serializers, field by field.
    """

    def middleware(request):
        given = [request.path_info, *request.COOKIES.values()]
        given += [word for key, words in request.GET.lists() for word in (key, *words)]
        if any("\0" in word for word in given):
            raise BadRequest("A NUL in the address or in a cookie")
        return get_response(request)

    return middleware
