from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from challenges.models import Challenge
from core.api import StrictSerializer, paged, sent
from core.doors import SIGNED_IN, door
from core.permissions import require, require_ever
from events.models import Event
from teams import actions
from teams.models import Team


class FoundTeamSerializer(StrictSerializer):
    name = serializers.CharField(max_length=80)
    about = serializers.CharField(max_length=300, allow_blank=True, default="")
    challenge = serializers.CharField(max_length=8, help_text="The code of an approved challenge")


class MoveTeamSerializer(StrictSerializer):
    challenge = serializers.CharField(max_length=8, help_text="The code of an approved challenge")


class NamingSerializer(StrictSerializer):
    agrees = serializers.BooleanField(help_text="Whether the showcase may name the caller")


class NamedSerializer(StrictSerializer):
    team = serializers.CharField(source="team.code")
    agrees = serializers.BooleanField(source="named_in_showcase")


class TeamSerializer(serializers.ModelSerializer):
    challenge = serializers.CharField(source="challenge.code")
    size = serializers.IntegerField()
    open_seats = serializers.IntegerField()

    class Meta:
        model = Team
        fields = ("code", "name", "about", "challenge", "size", "open_seats", "founded_at")


class TeamMemberSerializer(StrictSerializer):
    name = serializers.CharField(source="user")
    department = serializers.CharField(source="user.department", allow_null=True)
    joined_at = serializers.DateTimeField()


class TeamPageSerializer(TeamSerializer):
    members = serializers.SerializerMethodField()

    class Meta:
        model = Team
        fields = (*TeamSerializer.Meta.fields, "members")

    @extend_schema_field(TeamMemberSerializer(many=True))
    def get_members(self, team: Team) -> list[dict]:
        return list(TeamMemberSerializer(team.memberships.select_related("user__department"), many=True).data)


def an_event(request: Request, event_slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)


def a_team(request: Request, event_slug: str, code: str) -> Team:
    visible = Team.objects.visible_to(request.user).with_challenge().with_size()
    return get_object_or_404(visible, event__slug=event_slug, code=code)


def a_challenge(event: Event, code: str) -> Challenge:
    """One that teams can take on; any other code is a mistake in what was sent."""
    found = Challenge.objects.of_event(event).approved().filter(code=code).first()
    if found is None:
        raise serializers.ValidationError({"challenge": ["Choose one of this event's approved challenges"]})
    return found


def answer(team: Team, code: int = status.HTTP_200_OK) -> Response:
    whole = Team.objects.with_challenge().with_size().get(pk=team.pk)
    return Response(TeamPageSerializer(whole).data, status=code)


@door("teams.see")
@extend_schema(
    methods=["GET"],
    operation_id="teams_list",
    parameters=[OpenApiParameter("challenge", str, description="Only the teams on this challenge")],
    responses=TeamSerializer(many=True),
)
@extend_schema(
    methods=["POST"],
    operation_id="teams_found",
    request=FoundTeamSerializer,
    responses={201: TeamPageSerializer},
)
@api_view(["GET", "POST"])
def teams(request: Request, event_slug: str) -> Response:
    event = an_event(request, event_slug)
    if request.method == "POST":
        require_ever(request.user, "teams.found", event)
        body = sent(request, FoundTeamSerializer)
        body["challenge"] = a_challenge(event, body["challenge"])
        return answer(actions.found(event, by=request.user, **body), status.HTTP_201_CREATED)
    require(request.user, "teams.see", event)
    found = Team.objects.visible_to(request.user).of_event(event).peopled().with_challenge()
    if code := request.query_params.get("challenge"):
        found = found.filter(challenge__code=code)
    return paged(request, found, TeamSerializer)


@door(SIGNED_IN)
@extend_schema(operation_id="teams_page", responses=TeamPageSerializer)
@api_view(["GET"])
def team(request: Request, event_slug: str, code: str) -> Response:
    return answer(a_team(request, event_slug, code))


@door("teams.join")
@extend_schema(operation_id="teams_join", request=None, responses=TeamPageSerializer)
@api_view(["POST"])
def join(request: Request, event_slug: str, code: str) -> Response:
    team = a_team(request, event_slug, code)
    actions.join(team, by=request.user)
    return answer(team)


@door("teams.leave")
@extend_schema(operation_id="teams_leave", request=None, responses={204: None})
@api_view(["POST"])
def leave(request: Request, event_slug: str, code: str) -> Response:
    actions.leave(a_team(request, event_slug, code), by=request.user)
    return Response(status=status.HTTP_204_NO_CONTENT)


@door("teams.move")
@extend_schema(operation_id="teams_move", request=MoveTeamSerializer, responses=TeamPageSerializer)
@api_view(["POST"])
def move(request: Request, event_slug: str, code: str) -> Response:
    team = a_team(request, event_slug, code)
    require_ever(request.user, "teams.move", team)
    body = sent(request, MoveTeamSerializer)
    return answer(actions.move(team, by=request.user, challenge=a_challenge(team.event, body["challenge"])))


@door("teams.name_me")
@extend_schema(operation_id="teams_naming", request=NamingSerializer, responses=NamedSerializer)
@api_view(["POST"])
def naming(request: Request, event_slug: str, code: str) -> Response:
    """The caller's own consent to be named in the showcase, and nobody else's."""
    team = a_team(request, event_slug, code)
    membership = team.membership_of(request.user)
    require(request.user, "teams.name_me", membership)
    body = sent(request, NamingSerializer)
    return Response(NamedSerializer(actions.name_me(membership, by=request.user, **body)).data)
