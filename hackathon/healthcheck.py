"""For containers: exit 0 when what runs in this container answers.

python -m hackathon.healthcheck                 the web server
python -m hackathon.healthcheck ready           the web server, and all that it needs
python -m hackathon.healthcheck worker NAME     the Celery worker NAME of this container
"""

import socket
import sys
from http.client import HTTPConnection, HTTPException
from os import environ

from hackathon.celery import app


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


def main(words: list[str]) -> int:
    if words[:1] == ["worker"]:
        return worker(words[1])
    return web("/health/ready/" if words == ["ready"] else "/health/")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
