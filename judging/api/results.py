from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer
from core.doors import door
from core.permissions import require
from judging.finding import round_for
from judging.models import results_of


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


@door("judging.see_results")
@extend_schema(operation_id="show_results", responses=ResultsSerializer)
@api_view(["GET"])
def results(request: Request, event_slug: str, number: int = 0) -> Response:
    """Raw averages, once scores have closed."""
    round = round_for(request, event_slug, "judging.see_results", number)
    require(request.user, "judging.see_results", round)
    method = "raw averages, not adjusted for how strict each judge is"
    return Response(ResultsSerializer({"method": method, "results": results_of(round)}).data)
