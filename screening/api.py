from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import Page, StrictSerializer, sent
from core.doors import door
from core.permissions import may, require_ever
from core.refusals import Refused
from events.models import Event
from reading import actions as reading_actions
from reading.models import Screening, reading_shown
from screening import actions
from screening.models import Claim, Clearance, Remark, Verdict, is_read_blind
from screening.presentation import (
    SHELVES,
    agreement,
    entries_of,
    narrowed,
    queue_rows,
    screeners_beside,
    shared_rows,
)
from submissions.models import Revision

MOST_PRINCIPLES = 15


class ClearanceSerializer(StrictSerializer):
    outcome = serializers.ChoiceField(choices=Clearance.Outcome.choices)
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    lasts = serializers.BooleanField(help_text="A hold that two people have decided")


class ClaimSerializer(StrictSerializer):
    by = serializers.CharField()
    until = serializers.DateTimeField()


class RowSerializer(StrictSerializer):
    entry = serializers.CharField(source="revision.submission.code")
    title = serializers.CharField(source="revision.title")
    team = serializers.CharField(source="revision.submission.team.name")
    revision = serializers.IntegerField(source="revision.number")
    submitted_at = serializers.DateTimeField(source="revision.submitted_at")
    state = serializers.CharField()
    hint = serializers.CharField()
    blind = serializers.BooleanField(help_text="People read it before they see the report")
    decision = ClearanceSerializer(source="clearance", allow_null=True)
    lapsed = serializers.BooleanField(help_text="Held by one person, whom nobody joined in time")
    claim = ClaimSerializer(allow_null=True)


class VerdictSerializer(StrictSerializer):
    principle = serializers.IntegerField(source="number")
    finding = serializers.ChoiceField(choices=Verdict.Finding.choices)
    reason = serializers.CharField()
    model_said = serializers.CharField()
    is_blind = serializers.BooleanField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class RemarkSerializer(StrictSerializer):
    principle = serializers.IntegerField(source="number", help_text="0 is the whole entry")
    from_team = serializers.BooleanField()
    text = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    revision = serializers.IntegerField(source="revision.number")


class ReportSerializer(StrictSerializer):
    entry = serializers.CharField(source="revision.submission.code")
    revision = serializers.IntegerField(source="revision.number")
    screening = serializers.IntegerField(source="screening.pk", allow_null=True, default=None)
    state = serializers.CharField()
    blind = serializers.BooleanField(help_text="Say what you find first: the report is not shown yet")
    error = serializers.CharField(source="screening.error", default="")
    text = serializers.CharField(
        source="screening.text", default="", help_text="What the offsets of quotations refer to"
    )
    report = serializers.JSONField(default=None, allow_null=True)
    verdicts = VerdictSerializer(many=True)
    remarks = RemarkSerializer(many=True)
    decisions = ClearanceSerializer(many=True)
    claim = ClaimSerializer(allow_null=True)


class SeenSerializer(StrictSerializer):
    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The number of the revision that was read"
    )
    screening = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        allow_null=True,
        help_text="The report that was read, if one was",
    )


class HoldSerializer(SeenSerializer):
    reason = serializers.CharField(max_length=2000, help_text="The team reads this")


class SaidSerializer(StrictSerializer):
    principle = serializers.IntegerField(min_value=1, max_value=MOST_PRINCIPLES)
    finding = serializers.ChoiceField(choices=Verdict.Finding.choices)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class FindSerializer(SeenSerializer):
    findings = serializers.ListField(child=SaidSerializer(), min_length=1, max_length=MOST_PRINCIPLES)


class SaySerializer(StrictSerializer):
    principle = serializers.IntegerField(
        min_value=0, max_value=MOST_PRINCIPLES, default=0, help_text="0 is the whole entry"
    )
    text = serializers.CharField(max_length=2000)


class HandOverSerializer(StrictSerializer):
    to = serializers.EmailField(help_text="The address of another screener")


class SharedAnswerSerializer(StrictSerializer):
    id = serializers.IntegerField(source="remark.pk")
    about = serializers.CharField()
    asked = serializers.CharField()
    answer = serializers.CharField(source="remark.text")
    shared_at = serializers.DateTimeField(source="remark.shared_at", allow_null=True)


class AgreementRowSerializer(StrictSerializer):
    principle = serializers.IntegerField(source="number", help_text="0 is all of them")
    verdicts = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    changed = serializers.IntegerField()
    rejected = serializers.IntegerField()
    kappa = serializers.FloatField(allow_null=True, help_text="Cohen's, quadratic weights")


