import secrets

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api import StrictSerializer, paged, sent
from core.doors import door
from core.permissions import require, require_ever
from core.refusals import Refused
from events.models import Event
from judging import actions
from judging.models import (
    HIGHEST,
    LOWEST,
    Assignment,
    Ballot,
    Criterion,
    coverage_of,
    results_of,
)
from judging.rubrics import TEMPLATES
from screening.models import cleared_entries
from submissions.models import Answers, Revision

# Shapes


class CriterionSerializer(StrictSerializer, serializers.ModelSerializer):
    class Meta:
        model = Criterion
        fields = ["id", "position", "name", "description", "low", "high", "weight"]
        read_only_fields = ["id", "position"]


class AdoptSerializer(StrictSerializer):
    template = serializers.ChoiceField(choices=list(TEMPLATES))


class ProposeSerializer(StrictSerializer):
    per_entry = serializers.IntegerField(min_value=1, max_value=9, default=3)
    max_load = serializers.IntegerField(min_value=1, max_value=500, required=False, allow_null=True)


class ShortageSerializer(StrictSerializer):
    entry = serializers.CharField(help_text="The entry's code")
    missing = serializers.IntegerField()


class ProposedSerializer(StrictSerializer):
    added = serializers.IntegerField()
    shortages = ShortageSerializer(many=True)


class AssignSerializer(StrictSerializer):
    entry = serializers.CharField(max_length=8, help_text="The entry's code")
    judge = serializers.EmailField(help_text="The judge's e-mail address")


class EndSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class AssignmentSerializer(StrictSerializer):
    id = serializers.IntegerField()
    entry = serializers.CharField(source="submission.code")
    judge = serializers.EmailField(source="judge.email")
    name = serializers.CharField(source="judge.name")
    handed_in = serializers.BooleanField(source="is_handed_in")


class EntryCoverageSerializer(StrictSerializer):
    entry = serializers.CharField(source="code")
    title = serializers.CharField()
    team = serializers.CharField()
    is_cleared = serializers.BooleanField()
    handed_in = serializers.IntegerField()
    assignments = AssignmentSerializer(many=True)


class JudgeCoverageSerializer(StrictSerializer):
    judge = serializers.EmailField(source="judge.email")
    name = serializers.CharField(source="judge.name")
    assigned = serializers.IntegerField()
    handed_in = serializers.IntegerField()


class CoverageSerializer(StrictSerializer):
    entries = EntryCoverageSerializer(many=True)
    judges = JudgeCoverageSerializer(many=True)


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
        child=serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST),
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


class ResultSerializer(StrictSerializer):
    entry = serializers.CharField(source="code")
    title = serializers.CharField()
    team = serializers.CharField()
    rank = serializers.IntegerField(
        source="standing.rank", allow_null=True, help_text="Null: not enough ballots"
    )
    ballots = serializers.IntegerField(source="standing.ballots")
    raw_mean = serializers.FloatField(source="standing.raw_mean", allow_null=True)
    lowest = serializers.FloatField(source="standing.lowest", allow_null=True)
    highest = serializers.FloatField(source="standing.highest", allow_null=True)


class ResultsSerializer(StrictSerializer):
    method = serializers.CharField()
    results = ResultSerializer(many=True)


# Doors


def event_for(request: Request, event_slug: str, permission: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, permission, event)
    return event


@door("judging.set_rubric")
@extend_schema(operation_id="list_criteria", methods=["GET"], responses=CriterionSerializer(many=True))
@extend_schema(
    operation_id="add_criterion",
    methods=["POST"],
    request=CriterionSerializer,
    responses={201: CriterionSerializer},
)
@api_view(["GET", "POST"])
def criteria(request: Request, event_slug: str) -> Response:
    event = event_for(request, event_slug, "judging.set_rubric")
    if request.method == "GET":
        return paged(request, Criterion.objects.filter(event=event), CriterionSerializer)
    body = sent(request, CriterionSerializer)
    made = actions.add_criterion(event, by=request.user, **body)
    return Response(CriterionSerializer(made).data, status=status.HTTP_201_CREATED)


