"""The rule at the deadline: what becomes of a draft, who is told, and that it happens once."""

import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from challenges.models import DataLevel
from core.clock import arrived_at
from core.models import AuditRow, Mail
from core.refusals import Refused
from events.models import Event, Phase
from files.models import File
from submissions import actions
from submissions.actions import closing, reminding
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Admission, Call, Closing, Declaration, Reminder, Revision, Side, Submission
from submissions.tasks import sweep
from tests import processes
from tests.processes import child_environment
from tests.world import draft_of, event_in, file_of, revision_of, team_of

pytestmark = pytest.mark.django_db

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def draft(**answers) -> Submission:
    return draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"), **answers)


def at_the_deadline(submission: Submission, after: timedelta = 6 * SECOND) -> Closing | None:
    fresh = Submission.objects.with_people().get(pk=submission.pk)
    with arrived_at(fresh.window.ends_at + after):
        return closing.close(fresh)


def press(submission: Submission, by, **given) -> Revision:
    return actions.submit(submission, by=by, key=uuid4(), declared=CURRENT_DECLARATIONS, **given)


def test_complete_draft_becomes_the_entry_and_everybody_on_the_team_is_told(ben):
    submission = draft()
    file = file_of(submission.team, at=submission.event.building_at)

    made = at_the_deadline(submission)

    entry = Revision.objects.current().get()
    ends = submission.event.submissions_close_at
    assert (made.outcome, made.revision, made.version) == (Closing.Outcome.ENTERED, entry, 1)
    assert (entry.by_rule, entry.side, entry.submitted_by) == (True, Side.IN_TIME, None)
    assert (entry.title, list(entry.files.all())) == ("Letter Sorter", [file])
    assert (entry.agreed, entry.people_only) == ("", True)  # nobody has declared, or been asked who reads
    mails = Mail.objects.filter(key__startswith="closing:").order_by("pk")
    assert [mail.to for mail in mails] == ["ben@records.example.org", "bea@rivers.example.org"]
    assert f"Your draft became your entry: Letter Sorter (reference {entry.receipt})" == mails[0].subject
    assert f"closed at {submission.event.say(ends)}" in mails[0].body
    assert "confirm the declarations" in mails[0].body
    row = AuditRow.objects.get(verb="submissions.entered")
    assert (row.by, row.who, row.details["receipt"]) == (None, "By rule", entry.receipt)


def test_rule_decides_once_however_often_it_is_asked():
    submission = draft()
    first = at_the_deadline(submission)

    again = at_the_deadline(submission, HOUR)

    assert again == first
    assert (Revision.objects.count(), Closing.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("answers", "outcome", "why"),
    [
        (dict.fromkeys(["title", "pitch", "problem", "built", "ai_use", "data_used", "data_level",
                        "safeguards", "repository_url"], ""), Closing.Outcome.BLANK, ""),
        ({"built": "", "pitch": " "}, Closing.Outcome.INCOMPLETE, "‘Pitch’, ‘What you built’"),
        ({"data_level": DataLevel.OFFICIAL}, Closing.Outcome.NOT_TAKEN, "This event takes open, published"),
    ],
)  # fmt: skip
def test_draft_that_cannot_be_taken_stays_a_draft_and_the_rule_says_why(answers, outcome, why):
    submission = draft(**answers)

    made = at_the_deadline(submission)

    assert (made.outcome, made.revision) == (outcome, None)
    assert why in made.why
    assert Revision.objects.count() == 0
    told = Mail.objects.filter(key__startswith="closing:")
    assert told.count() == (0 if outcome == Closing.Outcome.BLANK else 2)
    assert AuditRow.objects.get(verb="submissions.closed").details["outcome"] == outcome


def test_file_of_a_higher_level_than_the_entry_keeps_it_back():
    submission = draft()
    file_of(submission.team, at=submission.event.building_at, data_level=DataLevel.OFFICIAL, name="case.txt")

    made = at_the_deadline(submission)

    assert made.outcome == Closing.Outcome.NOT_TAKEN
    assert "case.txt" in made.why


def test_entry_that_says_the_same_stays_and_nobody_is_bothered(ben):
    submission = draft()
    revision = press(submission, ben)

    made = at_the_deadline(submission)

    assert (made.outcome, Revision.objects.current().get()) == (Closing.Outcome.UNCHANGED, revision)
    assert not Mail.objects.filter(key__startswith="closing:").exists()