class AgreementSerializer(StrictSerializer):
    all = AgreementRowSerializer(many=True)
    blind = AgreementRowSerializer(many=True)


@door("screening.queue")
@extend_schema(operation_id="list_screening_queue", responses=RowSerializer(many=True))
@api_view(["GET"])
def queue(request: Request, event_slug: str) -> Response:
    """The entries as they stand, the longest waiting first. `?show=` narrows as on the page."""
    event = event_for(request, event_slug, "screening.queue")
    shelf = request.query_params.get("show", "all")
    entries = narrowed(
        entries_of(event).with_people(), event, request.user, shelf=shelf if shelf in SHELVES else "all"
    )
    pages = Page()
    rows = queue_rows(pages.paginate_queryset(entries, request))
    return pages.get_paginated_response(RowSerializer(rows, many=True).data)


@door("screening.next")
@extend_schema(operation_id="claim_next_entry", request=None, responses={200: ReportSerializer, 204: None})
@api_view(["POST"])
def next_(request: Request, event_slug: str) -> Response:
    """Take the entry that has waited longest; 204 when none waits for you."""
    event = event_for(request, event_slug, "screening.next")
    revision = actions.claim_next(event, by=request.user)
    return Response(status=status.HTTP_204_NO_CONTENT) if revision is None else tell(request, revision)


@door("screening.agreement")
@extend_schema(operation_id="compare_people_and_model", responses=AgreementSerializer)
@api_view(["GET"])
def compare(request: Request, event_slug: str) -> Response:
    """People beside the model, by principle: over all, and over the entries read by hand first."""
    event = event_for(request, event_slug, "screening.agreement")
    both = {"all": agreement(event), "blind": agreement(event, blind_only=True)}
    return Response(AgreementSerializer(both).data)


@door("screening.answers")
@extend_schema(operation_id="list_shared_answers", responses=SharedAnswerSerializer(many=True))
@api_view(["GET"])
def answers(request: Request, event_slug: str) -> Response:
    """Answers worth showing to everyone; for organisers also those that are not shown."""
    event = event_for(request, event_slug, "screening.answers")
    remarks = Remark.objects.answers_of(event)
    if not may(request.user, "screening.share", event):
        remarks = remarks.shared()
    pages = Page()
    rows = shared_rows(event, pages.paginate_queryset(remarks, request))
    return pages.get_paginated_response(SharedAnswerSerializer(rows, many=True).data)


@door("screening.share")
@extend_schema(operation_id="share_answer", methods=["POST"], request=None, responses=SharedAnswerSerializer)
@extend_schema(
    operation_id="unshare_answer", methods=["DELETE"], request=None, responses=SharedAnswerSerializer
)
@api_view(["POST", "DELETE"])
def share(request: Request, event_slug: str, pk: int) -> Response:
    """Show a team's answer to everyone at the event, without its name; DELETE: no longer."""
    event = event_for(request, event_slug, "screening.share")
    remark = get_object_or_404(Remark.objects.answers_of(event), pk=pk)
    act = actions.share if request.method == "POST" else actions.unshare
    (row,) = shared_rows(event, [act(remark, by=request.user)])
    return Response(SharedAnswerSerializer(row).data)


@door("screening.read")
@extend_schema(operation_id="show_screening_report", responses=ReportSerializer)
@api_view(["GET"])
def report(request: Request, event_slug: str, code: str) -> Response:
    return tell(request, find(request, event_slug, code))


@door("screening.find")
@extend_schema(operation_id="find_by_hand", request=FindSerializer, responses=ReportSerializer)
@api_view(["POST"])
def findings(request: Request, event_slug: str, code: str) -> Response:
    """Confirm, change or reject what the report says, or find by hand."""
    revision = insider(request, event_slug, code, "screening.find")
    body = sent(request, FindSerializer)
    seen, screening = what_was_seen(revision, body)
    said = {row["principle"]: (row["finding"], row["reason"].strip()) for row in body["findings"]}
    actions.find(seen, said, by=request.user, screening=screening)
    return tell(request, revision)


@door("screening.clear")
@extend_schema(operation_id="clear_entry", request=SeenSerializer, responses=ReportSerializer)
@api_view(["POST"])
def clear(request: Request, event_slug: str, code: str) -> Response:
    revision = insider(request, event_slug, code, "screening.clear")
    seen, screening = what_was_seen(revision, sent(request, SeenSerializer))
    actions.clear(seen, by=request.user, screening=screening)
    return tell(request, revision)