@door("judging.set_rubric")
@extend_schema(
    operation_id="change_criterion",
    methods=["PATCH"],
    request=CriterionSerializer,
    responses=CriterionSerializer,
)
@extend_schema(operation_id="remove_criterion", methods=["DELETE"], responses={204: None})
@api_view(["PATCH", "DELETE"])
def criterion(request: Request, event_slug: str, pk: int) -> Response:
    event = event_for(request, event_slug, "judging.set_rubric")
    found = get_object_or_404(Criterion, event=event, pk=pk)
    if request.method == "DELETE":
        actions.remove_criterion(found, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
    body = sent(request, CriterionSerializer, partial=True)
    changed = actions.change_criterion(found, by=request.user, **body)
    return Response(CriterionSerializer(changed).data)


@door("judging.set_rubric")
@extend_schema(
    operation_id="adopt_rubric_template",
    request=AdoptSerializer,
    responses=CriterionSerializer(many=True),
    filters=False,
)
@api_view(["POST"])
def adopt(request: Request, event_slug: str) -> Response:
    """Replace the rubric with a template's criteria."""
    event = event_for(request, event_slug, "judging.set_rubric")
    body = sent(request, AdoptSerializer)
    made = actions.adopt(event, by=request.user, **body)
    return Response(CriterionSerializer(made, many=True).data)


@door("judging.allocate")
@extend_schema(operation_id="propose_assignments", request=ProposeSerializer, responses=ProposedSerializer)
@api_view(["POST"])
def propose(request: Request, event_slug: str) -> Response:
    """Give every cleared entry its judges. What is assigned stays; doing it twice adds nothing."""
    event = event_for(request, event_slug, "judging.allocate")
    body = sent(request, ProposeSerializer)
    found = actions.propose(event, by=request.user, seed=secrets.randbelow(2**31), **body)
    codes = dict(cleared_entries(event).values_list("submission_id", "submission__code"))
    shortages = [{"entry": codes[entry], "missing": missing} for entry, missing in found.shortages]
    return Response(ProposedSerializer({"added": len(found.new), "shortages": shortages}).data)


@door("judging.allocate")
@extend_schema(operation_id="assign_judge", request=AssignSerializer, responses={201: AssignmentSerializer})
@api_view(["POST"])
def assign(request: Request, event_slug: str) -> Response:
    event = event_for(request, event_slug, "judging.allocate")
    body = sent(request, AssignSerializer)
    entries = cleared_entries(event).select_related("submission__team__event")
    entry = entries.filter(submission__code=body["entry"]).first()
    if entry is None:
        raise Refused("No cleared entry has this code", field="entry")
    judge = User.objects.filter(email=body["judge"].lower()).first()
    if judge is None:
        raise Refused("Nobody with this address is a judge at this event", field="judge")
    made = actions.assign(entry.submission, judge, by=request.user)
    shown = Assignment.objects.run_by(request.user).with_progress().with_people().get(pk=made.pk)
    return Response(AssignmentSerializer(shown).data, status=status.HTTP_201_CREATED)


@door("judging.allocate")
@extend_schema(operation_id="end_assignment", request=EndSerializer, responses={204: None})
@api_view(["POST"])
def end(request: Request, event_slug: str, pk: int) -> Response:
    """Take an entry from a judge. Their ballot is kept and no longer counts."""
    event = event_for(request, event_slug, "judging.allocate")
    assignment = get_object_or_404(Assignment.objects.run_by(request.user), event=event, pk=pk)
    body = sent(request, EndSerializer)
    actions.end_assignment(assignment, by=request.user, **body)
    return Response(status=status.HTTP_204_NO_CONTENT)


@door("judging.watch")
@extend_schema(operation_id="show_coverage", responses=CoverageSerializer)
@api_view(["GET"])
def coverage(request: Request, event_slug: str) -> Response:
    """Entries and judges, and how far each is. No scores."""
    event = event_for(request, event_slug, "judging.watch")
    entries, judges = coverage_of(event)
    return Response(CoverageSerializer({"entries": entries, "judges": judges}).data)


@door("judging.see_results")
@extend_schema(operation_id="show_results", responses=ResultsSerializer)
@api_view(["GET"])
def results(request: Request, event_slug: str) -> Response:
    """Raw averages, once scores have closed."""
    event = event_for(request, event_slug, "judging.see_results")
    require(request.user, "judging.see_results", event)
    method = "raw averages, not adjusted for how strict each judge is"
    return Response(ResultsSerializer({"method": method, "results": results_of(event)}).data)


@door("judging.judge")
@extend_schema(operation_id="list_my_assignments", responses=MineSerializer(many=True))
@api_view(["GET"])
def mine(request: Request, event_slug: str) -> Response:
    """The entries that the caller is to score."""
    event = event_for(request, event_slug, "judging.judge")
    given = Assignment.objects.of(request.user).filter(event=event).with_progress().with_entry(event)
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
def sheet(request: Request, event_slug: str, code: str) -> Response:
    """The entry, the criteria and the caller's own ballot."""
    visible = Assignment.objects.visible_to(request.user).with_people()
    assignment = get_object_or_404(visible, event__slug=event_slug, submission__code=code)
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
        "criteria": Criterion.objects.filter(event=assignment.event_id),
        "ballot": ballot,
    }
    return Response(SheetSerializer(found).data)
