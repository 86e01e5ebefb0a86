import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from core.models import AuditRow
from core.refusals import Refused
from events.models import Phase
from records import actions
from records.models import RecordSave, TransparencyRecord
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(db):
    event = world.event_in(Phase.BUILDING)
    return world.draft_of(world.team_of(event, "ben", "bea"))


def own_of(submission) -> dict[str, str]:
    return TransparencyRecord.of(submission).words()


def test_edit_by_the_team_keeps_its_words_with_who_and_when(draft, ben):
    actions.edit(draft, by=ben, version=0, words={"2.2.2": " Less waiting\r\n", "2.1.3": ""})

    record = TransparencyRecord.of(draft)
    assert (record.words(), record.version, record.saved_by) == ({"2.2.2": "Less waiting"}, 1, ben)
    assert record.own["2.2.2"] == {
        "text": "Less waiting",
        "by": ben.pk,
        "at": record.saved_at.isoformat(),
    }
    (save,) = RecordSave.objects.all()
    assert (save.version, save.words, save.by) == (1, {"2.2.2": "Less waiting"}, ben)
    row = AuditRow.objects.get(verb="records.edited")
    assert (row.by, row.subject_id, row.details) == (ben, draft.pk, {"version": 1, "fields": ["2.2.2"]})


def test_edit_of_different_fields_by_two_people_keeps_both(draft, ben, bea):
    actions.edit(draft, by=ben, version=0, words={"2.2.2": "Less waiting"})

    actions.edit(draft, by=bea, version=0, words={"2.3.3": "Nine people"})

    record = TransparencyRecord.of(draft)
    assert record.words() == {"2.2.2": "Less waiting", "2.3.3": "Nine people"}
    assert {field: row["by"] for field, row in record.own.items()} == {"2.2.2": ben.pk, "2.3.3": bea.pk}


def test_edit_of_the_same_field_by_two_people_overwrites_nothing_and_shows_both(draft, ben, bea):
    actions.edit(draft, by=ben, version=0, words={"2.2.2": "Less waiting"})

    with pytest.raises(actions.Overtaken) as caught:
        actions.edit(draft, by=bea, version=0, words={"2.2.2": "Less paper", "2.3.3": "Nine"})

    assert (caught.value.theirs, caught.value.version, caught.value.saved_by) == (
        {"2.2.2": "Less waiting"},
        1,
        ben,
    )
    assert own_of(draft) == {"2.2.2": "Less waiting"}
    assert RecordSave.objects.count() == 1


def test_edit_on_top_of_what_a_colleague_saved_replaces_it(draft, ben, bea):
    actions.edit(draft, by=ben, version=0, words={"2.2.2": "Less waiting"})

    actions.edit(draft, by=bea, version=1, words={"2.2.2": "Less paper"})

    assert own_of(draft) == {"2.2.2": "Less paper"}
    assert [save.words for save in RecordSave.objects.all()] == [
        {"2.2.2": "Less paper"},
        {"2.2.2": "Less waiting"},
    ]


def test_edit_that_empties_a_field_lets_it_follow_the_answers_again(draft, ben):
    actions.edit(draft, by=ben, version=0, words={"1.1": "Ours"})

    actions.edit(draft, by=ben, version=1, words={"1.1": ""})

    record = TransparencyRecord.of(draft)
    assert (record.own, record.version) == ({}, 2)


def test_edit_that_changes_nothing_is_no_save(draft, ben):
    actions.edit(draft, by=ben, version=0, words={"1.1": "Ours"})

    actions.edit(draft, by=ben, version=1, words={"1.1": "Ours"})

    assert (TransparencyRecord.of(draft).version, AuditRow.objects.filter(verb="records.edited").count()) == (
        1,
        1,
    )


@pytest.mark.parametrize(
    ("version", "words", "said"),
    [
        (7, {"1.1": "x"}, "This page is not from the present record"),
        (0, {"9.9": "x"}, "The record has no field 9.9"),
        (0, {"1.1": "x" * 45_001}, "‘Name’ must be 45,000 characters or fewer"),
    ],
)
def test_edit_that_cannot_be_is_refused_and_changes_nothing(draft, ben, version, words, said):
    with pytest.raises(Refused, match=said):
        actions.edit(draft, by=ben, version=version, words=words)

    assert own_of(draft) == {}


@pytest.mark.parametrize("key", ["ada", "cal", "sam", "kit", "jude", "max"])
def test_edit_by_anyone_else_is_denied(draft, key):
    with pytest.raises(PermissionDenied):
        actions.edit(draft, by=world.person(key), version=0, words={"1.1": "x"})

    assert TransparencyRecord.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_edit_by_two_people_at_once_loses_neither():
    event = world.event_in(Phase.BUILDING)
    draft = world.draft_of(world.team_of(event, "ben", "bea"))
    people = [world.person("ben"), world.person("bea")]
    barrier = threading.Barrier(2)

    def save(person, field):
        barrier.wait()
        actions.edit(draft, by=person, version=0, words={field: str(person)})
        connection.close()

    threads = [
        threading.Thread(target=save, args=pair) for pair in zip(people, ("2.2.2", "2.3.3"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert own_of(draft) == {"2.2.2": "Ben Okoro", "2.3.3": "Bea Lund"}
    assert [save.version for save in RecordSave.objects.all()] == [2, 1]


def test_export_by_an_organiser_settles_the_entries_and_is_recorded(ada):
    event = world.event_in(Phase.JUDGING)
    first = world.entry_of(event, "ben", name="Wrens")
    second = world.entry_of(event, "bea", name="Auks")
    newer = world.revision_of(first.submission, title="Letter Sorter 2")

    keys = actions.export(event, by=ada)

    assert keys == [second.pk, newer.pk]
    row = AuditRow.objects.get(verb="records.exported")
    assert (row.by, row.scope, row.details) == (ada, "summer", {"entries": 2})


def test_export_of_an_event_without_entries_is_refused(ada):
    with pytest.raises(Refused, match="No entry has been submitted yet"):
        actions.export(world.event_in(Phase.BUILDING), by=ada)

    assert AuditRow.objects.filter(verb="records.exported").count() == 0


@pytest.mark.parametrize("key", ["ben", "sam", "kit", "jude", "cal", "max"])
def test_export_by_anyone_else_is_denied(key):
    event = world.event_in(Phase.JUDGING)
    world.entry_of(event)

    with pytest.raises(PermissionDenied):
        actions.export(event, by=world.person(key))
