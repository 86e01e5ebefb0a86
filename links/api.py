from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import paged
from core.doors import door
from core.permissions import require, require_ever
from events.models import Event
from links import checking
from links.models import LinkCheck
from links.presentation import rows, told
from submissions.models import Submission


class LinkCheckSerializer(serializers.ModelSerializer):
    class Meta:
        model = LinkCheck
        fields = ("state", "words", "title", "since", "checked_at")


class ToldLinkSerializer(serializers.Serializer):
    name = serializers.CharField(source="link.name")
    label = serializers.CharField(source="link.label")  # type: ignore[assignment]
    url = serializers.CharField(source="link.url")
    host = serializers.CharField(source="link.host")
    check = LinkCheckSerializer(allow_null=True, help_text="null: nobody asks this address")


class EntryLinkSerializer(ToldLinkSerializer):
    code = serializers.CharField(source="revision.submission.code", help_text="Of the entry")
    title = serializers.CharField(source="revision.title")


@door("links.overview")
@extend_schema(operation_id="list_links", responses=EntryLinkSerializer(many=True))
@api_view(["GET"])
def overview(request: Request, event_slug: str) -> Response:
    """The links of all entries and whether they answer, those to look at first. Advice only."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require(request.user, "links.overview", event)
    return paged(request, rows(event, checking.entries_of(event)), EntryLinkSerializer)


@door("links.see")
@extend_schema(operation_id="list_links_of_draft", responses=ToldLinkSerializer(many=True))
@api_view(["GET"])
def page(request: Request, event_slug: str, code: str) -> Response:
    """The links of the team's own draft and whether they answer."""
    visible = Submission.objects.visible_to(request.user).with_people()
    submission = get_object_or_404(visible, team__event__slug=event_slug, code=code)
    require_ever(request.user, "links.see", submission)
    return paged(request, told(submission.event, submission.links), ToldLinkSerializer)
