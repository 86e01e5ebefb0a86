import os
import re
import stat
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.utils import timezone

from events.models import Phase
from files import actions, tasks
from files.models import File
from files.serving import serve
from files.storage import names_before, new_name, shelf
from files.sweeping import remove_orphans
from files.uploads import Upload, incoming
from tests.files import samples
from tests.files.s3 import FakeS3
from tests.test_deployment import SETTINGS, start_settings
from tests.world import event_in, file_of, team_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def team(ben):
    return team_of(event_in(Phase.BUILDING), "ben")


@pytest.fixture
def bucket(settings):
    with FakeS3() as server:
        options = {
            "bucket_name": "shelf",
            "endpoint_url": server.url,
            "region_name": "eu-west-2",
            "access_key": "k",
            "secret_key": "s",
            "default_acl": None,
            "file_overwrite": False,
            "max_memory_size": 5_000_000,
        }
        settings.STORAGES = settings.STORAGES | {
            "files": {"BACKEND": "files.storage.Bucket", "OPTIONS": options}
        }
        yield server


def test_new_name_says_the_day_and_nothing_else():
    names = {new_name(NOW) for _ in range(100)}

    assert len(names) == 100
    assert {bool(re.fullmatch(rf"{NOW:%Y%m%d}/[0-9a-f]{{32}}", name)) for name in names} == {True}


def test_stored_file_is_for_this_process_alone_and_has_no_address(team, settings):
    file = file_of(team)

    path = settings.FILES_DIR / "kept" / file.stored
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.is_relative_to(settings.STATIC_ROOT)
    with pytest.raises(ValueError, match="no address"):
        shelf().url(file.stored)


def test_upload_is_moved_into_place_and_not_copied(team, ben, settings):
    with Upload.of(b"What we measured\n", "notes.txt") as sent:
        inode = os.stat(sent.path).st_ino

        file = actions.upload(team, by=ben, sent=sent, data_level="public")

        assert not sent.path.exists()
    assert (settings.FILES_DIR / "kept" / file.stored).stat().st_ino == inode


@pytest.mark.parametrize("days", [0, 1, 2, 40])
def test_orphan_is_taken_away_once_its_day_is_over(team, days):
    kept = file_of(team)
    orphan = shelf().save(new_name(NOW - timedelta(days=days)), ContentFile(b"x"))

    remove_orphans(NOW - timedelta(days=1))

    assert shelf().exists(orphan) == (days <= 1)
    assert shelf().exists(kept.stored)


def test_file_that_was_removed_long_ago_keeps_its_bytes(team, ben):
    old = shelf().save(new_name(NOW - timedelta(days=40)), ContentFile(b"What we measured\n"))
    file = file_of(team, stored=old)
    actions.remove(file, by=ben)

    tasks.tidy()

    assert shelf().exists(old)


def test_what_a_killed_process_left_is_taken_away_after_a_day():
    old, new = incoming(), incoming()
    os.utime(old[1], (NOW.timestamp() - 90_000,) * 2)

    tasks.tidy()

    assert (old[1].exists(), new[1].exists()) == (False, True)
    new[1].unlink()


@pytest.mark.parametrize(
    "field", ["sha256", "stored", "name", "size", "look", "kind", "data_level", "content_type"]
)
def test_file_does_not_change_whoever_asks(team, field):
    file = file_of(team)
    value = {"size": 1, "look": {}}.get(field, "x")

    with pytest.raises(DatabaseError, match="a file does not change"), transaction.atomic():
        File.objects.filter(pk=file.pk).update(**{field: value})


def test_bucket_keeps_private_objects_and_gives_them_back(bucket, team, ben, rf):
    data = samples.zipped(*samples.SOURCE, ("app/large.bin", samples.noise(6_000_000)))
    with Upload.of(data, "source.zip") as sent:
        file = actions.upload(team, by=ben, sent=sent, data_level="public")
    request = rf.get("/")
    request.user = ben

    given = b"".join(serve(file, request).streaming_content)

    assert given == data
    assert bucket.objects == {file.stored: data}
    assert bucket.acls == [None]
    assert all(signed.startswith("AWS4-HMAC-SHA256") for _, signed in bucket.asked)
    with pytest.raises(ValueError, match="no address"):
        shelf().url(file.stored)


def test_bucket_keeps_what_was_made_anew_of_an_image(bucket, team, ben):
    with Upload.of(samples.photo_held_upright(), "a.jpg") as sent:
        file = actions.upload(team, by=ben, sent=sent, data_level="public")

    assert len(bucket.objects[file.stored]) == file.size
    assert b"MAKER-CANARY" not in bucket.objects[file.stored]


def test_bucket_is_swept_too(bucket, team):
    kept = file_of(team)
    shelf().save(new_name(NOW - timedelta(days=3)), ContentFile(b"x"))

    assert len(names_before(NOW)) == 1
    remove_orphans(NOW)

    assert list(bucket.objects) == [kept.stored]


def test_bucket_that_has_lost_an_object_is_not_found(bucket, as_, team, ben):
    file = file_of(team)
    bucket.objects.clear()

    assert as_(ben).get(f"/events/summer/files/{file.code}/download/").status_code == 404


@pytest.mark.parametrize("name", ["FILES_IMAGE_MB", "FILES_TEAM_FILES"])
def test_settings_with_a_limit_that_is_no_number_stop_and_say_so(name):
    done = start_settings(SETTINGS | {name: "many"})

    assert done.returncode != 0
    assert f"{name} must be a whole number" in done.stderr
