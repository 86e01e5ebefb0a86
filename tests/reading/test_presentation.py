"""What a report says now and said of the revision before, and what a second model says beside the first."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from events.models import Phase
from reading.framework import KEYS
from reading.models import Screening
from reading.presentation import changes_between
from tests.world import entry_of, event_in, person, report_of, revision_of

pytestmark = pytest.mark.django_db


def two_revisions() -> tuple[Screening, Screening]:
    """ben's entry read twice: principle 1 was not found and now is, a flag has gone and another came."""
    entry = entry_of(event_in(Phase.BUILDING), "ben")
    before = report_of(entry, "not_found", "partial")
    after = report_of(revision_of(entry.submission, title="Letter Sorter 2"), "evidenced", "partial")
    flag = {"severity": "warn", "quotes": [], "detail": ""}
    before.report["signals"] = [flag | {"kind": "remote_image"}]
    after.report["signals"] = [flag | {"kind": "encoded"}]
    before.save()
    after.save()
    return before, after


def test_changes_name_the_principle_and_the_flags():
    before, after = two_revisions()

    changes = [(change.was, change.now) for change in changes_between(before, after)]

    assert changes == [
        ("No evidence found", "Evidence found"),
        ("Flagged", "No longer there"),
        ("Not there", "Flagged"),
    ]


def test_changes_are_on_the_page_of_the_later_revision(as_, ben):
    _, after = two_revisions()
    code = after.revision.submission.code

    page = as_(ben).get(f"/events/summer/screening/{code}/").content.decode()

    assert "What has changed since revision 1" in page
    assert "No longer there" in page


def test_nothing_is_compared_across_frameworks():
    before, after = two_revisions()
    before.framework = "gaf-2024"

    assert changes_between(before, after) == []


def test_page_says_what_was_sent_where_and_what_it_cost(as_, ben):
    entry = entry_of(event_in(Phase.BUILDING), "ben")
    report_of(entry, "evidenced")

    page = as_(ben).get(f"/events/summer/screening/{entry.submission.code}/").content.decode()

    assert "21 calls, 9000 tokens, and 900 tokens back" in page
    assert "£0.0021" in page
    assert "the model made-up-1" in page


def test_second_model_stands_beside_the_first(as_):
    entry = entry_of(event_in(Phase.BUILDING), "ben")
    report_of(entry, "evidenced")
    second = report_of(entry, "concern", engine="openai:other", is_second=True)
    Screening.objects.filter(pk=second.pk).update(finished_at=timezone.now() - timedelta(seconds=1))

    page = as_(person("sam")).get(f"/events/summer/screening/{entry.submission.code}/").content.decode()

    row = page.split("What a second model says")[1].split("</tr>")[1]
    assert "Evidence found" in row
    assert "Concern" in row


def test_every_edition_in_the_folder_can_be_chosen():
    assert tuple(settings.FRAMEWORKS) == KEYS
