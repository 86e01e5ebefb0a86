"""Files that go with an entry: frozen with the revision, had by whoever may read it, and read with it."""

from uuid import uuid4

import pytest
from django.urls import reverse

from challenges.models import DataLevel
from core.models import AuditRow, Mail
from core.refusals import Refused
from events.models import Phase, Role, RoleKind
from files.models import File
from reading import readings
from reading.models import Screening
from submissions import actions
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Revision
from tests.files.samples import pdf
from tests.world import draft_of, event_in, file_of, person, team_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return draft_of(team_of(event_in(Phase.BUILDING)))


def hand_in(draft) -> Revision:
    fresh = type(draft).objects.get(pk=draft.pk)
    return actions.submit(fresh, by=person("ben"), key=uuid4(), declared=CURRENT_DECLARATIONS)


def test_submit_freezes_the_files_on_the_shelf_with_what_they_show(draft) -> None:
    notes, picture = file_of(draft.team), file_of(draft.team, b"Lines\n", kind="image", alt="A list")
    gone = file_of(draft.team, b"Old\n")
    File.objects.filter(pk=gone.pk).update(removed_at=notes.at, removed_by=person("ben"))

    revision = hand_in(draft)
    File.objects.filter(pk=picture.pk).update(alt="A long list")

    assert [(one.file, one.alt) for one in revision.enclosures.all()] == [(notes, ""), (picture, "A list")]
    assert AuditRow.objects.get(verb="submissions.submitted").details["files"] == [
        notes.sha256,
        picture.sha256,
    ]
    assert f"{notes.name}: {notes.size:,} bytes, SHA-256 {notes.sha256}" in Mail.objects.first().body


def test_submit_again_after_a_file_came_or_went_is_another_revision(draft) -> None:
    hand_in(draft)
    with pytest.raises(Refused, match="Nothing has changed"):
        hand_in(draft)

    file = file_of(draft.team)
    with_it = hand_in(draft)
    File.objects.filter(pk=file.pk).update(removed_at=file.at, removed_by=person("ben"))
    without = hand_in(draft)

    assert [one.files.count() for one in (with_it, without)] == [1, 0]


def test_submit_with_a_file_of_a_higher_level_is_refused(draft) -> None:
    file = file_of(draft.team, data_level=DataLevel.OFFICIAL)

    with pytest.raises(Refused) as caught:
        hand_in(draft)

    assert caught.value.field == "data_level"
    assert caught.value.message.startswith(f"‘{file.name}’ was uploaded as OFFICIAL")
    assert Revision.objects.count() == 0


def address(revision: Revision, file: File) -> str:
    return reverse(
        "submissions:file", args=[revision.scope, revision.submission.code, revision.number, file.code]
    )


@pytest.mark.parametrize(
    ("key", "status"), [("ben", 200), ("sam", 200), ("ada", 200), ("bea", 404), ("cal", 404)]
)
def test_file_of_a_revision_is_had_by_those_who_may_read_it(client, draft, key: str, status: int) -> None:
    file = file_of(draft.team)
    revision = hand_in(draft)
    ada = draft.event.created_by
    Role.objects.get_or_create(
        event=draft.event, user=person("sam"), kind=RoleKind.SCREENER, defaults={"given_by": ada}
    )
    team_of(draft.event, "bea", name="Otters")
    client.force_login(person(key))

    answer = client.get(address(revision, file))

    assert answer.status_code == status
    if status == 200:
        assert b"".join(answer.streaming_content) == b"What we measured\n"
        assert answer["Content-Disposition"].startswith("attachment")


def test_file_that_waits_for_its_scan_is_kept_from_others(client, draft) -> None:
    file = file_of(draft.team, state=File.State.WAITING)
    revision = hand_in(draft)

    client.force_login(draft.event.created_by)
    kept = client.get(address(revision, file)).status_code
    page = client.get(reverse("submissions:revision", args=[revision.scope, revision.submission.code, 1]))

    assert kept == 404
    assert "Waiting for scan" in page.content.decode()


def test_file_of_another_entry_is_not_found_under_this_one(client, draft) -> None:
    other = file_of(team_of(draft.event, "bea", name="Otters"))
    revision = hand_in(draft)
    client.force_login(person("ben"))

    assert client.get(address(revision, other)).status_code == 404


def read(draft) -> Screening:
    readings.open_missing()
    row = Screening.objects.get(revision__submission=draft)
    readings.perform(Screening, row.pk)
    row.refresh_from_db()
    return row


def test_reading_takes_in_the_text_of_files_under_their_names(draft) -> None:
    file_of(draft.team, b"We asked 40 caseworkers about hallucinations.\n", name="notes.txt")
    hand_in(draft)

    row = read(draft)

    assert "File: notes.txt\n\nWe asked 40 caseworkers about hallucinations." in row.text


def test_reading_of_a_key_in_a_file_holds_the_entry(draft) -> None:
    file_of(draft.team, b"token = sk-" + b"a1B2c3D4" * 5 + b"\n")
    hand_in(draft)

    row = read(draft)

    assert row.status == "held"


def test_reading_with_a_broken_file_reads_everything_else_and_says_so(draft) -> None:
    file_of(draft.team, pdf()[:200], kind="pdf", name="broken.pdf", content_type="application/pdf")
    hand_in(draft)

    row = read(draft)

    assert row.status == "complete"
    assert "File: broken.pdf\n\nThe text of this file could not be read." in row.text
    assert "Caseworkers read 400 letters a day" in row.text


def test_reading_waits_for_the_scan_of_every_file(draft) -> None:
    file = file_of(draft.team, state=File.State.WAITING)
    hand_in(draft)

    readings.open_missing()
    before = Screening.objects.count()
    File.objects.filter(pk=file.pk).update(state=File.State.CLEAN)
    readings.open_missing()

    assert (before, Screening.objects.count()) == (0, 1)
