from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, paged, sent
from core.doors import PUBLIC, door
from core.permissions import require, require_ever
from events.models import Event
from reading import actions, honesty, ledger
from reading.models import EarlyReading, Plan, Question
from reading.presentation import overview_of
from reading.report import FINDINGS
from submissions.models import Submission

# Shapes


class ReadingPlanSerializer(StrictSerializer):
    """The same bounds as the form's."""

    early_readings = serializers.IntegerField(min_value=0, max_value=20)
    blind_percent = serializers.IntegerField(min_value=0, max_value=100)
    holds_last_hours = serializers.IntegerField(min_value=1, max_value=720)
    budget_gbp = serializers.DecimalField(
        max_digits=8, decimal_places=2, min_value=0, allow_null=True, help_text="null: no limit"
    )
    entry_tokens = serializers.IntegerField(min_value=1_000, max_value=5_000_000)


class QuestionSerializer(StrictSerializer, serializers.ModelSerializer):
    class Meta:
        model = Question
        fields = ["id", "title", "asks", "cues", "question"]
        read_only_fields = ["id"]


class AskSerializer(StrictSerializer):
    people_only = serializers.BooleanField(
        required=False, help_text="Use the built-in engine alone, and send nothing to an AI model."
    )


class EarlyReadingSerializer(StrictSerializer):
    number = serializers.IntegerField()
    state = serializers.CharField()
    error = serializers.CharField()
    engine = serializers.CharField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField(source="opened_at")


class EarlyReportSerializer(EarlyReadingSerializer):
    text = serializers.CharField(help_text="What the offsets of quotations refer to")
    report = serializers.JSONField(allow_null=True)


class LineSerializer(serializers.Serializer):
    kind = serializers.CharField()
    reader = serializers.CharField()
    day = serializers.DateField(allow_null=True)
    readings = serializers.IntegerField()
    read = serializers.IntegerField()
    failed = serializers.IntegerField()
    retrying = serializers.IntegerField()
    calls = serializers.IntegerField(source="all_calls")
    tokens = serializers.IntegerField()
    cost_gbp = serializers.DecimalField(max_digits=14, decimal_places=6, source="cost")


class CapsSerializer(serializers.Serializer):
    budget_gbp = serializers.DecimalField(max_digits=8, decimal_places=2, allow_null=True)
    spent_gbp = serializers.DecimalField(max_digits=14, decimal_places=6)
    left_gbp = serializers.DecimalField(max_digits=14, decimal_places=6, allow_null=True)
    entry_tokens = serializers.IntegerField()
    early_readings = serializers.IntegerField()


class LedgerSerializer(serializers.Serializer):
    caps = CapsSerializer()
    by_provider = LineSerializer(many=True)
    by_day = LineSerializer(many=True)


class StandingSerializer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    model = serializers.CharField()
    approved_for = serializers.CharField()
    rung = serializers.CharField()
    last_success = serializers.DateTimeField(allow_null=True)
    last_fault = serializers.DateTimeField(allow_null=True)
    fault = serializers.CharField()
    failed_today = serializers.IntegerField()
    retrying = serializers.IntegerField()


class TallySerializer(serializers.Serializer):
    number = serializers.IntegerField()
    name = serializers.CharField()
    entries = serializers.IntegerField()
    without_passage = serializers.IntegerField()
    findings = serializers.DictField(child=serializers.IntegerField())


class SignalSerializer(serializers.Serializer):
    signal = serializers.CharField()
    entries = serializers.IntegerField()


class OverviewSerializer(serializers.Serializer):
    entries = serializers.IntegerField()
    stated = serializers.IntegerField()
    principles = TallySerializer(many=True)
    signals = SignalSerializer(many=True)


# Doors


@door("reading.plan")
@extend_schema(operation_id="show_reading_settings", methods=["GET"], responses=ReadingPlanSerializer)
@extend_schema(
    operation_id="plan_reading",
    methods=["PATCH"],
    request=ReadingPlanSerializer,
    responses=ReadingPlanSerializer,
)
@api_view(["GET", "PATCH"])
def plan(request: Request, event_slug: str) -> Response:
    event = event_for(request, event_slug)
    require(request.user, "reading.plan", event)
    if request.method == "GET":
        return Response(ReadingPlanSerializer(Plan.of(event)).data)
    changed = sent(request, ReadingPlanSerializer, partial=True)
    return Response(ReadingPlanSerializer(actions.plan_reading(event, by=request.user, **changed)).data)


