from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, paged, sent
from core.doors import PUBLIC, door
from core.permissions import require_ever
from events.models import Event, Phase
from showcase import actions
from showcase.models import CARD, Exhibit, plan_of, published_events

# Shapes


class PublishedSerializer(StrictSerializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    summary = serializers.CharField()
    published_at = serializers.DateTimeField()
    entries = serializers.IntegerField(source="number")


class CardSerializer(StrictSerializer):
    code = serializers.CharField()
    title = serializers.CharField()
    pitch = serializers.CharField()
    team = serializers.CharField()
    challenge = serializers.CharField()
    department = serializers.CharField()


class LinkSerializer(StrictSerializer):
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.URLField()
    host = serializers.CharField()


class ExhibitSerializer(CardSerializer):
    body = serializers.CharField(help_text="Cleaned HTML")
    links = LinkSerializer(many=True)
    members = serializers.ListField(child=serializers.CharField(), source="named_members")
    shown_at = serializers.DateTimeField()


class LeftOutSerializer(StrictSerializer):
    title = serializers.CharField()
    team = serializers.CharField()
    why = serializers.CharField()


class PlanSerializer(StrictSerializer):
    published_at = serializers.DateTimeField(allow_null=True)
    shown = serializers.ListField(child=serializers.CharField(), help_text="Codes of entries")
    left_out = LeftOutSerializer(many=True)
    changes = serializers.IntegerField(help_text="How many entries bringing it up to date would change")


class HideSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class HiddenSerializer(StrictSerializer):
    code = serializers.CharField()
    title = serializers.CharField()
    hidden_at = serializers.DateTimeField(allow_null=True)
    hidden_because = serializers.CharField(allow_blank=True)


# Public doors


@door(PUBLIC)
@extend_schema(operation_id="list_published_events", responses=PublishedSerializer(many=True), auth=[])
@api_view(["GET"])
@permission_classes([AllowAny])
def events(request: Request) -> Response:
    return paged(request, published_events(), PublishedSerializer)


@door(PUBLIC)
@extend_schema(operation_id="list_exhibits", responses=CardSerializer(many=True), auth=[])
@api_view(["GET"])
@permission_classes([AllowAny])
def event(request: Request, event_slug: str) -> Response:
    """The entries that a published event shows."""
    if not Event.objects.in_phase(Phase.SHOWCASE).filter(slug=event_slug).exists():
        raise Http404
    cards = Exhibit.objects.shown().filter(event__slug=event_slug)
    return paged(request, cards.values(*CARD), CardSerializer)


@door(PUBLIC)
@extend_schema(operation_id="show_exhibit", responses=ExhibitSerializer, auth=[])
@api_view(["GET"])
@permission_classes([AllowAny])
def entry(request: Request, event_slug: str, code: str) -> Response:
    exhibit = get_object_or_404(Exhibit.objects.shown(), event__slug=event_slug, code=code)
    return Response(ExhibitSerializer(exhibit).data)


# Organisers' doors


def event_for(request: Request, event_slug: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, "showcase.publish", event)
    return event


def planned(event: Event) -> dict:
    plan = plan_of(event)
    return {
        "published_at": event.published_at,
        "shown": [revision.submission.code for revision in plan.shown],
        "left_out": [{"title": title, "team": team, "why": why} for title, team, why in plan.left_out],
        "changes": plan.changes,
    }


@door("showcase.publish")
@extend_schema(operation_id="preview_showcase", methods=["GET"], responses=PlanSerializer)
@extend_schema(operation_id="publish_showcase", methods=["POST"], request=None, responses=PlanSerializer)
@api_view(["GET", "POST"])
def publish(request: Request, event_slug: str) -> Response:
    """What would be shown and what not, and why. POST opens the showcase to everyone."""
    event = event_for(request, event_slug)
    if request.method == "POST":
        event = actions.publish(event, by=request.user)
    return Response(PlanSerializer(planned(event)).data)


@door("showcase.refresh")
@extend_schema(operation_id="refresh_showcase", request=None, responses=PlanSerializer)
@api_view(["POST"])
def refresh(request: Request, event_slug: str) -> Response:
    """Add what was cleared since, and take down what is cleared no more."""
    event = event_for(request, event_slug)
    actions.refresh(event, by=request.user)
    return Response(PlanSerializer(planned(event)).data)


@door("showcase.hide")
@extend_schema(operation_id="hide_exhibit", request=HideSerializer, responses=HiddenSerializer)
@api_view(["POST"])
def hide(request: Request, event_slug: str, code: str) -> Response:
    exhibit = get_object_or_404(Exhibit, event=event_for(request, event_slug), code=code)
    body = sent(request, HideSerializer)
    return Response(HiddenSerializer(actions.hide(exhibit, by=request.user, **body)).data)


@door("showcase.hide")
@extend_schema(operation_id="show_exhibit_again", request=None, responses=HiddenSerializer)
@api_view(["POST"])
def show(request: Request, event_slug: str, code: str) -> Response:
    exhibit = get_object_or_404(Exhibit, event=event_for(request, event_slug), code=code)
    return Response(HiddenSerializer(actions.show(exhibit, by=request.user)).data)
