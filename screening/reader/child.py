"""Looks at a text in a process of its own, which may not take long, grow large, write or open anything.

The child has neither our environment (no key in it) nor, once it reads, a free file handle (so no network).
"""

import json
import os
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from screening.framework import screens
from screening.reader.look import Look, look
from screening.reader.text import Part, Unreadable

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 6
MEMORY = 512 * 1024 * 1024
LARGEST = 20_000_000  # bytes of an answer
TOO_MUCH = "The document took too long or too much memory to read"


def look_apart(parts: list[Part], *, seconds: int = SECONDS, memory: int = MEMORY) -> Look:
    """As `look`, but a document that makes it hang or grow ends as `Unreadable` and harms nobody."""
    job = json.dumps({"parts": [asdict(part) for part in parts], "seconds": seconds, "memory": memory})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "screening.reader.child"],
            input=job.encode("utf-8", "surrogatepass"),
            capture_output=True,
            check=False,
            timeout=seconds + 5,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(TOO_MUCH) from error
    if done.returncode or len(done.stdout) > LARGEST:
        raise Unreadable(TOO_MUCH)
    answer = json.loads(done.stdout)
    if "unreadable" in answer:
        raise Unreadable(answer["unreadable"])
    return Look.from_dict(answer)


def main() -> None:
    job = json.loads(sys.stdin.buffer.read())
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    screens()  # while files can still be opened
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    try:
        answer = look([Part(**part) for part in job["parts"]]).as_dict()
    except Unreadable as error:
        answer = {"unreadable": str(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
