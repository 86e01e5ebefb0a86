"""One team's entry, played at random against a model that was written from the rules alone.

A machine for hypothesis: draft, submit, press twice, let time pass, reopen, take back, move the close,
withdraw, disqualify, decide on what came late. After every step what is kept is compared with the model.
"""

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.clock import arrived_at
from core.models import Mail
from core.refusals import Refused
from events.actions import move_moment
from events.models import Event, Phase
from submissions import actions
from submissions.actions import closing
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Call, Declaration, Revision, Submission
from tests.world import draft_of, event_in, person, team_of

MS = timedelta(milliseconds=1)
STEPS = (MS, timedelta(seconds=1), timedelta(seconds=30), timedelta(minutes=7), timedelta(hours=3))
WHY = "Their network was down"


@dataclass
class Said:
    """A revision as the model has it."""

    text: str
    at: object
    is_late: bool = False
    is_admitted: bool | None = None
    by_rule: bool = False
    is_declared: bool = True

    @property
    def counts(self) -> bool:
        return not self.is_late or self.is_admitted is True


@dataclass
class Model:
    closes: object
    grace: timedelta
    until: object = None  # more time for this team
    taken_back: list = field(default_factory=list)  # (until, when) of time that was ended
    saves: list = field(default_factory=list)  # (when, text, is complete)
    said: list[Said] = field(default_factory=list)
    settled: set = field(default_factory=set)  # (deadline, number of saves then)
    is_withdrawn: bool = False
    proposed: bool = False
    is_out: bool = False

    @property
    def ends(self):
        return max(self.closes + self.grace, self.until or self.closes)

    def draft_at(self, moment):
        """(text, is complete) and how many saves there had been; None before the first."""
        then = [save for save in self.saves if save[0] <= moment]
        return (then[-1][1], then[-1][2], len(then)) if then else None

    @property
    def entry(self) -> int | None:
        """The number of the revision that is the entry."""
        if self.is_withdrawn or self.is_out:
            return None
        return next((n for n in range(len(self.said), 0, -1) if self.said[n - 1].counts), None)

    def settle(self, now) -> None:
        if now < self.ends:
            return
        then = self.draft_at(self.ends - timedelta(microseconds=1))
        if then is None or (self.ends, then[2]) in self.settled:
            return
        self.settled.add((self.ends, then[2]))
        if self.is_withdrawn or self.is_out or not then[1]:
            return
        if self.entry and self.said[self.entry - 1].text == then[0]:
            return
        knows = bool(self.said) and self.said[-1].is_declared  # the team has given its word before
        self.said.append(Said(then[0], self.ends, by_rule=True, is_declared=knows))


