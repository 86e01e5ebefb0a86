import hashlib
import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from PIL import Image

from core import clock
from core.models import AuditRow
from core.refusals import Refused
from events.models import Event, Phase
from files import actions
from files.models import File, Scan
from files.storage import names_before, shelf
from files.uploads import Upload
from teams.models import Membership
from tests.files import samples
from tests.races import together
from tests.world import event_in, file_of, person, team_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(ben):
    return team_of(event_in(Phase.BUILDING), "ben", "bea")


def put(team, by, data=b"What we measured\n", name="notes.txt", **more) -> File:
    with Upload.of(data, name) as sent:
        return actions.upload(team, by=by, sent=sent, **({"data_level": "public"} | more))


def stored() -> set[str]:
    return set(names_before(timezone.now() + timedelta(days=2)))


def test_upload_by_a_member_keeps_the_bytes_and_says_what_they_are(team, ben):
    data = samples.pdf(pages=3)
    moment = timezone.now() - timedelta(minutes=5)

    with clock.arrived_at(moment):
        file = put(team, ben, data, "../talk.PDF")

    file.refresh_from_db()
    digest = hashlib.sha256(data).hexdigest()
    assert {
        name: getattr(file, name) for name in ("kind", "name", "size", "sha256", "sent_sha256", "state", "at")
    } == {
        "kind": "pdf",
        "name": "talk.pdf",
        "size": len(data),
        "sha256": digest,
        "sent_sha256": digest,
        "state": "clean",
        "at": moment,
    }
    assert (file.look["pages"], file.content_type, file.data_level, file.by) == (
        3,
        "application/pdf",
        "public",
        ben,
    )
    assert shelf().open(file.stored).read() == data
    row = AuditRow.objects.get()
    assert (row.verb, row.by, row.scope, row.details["sha256"]) == ("files.uploaded", ben, "summer", digest)


def test_upload_of_a_photo_keeps_the_picture_turned_upright_and_nothing_else(team, ben):
    sent = samples.photo_held_upright()

    file = put(team, ben, sent, "camera.jpeg", alt=" The start\tpage ")

    kept = shelf().open(file.stored).read()
    picture = Image.open(io.BytesIO(kept))
    assert b"MAKER-CANARY" in sent
    assert b"MAKER-CANARY" not in kept
    assert (picture.size, dict(picture.getexif()), picture.info.get("exif")) == ((30, 40), {}, None)
    assert (file.alt, file.was_remade, file.size) == ("The start page", True, len(kept))
    assert (file.sha256, file.sent_sha256) == (
        hashlib.sha256(kept).hexdigest(),
        hashlib.sha256(sent).hexdigest(),
    )


def test_upload_of_what_moves_keeps_its_first_picture(team, ben):
    file = put(team, ben, samples.moving(), "moving.gif")

    picture = Image.open(shelf().open(file.stored)).convert("RGB")
    assert (file.name, picture.getpixel((1, 1)), getattr(picture, "n_frames", 1)) == (
        "moving.png",
        (255, 0, 0),
        1,
    )


def test_upload_of_the_same_bytes_again_finds_the_file(team, ben, bea):
    first = put(team, ben)

    again = put(team, bea, name="other.txt")

    assert (again, File.objects.count(), AuditRow.objects.count()) == (first, 1, 1)


@pytest.mark.parametrize(
    ("level", "accepts", "words"),
    [
        ("", False, "Choose the highest level"),
        ("official", False, "This event takes open, published or made-up data only"),
        ("official_sensitive", True, "OFFICIAL-SENSITIVE data must not be put on this platform"),
        ("secret", True, "Speak to your security team now"),
        ("unsure", True, "Ask an organiser"),
    ],
)
def test_upload_of_data_that_is_not_taken_stores_nothing(team, ben, level, accepts, words):
    Event.objects.update(accepts_official=accepts)
    team.event.refresh_from_db()
    before = stored()

    with pytest.raises(Refused, match=words) as refusal:
        put(team, ben, data_level=level)

    assert (refusal.value.field, stored(), File.objects.count(), AuditRow.objects.count()) == (
        "data_level",
        before,
        0,
        0,
    )


def test_upload_without_a_level_that_there_is_stores_nothing(team, ben):
    with pytest.raises(Refused, match="Choose the highest level"):
        put(team, ben, data_level="top")


def test_upload_of_official_data_where_it_is_taken_is_kept(team, ben):
    Event.objects.update(accepts_official=True)
    team.event.refresh_from_db()

    assert put(team, ben, data_level="official").data_level == "official"


@pytest.mark.parametrize("who", ["ada", "cal", "jude", "sam", "max"])
def test_upload_by_anybody_else_is_denied_before_the_file_is_opened(team, who):
    before = stored()

    with pytest.raises(PermissionDenied):
        put(team, person(who), b"<svg/>")

    assert (stored(), File.objects.count()) == (before, 0)


def test_upload_of_what_is_not_taken_is_refused_at_the_field(team, ben):
    before = stored()

    with pytest.raises(Refused, match="HTML, SVG and XML are not taken") as refusal:
        put(team, ben, b"<svg/>", "a.png")

    assert (refusal.value.field, stored(), File.objects.count()) == ("file", before, 0)


def test_upload_to_a_shelf_that_is_full_is_refused(team, ben, settings):
    settings.FILES_TEAM_FILES = 2
    put(team, ben, b"one\n")
    put(team, ben, b"two\n")
    before = stored()

    with pytest.raises(Refused, match="Your team has 2 files"):
        put(team, ben, b"three\n")

    assert stored() == before


