from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import api_view, parser_classes
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from challenges.models import DataLevel
from core.api import Parser, StrictSerializer, paged, sent
from core.doors import door
from core.permissions import require
from events.models import Event
from files import actions, presentation
from files.models import File
from files.serving import serve
from files.uploads import taking_files, too_large_words, was_too_large
from teams.models import Team


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class UploadFileSerializer(StrictSerializer):
    data_level = serializers.ChoiceField(
        choices=DataLevel.choices, help_text="The highest level of any data in the file"
    )
    alt = serializers.CharField(
        max_length=500,
        allow_blank=True,
        default="",
        help_text="What an image shows, for those who do not see it",
    )
    file = serializers.FileField()


class DescribeFileSerializer(StrictSerializer):
    alt = serializers.CharField(max_length=500)


class FileSignalSerializer(StrictSerializer):
    kind = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    times = serializers.IntegerField()
    names = serializers.ListField(child=serializers.CharField())


class FileSerializer(serializers.ModelSerializer):
    about = serializers.SerializerMethodField(help_text="Kind and extent in words")
    by = serializers.CharField()
    signals = serializers.SerializerMethodField(help_text="For a person to look at; never a verdict")

    class Meta:
        model = File
        fields = (
            "code",
            "name",
            "kind",
            "about",
            "content_type",
            "size",
            "sha256",
            "sent_size",
            "sent_sha256",
            "alt",
            "data_level",
            "state",
            "why",
            "signals",
            "by",
            "at",
            "removed_at",
        )

    def get_about(self, file: File) -> str:
        return presentation.kind_words(file)

    @extend_schema_field(FileSignalSerializer(many=True))
    def get_signals(self, file: File) -> list[dict]:
        return [signal._asdict() for signal in presentation.signals(file)]


def own_team(request: Request, event_slug: str) -> Team:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    return get_object_or_404(Team.objects.of(request.user).select_related("event"), event=event)


def a_file(request: Request, event_slug: str, code: str) -> File:
    visible = File.objects.visible_to(request.user).with_people()
    return get_object_or_404(visible, team__event__slug=event_slug, code=code)


@door("files.see")
@taking_files
@extend_schema(operation_id="list_files", methods=["GET"], responses=FileSerializer(many=True))
@extend_schema(
    operation_id="upload_file",
    methods=["POST"],
    request={"multipart/form-data": UploadFileSerializer},
    responses={
        201: FileSerializer,
        413: OpenApiResponse(description="The file is larger than any kind may be"),
        415: OpenApiResponse(description="Send a form: multipart/form-data"),
    },
)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser, Parser])
def shelf(request: Request, event_slug: str) -> Response:
    """The files of the caller's team, removed ones too. The same bytes again find the file that is there."""
    team = own_team(request, event_slug)
    if request.method == "GET":
        require(request.user, "files.see", team)
        return paged(request, File.objects.of_team(team).with_people(), FileSerializer)
    require(request.user, "files.upload", team)
    given = request.data  # read here: whether there is too much of it is known only then
    if was_too_large(request):
        raise TooLarge(too_large_words())
    body = UploadFileSerializer(data=dict(given.items()))
    body.is_valid(raise_exception=True)
    words = body.validated_data
    entered = actions.upload(
        team, by=request.user, sent=words["file"], data_level=words["data_level"], alt=words["alt"]
    )
    return Response(FileSerializer(entered).data, status=status.HTTP_201_CREATED)


@door("files.see")
@extend_schema(operation_id="show_file", methods=["GET"], responses=FileSerializer)
@extend_schema(
    operation_id="describe_file", methods=["PATCH"], request=DescribeFileSerializer, responses=FileSerializer
)
@api_view(["GET", "PATCH"])
def file(request: Request, event_slug: str, code: str) -> Response:
    found = a_file(request, event_slug, code)
    if request.method == "PATCH":
        body = sent(request, DescribeFileSerializer)
        actions.describe(found, by=request.user, **body)
        found = a_file(request, event_slug, code)
    require(request.user, "files.see", found)
    return Response(FileSerializer(found).data)


@door("files.see")
@extend_schema(
    operation_id="download_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
)
@api_view(["GET"])
def download(request: Request, event_slug: str, code: str) -> FileResponse:
    """The bytes, always as an attachment."""
    found = a_file(request, event_slug, code)
    require(request.user, "files.see", found)
    return serve(found, request)


@door("files.remove")
@extend_schema(operation_id="remove_file", request=None, responses=FileSerializer)
@api_view(["POST"])
def remove(request: Request, event_slug: str, code: str) -> Response:
    """Off the shelf; entries that were submitted with it keep it. Removing it twice is harmless."""
    actions.remove(a_file(request, event_slug, code), by=request.user)
    return Response(FileSerializer(a_file(request, event_slug, code)).data)


@door("files.restore")
@extend_schema(operation_id="restore_file", request=None, responses=FileSerializer)
@api_view(["POST"])
def restore(request: Request, event_slug: str, code: str) -> Response:
    actions.restore(a_file(request, event_slug, code), by=request.user)
    return Response(FileSerializer(a_file(request, event_slug, code)).data)
