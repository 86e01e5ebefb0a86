from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api import StrictSerializer, paged, sent
from core.doors import door
from core.permissions import require_ever
from core.refusals import Refused
from judging import actions
from judging.finding import event_for, given_for
from judging.models import Conflict
from teams.models import Team


class DeclareSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=Conflict.Kind.choices)
    reason = serializers.CharField(max_length=500)


class DeclareForSerializer(DeclareSerializer):
    judge = serializers.EmailField(help_text="The judge's e-mail address")
    team = serializers.CharField(max_length=8, help_text="The team's code")


class EndConflictSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class SettledSerializer(StrictSerializer):
    ended = serializers.IntegerField()


class ConflictSerializer(StrictSerializer):
    id = serializers.IntegerField(source="pk")
    judge = serializers.EmailField(source="judge.email")
    team = serializers.CharField(source="team.code")
    kind = serializers.CharField()
    reason = serializers.CharField()
    declared_by = serializers.EmailField(source="declared_by.email")
    declared_at = serializers.DateTimeField()


@door("judging.declare_for")
@extend_schema(operation_id="list_conflicts", methods=["GET"], responses=ConflictSerializer(many=True))
@extend_schema(
    operation_id="declare_conflict_of_judge",
    methods=["POST"],
    request=DeclareForSerializer,
    responses={201: ConflictSerializer},
)
@api_view(["GET", "POST"])
def conflicts(request: Request, event_slug: str) -> Response:
    """What was declared and stands. To declare one ends what the judge was given of the team."""
    event = event_for(request, event_slug, "judging.declare_for")
    if request.method == "GET":
        mine = Conflict.objects.run_by(request.user).standing().filter(event=event)
        return paged(request, mine.select_related("judge", "team", "declared_by"), ConflictSerializer)
    body = sent(request, DeclareForSerializer)
    judge = User.objects.filter(email=body.pop("judge").lower()).first()
    if judge is None:
        raise Refused("Nobody with this address is a judge at this event", field="judge")
    team = Team.objects.of_event(event).select_related("event").filter(code=body.pop("team")).first()
    if team is None:
        raise Refused("No team has this code", field="team")
    made = actions.declare(team, judge, by=request.user, **body)
    return Response(ConflictSerializer(made).data, status=status.HTTP_201_CREATED)


@door("judging.end_conflict")
@extend_schema(operation_id="end_conflict", request=EndConflictSerializer, responses={204: None})
@api_view(["POST"])
def end_conflict(request: Request, event_slug: str, pk: int) -> Response:
    """It was a mistake. Never by the judge or by who declared it."""
    event = event_for(request, event_slug, "judging.watch")
    found = Conflict.objects.run_by(request.user).standing().select_related("event")
    conflict = get_object_or_404(found, event=event, pk=pk)
    require_ever(request.user, "judging.end_conflict", conflict)
    actions.end_conflict(conflict, by=request.user, **sent(request, EndConflictSerializer))
    return Response(status=status.HTTP_204_NO_CONTENT)


@door("judging.declare")
@extend_schema(operation_id="declare_conflict", request=DeclareSerializer, responses={204: None})
@api_view(["POST"])
def declare_here(request: Request, event_slug: str, code: str, number: int = 0) -> Response:
    """The caller's own, with an entry that they were given. The answer names no team."""
    assignment = given_for(request, event_slug, code, number)
    team = assignment.submission.team
    actions.declare(team, request.user, by=request.user, **sent(request, DeclareSerializer))
    return Response(status=status.HTTP_204_NO_CONTENT)


@door("judging.declare_for")
@extend_schema(operation_id="end_assignments_in_conflict", request=None, responses=SettledSerializer)
@api_view(["POST"])
def settle(request: Request, event_slug: str) -> Response:
    """Take from judges what they may not score any more. Their ballots on it count no longer."""
    event = event_for(request, event_slug, "judging.declare_for")
    ended = actions.end_in_conflict(event, by=request.user)
    return Response(SettledSerializer({"ended": len(ended)}).data)