class Deadline(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.event = event_in(Phase.BUILDING, "machine")
        self.ben, self.ada, self.kit = person("ben"), person("ada"), person("kit")
        self.submission = draft_of(team_of(self.event, "ben", "bea"))
        self.now = self.event.submissions_close_at - timedelta(minutes=10)
        self.model = Model(self.event.submissions_close_at, timedelta())
        self.model.saves.append((self.submission.saved_at, self.submission.title, True))
        self.keys: dict[UUID, int] = {}
        self.texts = itertools.count()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def fresh(self) -> Submission:
        return Submission.objects.with_people().get(pk=self.submission.pk)

    # What people do

    @rule(complete=st.booleans())
    def save(self, complete: bool) -> None:
        title = f"Title {next(self.texts)}"
        draft = self.fresh()
        answers = {"title": title, "built": "A page" if complete else ""}
        with arrived_at(self.now):
            actions.save_draft(draft, by=self.ben, version=draft.version, answers=answers)
        self.model.saves.append((self.now, title, complete))

    @rule()
    def submit(self) -> None:
        self.press(uuid4())

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def submit_again(self, data) -> None:
        key = data.draw(st.sampled_from(sorted(self.keys)))
        before = Revision.objects.count()

        with arrived_at(self.now):
            again = actions.submit(self.fresh(), by=self.ben, key=key, declared=CURRENT_DECLARATIONS)

        assert (again.number, Revision.objects.count()) == (self.keys[key], before)

    def press(self, key: UUID) -> None:
        text, complete, _ = self.model.draft_at(self.now)
        can = complete and not (self.model.is_withdrawn or self.model.is_out)
        self.model.settle(self.now)  # what stood at the deadline comes first, whatever becomes of this
        last = self.model.said[-1] if self.model.said else None
        is_same = last is not None and last.text == text
        lacks_word = last is not None and not last.is_declared
        try:
            with arrived_at(self.now):
                made = actions.submit(self.fresh(), by=self.ben, key=key, declared=CURRENT_DECLARATIONS)
        except Refused:
            assert not can or (is_same and not lacks_word)
            return
        assert can
        self.keys[key] = made.number
        if is_same:  # the rule had taken it: what was missing is the team's word
            assert lacks_word
            last.is_declared = True
            assert Declaration.objects.filter(revision=made, key=key).exists()
        else:
            is_late = self.now >= self.model.ends and not self.is_taken_back()
            self.model.said.append(Said(text, self.now, is_late))

    def is_taken_back(self) -> bool:
        """Within time that was given and ended later: never, as nothing arrives in the past."""
        return any(self.now < min(until, ended) for until, ended in self.model.taken_back)

    @rule(step=st.sampled_from(STEPS))
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule(off=st.sampled_from((-MS, timedelta(0), MS, timedelta(seconds=5))))
    def time_comes_to_the_deadline(self, off: timedelta) -> None:
        self.now = max(self.now, self.model.ends + off)

    @rule()
    def sweep(self) -> None:
        with arrived_at(self.now):
            for revision in list(closing.to_admit()):
                closing.admit_by_rule(revision)
            for submission in list(closing.to_settle(self.now)):
                closing.close(submission)
        for said in self.model.said:
            if said.is_late and said.is_admitted is None and said.at < self.model.ends:
                said.is_admitted = True
        if self.now >= self.model.ends + timedelta(seconds=5):
            self.model.settle(self.now)

    # What organisers do

    @rule(minutes=st.integers(1, 600))
    def extend(self, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes)
        try:
            with arrived_at(self.now):
                actions.extend(self.fresh().team, by=self.ada, until=until, reason=WHY)
        except Refused:
            assert until <= self.model.closes + self.model.grace or until >= self.scores_close()
            return
        if self.model.until:
            self.model.taken_back.append((self.model.until, self.now))
        self.model.until = until

    @rule()
    def end_extension(self) -> None:
        try:
            with arrived_at(self.now):
                actions.end_extension(self.fresh().team, by=self.ada, reason=WHY)
        except Refused:
            assert self.model.until is None or self.model.until <= self.now
            return
        self.model.taken_back.append((self.model.until, self.now))
        self.model.until = None

    @rule(minutes=st.integers(1, 300))
    def move_the_close(self, minutes: int) -> None:
        to = self.now + timedelta(minutes=minutes)
        try:
            with arrived_at(self.now):
                move_moment(self.fresh().event, "submissions_close_at", to, WHY, by=self.ada)
        except Refused:
            assert to >= self.scores_close() or to == self.model.closes
            return
        self.model.closes = to

    @precondition(lambda self: self.now < self.model.closes)
    @rule(minutes=st.sampled_from((0, 5, 30)))
    def choose_grace(self, minutes: int) -> None:
        given = {"required": Call().required, "remind_hours": [1], "draft_becomes_entry": True}
        with arrived_at(self.now):
            actions.set_call(self.fresh().event, by=self.ada, grace_minutes=minutes, **given)
        self.model.grace = timedelta(minutes=minutes)

    @rule(data=st.data(), outcome=st.sampled_from(("admitted", "declined")))
    def decide(self, data, outcome: str) -> None:
        late = [n for n, said in enumerate(self.model.said, 1) if said.is_late]
        if not late:
            return
        number = data.draw(st.sampled_from(late))
        revision = self.fresh().revisions.get(number=number)
        try:
            with arrived_at(self.now):
                actions.decide_late(revision, by=self.ada, outcome=outcome, reason=WHY)
        except Refused:
            assert self.now < self.model.closes  # nothing is late before, says the close as it is now
            return
        self.model.said[number - 1].is_admitted = outcome == "admitted"

    @rule()
    def withdraw(self) -> None:
        with arrived_at(self.now):
            actions.withdraw(self.fresh(), by=self.ben)
        self.model.is_withdrawn = True

    @rule()
    def bring_back(self) -> None:
        try:
            with arrived_at(self.now):
                actions.bring_back(self.fresh(), by=self.ben)
        except Refused:
            assert self.now >= self.model.ends
            return
        assert self.now < self.model.ends
        self.model.is_withdrawn = False

    @rule(again=st.booleans())
    def disqualify(self, again: bool) -> None:
        submission = self.fresh()
        with arrived_at(self.now):
            if not self.model.proposed:
                actions.propose_disqualification(submission, by=self.ada, reason=WHY)
                self.model.proposed = True
                return
            proposal = submission.disqualifications.open().get()
            if again and not self.model.is_out:
                try:
                    actions.agree_to_disqualify(proposal, by=self.ada)
                except Refused:
                    return  # one person alone never disqualifies
                raise AssertionError("one person disqualified an entry")
            actions.agree_to_disqualify(proposal, by=self.kit)
        self.model.is_out = True

    @precondition(lambda self: self.model.proposed)
    @rule()
    def lift(self) -> None:
        with arrived_at(self.now):
            proposal = self.fresh().disqualifications.open().get()
            actions.lift_disqualification(proposal, by=self.kit, reason=WHY)
        self.model.proposed = self.model.is_out = False

    @rule()
    def others_are_denied(self) -> None:
        with arrived_at(self.now):
            for act in (
                lambda: actions.submit(self.fresh(), by=self.ada, key=uuid4(), declared=CURRENT_DECLARATIONS),
                lambda: actions.extend(self.fresh().team, by=self.ben, until=self.now + MS, reason=WHY),
                lambda: actions.withdraw(self.fresh(), by=self.kit),
            ):
                try:
                    act()
                except PermissionDenied:
                    continue
                raise AssertionError("somebody did what is not theirs to do")

    def scores_close(self):
        return Event.objects.get(pk=self.event.pk).scores_close_at

    # What must be true after every step

    @invariant()
    def what_is_kept_is_what_the_model_says(self) -> None:
        """In one, because it is asked after every step."""
        submission = Submission.objects.with_people().with_deadline().get(pk=self.submission.pk)
        kept = list(submission.revisions.order_by("number").select_related("admission"))
        current = Revision.objects.current().filter(submission=submission)
        saves = submission.saves.order_by("version").values_list("at", "answers__title")
        receipts = Mail.objects.filter(key__startswith="receipt:").count()

        assert [
            (one.number, one.title, one.submitted_at, one.is_late, one.by_rule, one.counts) for one in kept
        ] == [
            (
                number,
                said.text,
                said.at - timedelta(microseconds=1) if said.by_rule else said.at,
                said.is_late,
                said.by_rule,
                said.counts,
            )
            for number, said in enumerate(self.model.said, 1)
        ]
        # One entry or none
        assert [one.number for one in current] == ([self.model.entry] if self.model.entry else [])
        # Nothing that was written is lost
        assert list(saves) == [(at, text) for at, text, _ in self.model.saves]
        # The deadline in SQL is the one in Python, and the model's
        assert submission.deadline == submission.window.ends_at == self.model.ends
        # Both members have every receipt, once
        assert receipts == 2 * len([one for one in kept if not one.by_rule])