@door("reading.plan")
@extend_schema(operation_id="list_event_questions", methods=["GET"], responses=QuestionSerializer(many=True))
@extend_schema(
    operation_id="add_event_question",
    methods=["POST"],
    request=QuestionSerializer,
    responses={201: QuestionSerializer},
)
@api_view(["GET", "POST"])
def questions(request: Request, event_slug: str) -> Response:
    event = event_for(request, event_slug)
    require(request.user, "reading.plan", event)
    if request.method == "GET":
        return paged(request, Question.objects.filter(event=event), QuestionSerializer)
    added = actions.add_question(event, by=request.user, **sent(request, QuestionSerializer))
    return Response(QuestionSerializer(added).data, status=status.HTTP_201_CREATED)


@door("reading.plan")
@extend_schema(operation_id="remove_event_question", request=None, responses={204: None})
@api_view(["DELETE"])
def question(request: Request, event_slug: str, pk: int) -> Response:
    event = event_for(request, event_slug)
    require(request.user, "reading.plan", event)
    actions.remove_question(get_object_or_404(Question, event=event, pk=pk), by=request.user)
    return Response(status=status.HTTP_204_NO_CONTENT)


@door("reading.see_early")
@extend_schema(operation_id="list_early_readings", responses=EarlyReadingSerializer(many=True))
@api_view(["GET"])
def drafts(request: Request, event_slug: str, code: str) -> Response:
    """The early readings of a team's draft, the newest first. Its team alone sees them."""
    submission = draft_for(request, event_slug, code)
    early = EarlyReading.objects.filter(submission=submission).select_related("asked_by")
    return paged(request, early.defer("text", "report", "record"), EarlyReadingSerializer)


@door("reading.ask_early")
@extend_schema(
    operation_id="ask_for_early_reading", request=AskSerializer, responses={201: EarlyReportSerializer}
)
@api_view(["POST"])
def ask_early(request: Request, event_slug: str, code: str) -> Response:
    submission = draft_for(request, event_slug, code)
    require_ever(request.user, "reading.ask_early", submission)
    asked = actions.ask_early(submission, by=request.user, **sent(request, AskSerializer))
    return Response(EarlyReportSerializer(asked).data, status=status.HTTP_201_CREATED)


@door("reading.see_early")
@extend_schema(operation_id="show_early_reading", responses=EarlyReportSerializer)
@api_view(["GET"])
def draft(request: Request, event_slug: str, code: str, number: int) -> Response:
    submission = draft_for(request, event_slug, code)
    early = get_object_or_404(EarlyReading, submission=submission, number=number)
    return Response(EarlyReportSerializer(early).data)


@door("reading.ledger")
@extend_schema(operation_id="show_ledger", responses=LedgerSerializer)
@api_view(["GET"])
def ledger_(request: Request, event_slug: str) -> Response:
    event = event_for(request, event_slug)
    require(request.user, "reading.ledger", event)
    whole = {
        "caps": ledger.caps(event),
        "by_provider": ledger.by_provider(event),
        "by_day": ledger.by_day(event),
    }
    return Response(LedgerSerializer(whole).data)


@door("reading.overview")
@extend_schema(operation_id="show_reading_overview", responses=OverviewSerializer)
@api_view(["GET"])
def overview(request: Request, event_slug: str) -> Response:
    event = event_for(request, event_slug)
    require(request.user, "reading.overview", event)
    told = overview_of(event)
    rows = [
        {
            "number": tally.number,
            "name": name,
            "entries": tally.entries,
            "without_passage": tally.silent,
            "findings": {finding: tally.findings[finding] for finding in FINDINGS},
        }
        for name, tally in told["rows"]
    ]
    counted = told["counted"]
    signals = [{"signal": words, "entries": number} for words, number in counted.signals]
    whole = {"entries": counted.entries, "stated": counted.stated, "principles": rows, "signals": signals}
    return Response(OverviewSerializer(whole).data)


@door("accounts.administer")
@extend_schema(operation_id="list_models", responses=StandingSerializer(many=True))
@api_view(["GET"])
def models(request: Request) -> Response:
    require(request.user, "accounts.administer")
    return paged(request, ledger.standings(), StandingSerializer)


@door(PUBLIC)
@extend_schema(operation_id="show_transparency_record", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
@permission_classes([AllowAny])
def record(request: Request) -> Response:
    return Response({**honesty.record(), "to_be_filled_by_the_organisation": honesty.to_fill()})


@door(PUBLIC)
@extend_schema(operation_id="show_model_card", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
@permission_classes([AllowAny])
def card(request: Request) -> Response:
    return Response(honesty.card())


def event_for(request: Request, event_slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)


def draft_for(request: Request, event_slug: str, code: str) -> Submission:
    visible = Submission.objects.visible_to(request.user).with_people()
    return get_object_or_404(visible, team__event__slug=event_slug, code=code)
