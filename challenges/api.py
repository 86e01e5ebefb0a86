from django.shortcuts import get_object_or_404
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from challenges import actions
from challenges.models import Challenge
from core.api import StrictSerializer, paged, sent
from core.doors import PUBLIC, SIGNED_IN, door
from core.permissions import may, require, require_ever
from events.models import Event

VERBS = {
    "approved": actions.approve,
    "changes": actions.ask_for_changes,
    "declined": actions.decline,
}


class ProposeChallengeSerializer(StrictSerializer, serializers.ModelSerializer):
    """What the owner says. Everything but the title may follow later."""

    class Meta:
        model = Challenge
        fields = Challenge.ANSWERS
        validators: list = []


class EditChallengeSerializer(StrictSerializer, serializers.ModelSerializer):
    """The answers to change, and the version of the challenge that they were written on."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)

    class Meta:
        model = Challenge
        fields = ("version", *Challenge.ANSWERS)
        validators: list = []
        extra_kwargs = {"title": {"required": False}}


class DecideChallengeSerializer(StrictSerializer):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    decision = serializers.ChoiceField(choices=list(VERBS))
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


class ChallengeSerializer(serializers.ModelSerializer):
    """What everyone may read of an approved challenge."""

    department = serializers.CharField()

    class Meta:
        model = Challenge
        fields = (
            "code",
            "department",
            "title",
            "problem",
            "affected",
            "success",
            "data_offered",
            "data_level",
            "licence",
        )


class ProposalSerializer(ChallengeSerializer):
    """What its owner and the organisers read: also where it stands and what it lacks."""

    owner = serializers.CharField()
    state = serializers.CharField()
    decided_by = serializers.CharField(allow_null=True)
    missing = serializers.DictField(child=serializers.CharField())
    markings = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Challenge
        fields = (
            *ChallengeSerializer.Meta.fields,
            "approver",
            "owner",
            "version",
            "proposed_at",
            "state",
            "reason",
            "decided_by",
            "decided_at",
            "missing",
            "markings",
        )


PublicOrWhole = PolymorphicProxySerializer(
    component_name="ChallengePage",
    serializers=[ChallengeSerializer, ProposalSerializer],
    resource_type_field_name=None,
)


def an_event(request: Request, event_slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)


def a_challenge(request: Request, event_slug: str, code: str) -> Challenge:
    visible = Challenge.objects.visible_to(request.user).with_people()
    return get_object_or_404(visible, event__slug=event_slug, code=code)


def answer(challenge: Challenge, code: int = status.HTTP_200_OK) -> Response:
    whole = Challenge.objects.with_people().get(pk=challenge.pk)
    return Response(ProposalSerializer(whole).data, status=code)


@door(PUBLIC)
@extend_schema(
    methods=["GET"], operation_id="challenges_board", responses=ChallengeSerializer(many=True), auth=[]
)
@extend_schema(
    methods=["POST"],
    operation_id="challenges_propose",
    request=ProposeChallengeSerializer,
    responses={201: ProposalSerializer},
)
@api_view(["GET", "POST"])
@permission_classes([AllowAny])
def challenges(request: Request, event_slug: str) -> Response:
    """The approved challenges of an event, for everyone; or propose one."""
    event = an_event(request, event_slug)
    if request.method == "GET":
        approved = Challenge.objects.visible_to(request.user).of_event(event).approved().with_people()
        return paged(request, approved, ChallengeSerializer)
    require_ever(signed_in(request), "challenges.propose", event)
    body = sent(request, ProposeChallengeSerializer)
    return answer(actions.propose(event, by=request.user, **body), status.HTTP_201_CREATED)


@door(PUBLIC)
@extend_schema(methods=["GET"], operation_id="challenges_page", responses=PublicOrWhole, auth=[])
@extend_schema(
    methods=["PATCH"],
    operation_id="challenges_edit",
    request=EditChallengeSerializer,
    responses=ProposalSerializer,
)
@api_view(["GET", "PATCH"])
@permission_classes([AllowAny])
def challenge(request: Request, event_slug: str, code: str) -> Response:
    """One challenge. Only its owner and the organisers read how it stands and who approves it."""
    challenge = a_challenge(request, event_slug, code)
    if request.method == "GET":
        shape = (
            ProposalSerializer
            if may(request.user, "challenges.see_whole", challenge)
            else ChallengeSerializer
        )
        return Response(shape(challenge).data)
    require_ever(signed_in(request), "challenges.edit", challenge)
    body = sent(request, EditChallengeSerializer)
    return answer(actions.edit(challenge, by=request.user, **body))


@door(SIGNED_IN)
@extend_schema(operation_id="challenges_mine", responses=ProposalSerializer(many=True))
@api_view(["GET"])
def mine(request: Request, event_slug: str) -> Response:
    event = an_event(request, event_slug)
    own = Challenge.objects.of_event(event).owned_by(request.user).with_people()
    return paged(request, own, ProposalSerializer)


@door("challenges.decide")
@extend_schema(operation_id="challenges_review", responses=ProposalSerializer(many=True))
@api_view(["GET"])
def review(request: Request, event_slug: str) -> Response:
    event = an_event(request, event_slug)
    require(request.user, "challenges.decide", event)
    everything = Challenge.objects.of_event(event).with_people().waiting_first()
    return paged(request, everything, ProposalSerializer)


@door("challenges.decide")
@extend_schema(
    operation_id="challenges_decide", request=DecideChallengeSerializer, responses=ProposalSerializer
)
@api_view(["POST"])
def decide(request: Request, event_slug: str, code: str) -> Response:
    challenge = a_challenge(request, event_slug, code)
    require_ever(request.user, "challenges.decide", challenge)
    body = sent(request, DecideChallengeSerializer)
    verb = VERBS[body.pop("decision")]
    return answer(verb(challenge, by=request.user, **body))


def signed_in(request: Request) -> User:
    """These addresses are open to everyone for reading alone."""
    if not request.user.is_authenticated:
        raise NotAuthenticated
    return request.user
