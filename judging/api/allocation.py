import secrets

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api import StrictSerializer, sent
from core.doors import door
from core.refusals import Refused
from judging import actions
from judging.finding import event_for, round_for
from judging.models import Assignment, coverage_of, entries_in


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


@door("judging.allocate")
@extend_schema(operation_id="propose_assignments", request=ProposeSerializer, responses=ProposedSerializer)
@api_view(["POST"])
def propose(request: Request, event_slug: str, number: int = 0) -> Response:
    """Give every cleared entry its judges. What is assigned stays; doing it twice adds nothing."""
    round = round_for(request, event_slug, "judging.allocate", number)
    body = sent(request, ProposeSerializer)
    found = actions.propose(round, by=request.user, seed=secrets.randbelow(2**31), **body)
    codes = dict(entries_in(round).values_list("submission_id", "submission__code"))
    shortages = [{"entry": codes[entry], "missing": missing} for entry, missing in found.shortages]
    return Response(ProposedSerializer({"added": len(found.new), "shortages": shortages}).data)


@door("judging.allocate")
@extend_schema(operation_id="assign_judge", request=AssignSerializer, responses={201: AssignmentSerializer})
@api_view(["POST"])
def assign(request: Request, event_slug: str, number: int = 0) -> Response:
    round = round_for(request, event_slug, "judging.allocate", number)
    body = sent(request, AssignSerializer)
    entries = entries_in(round).select_related("submission__team__event")
    entry = entries.filter(submission__code=body["entry"]).first()
    if entry is None:
        raise Refused("No cleared entry has this code", field="entry")
    judge = User.objects.filter(email=body["judge"].lower()).first()
    if judge is None:
        raise Refused("Nobody with this address is a judge at this event", field="judge")
    made = actions.assign(round, entry.submission, judge, by=request.user)
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
def coverage(request: Request, event_slug: str, number: int = 0) -> Response:
    """Entries and judges, and how far each is. No scores."""
    round = round_for(request, event_slug, "judging.watch", number)
    entries, judges = coverage_of(round)
    return Response(CoverageSerializer({"entries": entries, "judges": judges}).data)
