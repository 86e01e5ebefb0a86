"""What the API of every app shares: strict input, plain answers, declared errors."""

import json

from django.core.exceptions import PermissionDenied
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from core.refusals import Refused


class Parser(JSONParser):
    """JSON that Python cannot hold, or could never send back, is a mistake in what was sent."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            found = super().parse(stream, media_type, parser_context)
            json.dumps(found, ensure_ascii=False).encode()
        except RecursionError as fault:
            raise ParseError("JSON parse error - nested too deeply") from fault
        except UnicodeEncodeError as fault:
            raise ParseError("JSON parse error - half of a surrogate pair is not text") from fault
        return found


class StrictSerializer(serializers.Serializer):
    """Refuses keys it does not know: a misspelt or smuggled field is an error, not silence."""

    def to_internal_value(self, data):
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({key: ["There is no such field"] for key in unknown})
        return super().to_internal_value(data)


class Page(PageNumberPagination):
    page_size = 50


def answer_exception(fault: Exception, context: dict) -> Response | None:
    """Refused is 409 with its reason; the rest is as REST framework answers it."""
    if isinstance(fault, Refused):
        body = {"detail": fault.message, "field": fault.field}
        return Response(body, status=status.HTTP_409_CONFLICT)
    if isinstance(fault, PermissionDenied):
        # Django's text would be the permission's name, which is for us, not for the caller.
        fault = PermissionDenied()
    return exception_handler(fault, context)


_ERRORS = {
    "400": "What was sent is not valid",
    "401": "Not signed in",
    "403": "Not yours to do",
    "404": "Not there, or not for you to know of",
    "409": "Refused for now: the detail says why and what to do",
    "415": "Send JSON",
    "429": "Too many requests",
}


def declare_errors(result: dict, generator, request, public) -> dict:
    """Every operation says how it can fail; drf-spectacular leaves that out."""
    for methods in result.get("paths", {}).values():
        for operation in methods.values():
            for code, text in _ERRORS.items():
                operation.setdefault("responses", {}).setdefault(code, {"description": text})
    return result


def sent(request: Request, serializer: type[serializers.BaseSerializer], *, partial: bool = False) -> dict:
    """What the caller sent, checked; a 400 that names each wrong field otherwise."""
    given = serializer(data=request.data, partial=partial)
    given.is_valid(raise_exception=True)
    return given.validated_data


def paged(request: Request, rows, serializer: type[serializers.BaseSerializer]) -> Response:
    """One page of `rows`, a QuerySet or list, with the addresses of the pages beside it."""
    pages = Page()
    shown: list = pages.paginate_queryset(rows, request) or []
    return pages.get_paginated_response(serializer(shown, many=True).data)
