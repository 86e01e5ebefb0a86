from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, paged, sent
from core.doors import door
from core.permissions import require_ever
from events.models import Event
from submissions import actions
from submissions.models import Call
from submissions.questions import OWN


class CallSerializer(StrictSerializer):
    """What every entry must answer, and the rules at the deadline."""

    required = serializers.ListField(child=serializers.CharField(max_length=60), max_length=200)  # type: ignore[assignment]
    grace_minutes = serializers.IntegerField(min_value=0, max_value=Call.MOST_GRACE)
    remind_hours = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=168), max_length=10
    )
    draft_becomes_entry = serializers.BooleanField()
    checks_links = serializers.BooleanField(
        required=False, help_text="Ask the addresses of drafts and entries whether they answer"
    )


class CallQuestionSerializer(StrictSerializer):
    """A question of the event's own. `challenge` is the code of the one whose teams are asked, or empty."""

    words = serializers.CharField(max_length=OWN["words"])
    hint = serializers.CharField(max_length=OWN["hint"], required=False, allow_blank=True)
    required = serializers.BooleanField(required=False)  # type: ignore[assignment]
    challenge = serializers.CharField(max_length=20, required=False, allow_blank=True)


class OwnQuestionSerializer(CallQuestionSerializer):
    name = serializers.CharField()


class RemovedSerializer(StrictSerializer):
    retired = serializers.BooleanField(help_text="Somebody had answered it: the answers are kept.")


@door("submissions.call")
@extend_schema(operation_id="show_call", methods=["GET"], responses=CallSerializer)
@extend_schema(operation_id="set_call", methods=["PUT"], request=CallSerializer, responses=CallSerializer)
@api_view(["GET", "PUT"])
def call(request: Request, event_slug: str) -> Response:
    """What the event asks of its entries, and by which rules it takes them."""
    event = organised(request, event_slug)
    if request.method == "GET":
        return Response(CallSerializer(Call.of(event)).data)
    decided = actions.set_call(event, by=request.user, **sent(request, CallSerializer))
    return Response(CallSerializer(decided).data)


@door("submissions.call")
@extend_schema(operation_id="list_own_questions", methods=["GET"], responses=OwnQuestionSerializer(many=True))
@extend_schema(
    operation_id="add_own_question",
    methods=["POST"],
    request=CallQuestionSerializer,
    responses={201: OwnQuestionSerializer},
)
@api_view(["GET", "POST"])
def questions(request: Request, event_slug: str) -> Response:
    """The questions of the event's own that are asked now."""
    event = organised(request, event_slug)
    if request.method == "GET":
        asked = [row for row in Call.of(event).questions if not row.get("retired")]
        return paged(request, asked, OwnQuestionSerializer)
    row = actions.add_question(event, by=request.user, **sent(request, CallQuestionSerializer))
    return Response(OwnQuestionSerializer(row).data, status=status.HTTP_201_CREATED)


@door("submissions.call")
@extend_schema(
    operation_id="change_own_question",
    methods=["PUT"],
    request=CallQuestionSerializer,
    responses=OwnQuestionSerializer,
)
@extend_schema(operation_id="remove_own_question", methods=["DELETE"], responses=RemovedSerializer)
@api_view(["PUT", "DELETE"])
def question(request: Request, event_slug: str, name: str) -> Response:
    """Change one, or ask it no more: what has been answered is retired, never deleted."""
    event = organised(request, event_slug)
    if request.method == "DELETE":
        retired = actions.remove_question(event, name, by=request.user)
        return Response(RemovedSerializer({"retired": retired}).data)
    row = actions.change_question(event, name, by=request.user, **sent(request, CallQuestionSerializer))
    return Response(OwnQuestionSerializer(row).data)


def organised(request: Request, event_slug: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, "submissions.call", event)
    return event
