from datetime import datetime

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api import StrictSerializer, paged, sent
from core.doors import SIGNED_IN, door
from events.models import Event
from files.serving import serve
from submissions import actions
from submissions.declarations import CURRENT_DECLARATIONS, DECLARATIONS
from submissions.models import Answers, Revision, Side, Submission, https_only, received_items
from submissions.rules import until_published
from teams.models import Team

# Shapes


class DeclarationsSerializer(StrictSerializer):
    version = serializers.CharField()
    statements = serializers.ListField(child=serializers.CharField())


class SaveDraftSerializer(StrictSerializer, serializers.ModelSerializer):
    """The answers to change, and the version of the draft that they were written on."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)

    more = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False),
        required=False,
        help_text="The other answers, by the name of their question.",
    )

    class Meta:
        model = Submission
        fields = ["version", *Answers.fields(), "more"]
        # REST framework drops a model's own URLValidator in favour of one that takes http too.
        extra_kwargs = {name: {"validators": [https_only]} for name in Answers.LINKS}


class DraftSerializer(StrictSerializer, serializers.ModelSerializer):
    team = serializers.CharField(source="team.code")
    saved_by = serializers.CharField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField(), source="unanswered")
    shut = serializers.SerializerMethodField()
    closes_at = serializers.SerializerMethodField()
    out = serializers.CharField(source="why_out", help_text="Why it is no entry, whatever was submitted.")

    class Meta:
        model = Submission
        fields = [
            "code",
            "team",
            "version",
            "saved_by",
            "saved_at",
            "missing",
            "shut",
            "closes_at",
            "out",
            *Answers.fields(),
            "more",
        ]

    def get_shut(self, submission: Submission) -> str:
        """Why the draft cannot be submitted now; empty while it can, be it late."""
        return until_published(submission)

    def get_closes_at(self, submission: Submission) -> datetime:
        """Until when this team's entry is in time. What comes later is kept as late."""
        return submission.window.told(clock.now())


class OvertakenDraftSerializer(StrictSerializer):
    """A colleague changed the same answers: theirs, to compare with what was sent. Nothing was saved."""

    detail = serializers.CharField(source="message")
    field = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()
    saved_by = serializers.CharField(allow_null=True)
    saved_at = serializers.DateTimeField()
    theirs = serializers.DictField(child=serializers.CharField(allow_blank=True))


class MissingAnswerSerializer(StrictSerializer):
    field = serializers.CharField()
    question = serializers.CharField()


class SubmitDraftSerializer(StrictSerializer):
    key = serializers.UUIDField(help_text="Yours to choose. The same key again gives the same receipt.")
    declared = serializers.CharField(max_length=20, help_text="The version of the declarations agreed to.")
    people_only = serializers.BooleanField(
        required=False, help_text="Have people alone read the entry, and send nothing to an AI model."
    )


class ReceivedSerializer(StrictSerializer):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    size = serializers.IntegerField()
    unit = serializers.CharField()
    sha256 = serializers.CharField(allow_blank=True)


class TaskSerializer(StrictSerializer):
    """One task of the entry: where it stands, what it asks, and what is still missing."""

    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=["empty", "begun", "done"])
    required = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    missing = serializers.ListField(child=serializers.CharField())
    questions = serializers.DictField(child=serializers.CharField())


class ReceiptSerializer(StrictSerializer):
    reference = serializers.CharField(source="receipt")
    submission = serializers.CharField(source="submission.code")
    number = serializers.IntegerField()
    title = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    received = serializers.CharField(help_text="The same moment in words, in the event's own zone.")
    submitted_by = serializers.CharField(source="submitter")
    by_rule = serializers.BooleanField(help_text="The last complete draft at the deadline.")
    side = serializers.ChoiceField(choices=Side.choices, help_text="Of the deadline.")
    counts = serializers.BooleanField(help_text="What comes late counts once an organiser admits it.")
    sha256 = serializers.CharField(help_text="Of the revision's text, in UTF-8.")
    declared = serializers.CharField(source="agreed", allow_blank=True)
    declarations = serializers.ListField(child=serializers.CharField())
    items = serializers.SerializerMethodField()

    @extend_schema_field(ReceivedSerializer(many=True))
    def get_items(self, revision: Revision) -> list[dict]:
        return list(ReceivedSerializer(received_items(revision), many=True).data)


class RevisionSerializer(serializers.ModelSerializer):
    submission = serializers.CharField(source="submission.code")
    team = serializers.CharField(source="submission.team.name")
    submitted_by = serializers.CharField(source="submitter")
    counts = serializers.BooleanField()
    text = serializers.CharField(source="as_markdown")

    class Meta:
        model = Revision
        fields = [
            "submission",
            "team",
            "number",
            "submitted_at",
            "submitted_by",
            "by_rule",
            "side",
            "counts",
            "sha256",
            *Answers.fields(),
            "more",
            "text",
        ]


# Doors


@door(SIGNED_IN)
@extend_schema(operation_id="show_declarations", responses=DeclarationsSerializer)
@api_view(["GET"])
def declarations(request: Request, event_slug: str) -> Response:
    """What a team declares when it submits, in the present wording."""
    get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    current = {"version": CURRENT_DECLARATIONS, "statements": DECLARATIONS[CURRENT_DECLARATIONS]}
    return Response(DeclarationsSerializer(current).data)


