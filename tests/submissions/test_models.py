from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from events.models import Phase
from submissions.models import DraftSave, Link, Revision, Submission
from tests.world import draft_of, event_in, person, revision_of, team_of

pytestmark = pytest.mark.django_db


def test_unanswered_names_what_is_empty_or_only_spaces_in_the_order_of_the_form(ben):
    empty = {"pitch": "  ", "problem": "\n", "ai_use": "", "data_used": "", "data_level": ""}
    submission = draft_of(team_of(event_in(Phase.BUILDING)), **empty)

    assert submission.unanswered() == ["pitch", "problem", "ai_use", "data_level", "data_used"]


def test_links_are_https_alone_and_show_the_true_host():
    submission = Revision(
        repository_url="https://www.gov.uk:pass@evil.example.org/a",
        demo_url="http://demo.example.org/",
        film_url="javascript:alert(1)",
    )

    assert submission.links == [
        Link("repository_url", "Code", "https://www.gov.uk:pass@evil.example.org/a", "evil.example.org")
    ]


def test_as_markdown_holds_every_long_answer_under_its_heading():
    submission = Revision(title="Sorter", pitch="Sorts.", problem="Letters wait.", next_steps=" Ask. ")

    assert submission.as_markdown() == (
        "# Sorter\n\nSorts.\n\n## The problem and its users\n\nLetters wait.\n\n## What comes next\n\nAsk.\n"
    )


def test_received_tells_the_second_in_the_zone_of_the_event():
    revision = revision_of(draft_of(team_of(event_in(Phase.BUILDING))))
    revision.submitted_at = datetime(2026, 6, 14, 13, 59, 59, 999_999, tzinfo=UTC)

    assert revision.received == "2:59:59pm on Sunday 14 June 2026 (BST)"


def test_current_is_the_last_revision_of_each_submission():
    event = event_in(Phase.BUILDING)
    first, second = draft_of(team_of(event, "ben")), draft_of(team_of(event, "bea", name="Herons"))
    revision_of(first)
    newer, only = revision_of(first, title="Newer"), revision_of(second)

    assert set(Revision.objects.of_event(event).current()) == {newer, only}
    assert first.current_revision == newer


def test_two_revisions_with_one_number_are_refused_by_the_database():
    twin = revision_of(draft_of(team_of(event_in(Phase.BUILDING))))
    twin.pk, twin.receipt, twin.key = None, "another1", uuid4()

    with pytest.raises(IntegrityError, match="revisions_are_numbered"), transaction.atomic():
        twin.save(force_insert=True)


def test_two_revisions_with_one_key_are_refused_by_the_database():
    twin = revision_of(draft_of(team_of(event_in(Phase.BUILDING))))
    twin.pk, twin.receipt, twin.number = None, "another1", 2

    with pytest.raises(IntegrityError, match="one_revision_for_each_key"), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize("frozen", [Revision, DraftSave])
def test_what_is_written_once_cannot_be_changed(frozen):
    revision_of(draft_of(team_of(event_in(Phase.BUILDING))))

    with pytest.raises(ProgrammingError, match="is written once"), transaction.atomic():
        frozen.objects.update(submission_id=0)

    assert frozen.objects.count() == 1


def test_two_drafts_of_one_team_are_refused_by_the_database():
    team = team_of(event_in(Phase.BUILDING))
    Submission.objects.create(team=team)

    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(team=team)


def test_visible_drafts_are_those_of_the_persons_own_team(ada):
    event = event_in(Phase.BUILDING)
    mine, theirs = draft_of(team_of(event, "ben")), draft_of(team_of(event, "bea", name="Herons"))

    assert list(Submission.objects.visible_to(person("ben"))) == [mine]
    assert list(Submission.objects.visible_to(person("bea"))) == [theirs]
    assert list(Submission.objects.visible_to(ada)) == []
