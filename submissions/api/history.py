from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, paged, sent
from core.doors import SIGNED_IN, door
from submissions import actions
from submissions.api.entry import DraftSerializer, find_draft, visible_revisions
from submissions.differences import differences
from submissions.models import DraftSave, Revision


class SaveSerializer(serializers.ModelSerializer):
    """The draft as one save left it."""

    by = serializers.CharField()
    answers = serializers.DictField(child=serializers.CharField(allow_blank=True))

    class Meta:
        model = DraftSave
        fields = ["version", "by", "at", "answers"]


class RevertSerializer(StrictSerializer):
    """What to put back: the answers named, or all of them, as one save or one revision has them."""

    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The draft that was looked at."
    )
    save = serializers.IntegerField(  # type: ignore[assignment]  # the name that callers use
        min_value=1, max_value=2**31 - 1, required=False
    )
    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    names = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=200)

    def validate(self, attrs):
        if ("save" in attrs) == ("revision" in attrs):
            raise serializers.ValidationError("Name a save or a revision, and not both")
        return attrs


class PieceSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=["same", "out", "in"])
    text = serializers.CharField()


class ChangeSerializer(StrictSerializer):
    name = serializers.CharField()
    words = serializers.CharField()
    pieces = PieceSerializer(many=True)


class ComparedSerializer(StrictSerializer):
    """Each answer that differs. Without "in" the pieces are the older text, without "out" the newer."""

    changes = ChangeSerializer(many=True)


class NumbersSerializer(serializers.Serializer):
    older = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    newer = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


@door("submissions.edit")
@extend_schema(operation_id="list_saves", responses=SaveSerializer(many=True))
@api_view(["GET"])
def saves(request: Request, event_slug: str, code: str) -> Response:
    """Who saved what, when, the newest first."""
    submission = find_draft(request, event_slug, code)
    return paged(request, submission.saves.select_related("by"), SaveSerializer)


@door("submissions.edit")
@extend_schema(operation_id="revert_draft", request=RevertSerializer, responses=DraftSerializer)
@api_view(["POST"])
def revert(request: Request, event_slug: str, code: str) -> Response:
    """Put back what the draft said then. It is a save like any other, after those that it undoes."""
    submission = find_draft(request, event_slug, code)
    body = sent(request, RevertSerializer)
    to: DraftSave | Revision
    if "save" in body:
        to = get_object_or_404(submission.saves, version=body["save"])
    else:
        to = get_object_or_404(submission.revisions, number=body["revision"])
    saved = actions.revert(
        submission, by=request.user, version=body["version"], to=to, names=body.get("names", [])
    )
    return Response(DraftSerializer(saved).data)


@door(SIGNED_IN)
@extend_schema(
    operation_id="compare_revisions",
    parameters=[
        OpenApiParameter(name, OpenApiTypes.INT, required=True, description=f"The number of the {name} one.")
        for name in ("older", "newer")
    ],
    responses=ComparedSerializer,
)
@api_view(["GET"])
def compare(request: Request, event_slug: str, code: str) -> Response:
    """Two revisions, answer by answer, with what changed in the words."""
    found = visible_revisions(request, event_slug, code)
    if not found.exists():
        raise Http404("Nothing to compare")
    given = NumbersSerializer(data=request.query_params)
    given.is_valid(raise_exception=True)
    older = get_object_or_404(found, number=given.validated_data["older"])
    newer = get_object_or_404(found, number=given.validated_data["newer"])
    before, after = older.answers(), newer.answers()
    changes = [
        {
            "name": name,
            "words": newer.heading(name),
            "pieces": [piece._asdict() for piece in differences(before.get(name, ""), after.get(name, ""))],
        }
        for name in dict.fromkeys([*before, *after])
        if before.get(name, "") != after.get(name, "")
    ]
    return Response(ComparedSerializer({"changes": changes}).data)
