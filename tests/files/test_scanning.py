import hashlib
import logging
import time
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.http import Http404
from django.utils import timezone

from core.models import Mail
from events.models import Phase
from files import actions, tasks
from files.models import File, Scan
from files.serving import serve
from files.storage import shelf
from files.sweeping import remove_orphans
from files.uploads import Upload
from tests import processes
from tests.files.clamd import EICAR, FakeClamd
from tests.processes import child_environment
from tests.world import event_in, person, team_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clamd(settings):
    with FakeClamd() as clamd:
        settings.CLAMAV_SOCKET = clamd.address
        yield clamd


@pytest.fixture
def team(ben):
    return team_of(event_in(Phase.BUILDING), "ben", "bea")


def put(team, data: bytes = b"What we measured\n") -> File:
    with Upload.of(data, "notes.txt") as sent:
        return actions.upload(team, by=team.founded_by, sent=sent, data_level="public")


def test_scan_of_a_clean_file_makes_it_ready(team, clamd):
    file = put(team)

    tasks.scan(Scan.objects.get().pk)

    file.refresh_from_db()
    assert (file.state, file.why, clamd.scanned) == ("clean", "", [b"What we measured\n"])
    assert Scan.objects.get().finished_at is not None
    assert Mail.objects.count() == 0


def test_scan_that_finds_something_refuses_the_file_and_tells_the_team(team, clamd):
    file = put(team, EICAR)

    tasks.scan(Scan.objects.get().pk)
    tasks.scan(Scan.objects.get().pk)

    file.refresh_from_db()
    assert (file.state, file.why) == ("refused", "The virus scanner found Eicar-Test-Signature")
    assert list(File.objects.usable()) == list(File.objects.clean()) == []
    assert sorted(mail.to for mail in Mail.objects.all()) == [person("bea").email, person("ben").email]
    assert "It found: Eicar-Test-Signature" in Mail.objects.first().body


def test_scan_while_the_scanner_is_down_waits_and_is_taken_up_again(team, settings, caplog):
    settings.CLAMAV_SOCKET = "/nowhere/clamd.sock"
    file = put(team)
    scan = Scan.objects.get()

    with caplog.at_level(logging.ERROR):
        tasks.scan(scan.pk)
    file.refresh_from_db()
    scan.refresh_from_db()
    assert (file.state, scan.will_try_again, scan.error) == (
        "waiting",
        True,
        "The virus scanner cannot be reached",
    )

    with FakeClamd() as clamd:
        settings.CLAMAV_SOCKET = clamd.address
        Scan.objects.update(due_at=Now() - timedelta(seconds=1))
        tasks.scan(scan.pk)
    file.refresh_from_db()
    assert file.state == "clean"


def test_scan_after_the_scanner_was_taken_out_of_the_settings_clears_nothing(team, settings):
    settings.CLAMAV_SOCKET = "/nowhere/clamd.sock"
    file = put(team)
    settings.CLAMAV_SOCKET = ""

    tasks.scan(Scan.objects.get().pk)

    file.refresh_from_db()
    assert (file.state, Scan.objects.get().error) == ("waiting", "No virus scanner is set up any more")


def test_waiting_file_may_be_used_and_is_kept_from_everyone_but_the_team(team, clamd, rf):
    file = put(team)
    readers = {key: rf.get("/") for key in ("ben", "bea", "ada", "sam", "jude", "max")}
    for key, request in readers.items():
        request.user = person(key)

    served = {key: is_served(file, request) for key, request in readers.items()}

    assert list(File.objects.usable()) == [file]
    assert list(File.objects.clean()) == []
    assert served == {"ben": True, "bea": True, "ada": False, "sam": False, "jude": False, "max": False}


def test_refused_file_is_kept_from_the_team_too_and_its_bytes_go(team, clamd, rf):
    file = put(team, EICAR)
    tasks.scan(Scan.objects.get().pk)
    file.refresh_from_db()
    request = rf.get("/")
    request.user = person("ben")

    assert not is_served(file, request)
    remove_orphans(timezone.now() + timedelta(days=1))
    assert not shelf().exists(file.stored)


def is_served(file: File, request) -> bool:
    try:
        response = serve(file, request)
    except Http404:
        return False
    data = b"".join(response.streaming_content)
    return hashlib.sha256(data).hexdigest() == file.sha256


@pytest.mark.django_db(transaction=True)
def test_worker_scans_what_was_uploaded(settings, tmp_path):
    """From the row to the verdict, through beat's sweep, the broker and a real worker."""
    with FakeClamd() as clamd:
        settings.CLAMAV_SOCKET = clamd.address
        file = put(team_of(event_in(Phase.BUILDING), "ben"), EICAR)
        with processes.worker(
            tmp_path / "worker.log", queues="celery", env=child_environment(CLAMAV_SOCKET=clamd.address)
        ):
            tasks.sweep()
            until = time.monotonic() + 30
            while time.monotonic() < until and file.state == "waiting":
                time.sleep(0.2)
                file.refresh_from_db()

    assert (file.state, clamd.scanned) == ("refused", [EICAR])