@door("screening.hold")
@extend_schema(operation_id="hold_entry", request=HoldSerializer, responses=ReportSerializer)
@api_view(["POST"])
def hold(request: Request, event_slug: str, code: str) -> Response:
    revision = insider(request, event_slug, code, "screening.hold")
    body = sent(request, HoldSerializer)
    seen, screening = what_was_seen(revision, body)
    actions.hold(seen, body["reason"], by=request.user, screening=screening)
    return tell(request, revision)


@door("screening.ask")
@extend_schema(operation_id="ask_team", request=SaySerializer, responses=ReportSerializer)
@api_view(["POST"])
def ask(request: Request, event_slug: str, code: str) -> Response:
    revision = insider(request, event_slug, code, "screening.ask")
    body = sent(request, SaySerializer)
    actions.ask(revision, body["text"], by=request.user, number=body["principle"])
    return tell(request, revision)


@door("screening.answer")
@extend_schema(operation_id="answer_screener", request=SaySerializer, responses=ReportSerializer)
@api_view(["POST"])
def answer(request: Request, event_slug: str, code: str) -> Response:
    revision = insider(request, event_slug, code, "screening.answer")
    body = sent(request, SaySerializer)
    actions.answer(revision, body["text"], by=request.user, number=body["principle"])
    return tell(request, revision)


@door("screening.claim")
@extend_schema(operation_id="claim_entry", request=None, responses=ReportSerializer)
@api_view(["POST"])
def claim(request: Request, event_slug: str, code: str) -> Response:
    revision = insider(request, event_slug, code, "screening.claim")
    actions.claim(revision, by=request.user)
    return tell(request, revision)


@door("screening.claim")
@extend_schema(operation_id="release_entry", request=None, responses=ReportSerializer)
@api_view(["POST"])
def release(request: Request, event_slug: str, code: str) -> Response:
    revision = insider(request, event_slug, code, "screening.claim")
    actions.release(revision, by=request.user)
    return tell(request, revision)


@door("screening.claim")
@extend_schema(operation_id="hand_over_entry", request=HandOverSerializer, responses=ReportSerializer)
@api_view(["POST"])
def hand_over(request: Request, event_slug: str, code: str) -> Response:
    revision = insider(request, event_slug, code, "screening.claim")
    email = sent(request, HandOverSerializer)["to"]
    to = screeners_beside(revision, request.user).filter(email__iexact=email).first()
    if to is None:
        raise Refused("No other screener of this event has that address", field="to")
    actions.hand_over(revision, to, by=request.user)
    return tell(request, revision)


@door("reading.retry")
@extend_schema(operation_id="retry_screening", request=None, responses={202: ReportSerializer})
@api_view(["POST"])
def retry(request: Request, event_slug: str, code: str) -> Response:
    revision = insider(request, event_slug, code, "reading.retry")
    screening = reading_shown(revision)
    if screening is None:
        raise Refused("This entry is about to be read for the first time")
    reading_actions.retry(screening, by=request.user)
    return tell(request, revision, status.HTTP_202_ACCEPTED)


def event_for(request: Request, event_slug: str, permission: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, permission, event)
    return event


def find(request: Request, event_slug: str, code: str) -> Revision:
    visible = Revision.objects.visible_to(request.user).current().with_people()
    return get_object_or_404(visible, submission__team__event__slug=event_slug, submission__code=code)


def insider(request: Request, event_slug: str, code: str, permission: str) -> Revision:
    revision = find(request, event_slug, code)
    require_ever(request.user, permission, revision)
    return revision


def what_was_seen(revision: Revision, seen: dict[str, Any]) -> tuple[Revision, Screening | None]:
    shown = get_object_or_404(revision.submission.revisions, number=seen["revision"])
    return shown, Screening.objects.filter(pk=seen.get("screening"), revision=shown).first()


def tell(request: Request, revision: Revision, code: int = status.HTTP_200_OK) -> Response:
    """The report with all that people said; without the model's part while it is to be read by hand first."""
    screening = reading_shown(revision)
    blind = may(request.user, "screening.clear", revision) and is_read_blind(revision, screening)
    whole: dict[str, Any] = {
        "revision": revision,
        "state": screening.state if screening else "",
        "blind": blind,
        "verdicts": Verdict.objects.standing().filter(revision=revision).select_related("by"),
        "remarks": Remark.objects.filter(submission=revision.submission_id).select_related("by", "revision"),
        "decisions": Clearance.objects.filter(revision=revision).select_related("by"),
        "claim": Claim.objects.open().filter(revision=revision).select_related("by").first(),
        "report": screening.report if screening and not blind else None,
    }
    if screening is not None:
        whole["screening"] = screening
    return Response(ReportSerializer(whole).data, status=code)
