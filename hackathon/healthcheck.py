"""For containers: exit 0 when what runs in this container answers.

python -m hackathon.healthcheck                 the web server
python -m hackathon.healthcheck ready           the web server, and all that it needs
python -m hackathon.healthcheck worker NAME     the Celery worker NAME of this container
python -m hackathon.healthcheck beat FILE       beat, which writes its FILE every few seconds
"""

import socket
import sys
import time
from http.client import HTTPConnection, HTTPException
from os import environ
from pathlib import Path

from hackathon.celery import app

BEAT_IS_LATE = 60  # seconds


def web(path: str) -> int:
    host = environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
    connection = HTTPConnection("127.0.0.1", 8000, timeout=4)
    secure = {"X-Forwarded-Proto": "https"}  # as the proxy in front says
    try:
        connection.request("GET", path, headers={"Host": host} | secure)
        answer = connection.getresponse()
        text = answer.read(500).decode(errors="replace")
    except (OSError, HTTPException) as fault:
        sys.stderr.write(f"{type(fault).__name__}\n")
        return 1
    sys.stderr.write(text + "\n")
    return 0 if answer.status == 200 else 1


def worker(name: str) -> int:
    return 0 if app.control.ping(destination=[f"{name}@{socket.gethostname()}"], timeout=5) else 1


def beat(file: str) -> int:
    """Stale is ill: the file alone says only that beat once started."""
    path = Path(file)  # some kinds of database add an ending, or write into a second file first
    written = [found.stat().st_mtime for found in path.parent.glob(f"{path.name}*")]
    return 0 if written and time.time() - max(written) < BEAT_IS_LATE else 1


def main(words: list[str]) -> int:
    if words[:1] == ["worker"]:
        return worker(words[1])
    if words[:1] == ["beat"]:
        return beat(words[1])
    return web("/health/ready/" if words == ["ready"] else "/health/")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