def test_changed_draft_replaces_the_entry_with_the_word_and_the_wish_of_then(ben):
    submission = draft()
    press(submission, ben, people_only=True)
    actions.save_draft(submission, by=ben, version=1, answers={"title": "Better"})

    at_the_deadline(submission)

    entry = Revision.objects.current().get()
    assert (entry.number, entry.title, entry.by_rule) == (2, "Better", True)
    assert (entry.agreed, entry.people_only) == (CURRENT_DECLARATIONS, True)


def test_incomplete_change_leaves_the_entry_as_it_was_and_says_so(ben):
    submission = draft()
    press(submission, ben)
    actions.save_draft(submission, by=ben, version=1, answers={"built": ""})

    made = at_the_deadline(submission)

    assert (made.outcome, Revision.objects.current().get().number) == (Closing.Outcome.INCOMPLETE, 1)
    assert "Revision 1 stays your entry." in Mail.objects.filter(key__startswith="closing:").first().body


def test_event_without_the_rule_takes_nothing_by_itself_and_says_what_was_not_submitted():
    submission = draft()
    Call.objects.create(event=submission.event, draft_becomes_entry=False)

    made = at_the_deadline(submission)

    assert (made.outcome, Revision.objects.count()) == (Closing.Outcome.NO_RULE, 0)
    assert Mail.objects.filter(key__startswith="closing:").count() == 2


def test_withdrawn_draft_is_left_alone(ben):
    submission = draft()
    actions.withdraw(submission, by=ben)

    made = at_the_deadline(submission)

    assert (made.outcome, Revision.objects.count()) == (Closing.Outcome.OUT, 0)


def test_files_are_those_that_lay_on_the_shelf_at_the_deadline():
    submission = draft()
    closes = submission.event.submissions_close_at
    there = file_of(submission.team, b"one", at=closes - HOUR)
    removed_late = file_of(submission.team, b"two", at=closes - HOUR)
    removed = file_of(submission.team, b"three", at=closes - HOUR)
    file_of(submission.team, b"four", at=closes)
    by = submission.team.founded_by
    File.objects.filter(pk=removed_late.pk).update(removed_at=closes, removed_by=by)
    File.objects.filter(pk=removed.pk).update(removed_at=closes - SECOND, removed_by=by)

    at_the_deadline(submission)

    assert list(Revision.objects.current().get().files.order_by("pk")) == [there, removed_late]


def test_late_press_over_what_the_rule_took_gives_the_teams_word(ben):
    submission = draft()
    key = uuid4()

    with arrived_at(submission.event.submissions_close_at + SECOND):
        made = actions.submit(submission, by=ben, key=key, declared=CURRENT_DECLARATIONS)
        again = actions.submit(submission, by=ben, key=key, declared=CURRENT_DECLARATIONS)

    made.refresh_from_db()
    assert (made.by_rule, made.side, made.agreed) == (True, Side.IN_TIME, CURRENT_DECLARATIONS)
    assert (again, Revision.objects.count(), Declaration.objects.count()) == (made, 1, 1)
    assert AuditRow.objects.get(verb="submissions.declared").by == ben


def test_refused_late_press_does_not_undo_what_the_rule_decided(ben):
    submission = draft()
    press(submission, ben)
    actions.save_draft(submission, by=ben, version=1, answers={"title": "Better"})

    with arrived_at(submission.event.submissions_close_at + SECOND), pytest.raises(Refused) as refused:
        press(Submission.objects.with_people().get(), ben)

    entry = Revision.objects.current().get()
    assert (entry.number, entry.by_rule) == (2, True)
    assert entry.receipt in refused.value.message


def test_more_time_puts_the_deadline_of_one_team_off(ada):
    submission = draft()
    closes = submission.event.submissions_close_at
    with arrived_at(closes - HOUR):
        actions.extend(submission.team, by=ada, until=closes + HOUR, reason="A fire alarm")

    with arrived_at(closes + 6 * SECOND):
        early = closing.close(submission)
    made = at_the_deadline(submission)

    assert early is None
    assert (made.ends_at, made.revision.side) == (closes + HOUR, Side.EXTENSION)


def test_published_event_is_left_as_it_is():
    submission = draft()
    Event.objects.update(published_at=submission.event.submissions_close_at)

    assert at_the_deadline(submission) is None
    assert list(closing.to_settle(submission.event.submissions_close_at + HOUR)) == []


def test_to_settle_costs_one_query_however_many_drafts(django_assert_num_queries):
    event = event_in(Phase.JUDGING)
    for name in ("A", "B", "C"):
        draft_of(team_of(event, {"A": "ben", "B": "bea", "C": "jim"}[name], name=name))

    with django_assert_num_queries(1):
        due = list(closing.to_settle(event.submissions_close_at + HOUR))

    assert len(due) == 3


