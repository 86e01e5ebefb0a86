from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, paged, sent
from core.doors import door
from judging import actions
from judging.finding import event_for, round_for
from judging.models import Criterion
from judging.rubrics import TEMPLATES


class CriterionSerializer(StrictSerializer, serializers.ModelSerializer):
    class Meta:
        model = Criterion
        fields = ["id", "position", "name", "description", "low", "high", "weight"]
        read_only_fields = ["id", "position"]


class AdoptSerializer(StrictSerializer):
    template = serializers.ChoiceField(choices=list(TEMPLATES))


@door("judging.set_rubric")
@extend_schema(operation_id="list_criteria", methods=["GET"], responses=CriterionSerializer(many=True))
@extend_schema(
    operation_id="add_criterion",
    methods=["POST"],
    request=CriterionSerializer,
    responses={201: CriterionSerializer},
)
@api_view(["GET", "POST"])
def criteria(request: Request, event_slug: str, number: int = 0) -> Response:
    round = round_for(request, event_slug, "judging.set_rubric", number)
    if request.method == "GET":
        return paged(request, round.criteria.all(), CriterionSerializer)
    body = sent(request, CriterionSerializer)
    made = actions.add_criterion(round, by=request.user, **body)
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
    found = get_object_or_404(Criterion.objects.select_related("round__event"), round__event=event, pk=pk)
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
def adopt(request: Request, event_slug: str, number: int = 0) -> Response:
    """Replace the rubric with a template's criteria."""
    round = round_for(request, event_slug, "judging.set_rubric", number)
    body = sent(request, AdoptSerializer)
    made = actions.adopt(round, by=request.user, **body)
    return Response(CriterionSerializer(made, many=True).data)
