from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department
from core.api import StrictSerializer, paged, sent
from core.doors import PUBLIC, door
from core.moments import check_year
from core.permissions import require, require_ever
from events import actions
from events.models import MOMENTS, Application, Event, Role, RoleKind, SecondUse, check_zone


class MomentField(serializers.DateTimeField):
    default_validators = [check_year]


class EventSerializer(StrictSerializer):
    slug = serializers.SlugField(read_only=True)
    name = serializers.CharField(max_length=120)
    summary = serializers.CharField(max_length=300)
    about = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    zone = serializers.CharField(max_length=60, required=False, validators=[check_zone])
    departments = serializers.SlugRelatedField(
        slug_field="slug", many=True, required=False, queryset=Department.objects.all()
    )
    team_min = serializers.IntegerField(min_value=1, max_value=50, required=False)
    team_max = serializers.IntegerField(min_value=1, max_value=50, required=False)
    framework = serializers.ChoiceField(choices=list(settings.FRAMEWORKS.items()), required=False)
    accepts_official = serializers.BooleanField(required=False)
    uses_ai = serializers.BooleanField(required=False)
    provider = serializers.CharField(max_length=20, required=False, allow_blank=True)
    official_provider = serializers.CharField(max_length=20, required=False, allow_blank=True)
    second_provider = serializers.CharField(max_length=20, required=False, allow_blank=True)
    second_use = serializers.ChoiceField(choices=SecondUse.choices, required=False)
    building_at = MomentField()
    forming_at = MomentField(required=False)
    applications_close_at = MomentField(required=False)
    team_changes_close_at = MomentField(required=False)
    submissions_close_at = MomentField(required=False)
    scores_close_at = MomentField(required=False)
    phase = serializers.CharField(read_only=True)
    announced_at = serializers.DateTimeField(read_only=True, allow_null=True)
    published_at = serializers.DateTimeField(read_only=True, allow_null=True)


class MoveMomentSerializer(StrictSerializer):
    moment = serializers.ChoiceField(choices=list(MOMENTS.items()))
    to = MomentField()
    reason = serializers.CharField(max_length=500)


class ApplySerializer(StrictSerializer):
    motivation = serializers.CharField(max_length=2000)
    skills = serializers.CharField(max_length=300)


class ApplicationSerializer(ApplySerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    department = serializers.CharField(source="user.department", read_only=True, allow_null=True)
    applied_at = serializers.DateTimeField(read_only=True)
    decision = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)


class AcceptSerializer(StrictSerializer):
    applications = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=500)


class DeclineSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class RoleSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    email = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.name", read_only=True)
    kind = serializers.ChoiceField(choices=RoleKind.choices)
    given_at = serializers.DateTimeField(read_only=True)


class LogSerializer(StrictSerializer):
    at = serializers.DateTimeField(read_only=True)
    by = serializers.CharField(source="who", read_only=True)
    verb = serializers.CharField(read_only=True)
    subject_type = serializers.CharField(read_only=True)
    subject_id = serializers.IntegerField(read_only=True)
    subject_label = serializers.CharField(read_only=True)
    details = serializers.JSONField(read_only=True)
    request_id = serializers.CharField(read_only=True)


def _event(request: Request, event_slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)


@door(PUBLIC)
@extend_schema(
    methods=["GET"],
    operation_id="events_list",
    description="Announced events, and the drafts you work on",
    responses=EventSerializer(many=True),
)
@extend_schema(
    methods=["POST"],
    operation_id="events_create",
    description="Draft an event. Moments that you leave out are set around `building_at`",
    request=EventSerializer,
    responses={201: EventSerializer},
)
@api_view(["GET", "POST"])
@permission_classes([IsAuthenticatedOrReadOnly])
def events(request: Request) -> Response:
    if request.method == "GET":
        found = Event.objects.visible_to(request.user).prefetch_related("departments")
        return paged(request, found, EventSerializer)
    require(request.user, "events.create")
    event = actions.create_event(by=request.user, **sent(request, EventSerializer))
    return Response(EventSerializer(event).data, status=status.HTTP_201_CREATED)


@door(PUBLIC)
@extend_schema(
    methods=["GET"], operation_id="events_read", description="One event", responses=EventSerializer
)
@extend_schema(
    methods=["PATCH"],
    operation_id="events_edit",
    description="Change details; while the event is a draft, its moments too",
    request=EventSerializer,
    responses=EventSerializer,
)
@api_view(["GET", "PATCH"])
@permission_classes([IsAuthenticatedOrReadOnly])
def event(request: Request, event_slug: str) -> Response:
    event = _event(request, event_slug)
    if request.method == "PATCH":
        require(request.user, "events.edit", event)
        event = actions.edit_event(event, by=request.user, **sent(request, EventSerializer, partial=True))
    return Response(EventSerializer(event).data)