def test_database_keeps_the_rule_to_one_decision_and_to_being_in_time():
    submission = draft()
    made = at_the_deadline(submission)
    twin = Closing(
        submission=submission, ends_at=made.ends_at, version=made.version, outcome="blank", at=made.at
    )

    with pytest.raises(IntegrityError, match="the_rule_decides_once"), transaction.atomic():
        twin.save()
    late = revision_of(submission)
    late.pk, late.number, late.receipt, late.key = None, 9, "another1", uuid4()
    late.side, late.submitted_by = "late", None
    with pytest.raises(IntegrityError, match="the_rule_is_never_late"), transaction.atomic():
        late.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_decide_once():
    submission = draft()
    gate, made = threading.Barrier(8), []

    def work():
        gate.wait(timeout=10)
        try:
            made.append(at_the_deadline(submission).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert (len(made), len(set(made))) == (8, 1)
    assert (Revision.objects.count(), Mail.objects.filter(key__startswith="closing:").count()) == (1, 2)


# Reminders


def reminders() -> list[tuple[str, str]]:
    return list(Mail.objects.filter(key__startswith="remind:").order_by("pk").values_list("to", "subject"))


@pytest.mark.parametrize(
    ("left", "hours"),
    [
        (timedelta(hours=25), None),
        (timedelta(hours=24), 24),
        (timedelta(hours=4), 24),
        (timedelta(hours=3), 3),
        (timedelta(minutes=59), 1),
        (timedelta(0), None),
    ],
)
def test_reminder_that_is_due_is_the_nearest_to_the_close(left, hours):
    event = event_in(Phase.BUILDING)
    Event.objects.update(
        building_at=event.building_at - timedelta(days=3), forming_at=event.forming_at - timedelta(days=3)
    )

    with arrived_at(event.submissions_close_at - left):
        due = [(each.pk, number) for each, number in reminding.to_remind()]

    assert due == ([(event.pk, hours)] if hours else [])


def test_remind_tells_teams_with_nothing_complete_once():
    event = event_in(Phase.BUILDING)
    draft_of(team_of(event, "ben"), built="")
    team_of(event, "bea", name="Herons")
    draft_of(team_of(event, "jim", name="Terns"))

    written = [reminding.remind(event, 3), reminding.remind(event, 3)]

    assert written == [2, 0]
    subject = "Summer hackathon: your entry is not complete"
    assert sorted(reminders()) == [("bea@rivers.example.org", subject), ("ben@records.example.org", subject)]
    bodies = dict(Mail.objects.filter(key__startswith="remind:").values_list("to", "body"))
    assert "Your draft lacks: ‘What you built’." in bodies["ben@records.example.org"]
    assert "Your team has not begun its draft." in bodies["bea@rivers.example.org"]
    assert Reminder.objects.get().hours == 3


def test_remind_costs_no_more_queries_for_more_complete_teams(django_assert_num_queries):
    event = event_in(Phase.BUILDING)
    draft_of(team_of(event, "ben"))
    with CaptureQueriesContext(connection) as for_one:
        reminding.remind(event, 24)
    draft_of(team_of(event, "bea", name="Herons"))

    with django_assert_num_queries(len(for_one)):
        reminding.remind(event, 3)


@pytest.mark.django_db(transaction=True)
def test_worker_takes_the_draft_admits_what_came_late_and_reminds(tmp_path, ben):
    """From the deadline to the entry, through beat's sweep, the broker and a real worker."""
    submission = draft()
    moved = draft_of(team_of(event_in(Phase.BUILDING, "moved"), "ben"))
    with arrived_at(moved.event.submissions_close_at + SECOND):
        actions.save_draft(moved, by=ben, version=1, answers={"title": "Later"})
        late = press(moved, ben)
    Event.objects.filter(slug="moved").update(submissions_close_at=moved.event.submissions_close_at + HOUR)
    soon = event_in(Phase.BUILDING, "soon")
    team_of(soon, "bea", name="Herons")
    Event.objects.filter(slug="soon").update(submissions_close_at=timezone.now() + HOUR / 2)
    Event.objects.filter(slug="summer").update(submissions_close_at=submission.event.building_at + HOUR)

    with processes.worker(tmp_path / "worker.log", queues="celery", env=child_environment()):
        sweep()
        until = time.monotonic() + 30
        while time.monotonic() < until and not (
            Closing.objects.exists() and Admission.objects.exists() and Reminder.objects.exists()
        ):
            time.sleep(0.2)

    assert Revision.objects.of_event(submission.event).current().get().by_rule
    assert Admission.objects.get().revision == late
    assert Reminder.objects.filter(event=soon).get().hours == 1
