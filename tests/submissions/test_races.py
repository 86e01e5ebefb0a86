"""Two at once, on real connections: what locks and constraints must keep true."""

import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection

from core.models import AuditRow, Mail
from core.refusals import Refused
from events.models import Phase
from submissions import actions
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import DraftSave, Revision, Submission
from tests.world import ANSWERS, draft_of, event_in, person, team_of

ANSWERED = ("problem", "built", "ai_use", "data_used", "safeguards", "next_steps")

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Run all of them from one starting shot; what each returned or raised, in their order."""
    gate = threading.Barrier(len(calls))
    outcomes: list = [None] * len(calls)

    def run(place, call):
        try:
            gate.wait(timeout=10)
            outcomes[place] = call()
        except Refused as refusal:
            outcomes[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def handing_in(submission, by, key=None):
    return lambda: actions.submit(submission, by=by, key=key or uuid4(), declared=CURRENT_DECLARATIONS)


def test_start_by_eight_at_once_opens_one_draft():
    team = team_of(event_in(Phase.BUILDING), "ben", "bea")
    people = [person("ben"), person("bea")] * 4

    opened = at_once(*(lambda by=by: actions.start(team, by=by) for by in people))

    assert {submission.pk for submission in opened} == {Submission.objects.get().pk}
    assert DraftSave.objects.count() == 1
    assert AuditRow.objects.filter(verb="submissions.started").count() == 1


def test_submit_with_one_key_by_eight_at_once_makes_one_revision():
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))
    key = UUID(int=1)

    made = at_once(*[handing_in(submission, person("ben"), key)] * 8)

    assert made == [Revision.objects.get()] * 8
    assert Mail.objects.filter(key__startswith="receipt:").count() == 2
    assert AuditRow.objects.filter(verb="submissions.submitted").count() == 1


def test_submit_by_two_people_at_once_makes_one_revision_and_one_refusal_with_its_receipt():
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))

    outcomes = at_once(*(handing_in(submission, person(key)) for key in ("ben", "bea") * 2))

    revision = Revision.objects.get()
    refusals = [each for each in outcomes if isinstance(each, Refused)]
    assert [each for each in outcomes if each == revision] == [revision]
    assert [revision.receipt in refusal.message for refusal in refusals] == [True] * 3


def test_submit_while_the_draft_is_being_saved_numbers_each_revision_once():
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))
    ben, bea = person("ben"), person("bea")

    def save_and_submit(by, title):
        def call():
            version = Submission.objects.get(pk=submission.pk).version
            actions.save_draft(submission, by=by, version=version, answers={"title": title})
            return handing_in(submission, by)()

        return call

    at_once(*(save_and_submit(by, f"Title {n}") for n, by in enumerate([ben, bea] * 4)))

    numbers = list(Revision.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert Revision.objects.count() == AuditRow.objects.filter(verb="submissions.submitted").count()
    assert Mail.objects.filter(key__startswith="receipt:").count() == 2 * len(numbers)


def test_save_of_different_answers_at_once_keeps_all_of_them():
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))
    changes = [{name: f"{name} at once"} for name in ANSWERED]

    at_once(
        *(
            lambda change=change: actions.save_draft(submission, by=person("ben"), version=1, answers=change)
            for change in changes
        )
    )

    submission.refresh_from_db()
    assert submission.answers() == ANSWERS | {name: f"{name} at once" for name in ANSWERED}
    assert submission.version == 1 + len(changes)
    assert list(submission.saves.values_list("version", flat=True)) == list(range(1 + len(changes), 0, -1))


def test_save_of_one_answer_at_once_keeps_the_first_and_tells_the_others():
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))

    outcomes = at_once(
        *(
            lambda n=n: actions.save_draft(
                submission, by=person("ben"), version=1, answers={"title": f"Title {n}"}
            )
            for n in range(6)
        )
    )

    submission.refresh_from_db()
    told = [each for each in outcomes if isinstance(each, actions.Overtaken)]
    assert submission.version == 2
    assert [refusal.theirs for refusal in told] == [{"title": submission.title}] * 5