@door("events.open")
@extend_schema(
    operation_id="events_open",
    description="Announce a draft. Refused, with what is missing, until it is ready",
    request=None,
    responses=EventSerializer,
)
@api_view(["POST"])
def open_(request: Request, event_slug: str) -> Response:
    event = actions.open_event(_event(request, event_slug), by=request.user)
    return Response(EventSerializer(event).data)


@door("events.move")
@extend_schema(
    operation_id="events_move",
    description="Move one moment of an announced event. Those whom it affects get a mail with the reason",
    request=MoveMomentSerializer,
    responses=EventSerializer,
)
@api_view(["POST"])
def move(request: Request, event_slug: str) -> Response:
    event = _event(request, event_slug)
    require_ever(request.user, "events.move", event)
    event = actions.move_moment(event, by=request.user, **sent(request, MoveMomentSerializer))
    return Response(EventSerializer(event).data)


@door("events.apply")
@extend_schema(
    operation_id="events_apply",
    description="Ask to take part",
    request=ApplySerializer,
    responses={201: ApplicationSerializer},
)
@api_view(["POST"])
def apply(request: Request, event_slug: str) -> Response:
    event = _event(request, event_slug)
    application = actions.apply(event, by=request.user, **sent(request, ApplySerializer))
    return Response(ApplicationSerializer(application).data, status=status.HTTP_201_CREATED)


@door("events.decide")
@extend_schema(
    operation_id="applications_list",
    description="Applications to an event you organise, oldest first",
    responses=ApplicationSerializer(many=True),
)
@api_view(["GET"])
def applications(request: Request, event_slug: str) -> Response:
    event = _event(request, event_slug)
    require_ever(request.user, "events.decide", event)
    return paged(request, event.applications.select_related("user__department"), ApplicationSerializer)


@door("events.decide")
@extend_schema(
    operation_id="applications_accept",
    description="Accept several applications: all of them, or none",
    request=AcceptSerializer,
    responses={200: ApplicationSerializer(many=True)},
)
@api_view(["POST"])
def accept(request: Request, event_slug: str) -> Response:
    event = _event(request, event_slug)
    require_ever(request.user, "events.decide", event)
    wanted = set(sent(request, AcceptSerializer)["applications"])
    chosen = event.applications.filter(pk__in=wanted).select_related("user__department")
    if unknown := sorted(wanted - {application.pk for application in chosen}):
        raise serializers.ValidationError({"applications": [f"No such application here: {unknown[0]}"]})
    actions.accept_all(chosen, by=request.user)
    return Response(ApplicationSerializer(chosen.all(), many=True).data)


@door("events.decide")
@extend_schema(
    operation_id="applications_decline",
    description="Decline an application and tell the applicant why",
    request=DeclineSerializer,
    responses=ApplicationSerializer,
)
@api_view(["POST"])
def decline(request: Request, event_slug: str, pk: int) -> Response:
    visible = Application.objects.visible_to(request.user).select_related("event", "user__department")
    application = get_object_or_404(visible, event__slug=event_slug, pk=pk)
    require_ever(request.user, "events.decide", application)
    actions.decline(application, sent(request, DeclineSerializer)["reason"], by=request.user)
    application.refresh_from_db()
    return Response(ApplicationSerializer(application).data)


@door("events.appoint")
@extend_schema(
    methods=["GET"],
    operation_id="roles_list",
    description="Who has which role at an event you organise",
    responses=RoleSerializer(many=True),
)
@extend_schema(
    methods=["POST"],
    operation_id="roles_give",
    description="Give a role to someone with an account",
    request=RoleSerializer,
    responses={201: RoleSerializer},
)
@api_view(["GET", "POST"])
def roles(request: Request, event_slug: str) -> Response:
    event = _event(request, event_slug)
    require(request.user, "events.appoint", event)
    if request.method == "GET":
        return paged(request, event.roles.select_related("user"), RoleSerializer)
    given = sent(request, RoleSerializer)
    role = actions.give_role(event, given["user"]["email"], given["kind"], by=request.user)
    return Response(RoleSerializer(role).data, status=status.HTTP_201_CREATED)


@door("events.appoint")
@extend_schema(operation_id="roles_take", description="Take a role away", responses={204: None})
@api_view(["DELETE"])
def role(request: Request, event_slug: str, pk: int) -> Response:
    found = Role.objects.visible_to(request.user).select_related("event", "user")
    actions.take_role(get_object_or_404(found, event__slug=event_slug, pk=pk), by=request.user)
    return Response(status=status.HTTP_204_NO_CONTENT)


@door("events.audit")
@extend_schema(
    operation_id="log_list",
    description="Who did what at an event you organise. Judging appears once results are published",
    responses=LogSerializer(many=True),
)
@api_view(["GET"])
def log(request: Request, event_slug: str) -> Response:
    event = _event(request, event_slug)
    require(request.user, "events.audit", event)
    return paged(request, event.log().select_related("by"), LogSerializer)
