from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import Page, StrictSerializer
from core.doors import door
from core.permissions import require_ever
from core.refusals import Refused
from events.models import Event
from reading import actions as reading_actions
from reading.models import Screening, reading_shown
from screening import actions
from screening.models import Clearance
from screening.presentation import queue_rows
from submissions.models import Revision


class ClearanceSerializer(StrictSerializer):
    outcome = serializers.ChoiceField(choices=Clearance.Outcome.choices)
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class RowSerializer(StrictSerializer):
    entry = serializers.CharField(source="revision.submission.code")
    title = serializers.CharField(source="revision.title")
    team = serializers.CharField(source="revision.submission.team.name")
    revision = serializers.IntegerField(source="revision.number")
    submitted_at = serializers.DateTimeField(source="revision.submitted_at")
    state = serializers.CharField()
    hint = serializers.CharField()
    decision = ClearanceSerializer(source="clearance", allow_null=True)


class ReportSerializer(StrictSerializer):
    entry = serializers.CharField(source="revision.submission.code")
    revision = serializers.IntegerField(source="revision.number")
    screening = serializers.IntegerField(source="screening.pk", allow_null=True, default=None)
    state = serializers.CharField()
    error = serializers.CharField(source="screening.error", default="")
    text = serializers.CharField(
        source="screening.text", default="", help_text="What the offsets of quotations refer to"
    )
    report = serializers.JSONField(source="screening.report", default=None, allow_null=True)
    decisions = ClearanceSerializer(many=True)


class ClearSerializer(StrictSerializer):
    revision = serializers.IntegerField(min_value=1, help_text="The number of the revision that was read")
    screening = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, help_text="The report that was read, if one was"
    )


class HoldSerializer(ClearSerializer):
    reason = serializers.CharField(max_length=2000, help_text="The team reads this")


@door("screening.queue")
@extend_schema(operation_id="list_screening_queue", responses=RowSerializer(many=True))
@api_view(["GET"])
def queue(request: Request, event_slug: str) -> Response:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, "screening.queue", event)
    entries = Revision.objects.of_event(event).current().with_people().order_by("submitted_at", "pk")
    pages = Page()
    rows = queue_rows(pages.paginate_queryset(entries, request))
    return pages.get_paginated_response(RowSerializer(rows, many=True).data)


@door("screening.read")
@extend_schema(operation_id="show_screening_report", responses=ReportSerializer)
@api_view(["GET"])
def report(request: Request, event_slug: str, code: str) -> Response:
    return answer(find(request, event_slug, code))


@door("screening.clear")
@extend_schema(operation_id="clear_entry", request=ClearSerializer, responses=ReportSerializer)
@api_view(["POST"])
def clear(request: Request, event_slug: str, code: str) -> Response:
    revision = find(request, event_slug, code)
    require_ever(request.user, "screening.clear", revision)
    seen, screening, _ = what_was_seen(revision, ClearSerializer(data=request.data))
    actions.clear(seen, by=request.user, screening=screening)
    return answer(revision)


@door("screening.hold")
@extend_schema(operation_id="hold_entry", request=HoldSerializer, responses=ReportSerializer)
@api_view(["POST"])
def hold(request: Request, event_slug: str, code: str) -> Response:
    revision = find(request, event_slug, code)
    require_ever(request.user, "screening.hold", revision)
    seen, screening, sent = what_was_seen(revision, HoldSerializer(data=request.data))
    actions.hold(seen, sent["reason"], by=request.user, screening=screening)
    return answer(revision)


@door("reading.retry")
@extend_schema(operation_id="retry_screening", request=None, responses={202: ReportSerializer})
@api_view(["POST"])
def retry(request: Request, event_slug: str, code: str) -> Response:
    revision = find(request, event_slug, code)
    require_ever(request.user, "reading.retry", revision)
    screening = reading_shown(revision)
    if screening is None:
        raise Refused("This entry is about to be read for the first time")
    reading_actions.retry(screening, by=request.user)
    return answer(revision, status.HTTP_202_ACCEPTED)


def find(request: Request, event_slug: str, code: str) -> Revision:
    visible = Revision.objects.visible_to(request.user).current().with_people()
    return get_object_or_404(visible, submission__team__event__slug=event_slug, submission__code=code)


def what_was_seen(revision: Revision, serializer: ClearSerializer) -> tuple[Revision, Screening | None, dict]:
    serializer.is_valid(raise_exception=True)
    sent = serializer.validated_data
    shown = get_object_or_404(revision.submission.revisions, number=sent["revision"])
    return shown, Screening.objects.filter(pk=sent.get("screening"), revision=shown).first(), sent


def answer(revision: Revision, code: int = status.HTTP_200_OK) -> Response:
    screening = reading_shown(revision)
    whole = {
        "revision": revision,
        "state": screening.state if screening else "",
        "decisions": Clearance.objects.filter(revision=revision).select_related("by"),
    }
    if screening is not None:
        whole["screening"] = screening
    return Response(ReportSerializer(whole).data, status=code)
