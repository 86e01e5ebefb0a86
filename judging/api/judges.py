from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department
from core.api import StrictSerializer, paged, sent
from core.doors import door
from judging import actions
from judging.finding import event_for, invitation_for, judge_for, own_part
from judging.models import Invitation, Invitee, panel_of

LARGEST = 500


class DepartmentField(serializers.SlugRelatedField):
    def __init__(self, **options) -> None:
        super().__init__(slug_field="slug", queryset=Department.objects.all(), allow_null=True, **options)


class SetJudgeSerializer(StrictSerializer):
    department = DepartmentField(default=None)
    tags = serializers.CharField(max_length=300, allow_blank=True, default="")
    max_load = serializers.IntegerField(min_value=1, max_value=LARGEST, allow_null=True, default=None)
    slots = serializers.ListField(child=serializers.DateTimeField(), max_length=200, default=list)
    is_lead = serializers.BooleanField(default=False)
    is_technical = serializers.BooleanField(default=False)
    is_spare = serializers.BooleanField(default=False)


class ConfirmSerializer(StrictSerializer):
    tags = serializers.CharField(max_length=300, allow_blank=True, default="")
    max_load = serializers.IntegerField(min_value=1, max_value=LARGEST, allow_null=True, default=None)
    slots = serializers.ListField(child=serializers.DateTimeField(), max_length=200, default=list)


class CannotJudgeSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class JudgeSerializer(StrictSerializer):
    id = serializers.IntegerField(source="role_id")
    judge = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.name")
    department = serializers.CharField(source="home", allow_null=True)
    tags = serializers.CharField()
    max_load = serializers.IntegerField(allow_null=True)
    slots = serializers.ListField(child=serializers.DateTimeField(), source="starts")
    is_lead = serializers.BooleanField()
    is_technical = serializers.BooleanField()
    is_spare = serializers.BooleanField()
    answer = serializers.CharField()
    declined_because = serializers.CharField()
    paused_at = serializers.DateTimeField(allow_null=True)


class SeatSerializer(StrictSerializer):
    judge = JudgeSerializer()
    given = serializers.IntegerField()
    handed_in = serializers.IntegerField()
    conflicts_declared = serializers.IntegerField(source="declared")


class InviteSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=120)
    department = DepartmentField(default=None)
    tags = serializers.CharField(max_length=300, allow_blank=True, default="")
    max_load = serializers.IntegerField(min_value=1, max_value=LARGEST, allow_null=True, default=None)
    is_lead = serializers.BooleanField(default=False)
    is_technical = serializers.BooleanField(default=False)
    is_spare = serializers.BooleanField(default=False)


class InviteAllSerializer(StrictSerializer):
    people = InviteSerializer(many=True)


class InvitationSerializer(StrictSerializer):
    """Never its link: that goes to the invited person alone."""

    id = serializers.IntegerField(source="pk")
    email = serializers.EmailField()
    name = serializers.CharField()
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_open = serializers.BooleanField()


@door("judging.watch")
@extend_schema(operation_id="list_judges", responses=SeatSerializer(many=True))
@api_view(["GET"])
def judges(request: Request, event_slug: str) -> Response:
    """Everyone who judges, and how far they are. No scores."""
    event = event_for(request, event_slug, "judging.watch")
    return paged(request, panel_of(event), SeatSerializer)


@door("judging.set_judge")
@extend_schema(operation_id="set_judge", request=SetJudgeSerializer, responses=JudgeSerializer)
@api_view(["PUT"])
def judge(request: Request, event_slug: str, pk: int) -> Response:
    found = judge_for(request, event_slug, pk)
    saved = actions.set_judge(found, by=request.user, **sent(request, SetJudgeSerializer))
    return Response(JudgeSerializer(saved).data)


@door("judging.set_judge")
@extend_schema(operation_id="pause_judge", request=None, responses=JudgeSerializer)
@api_view(["POST"])
def pause(request: Request, event_slug: str, pk: int) -> Response:
    saved = actions.pause(judge_for(request, event_slug, pk), by=request.user)
    return Response(JudgeSerializer(saved).data)


@door("judging.set_judge")
@extend_schema(operation_id="resume_judge", request=None, responses=JudgeSerializer)
@api_view(["POST"])
def resume(request: Request, event_slug: str, pk: int) -> Response:
    saved = actions.resume(judge_for(request, event_slug, pk), by=request.user)
    return Response(JudgeSerializer(saved).data)


@door("judging.invite")
@extend_schema(
    operation_id="list_judging_invitations", methods=["GET"], responses=InvitationSerializer(many=True)
)
@extend_schema(
    operation_id="invite_judges",
    methods=["POST"],
    request=InviteAllSerializer,
    responses={201: InvitationSerializer(many=True)},
)
@api_view(["GET", "POST"])
def invitations(request: Request, event_slug: str) -> Response:
    """Those that nobody has used. All people are invited or nobody; the link is mailed, and shown nowhere."""
    event = event_for(request, event_slug, "judging.invite")
    if request.method == "GET":
        return paged(request, Invitation.objects.unused().filter(event=event), InvitationSerializer)
    people = [
        Invitee(**row, line=number)
        for number, row in enumerate(sent(request, InviteAllSerializer)["people"], start=1)
    ]
    made = actions.invite(event, people, by=request.user)
    return Response(InvitationSerializer(made, many=True).data, status=status.HTTP_201_CREATED)


@door("judging.invite")
@extend_schema(operation_id="send_judging_invitation_again", request=None, responses=InvitationSerializer)
@api_view(["POST"])
def again(request: Request, event_slug: str, pk: int) -> Response:
    made = actions.send_again(invitation_for(request, event_slug, pk), by=request.user)
    return Response(InvitationSerializer(made).data)


@door("judging.invite")
@extend_schema(operation_id="withdraw_judging_invitation", request=None, responses={204: None})
@api_view(["POST"])
def withdraw(request: Request, event_slug: str, pk: int) -> Response:
    actions.withdraw_invitation(invitation_for(request, event_slug, pk), by=request.user)
    return Response(status=status.HTTP_204_NO_CONTENT)


@door("judging.answer")
@extend_schema(operation_id="show_my_judging", methods=["GET"], responses=JudgeSerializer)
@extend_schema(
    operation_id="confirm_judging", methods=["PUT"], request=ConfirmSerializer, responses=JudgeSerializer
)
@api_view(["GET", "PUT"])
def me(request: Request, event_slug: str) -> Response:
    """What is known of the caller as a judge; PUT confirms that they come."""
    found = own_part(request, event_slug)
    if request.method == "PUT":
        found = actions.confirm(found, by=request.user, **sent(request, ConfirmSerializer))
    return Response(JudgeSerializer(found).data)


@door("judging.answer")
@extend_schema(operation_id="decline_judging", request=CannotJudgeSerializer, responses=JudgeSerializer)
@api_view(["POST"])
def decline(request: Request, event_slug: str) -> Response:
    found = own_part(request, event_slug)
    saved = actions.decline(found, by=request.user, **sent(request, CannotJudgeSerializer))
    return Response(JudgeSerializer(saved).data)
