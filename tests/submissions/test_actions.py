from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied

from core.clock import arrived_at
from core.models import AuditRow, Mail
from core.refusals import Refused
from events.models import Phase
from submissions import actions
from submissions.declarations import CURRENT_DECLARATIONS, DECLARATIONS
from submissions.models import DraftSave, Revision, Submission, digest
from teams.models import Membership
from tests.world import ANSWERS, draft_of, event_in, give, person, revision_of, team_of

pytestmark = pytest.mark.django_db

BLANK = dict.fromkeys(ANSWERS, "")
MICROSECOND = timedelta(microseconds=1)


def hand_in(submission, *, by, key=None, declared=CURRENT_DECLARATIONS):
    return actions.submit(submission, by=by, key=key or uuid4(), declared=declared)


# start


def test_start_opens_one_blank_draft_and_records_it(ben):
    team = team_of(event_in(Phase.FORMING))

    submission = actions.start(team, by=ben)

    row = AuditRow.objects.get()
    assert (submission.team, submission.version, submission.answers()) == (team, 1, BLANK)
    assert (row.by, row.verb, row.subject_id, row.scope) == (
        ben,
        "submissions.started",
        submission.pk,
        "summer",
    )
    assert [(save.version, save.answers, save.by) for save in submission.saves.all()] == [(1, BLANK, ben)]


def test_start_again_finds_the_same_draft_and_records_nothing(ben):
    team = team_of(event_in(Phase.BUILDING))
    first = actions.start(team, by=ben)

    again = actions.start(team, by=ben)

    assert again == first
    assert AuditRow.objects.count() == 1


@pytest.mark.parametrize("who", ["ada", "bea", "cal", "jude", "kit", "sam", "dot"])
def test_start_by_someone_not_on_the_team_is_denied(who):
    team = team_of(event_in(Phase.BUILDING))

    with pytest.raises(PermissionDenied):
        actions.start(team, by=person(who))

    assert Submission.objects.count() == 0


# save_draft


def test_save_draft_keeps_incomplete_answers_and_who_saved_them(ben):
    submission = actions.start(team_of(event_in(Phase.BUILDING)), by=ben)
    moment = datetime(2026, 6, 14, 9, 30, tzinfo=UTC)

    with arrived_at(moment):
        saved = actions.save_draft(submission, by=ben, version=1, answers={"title": " Letter\r\nSorter "})

    submission.refresh_from_db()
    assert saved == submission
    assert submission.answers() == BLANK | {"title": "Letter Sorter"}
    assert (submission.version, submission.saved_by, submission.saved_at) == (2, ben, moment)
    last = DraftSave.objects.first()
    assert (last.version, last.answers, last.by, last.at) == (2, submission.answers(), ben, moment)


def test_save_draft_with_nothing_changed_adds_no_version(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    saved = actions.save_draft(submission, by=ben, version=1, answers=ANSWERS)

    assert (saved.version, DraftSave.objects.count()) == (1, 1)


@pytest.mark.parametrize("phase", [Phase.FORMING, Phase.BUILDING, Phase.JUDGING, Phase.SHOWCASE])
def test_save_draft_is_open_to_the_team_whatever_the_time(ben, phase):
    submission = draft_of(team_of(event_in(phase)))

    saved = actions.save_draft(submission, by=ben, version=1, answers={"title": "Late thought"})

    assert saved.title == "Late thought"


@pytest.mark.parametrize("who", ["ada", "bea", "cal", "jude", "kit", "sam", "dot"])
def test_save_draft_by_someone_not_on_the_team_is_denied(who):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    with pytest.raises(PermissionDenied):
        actions.save_draft(submission, by=person(who), version=1, answers={"title": "Mine"})

    submission.refresh_from_db()
    assert submission.answers() == ANSWERS


def test_save_draft_on_an_older_version_merges_what_only_one_changed(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))
    actions.save_draft(submission, by=person("bea"), version=1, answers=ANSWERS | {"pitch": "Bea's pitch"})

    saved = actions.save_draft(submission, by=ben, version=1, answers=ANSWERS | {"title": "Ben's title"})

    assert saved.answers() == ANSWERS | {"pitch": "Bea's pitch", "title": "Ben's title"}
    assert saved.version == 3


