from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer
from core.doors import door
from core.permissions import require
from core.refusals import Refused
from judging.finding import round_for
from results import actions
from results.models import Run


class RunSerializer(StrictSerializer):
    round = serializers.IntegerField(source="round.position")
    made_at = serializers.DateTimeField()
    method = serializers.CharField()
    seed = serializers.IntegerField()
    inputs_sha256 = serializers.CharField()
    output = serializers.SerializerMethodField()

    def get_output(self, run: Run) -> dict:
        """As `manage.py rank` gives it: projects by their entry's code, judges by number."""
        return actions.read(run)


@door("results.see")
@extend_schema(operation_id="show_run", methods=["GET"], responses=RunSerializer)
@extend_schema(operation_id="compute_run", methods=["POST"], request=None, responses=RunSerializer)
@api_view(["GET", "POST"])
def run(request: Request, event_slug: str) -> Response:
    """The latest run of the round that matters now; POST works it out from the ballots as they are."""
    round = round_for(request, event_slug, "results.see")
    require(request.user, "results.see", round)
    if request.method == "POST":
        return Response(RunSerializer(actions.compute(round, by=request.user)).data)
    latest = Run.objects.filter(round=round).select_related("round").first()
    if latest is None:
        raise Refused("The results of this round have not been worked out yet")
    return Response(RunSerializer(latest).data)
