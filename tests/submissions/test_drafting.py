"""Two people and one draft, any order of opening, typing, saving and submitting, before the close."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from core.clock import arrived_at
from core.refusals import Refused
from events.models import Event, Phase
from submissions import actions
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Revision, Submission, digest
from teams.models import Team
from tests.world import ANSWERS, event_in, person, team_of

NAMES = ["title", "problem", "built"]
EDITORS = st.sampled_from(["ben", "bea"])


class Drafting(RuleBasedStateMachine):
    """Each editor has a page open, as a browser would: the version it came from, and what is typed in it."""

    def __init__(self) -> None:
        super().__init__()
        Team.objects.all().delete()
        Submission.objects.all().delete()
        self.event: Event = event_in(Phase.BUILDING)
        self.people = {key: person(key) for key in ("ben", "bea")}
        self.team = team_of(self.event, "ben", "bea")
        self.submission = actions.start(self.team, by=self.people["ben"])
        self.pages = {key: self.fresh() for key in self.people}
        self.seen: dict[str, set] = {key: set() for key in self.people}
        for key in self.people:
            self.look(key)
        self.words = 0
        self.now = self.event.building_at
        self.receipts: dict = {}

    def fresh(self) -> dict:
        draft = Submission.objects.get(pk=self.submission.pk)
        return {"version": draft.version, "answers": draft.answers(), "key": uuid4()}

    def look(self, key: str) -> None:
        """Everything on the page in front of a person has been seen by that person."""
        self.seen[key] |= set(self.pages[key]["answers"].items())

    @rule(key=EDITORS)
    def open(self, key: str) -> None:
        self.pages[key] = self.fresh()
        self.look(key)

    @rule(key=EDITORS, name=st.sampled_from(NAMES))
    def type(self, key: str, name: str) -> None:
        self.words += 1
        self.pages[key]["answers"][name] = f"{key} {self.words}"

    @rule(key=EDITORS)
    def complete(self, key: str) -> None:
        self.pages[key]["answers"] |= {
            name: value for name, value in ANSWERS.items() if not self.pages[key]["answers"][name]
        }

    @rule(key=EDITORS)
    def save(self, key: str) -> None:
        page, before = self.pages[key], self.fresh()["answers"]
        try:
            with arrived_at(self.now):
                actions.save_draft(
                    self.submission, by=self.people[key], version=page["version"], answers=page["answers"]
                )
        except actions.Overtaken as overtaken:
            assert self.fresh()["answers"] == before, "a clash changed the draft"
            typed = {name: page["answers"][name] for name in overtaken.theirs}
            self.seen[key] |= set(overtaken.theirs.items())
            page |= {"version": overtaken.version, "answers": overtaken.answers | typed}
            self.look(key)
            return
        after = self.fresh()["answers"]
        for name, words in before.items():
            if words and after[name] != words:
                assert (name, words) in self.seen[key], f"{key} replaced words that {key} had not seen"
        for name, words in page["answers"].items():
            assert after[name] == words or (name, words) in self.seen[key], "typed words are not in the draft"
        self.open(key)

    @rule(key=EDITORS, again=st.booleans())
    def submit(self, key: str, again: bool) -> None:
        page = self.pages[key]
        if not again:
            page["key"] = uuid4()
        draft = Submission.objects.get(pk=self.submission.pk)
        try:
            with arrived_at(self.now):
                revision = actions.submit(
                    self.submission, by=self.people[key], key=page["key"], declared=CURRENT_DECLARATIONS
                )
        except Refused:
            assert page["key"] not in self.receipts, "a receipt became a refusal"
            return
        if page["key"] in self.receipts:
            assert revision.receipt == self.receipts[page["key"]]
            return
        assert revision.answers() == draft.answers()
        self.receipts[page["key"]] = revision.receipt

    @rule(hours=st.sampled_from([0, 1, 9]))
    def wait(self, hours: int) -> None:
        # What happens from the close on is another story: `deadline_machine.py`
        last = self.event.submissions_close_at - timedelta(seconds=1)
        self.now = min(self.now + timedelta(hours=hours), last)

    @invariant()
    def one_revision_for_each_receipt(self) -> None:
        revisions = list(Revision.objects.filter(submission=self.submission).order_by("number"))
        assert [revision.number for revision in revisions] == list(range(1, len(revisions) + 1))
        assert {revision.receipt for revision in revisions} == set(self.receipts.values())

    @invariant()
    def revisions_are_as_they_were_frozen(self) -> None:
        for revision in Revision.objects.filter(submission=self.submission):
            assert revision.sha256 == digest(revision.as_markdown())
            assert [name for name in Revision.REQUIRED if not getattr(revision, name).strip()] == []

    @invariant()
    def every_version_can_be_read_again(self) -> None:
        draft = Submission.objects.get(pk=self.submission.pk)
        saves = list(draft.saves.all())
        assert [save.version for save in saves] == list(range(draft.version, 0, -1))
        assert saves[0].answers == draft.answers()


@pytest.mark.django_db
def test_drafting_together_never_loses_or_replaces_words_unseen():
    run_state_machine_as_test(
        Drafting,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