def test_save_draft_where_both_changed_one_answer_saves_nothing_and_has_both_texts(ben):
    bea = person("bea")
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))
    actions.save_draft(
        submission, by=bea, version=1, answers=ANSWERS | {"title": "Bea's title", "pitch": "Bea's pitch"}
    )

    with pytest.raises(actions.Overtaken) as caught:
        actions.save_draft(
            submission, by=ben, version=1, answers=ANSWERS | {"title": "Ben's title", "built": "Ben's page"}
        )

    submission.refresh_from_db()
    theirs = ANSWERS | {"title": "Bea's title", "pitch": "Bea's pitch"}
    assert submission.answers() == theirs
    assert (caught.value.version, caught.value.saved_by) == (2, bea)
    assert caught.value.theirs == {"title": "Bea's title"}
    assert caught.value.answers == theirs | {"built": "Ben's page"}
    assert caught.value.message == (
        "Bea Lund saved ‘Title’ while you were writing. Nothing was overwritten, and your changes are not "
        "saved yet. Compare the two texts, then save what should stay"
    )


def test_save_draft_from_a_version_that_is_not_there_yet_is_refused(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    with pytest.raises(Refused, match="not from the present draft"):
        actions.save_draft(submission, by=ben, version=2, answers={"title": "From nowhere"})


def test_save_draft_whose_base_is_gone_overwrites_nothing(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    submission.saves.all().delete()

    with pytest.raises(actions.Overtaken):
        actions.save_draft(submission, by=ben, version=1, answers={"title": "Unsure"})


@pytest.mark.parametrize(
    ("level", "begins"),
    [
        ("official", "This event takes open, published or made-up data only."),
        ("official_sensitive", "OFFICIAL-SENSITIVE data must not be put on this platform"),
        ("secret", "SECRET and TOP SECRET data must never be put on this platform"),
        ("unsure", "Ask an organiser which data level is right"),
    ],
)
def test_save_draft_with_data_that_is_not_taken_stores_nothing_of_it(ben, level, begins):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    with pytest.raises(Refused) as caught:
        actions.save_draft(
            submission, by=ben, version=1, answers=ANSWERS | {"data_level": level, "built": "Case files"}
        )

    submission.refresh_from_db()
    assert submission.answers() == ANSWERS
    assert DraftSave.objects.count() == 1
    assert caught.value.field == "data_level"
    assert caught.value.message.startswith(begins)
    assert "othing on this page was saved" in caught.value.message
    assert caught.value.message.endswith(". Organiser: Ada Byrne (ada@records.example.org)")


def test_save_draft_with_official_data_where_the_event_takes_it_is_saved(ben):
    event = event_in(Phase.BUILDING)
    event.accepts_official = True
    event.save()
    submission = draft_of(team_of(event))

    saved = actions.save_draft(submission, by=ben, version=1, answers={"data_level": "official"})

    assert saved.data_level == "official"


@pytest.mark.parametrize("level", ["official_sensitive", "secret", "unsure"])
def test_save_draft_with_worse_data_is_refused_even_where_official_is_taken(ben, level):
    event = event_in(Phase.BUILDING)
    event.accepts_official = True
    event.save()
    submission = draft_of(team_of(event))

    with pytest.raises(Refused):
        actions.save_draft(submission, by=ben, version=1, answers={"data_level": level})


# submit


def test_submit_freezes_the_draft_with_its_receipt(ben):
    event = event_in(Phase.BUILDING)
    submission = draft_of(team_of(event))
    key = uuid4()
    moment = event.submissions_close_at - timedelta(hours=1)

    with arrived_at(moment):
        revision = hand_in(submission, by=ben, key=key)

    stored = Revision.objects.get()
    assert stored == revision
    assert stored.answers() == ANSWERS
    assert (stored.number, stored.key, stored.submitted_by, stored.submitted_at) == (1, key, ben, moment)
    assert stored.sha256 == digest(submission.as_markdown())
    assert stored.declarations == DECLARATIONS["2026-11"]


def test_submit_records_who_what_and_on_which_words(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    revision = hand_in(submission, by=ben)

    row = AuditRow.objects.get(verb="submissions.submitted")
    assert (row.by, row.subject_type, row.subject_id, row.scope) == (
        ben,
        "submissions.submission",
        submission.pk,
        "summer",
    )
    assert row.details == {
        "revision": 1,
        "receipt": revision.receipt,
        "sha256": revision.sha256,
        "draft_version": 1,
        "side": "in_time",
        "declared": "2026-11",
        "people_only": False,
        "files": [],
    }


def test_submit_mails_the_receipt_to_every_member_once(ben):
    event = event_in(Phase.BUILDING)
    submission = draft_of(team_of(event, "ben", "bea"))
    key = uuid4()

    revision = hand_in(submission, by=ben, key=key)
    hand_in(submission, by=ben, key=key)

    mails = Mail.objects.filter(key__startswith="receipt:").order_by("pk")
    assert [mail.to for mail in mails] == ["ben@records.example.org", "bea@rivers.example.org"]
    assert {mail.subject for mail in mails} == {
        f"Received: Letter Sorter (revision 1, reference {revision.receipt})"
    }
    for words in (
        f"Reference: {revision.receipt}",
        f"Received: {revision.received}",
        f"Fingerprint of the text (SHA-256): {revision.sha256}",
        f"/events/summer/submissions/{submission.code}/revisions/1/receipt/",
    ):
        assert words in mails[0].body


def test_submit_after_a_change_makes_the_next_revision_and_leaves_the_last_as_it_was(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    hand_in(submission, by=ben)
    actions.save_draft(submission, by=ben, version=1, answers={"title": "Letter Reader"})

    hand_in(submission, by=ben)

    assert list(Revision.objects.order_by("number").values_list("number", "title")) == [
        (1, "Letter Sorter"),
        (2, "Letter Reader"),
    ]


def test_submit_with_the_same_key_gives_the_same_receipt_even_after_the_deadline(ben):
    event = event_in(Phase.BUILDING)
    submission = draft_of(team_of(event))
    key = uuid4()
    first = hand_in(submission, by=ben, key=key)
    actions.save_draft(submission, by=ben, version=1, answers={"title": "Changed since"})

    with arrived_at(event.submissions_close_at + timedelta(days=1)):
        again = hand_in(submission, by=ben, key=key)

    assert again == first
    assert Revision.objects.count() == 1


def test_submit_with_a_key_of_another_team_makes_its_own_revision(ben):
    event = event_in(Phase.BUILDING)
    key = UUID(int=7)
    theirs = hand_in(draft_of(team_of(event, "bea", name="Herons")), by=person("bea"), key=key)

    mine = hand_in(draft_of(team_of(event, "ben")), by=ben, key=key)

    assert mine != theirs
    assert mine.submission.team.name == "Kingfishers"


def test_submit_with_nothing_changed_is_refused_with_the_receipt_it_has(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    first = hand_in(submission, by=ben)

    with pytest.raises(Refused) as caught:
        hand_in(submission, by=ben)

    assert caught.value.message == (
        f"Nothing has changed since revision 1, which we received at {first.received}. "
        f"Its reference is {first.receipt}. You do not need to submit again"
    )
    assert Revision.objects.count() == 1


@pytest.mark.parametrize("name", Submission.REQUIRED)
def test_submit_with_a_required_answer_missing_is_refused_naming_it(ben, name):
    submission = draft_of(team_of(event_in(Phase.BUILDING)), **{name: ""})

    with pytest.raises(Refused) as caught:
        hand_in(submission, by=ben)

    assert caught.value.message == f"Answer ‘{submission.heading(name)}’ before you submit"
    assert caught.value.field == name
    assert Revision.objects.count() == 0


def test_submit_when_the_event_no_longer_takes_the_data_is_refused(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)), data_level="official")

    with pytest.raises(Refused, match="open, published or made-up data only"):
        hand_in(submission, by=ben)


def test_submit_on_other_declarations_than_the_present_ones_is_refused(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    with pytest.raises(Refused) as caught:
        hand_in(submission, by=ben, declared="2025-01")

    assert caught.value.message == "The declarations have changed. Read them again, then confirm them"


@pytest.mark.parametrize("who", ["ada", "bea", "cal", "jude", "kit", "sam", "dot"])
def test_submit_by_someone_not_on_the_team_is_denied(who):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    with pytest.raises(PermissionDenied):
        hand_in(submission, by=person(who))

    assert Revision.objects.count() == 0


def test_submit_by_an_administrator_who_is_not_on_the_team_is_denied(max_):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    with pytest.raises(PermissionDenied):
        hand_in(submission, by=max_)


def test_submit_by_someone_who_has_left_the_team_is_denied_even_with_a_key_of_then(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    key = uuid4()
    hand_in(submission, by=ben, key=key)
    Membership.objects.filter(user=ben).delete()

    with pytest.raises(PermissionDenied):
        hand_in(submission, by=ben, key=key)


def test_submit_a_microsecond_before_the_deadline_is_received(ben):
    event = event_in(Phase.BUILDING)
    submission = draft_of(team_of(event))
    moment = event.submissions_close_at - MICROSECOND

    with arrived_at(moment):
        revision = hand_in(submission, by=ben)

    assert revision.submitted_at == moment


@pytest.mark.parametrize("late_by", [timedelta(0), MICROSECOND, timedelta(seconds=1), timedelta(hours=20)])
def test_submit_at_the_deadline_or_after_is_kept_as_late_and_does_not_count(ben, late_by):
    event = event_in(Phase.BUILDING)
    submission = draft_of(team_of(event))
    first = hand_in(submission, by=ben)
    moment = event.submissions_close_at + late_by

    with arrived_at(moment):
        actions.save_draft(submission, by=ben, version=1, answers={"title": "Letter Sorter Two"})
        late = hand_in(submission, by=ben)

    assert (late.number, late.side, late.submitted_at, late.counts) == (2, "late", moment, False)
    assert list(Revision.objects.current()) == [first]
    mail = Mail.objects.get(key=f"receipt:{late.pk}:{ben.pk}")
    assert mail.subject == f"Received late: Letter Sorter Two (revision 2, reference {late.receipt})"
    assert "counts only if an organiser admits it. Until then revision 1 is your entry." in mail.body


def test_submit_counts_from_when_it_arrived_not_from_when_it_is_done(ben):
    """The deadline has passed by the clock on the wall; the request came before it."""
    event = event_in(Phase.JUDGING)
    submission = draft_of(team_of(event))

    with arrived_at(event.submissions_close_at - MICROSECOND):
        revision = hand_in(submission, by=ben)

    assert revision.number == 1


def test_submit_goes_by_the_moment_as_it_is_now_not_as_it_was_when_the_page_was_opened(ben):
    event = event_in(Phase.JUDGING)
    submission = Submission.objects.with_people().get(pk=draft_of(team_of(event)).pk)
    event_in(Phase.BUILDING)  # the organisers give everyone another day

    revision = hand_in(submission, by=ben)

    assert revision.number == 1


@pytest.mark.parametrize("before", [MICROSECOND, timedelta(hours=1)])
def test_submit_before_submissions_open_is_refused(ben, before):
    event = event_in(Phase.BUILDING)
    submission = draft_of(team_of(event))

    with arrived_at(event.building_at - before), pytest.raises(Refused) as caught:
        hand_in(submission, by=ben)

    assert caught.value.message == f"Submissions open at {event.say(event.building_at)}"


def test_submit_from_another_event_where_the_person_has_a_team_is_denied(ben):
    mine = event_in(Phase.BUILDING, "winter")
    give(mine, "participant", "ben")
    team_of(mine, "ben")
    theirs = draft_of(team_of(event_in(Phase.BUILDING), "bea"))

    with pytest.raises(PermissionDenied):
        hand_in(theirs, by=ben)


def test_revision_of_the_world_is_what_the_action_would_have_made(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    revision = revision_of(submission)

    assert (revision.answers(), revision.sha256) == (ANSWERS, digest(submission.as_markdown()))
