"""Files are opened in a process of their own, which may not take long, grow large, or open anything else.

A helper process, started once and without our environment, has loaded what is needed and forks for each
file: a few milliseconds, where a new Python would take a hundred, at a deadline when many send at once.
The fork has its limits before it reads the first byte. Whatever becomes of it, nobody else is harmed.
"""

import codecs
import gc
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from files.examine import examine
from files.kinds import Unfit

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 8  # of processor time
PATIENCE = 3  # times as long on the clock: a busy machine has other work too
MEMORY = 256 * 1024 * 1024  # on top of what the helper itself holds
WRITTEN = 30_000_000
AT_ONCE = 2  # in one of our processes
LARGEST = 2_000_000  # bytes of an answer
TOO_MUCH = (
    "The file could not be opened: it is damaged, or it takes too long or too much memory to open. "
    "Save it again, or in another format"
)
ANSWER, SOURCE, MADE = 3, 4, 5
for _alphabet in ("ascii", "cp437", "latin-1", "utf-8-sig", "utf-16-be", "idna"):
    codecs.lookup(_alphabet)  # Python opens a file for each when it is first asked for


class Helper:
    """The process that forks, and the line to it. Begun when first needed, and again when it is gone."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.line: socket.socket | None = None
        self.process: subprocess.Popen | None = None

    def ask(self, job: dict, *handles: int) -> None:
        """Hand a job over; a helper that is gone is begun anew, once."""
        message = json.dumps(job).encode()
        with self.lock:
            for is_last in (False, True):
                line = self.line or self._begin()
                try:
                    socket.send_fds(line, [message], list(handles))
                except OSError:
                    self._end()
                    if is_last:
                        raise
                else:
                    return

    def end(self) -> None:
        with self.lock:
            self._end()

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "files.apart"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "PYTHONPATH": str(ROOT),
                    "PYTHONDONTWRITEBYTECODE": "1",
                },
                start_new_session=True,  # it ends when the line does, not when somebody presses Ctrl-C
            )
        self.line = ours
        return ours

    def _end(self) -> None:
        if self.line is not None:
            self.line.close()
        if self.process is not None:
            try:
                self.process.wait(1)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.line = self.process = None


helper = Helper()
_gate = threading.BoundedSemaphore(AT_ONCE)


def examine_apart(
    source: BinaryIO,
    made: BinaryIO,
    *,
    size: int,
    name: str,
    most: Mapping[str, int],
    seconds: int = SECONDS,
    memory: int = MEMORY,
) -> dict:
    """As `examine`, but a file that makes it hang or grow ends as Unfit and harms nobody."""
    job = {"size": size, "name": name[:500], "most": dict(most), "seconds": seconds, "memory": memory}
    with _gate:
        begun, answer = _once(job, source, made)
        if not begun:  # the helper itself was lost: that says nothing of the file
            helper.end()
            begun, answer = _once(job, source, made)
    if answer is None:
        raise Unfit(TOO_MUCH)
    if "unfit" in answer:
        raise Unfit(answer["unfit"])
    return answer


def _once(job: dict, source: BinaryIO, made: BinaryIO) -> tuple[bool, dict | None]:
    """Whether a fork began, and its answer if it gave a whole one."""
    reading, writing = os.pipe()
    try:
        try:
            helper.ask(job, writing, source.fileno(), made.fileno())
        finally:
            os.close(writing)
        told = _all_of(reading, time.monotonic() + job["seconds"] * (PATIENCE + 1) + 5)
    finally:
        os.close(reading)
    begun, words = told[:1] == b"+", told[1:]
    try:
        return begun, json.loads(words)
    except ValueError:
        return begun, None


def _all_of(reading: int, until: float) -> bytes:
    told = b""
    while len(told) <= LARGEST:
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(reading, 65_536) if ready else b""
        if not piece:
            break
        told += piece
    return told


# In the helper


def serve(line: socket.socket, work: Callable[[dict], None]) -> None:
    """Fork for every job until the other end is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the forks
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    while True:
        message, handles, _, _ = socket.recv_fds(line, 65_536, 3)
        if not message:
            return
        if os.fork() == 0:
            try:
                line.detach()
                settle(handles)
                work(json.loads(message))
            finally:
                os._exit(1)  # whatever happened: nothing of the helper's own runs in a fork
        for handle in handles:
            os.close(handle)


def settle(handles: list[int]) -> None:
    """The three open files stand at known numbers; nothing else is open."""
    high = [os.dup2(handle, 64 + place, inheritable=False) for place, handle in enumerate(handles)]
    os.closerange(0, 64)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    for place, handle in enumerate(high):
        os.dup2(handle, ANSWER + place, inheritable=False)
    os.closerange(MADE + 1, 256)


def limit(seconds: int, memory: int) -> None:
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, held + memory),
        (resource.RLIMIT_FSIZE, WRITTEN),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, MADE + 1),
    ):
        resource.setrlimit(what, (most, most))
    signal.setitimer(signal.ITIMER_REAL, seconds * PATIENCE)


def work(job: dict[str, Any]) -> None:
    limit(job["seconds"], job["memory"])
    os.write(ANSWER, b"+")
    with os.fdopen(SOURCE, "rb") as source, os.fdopen(MADE, "w+b") as made:
        try:
            answer = examine(source, made, size=job["size"], name=job["name"], most=job["most"])
        except Unfit as refusal:
            answer = {"unfit": str(refusal)}
        told = json.dumps(answer).encode()
    with os.fdopen(ANSWER, "wb") as out:
        out.write(told)


if __name__ == "__main__":
    with socket.socket(fileno=0) as line:
        serve(line, work)
