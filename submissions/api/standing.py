from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, paged, sent
from core.doors import door
from core.permissions import require
from events.api import MomentField
from events.models import Event
from submissions import actions
from submissions.api.entry import DraftSerializer, find_draft
from submissions.models import Admission, Disqualification, Revision, Standing, standings_of
from teams.models import Team

# Shapes


class DisqualificationSerializer(StrictSerializer):
    reason = serializers.CharField()
    proposed_by = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    agreed_by = serializers.CharField(allow_null=True)
    agreed_at = serializers.DateTimeField(allow_null=True)
    in_force = serializers.BooleanField(source="is_in_force")
    answer = serializers.CharField()


class TeamStandingSerializer(StrictSerializer):
    """Where one team stands. What its draft says is not here."""

    team = serializers.CharField(source="team.code")
    name = serializers.CharField(source="team.name")
    words = serializers.CharField()
    submission = serializers.CharField(source="submission.code", default=None, allow_null=True)
    entry = serializers.IntegerField(source="entry.number", default=None, allow_null=True)
    by_rule = serializers.BooleanField(source="entry.by_rule", default=False)
    withdrawn = serializers.BooleanField(source="is_withdrawn")
    late = serializers.SerializerMethodField()
    extended_until = serializers.DateTimeField(source="extension.until", default=None, allow_null=True)
    disqualification = DisqualificationSerializer(allow_null=True)

    def get_late(self, standing: Standing) -> list[int]:
        """The revisions that came late and wait for a decision."""
        return [revision.number for revision in standing.late]


class ExtendSerializer(StrictSerializer):
    until = MomentField()
    reason = serializers.CharField(max_length=500)


class WhySerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class ProposeDisqualificationSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=2000)


class DecideLateSerializer(StrictSerializer):
    outcome = serializers.ChoiceField(choices=Admission.Outcome.choices)
    reason = serializers.CharField(max_length=500)


class AnswerDisqualificationSerializer(StrictSerializer):
    text = serializers.CharField(max_length=4000)


# Doors


@door("submissions.standings")
@extend_schema(operation_id="list_standings", responses=TeamStandingSerializer(many=True))
@api_view(["GET"])
def standings(request: Request, event_slug: str) -> Response:
    """Every team that has members, with what counts and what waits for a decision."""
    return paged(request, standings_of(run_by(request, event_slug)), TeamStandingSerializer)


@door("submissions.standings")
@extend_schema(operation_id="show_standing", responses=TeamStandingSerializer)
@api_view(["GET"])
def standing(request: Request, event_slug: str, team: str) -> Response:
    return told(request, event_slug, team)


@door("submissions.extend")
@extend_schema(
    operation_id="extend_team", methods=["PUT"], request=ExtendSerializer, responses=TeamStandingSerializer
)
@extend_schema(
    operation_id="end_extension", methods=["DELETE"], request=WhySerializer, responses=TeamStandingSerializer
)
@api_view(["PUT", "DELETE"])
def extension(request: Request, event_slug: str, team: str) -> Response:
    """PUT gives one team more time, DELETE takes it back. What arrived in it still counts."""
    found = team_for(request, event_slug, team)
    if request.method == "PUT":
        actions.extend(found, by=request.user, **sent(request, ExtendSerializer))
    else:
        actions.end_extension(found, by=request.user, **sent(request, WhySerializer))
    return told(request, event_slug, team)


@door("submissions.admit")
@extend_schema(operation_id="decide_late", request=DecideLateSerializer, responses=TeamStandingSerializer)
@api_view(["PUT"])
def late(request: Request, event_slug: str, team: str, number: int) -> Response:
    """Whether a revision that came late counts."""
    found = team_for(request, event_slug, team)
    revision = get_object_or_404(Revision.objects.with_people(), submission__team=found, number=number)
    actions.decide_late(revision, by=request.user, **sent(request, DecideLateSerializer))
    return told(request, event_slug, team)


@door("submissions.disqualify")
@extend_schema(
    operation_id="propose_disqualification",
    methods=["POST"],
    request=ProposeDisqualificationSerializer,
    responses={201: TeamStandingSerializer},
)
@extend_schema(
    operation_id="lift_disqualification",
    methods=["DELETE"],
    request=WhySerializer,
    responses=TeamStandingSerializer,
)
@api_view(["POST", "DELETE"])
def disqualification(request: Request, event_slug: str, team: str) -> Response:
    """POST proposes it; DELETE drops the proposal, or takes it back when it is in force."""
    where = standings_of_one(request, event_slug, team)
    if request.method == "POST":
        if where.submission is None:
            raise Http404
        actions.propose_disqualification(
            where.submission, by=request.user, **sent(request, ProposeDisqualificationSerializer)
        )
        return told(request, event_slug, team, status.HTTP_201_CREATED)
    actions.lift_disqualification(proposed(where), by=request.user, **sent(request, WhySerializer))
    return told(request, event_slug, team)


@door("submissions.disqualify")
@extend_schema(operation_id="agree_to_disqualify", request=None, responses=TeamStandingSerializer)
@api_view(["POST"])
def agree(request: Request, event_slug: str, team: str) -> Response:
    """The second of two people."""
    actions.agree_to_disqualify(proposed(standings_of_one(request, event_slug, team)), by=request.user)
    return told(request, event_slug, team)


@door("submissions.withdraw")
@extend_schema(operation_id="withdraw_entry", methods=["PUT"], request=None, responses=DraftSerializer)
@extend_schema(operation_id="bring_entry_back", methods=["DELETE"], request=None, responses=DraftSerializer)
@api_view(["PUT", "DELETE"])
def withdrawal(request: Request, event_slug: str, code: str) -> Response:
    """PUT withdraws the entry; DELETE brings it back, until judging begins."""
    submission = find_draft(request, event_slug, code)
    act = actions.withdraw if request.method == "PUT" else actions.bring_back
    return Response(DraftSerializer(act(submission, by=request.user)).data)


@door("submissions.answer")
@extend_schema(
    operation_id="answer_disqualification",
    request=AnswerDisqualificationSerializer,
    responses=DisqualificationSerializer,
)
@api_view(["POST"])
def answer(request: Request, event_slug: str, code: str) -> Response:
    """What the team says to its disqualification, once."""
    submission = find_draft(request, event_slug, code)
    body = sent(request, AnswerDisqualificationSerializer)
    standing = actions.answer_disqualification(submission, by=request.user, **body)
    return Response(DisqualificationSerializer(standing).data)


def run_by(request: Request, event_slug: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require(request.user, "submissions.standings", event)
    return event


def team_for(request: Request, event_slug: str, code: str) -> Team:
    event = run_by(request, event_slug)
    return get_object_or_404(Team.objects.visible_to(request.user).with_challenge(), event=event, code=code)


def standings_of_one(request: Request, event_slug: str, code: str) -> Standing:
    team = team_for(request, event_slug, code)
    return standings_of(team.event, [team])[0]


def proposed(where: Standing) -> Disqualification:
    if where.disqualification is None:
        raise Http404
    return where.disqualification


def told(request: Request, event_slug: str, code: str, code_of_answer: int = status.HTTP_200_OK) -> Response:
    """How the team stands now."""
    return Response(
        TeamStandingSerializer(standings_of_one(request, event_slug, code)).data, status=code_of_answer
    )
