from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, paged, sent
from core.doors import door
from core.permissions import require_ever
from core.refusals import Refused
from judging import actions
from judging.api.rubric import CriterionSerializer
from judging.finding import given_for, round_for
from judging.models import FURTHEST, Assignment, Ballot
from submissions.models import Answers, Revision


class MineSerializer(StrictSerializer):
    entry = serializers.CharField(source="submission.code")
    title = serializers.CharField(
        allow_null=True, help_text="Null until scores open, and while the entry is held back"
    )
    pitch = serializers.CharField(allow_null=True)
    team = serializers.CharField(source="submission.team.name")
    started = serializers.BooleanField(source="is_started")
    handed_in = serializers.BooleanField(source="is_handed_in")


class BallotSerializer(StrictSerializer):
    version = serializers.IntegerField()
    revision = serializers.IntegerField(source="revision.number")
    scores = serializers.DictField(child=serializers.IntegerField(), source="scores_by_criterion")
    note = serializers.CharField()
    comment = serializers.CharField()
    saved_at = serializers.DateTimeField()
    handed_in_at = serializers.DateTimeField(allow_null=True)


class ReadEntrySerializer(serializers.ModelSerializer):
    team = serializers.CharField(source="submission.team.name")

    class Meta:
        model = Revision
        fields = ["team", "number", *Answers.fields(), "more"]


class SheetSerializer(StrictSerializer):
    entry = ReadEntrySerializer()
    criteria = CriterionSerializer(many=True)
    ballot = BallotSerializer(allow_null=True)


class ScoreSerializer(StrictSerializer):
    version = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The version of the ballot that was read; 0 for none"
    )
    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The number of the revision that was read"
    )
    scores = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=FURTHEST),
        help_text="Criterion id to score. A draft may leave some out",
    )
    note = serializers.CharField(max_length=4000, allow_blank=True, default="")
    comment = serializers.CharField(max_length=4000, allow_blank=True, default="")
    hand_in = serializers.BooleanField(default=False)

    def validate_scores(self, scores: dict) -> dict:
        if not all(key.isascii() and key.isdecimal() and len(key) < 19 for key in scores):
            raise serializers.ValidationError("Name each criterion by its id")
        return {int(key): value for key, value in scores.items()}


class OvertakenSerializer(StrictSerializer):
    """The same judge saved elsewhere meanwhile. Nothing was overwritten; this is what is saved."""

    detail = serializers.CharField(source="message")
    field = serializers.CharField(allow_null=True)
    ballot = BallotSerializer()


@door("judging.judge")
@extend_schema(operation_id="list_my_assignments", responses=MineSerializer(many=True))
@api_view(["GET"])
def mine(request: Request, event_slug: str, number: int = 0) -> Response:
    """The entries that the caller is to score."""
    round = round_for(request, event_slug, "judging.judge", number)
    given = Assignment.objects.of(request.user).filter(round=round).with_progress().with_entry(round.event)
    return paged(request, given, MineSerializer)


@door("judging.score")
@extend_schema(operation_id="show_score_sheet", methods=["GET"], responses=SheetSerializer)
@extend_schema(
    operation_id="save_ballot",
    methods=["PUT"],
    request=ScoreSerializer,
    responses={200: BallotSerializer, 409: OvertakenSerializer},
)
@api_view(["GET", "PUT"])
def sheet(request: Request, event_slug: str, code: str, number: int = 0) -> Response:
    """The entry, the criteria and the caller's own ballot."""
    assignment = given_for(request, event_slug, code, number)
    require_ever(request.user, "judging.score", assignment)
    if request.method == "PUT":
        body = sent(request, ScoreSerializer)
        try:
            saved = actions.score(assignment, by=request.user, **body)
        except actions.Overtaken as overtaken:
            return Response(OvertakenSerializer(overtaken).data, status=status.HTTP_409_CONFLICT)
        return Response(BallotSerializer(saved).data)
    entry = assignment.entry
    if reason := assignment.why_unreadable(entry):
        raise Refused(reason)
    ballot = Ballot.objects.filter(assignment=assignment).select_related("revision").first()
    found = {
        "entry": entry,
        "criteria": assignment.round.criteria.for_team(assignment.submission.team),
        "ballot": ballot,
    }
    return Response(SheetSerializer(found).data)
