"""Real worker processes on the test's own database and broker."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent


def child_environment(**extra: str) -> dict[str, str]:
    """What a process needs to work on the same database and broker as this test."""
    database = settings.DATABASES["default"]
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    port = f"&port={database['PORT']}" if database["PORT"] else ""
    url = f"postgres://{database['USER']}{password}@/{database['NAME']}?host={database['HOST']}{port}"
    return (
        os.environ
        | {"DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL, "FILES_DIR": str(settings.FILES_DIR)}
        | extra
    )


@contextmanager
def process(*command: str, env: Mapping[str, str] | None = None, log: Path) -> Iterator[subprocess.Popen]:
    """Runs until the block ends; killed, not asked, if it does not stop in time."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=dict(env or child_environment()),
            stdout=output,
            stderr=output,
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def worker(log: Path, *, queues: str = "celery,screening", env: Mapping[str, str] | None = None):
    words = [
        "-Q",
        queues,
        "-P",
        "threads",
        "-c",
        "4",
        "--without-gossip",
        "--without-mingle",
        "-l",
        "WARNING",
    ]
    return process("celery", "-A", "hackathon", "worker", *words, env=env, log=log)


def beat(folder: Path, env: Mapping[str, str] | None = None):
    words = ["-s", str(folder / "schedule"), "--pidfile=", "-l", "WARNING"]
    return process("celery", "-A", "hackathon", "beat", *words, env=env, log=folder / "beat.log")
