from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, paged, sent
from core.doors import SIGNED_IN, door
from core.permissions import require
from core.refusals import Refused
from events.models import Event
from records import actions, contents, serving
from records.models import RecordSave
from records.printing import NotPrinted
from submissions.models import Submission

FORM = OpenApiParameter("form", str, OpenApiParameter.PATH, enum=list(serving.TYPES))
ANY_FORM = {(200, content_type): OpenApiTypes.BINARY for content_type in serving.TYPES.values()}


class RecordFieldSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="Its number in the template")
    number = serializers.CharField(help_text="Its number in a published record")
    label = serializers.CharField()  # type: ignore[assignment]
    ask = serializers.CharField(help_text="What to write there")
    answer = serializers.CharField()
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=["answers", "team", "set", "blank"], help_text="What the answer comes from"
    )
    origin = serializers.CharField(help_text="The same in words")
    edited_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self):
        return super().get_fields() | {
            "from": serializers.ListField(
                child=serializers.CharField(), help_text="The answers of the entry that fill it"
            )
        }


class RecordSectionSerializer(serializers.Serializer):
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    note = serializers.CharField()
    repeats = serializers.BooleanField(help_text="To be repeated for each model or data set")
    fields_ = RecordFieldSerializer(many=True)

    def get_fields(self):
        named = super().get_fields()
        named["fields"] = named.pop("fields_")
        return named


class RecordEntrySerializer(serializers.Serializer):
    event = serializers.CharField()
    code = serializers.CharField()
    team = serializers.CharField()
    title = serializers.CharField()
    revision = serializers.IntegerField(allow_null=True, help_text="null: filled from the draft")


class TransparencyRecordSerializer(serializers.Serializer):
    label = serializers.CharField(help_text="That this is a draft")  # type: ignore[assignment]
    standard = serializers.CharField()
    template = serializers.CharField()
    publishing = serializers.DictField(child=serializers.CharField())
    entry = RecordEntrySerializer()
    version = serializers.IntegerField(help_text="Of the team’s own words")
    sections = RecordSectionSerializer(many=True)


class EditRecordSerializer(StrictSerializer):
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="That you wrote on top of")
    words = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=actions.LONGEST, trim_whitespace=False),
        help_text="By number of the field. Empty: the field follows the answers again",
    )


class OvertakenRecordSerializer(serializers.Serializer):
    detail = serializers.CharField(source="message")
    version = serializers.IntegerField()
    saved_by = serializers.CharField()
    saved_at = serializers.DateTimeField()
    theirs = serializers.DictField(child=serializers.CharField(), help_text="By number of the field")


class RecordSaveSerializer(serializers.ModelSerializer):
    by = serializers.CharField()
    words = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = RecordSave
        fields = ("version", "by", "at", "words")


@door("records.see")
@extend_schema(operation_id="show_record", methods=["GET"], responses=TransparencyRecordSerializer)
@extend_schema(
    operation_id="edit_record",
    methods=["PATCH"],
    request=EditRecordSerializer,
    responses={200: TransparencyRecordSerializer, 409: OvertakenRecordSerializer},
)
@api_view(["GET", "PATCH"])
def record(request: Request, event_slug: str, code: str) -> Response:
    """The draft transparency record. A change that a colleague's has overtaken is a 409 with their words."""
    found, _ = contents.readable(request.user, event_slug, code)
    require(request.user, "records.see", found.submission)
    if request.method == "PATCH":
        body = sent(request, EditRecordSerializer)
        submission = Submission.objects.get(pk=found.submission.pk)
        try:
            actions.edit(submission, by=request.user, **body)
        except actions.Overtaken as overtaken:
            return Response(OvertakenRecordSerializer(overtaken).data, status=status.HTTP_409_CONFLICT)
        found, _ = contents.readable(request.user, event_slug, code)
    return Response(found.as_dict())


@door("records.see")
@extend_schema(operation_id="list_record_saves", responses=RecordSaveSerializer(many=True))
@api_view(["GET"])
def history(request: Request, event_slug: str, code: str) -> Response:
    """The team's own words as each save left them, the newest first."""
    found, _ = contents.readable(request.user, event_slug, code)
    require(request.user, "records.see", found.submission)
    saves = RecordSave.objects.filter(record__submission=found.submission).select_related("by")
    return paged(request, saves, RecordSaveSerializer)


@door("records.see")
@extend_schema(operation_id="download_record", parameters=[FORM], responses=ANY_FORM)
@api_view(["GET"])
def download(request: Request, event_slug: str, code: str, form: str) -> HttpResponse:
    """As HTML, Word (docx), JSON or Markdown (md), always as an attachment and labelled as a draft."""
    found, _ = contents.readable(request.user, event_slug, code)
    require(request.user, "records.see", found.submission)
    if form not in serving.TYPES:
        raise Http404("No such form")
    return serving.record_file(found, form)


@door(SIGNED_IN)
@extend_schema(operation_id="show_whole_entry", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def entry(request: Request, event_slug: str, code: str, number: int) -> Response:
    """One revision with every question and answer, links, files, receipt and declarations."""
    return Response(contents.entry_of(contents.revision_for(request.user, event_slug, code, number)))


@door(SIGNED_IN)
@extend_schema(
    operation_id="download_entry_as_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY}
)
@api_view(["GET"])
def entry_pdf(request: Request, event_slug: str, code: str, number: int) -> HttpResponse:
    try:
        return serving.entry_paper(contents.revision_for(request.user, event_slug, code, number))
    except NotPrinted as fault:
        raise Refused(str(fault)) from fault


@door("records.export")
@extend_schema(
    operation_id="export_entries", request=None, responses={(200, "application/zip"): OpenApiTypes.BINARY}
)
@api_view(["POST"])
def export(request: Request, event_slug: str) -> StreamingHttpResponse:
    """All entries of the event as a zip with a manifest. A POST, because it is recorded who took them."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    return serving.parcel(event, actions.export(event, by=request.user))