@door("submissions.start")
@extend_schema(operation_id="show_my_draft", methods=["GET"], responses=DraftSerializer)
@extend_schema(operation_id="start_my_draft", methods=["POST"], request=None, responses=DraftSerializer)
@api_view(["GET", "POST"])
def mine(request: Request, event_slug: str) -> Response:
    """The draft of the caller's team. POST opens it; opening it twice is harmless."""
    if request.method == "GET":
        visible = Submission.objects.visible_to(request.user).with_people()
        return Response(DraftSerializer(get_object_or_404(visible, team__event__slug=event_slug)).data)
    teams = Team.objects.visible_to(request.user).of(request.user).select_related("event")
    submission = actions.start(get_object_or_404(teams, event__slug=event_slug), by=request.user)
    return Response(DraftSerializer(submission).data)


@door("submissions.edit")
@extend_schema(operation_id="show_draft", methods=["GET"], responses=DraftSerializer)
@extend_schema(
    operation_id="save_draft",
    methods=["PATCH"],
    request=SaveDraftSerializer,
    responses={200: DraftSerializer, 409: OvertakenDraftSerializer},
)
@api_view(["GET", "PATCH"])
def draft(request: Request, event_slug: str, code: str) -> Response:
    """The draft. A change that a colleague's save has overtaken is a 409 with both sides of it."""
    submission = find_draft(request, event_slug, code)
    if request.method == "GET":
        return Response(DraftSerializer(submission).data)
    body = sent(request, SaveDraftSerializer)
    answers = dict(body)
    version = answers.pop("version")
    answers |= answers.pop("more", {})
    try:
        saved = actions.save_draft(submission, by=request.user, version=version, answers=answers)
    except actions.Overtaken as overtaken:
        return Response(OvertakenDraftSerializer(overtaken).data, status=status.HTTP_409_CONFLICT)
    return Response(DraftSerializer(saved).data)


@door("submissions.edit")
@extend_schema(operation_id="list_tasks", responses=TaskSerializer(many=True))
@api_view(["GET"])
def tasks(request: Request, event_slug: str, code: str) -> Response:
    """The task list of this entry, as its event asks it now."""
    submission = find_draft(request, event_slug, code)
    answers = submission.answers()
    rows = [
        {
            "name": one.name,
            "title": one.title,
            "state": one.state(answers),
            "required": [question.name for question in one.questions if question.required],
            "missing": [question.name for question in one.missing(answers)],
            "questions": {question.name: question.words for question in one.questions},
        }
        for one in submission.tasks
    ]
    return paged(request, rows, TaskSerializer)


@door("submissions.edit")
@extend_schema(operation_id="list_missing_answers", responses=MissingAnswerSerializer(many=True))
@api_view(["GET"])
def missing(request: Request, event_slug: str, code: str) -> Response:
    """What must be answered before the draft can be submitted, in the order of the form."""
    submission = find_draft(request, event_slug, code)
    names = [{"field": name, "question": submission.heading(name)} for name in submission.unanswered()]
    return paged(request, names, MissingAnswerSerializer)


@door("submissions.submit")
@extend_schema(operation_id="submit_draft", request=SubmitDraftSerializer, responses={201: ReceiptSerializer})
@api_view(["POST"])
def submit(request: Request, event_slug: str, code: str) -> Response:
    """Freeze the draft as the next revision. The same key again answers with the same receipt."""
    submission = find_draft(request, event_slug, code)
    body = sent(request, SubmitDraftSerializer)
    made = actions.submit(submission, by=request.user, **body)
    return Response(ReceiptSerializer(made).data, status=status.HTTP_201_CREATED)


@door(SIGNED_IN)
@extend_schema(operation_id="list_revisions", responses=RevisionSerializer(many=True))
@api_view(["GET"])
def revisions(request: Request, event_slug: str, code: str) -> Response:
    """The frozen revisions of one entry, the newest first."""
    found = visible_revisions(request, event_slug, code).order_by("-number")
    if not found.exists():
        find_draft(request, event_slug, code)  # the team may know that there is none yet
    return paged(request, found, RevisionSerializer)


@door(SIGNED_IN)
@extend_schema(operation_id="show_revision", responses=RevisionSerializer)
@api_view(["GET"])
def revision(request: Request, event_slug: str, code: str, number: int) -> Response:
    frozen = get_object_or_404(visible_revisions(request, event_slug, code), number=number)
    return Response(RevisionSerializer(frozen).data)


@door(SIGNED_IN)
@extend_schema(operation_id="show_receipt", responses=ReceiptSerializer)
@api_view(["GET"])
def receipt(request: Request, event_slug: str, code: str, number: int) -> Response:
    frozen = get_object_or_404(visible_revisions(request, event_slug, code), number=number)
    return Response(ReceiptSerializer(frozen).data)


@door(SIGNED_IN)
@extend_schema(operation_id="download_file_of_revision", responses={(200, "application/octet-stream"): bytes})
@api_view(["GET"])
def file(request: Request, event_slug: str, code: str, number: int, file: str) -> FileResponse:
    """The bytes of a file as it was handed in. The receipt names the files and their fingerprints."""
    frozen = get_object_or_404(visible_revisions(request, event_slug, code), number=number)
    return serve(get_object_or_404(frozen.files, code=file), request)


def find_draft(request: Request, event_slug: str, code: str) -> Submission:
    visible = Submission.objects.visible_to(request.user).with_people()
    return get_object_or_404(visible, team__event__slug=event_slug, code=code)


def visible_revisions(request: Request, event_slug: str, code: str):
    visible = Revision.objects.visible_to(request.user).with_people()
    visible = visible.select_related("submitted_by", "admission", "declaration")
    return visible.filter(submission__team__event__slug=event_slug, submission__code=code)