def test_upload_of_more_than_is_left_says_how_much_is(team, ben, settings):
    settings.FILES_TEAM_BYTES = 3_000_000
    put(team, ben, b"a" * 2_000_000)

    with pytest.raises(Refused, match=r"The file is 2\.0 MB, and your team has 1\.0 MB left"):
        put(team, ben, b"b" * 2_000_000)

    assert put(team, ben, b"c" * 1_000_000).size == 1_000_000


def test_upload_of_a_picture_is_counted_as_it_is_kept(team, ben, settings):
    sent = samples.picture("PNG", (400, 300))
    kept = put(team, ben, sent, "a.png").size
    File.objects.all().delete()
    settings.FILES_TEAM_BYTES = max(kept, len(sent))

    assert kept != len(sent)
    assert put(team, ben, sent, "a.png").size == File.objects.of_team(team).bytes() == kept


def test_upload_and_remove_without_end_comes_to_an_end(team, ben, settings):
    settings.FILES_TEAM_FILES = 2
    for number in range(10):
        actions.remove(put(team, ben, b"%d\n" % number), by=ben)

    with pytest.raises(Refused, match="uploaded and removed so much"):
        put(team, ben, b"ten\n")


@pytest.mark.django_db(transaction=True)
def test_upload_by_twelve_at_once_never_goes_over_the_quota(settings):
    settings.FILES_TEAM_FILES = 5
    team = team_of(event_in(Phase.BUILDING), "ben", "bea")
    people = [person("ben"), person("bea")] * 6

    outcomes = together([lambda n=n, by=by: put(team, by, b"%d\n" % n) for n, by in enumerate(people)])

    assert outcomes == ["done"] * 5 + ["refused"] * 7
    assert File.objects.on_the_shelf().count() == 5
    assert stored() >= set(File.objects.values_list("stored", flat=True))


@pytest.mark.django_db(transaction=True)
def test_upload_of_bytes_by_eight_at_once_never_goes_over_the_room(settings):
    settings.FILES_TEAM_BYTES = 2_500_000
    team = team_of(event_in(Phase.BUILDING), "ben", "bea")

    outcomes = together([lambda n=n: put(team, person("ben"), b"%d" % n * 1_000_000) for n in range(8)])

    assert outcomes == ["done"] * 2 + ["refused"] * 6
    assert File.objects.on_the_shelf().bytes() == 2_000_000


@pytest.mark.django_db(transaction=True)
def test_upload_of_the_same_bytes_by_eight_at_once_is_one_file():
    team = team_of(event_in(Phase.BUILDING), "ben", "bea")
    before = stored()

    outcomes = together([lambda: put(team, person("ben"))] * 8)

    assert outcomes == ["done"] * 8
    assert (File.objects.count(), len(stored() - before), AuditRow.objects.count()) == (1, 1, 1)


def test_describe_an_image_keeps_the_words_on_one_line(team, ben, bea):
    file = put(team, ben, samples.picture(), "a.png")

    actions.describe(file, by=bea, alt="A list\nof letters\u202e")

    file.refresh_from_db()
    assert file.alt == "A list of letters"
    assert [row.verb for row in AuditRow.objects.order_by("pk")] == ["files.uploaded", "files.described"]


@pytest.mark.parametrize(
    ("kind", "alt", "words"), [("image", " \u200b", "Enter what"), ("text", "x", "Only images")]
)
def test_describe_without_words_or_of_no_image_is_refused(team, ben, kind, alt, words):
    file = file_of(team, kind=kind)

    with pytest.raises(Refused, match=words):
        actions.describe(file, by=ben, alt=alt)


def test_remove_takes_it_off_the_shelf_and_restore_puts_it_back(team, ben, bea):
    file = put(team, ben)

    actions.remove(file, by=bea)
    off = File.objects.get()
    actions.restore(off, by=ben)
    back = File.objects.get()

    assert (off.removed_by, off.is_removed, back.is_removed, back.removed_by) == (bea, True, False, None)
    assert shelf().exists(file.stored)
    assert [row.verb for row in AuditRow.objects.order_by("pk")] == [
        "files.uploaded",
        "files.removed",
        "files.restored",
    ]


def test_remove_and_restore_twice_do_nothing_more(team, ben):
    file = put(team, ben)

    for act in (actions.remove, actions.remove, actions.restore, actions.restore):
        act(file, by=ben)

    assert AuditRow.objects.count() == 3


def test_restore_to_a_full_shelf_or_beside_the_same_bytes_is_refused(team, ben, settings):
    settings.FILES_TEAM_FILES = 1
    file = actions.remove(put(team, ben), by=ben)
    again = put(team, ben)

    with pytest.raises(Refused, match=r"The same file is on the shelf already, as ‘notes\.txt’"):
        actions.restore(file, by=ben)
    actions.remove(again, by=ben)
    put(team, ben, b"other\n")
    with pytest.raises(Refused, match="Your team has 1 files"):
        actions.restore(file, by=ben)


@pytest.mark.parametrize("verb", ["describe", "remove", "restore"])
def test_change_by_somebody_who_left_the_team_is_denied(team, bea, verb):
    file = file_of(team, kind="image")
    Membership.objects.filter(user=bea).delete()
    more = {"alt": "x"} if verb == "describe" else {}

    with pytest.raises(PermissionDenied):
        getattr(actions, verb)(file, by=bea, **more)


def test_upload_that_fails_to_be_entered_leaves_no_bytes(team, ben):
    """The disk has them, and then the database says no."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE files_file ADD CONSTRAINT never CHECK (size < 0) NOT VALID")
    before = stored()

    with pytest.raises(IntegrityError, match="never"), transaction.atomic():
        put(team, ben)

    assert stored() == before


def test_upload_with_a_scanner_waits_for_it(team, ben, settings):
    settings.CLAMAV_SOCKET = "/nowhere/clamd.sock"

    file = put(team, ben)

    assert (file.state, Scan.objects.get().file) == ("waiting", file)
