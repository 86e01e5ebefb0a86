"""Bodies on their way in, as a real server receives them: much of one is never in memory."""

import contextlib
import http.client
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import run
from events.models import Phase
from files.models import File
from files.uploads import incoming
from tests.processes import child_environment, process
from tests.world import event_in, person, team_of

ADD = "/events/summer/files/add/"
MILLION = 1_000_000


class Answer(NamedTuple):
    status: int
    page: str


class Server(NamedTuple):
    pid: int
    send: Callable[..., Answer]

    def most_memory(self) -> int:
        """KB that any worker of the server ever held."""
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        peaks = [
            Path(f"/proc/{worker}/status").read_text().partition("VmHWM:")[2].split()[0] for worker in workers
        ]
        return max(int(peak) for peak in peaks)


@pytest.fixture
def server(transactional_db, tmp_path) -> Iterator[Server]:
    """A gunicorn, and ben's browser."""
    team_of(event_in(Phase.BUILDING), "ben")
    browser = Client()
    browser.force_login(person("ben"))
    browser.get(f"{ADD}?data_level=public")
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in browser.cookies.items())
    key = next(cookie.value for name, cookie in browser.cookies.items() if "csrf" in name)
    port = run.free_port()

    def send(
        size: int,
        *,
        sends: int | None = None,
        epilogue: bool = False,
        address: str = ADD,
        patience: float = 60,
    ) -> Answer:
        """A file of `size` bytes without a single new line; of an epilogue, as many after the form."""
        fields = {"csrfmiddlewaretoken": key, "data_level": "public", "alt": "The start page"}
        head = "".join(
            f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        end = "\r\n--B--\r\n"
        if epilogue:
            head, end = f"{head.rstrip()}{end}", ""
        else:
            head += '--B\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
        line.putrequest("POST", address, skip_host=True)
        for name, value in {
            "Host": "localhost",
            "Cookie": cookies,
            "Content-Type": "multipart/form-data; boundary=B",
            "Content-Length": str(len(head) + size + len(end)),
        }.items():
            line.putheader(name, value)
        line.endheaders()
        line.send(head.encode())
        left = size if sends is None else sends
        while left:
            line.send(b"x" * min(left, MILLION))
            left -= min(left, MILLION)
        if sends is None:
            line.send(end.encode())
        with contextlib.closing(line):
            answer = line.getresponse()
            return Answer(answer.status, answer.read().decode())

    words = [
        "hackathon.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--no-control-socket",
    ]
    with process("gunicorn", *words, env=child_environment(), log=tmp_path / "web.log") as running:
        until = time.monotonic() + 20
        while not answers_at(port) and time.monotonic() < until:
            time.sleep(0.05)
        yield Server(running.pid, send)


def answers_at(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def coming_in() -> set[str]:
    file, path = incoming()
    file.close()
    path.unlink()
    return {each.name for each in path.parent.iterdir()}


def test_send_much_is_answered_in_words_and_never_held_in_memory(server):
    before = coming_in()
    assert server.send(4 * MILLION).status == 302
    ordinary = server.most_memory()

    answers = [
        server.send(51 * MILLION),
        server.send(400 * MILLION),
        server.send(3_000 * MILLION, sends=MILLION),
    ]

    for answer in answers:
        assert answer.status == 413
        assert "The largest kind, a zip, must be 50 MB or smaller" in answer.page
        assert 'value="The start page"' in answer.page
    assert server.most_memory() - ordinary < 20_000
    assert (coming_in(), File.objects.count()) == (before, 1)


def test_send_a_part_and_hang_up_leaves_nothing_behind(server):
    before = coming_in()

    with pytest.raises(TimeoutError):
        server.send(40 * MILLION, sends=MILLION, patience=0.5)

    until = time.monotonic() + 10
    while coming_in() != before and time.monotonic() < until:
        time.sleep(0.05)
    assert (coming_in(), File.objects.count()) == (before, 0)


def test_send_much_after_the_form_is_not_held_in_memory_either(server):
    assert server.send(1_000).status == 302
    ordinary = server.most_memory()

    answers = [
        server.send(300 * MILLION, sends=MILLION, epilogue=True, address=address).status
        for address in (ADD, "/events/summer/teams/found/")
    ]

    assert answers == [400, 400]
    assert server.most_memory() - ordinary < 20_000


@pytest.mark.django_db
def test_send_a_file_where_none_is_taken_keeps_nothing(as_, ben):
    event_in(Phase.FORMING)
    before = coming_in()

    answer = as_(ben).post(
        "/events/summer/teams/found/", {"name": SimpleUploadedFile("a.txt", b"x" * 100_000)}
    )

    assert answer.context["form"].errors["name"] == ["Enter what the team is called"]
    assert answer.wsgi_request.FILES == {}
    assert coming_in() == before


@pytest.mark.django_db
def test_send_half_a_file_leaves_nothing_behind(as_, ben):
    team_of(event_in(Phase.BUILDING), "ben")
    before = coming_in()
    body = '--B\r\nContent-Disposition: form-data; name="data_level"\r\n\r\npublic\r\n'
    body += '--B\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf'

    answer = as_(ben).generic("POST", ADD, body, content_type="multipart/form-data; boundary=B")

    assert answer.status_code < 500
    assert coming_in() == before
