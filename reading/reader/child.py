"""Looks at a text in a process of its own, which may not take long, grow large, write or open anything.

The child has neither our environment (no key in it) nor, once it reads, a free file handle (so no network).
"""

import codecs
import json
import os
import resource
import subprocess
import sys
from base64 import b64decode, b64encode
from dataclasses import asdict, replace
from pathlib import Path

from reading.framework import screens
from reading.reader.extract import DOCUMENTS, reader_of
from reading.reader.look import Look, look
from reading.reader.text import Part, Unreadable

# Alphabets that documents name inside; Python opens a file for each when it is first asked for.
ALPHABETS = ("ascii", "cp437", "cp1252", "latin-1", "mac-roman", "utf-8", "utf-16", "utf-16-be", "utf-16-le")
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 6
DOCUMENT_SECONDS = 30  # two hundred pages, letter by letter
MEMORY = 512 * 1024 * 1024
LARGEST = 20_000_000  # bytes of an answer
TOO_MUCH = "The document took too long or too much memory to read"
BROKEN = "The document is damaged and cannot be read. Save it again, or as .md"
OUT_OF_MEMORY = 3


def look_apart(parts: list[Part], *, seconds: int = 0, memory: int = MEMORY) -> Look:
    """As `look`, but a document that makes it hang or grow ends as `Unreadable` and harms nobody.

    A file beside the answers that does so is left out, with a sentence in its place: it does not keep
    the answers, or another file, from being read.
    """
    try:
        return _look_apart(parts, seconds, memory)
    except Unreadable:
        if not any(part.enclosed for part in parts):
            raise
    return _look_apart([_harmless(part, seconds, memory) for part in parts], seconds, memory)


def _harmless(part: Part, seconds: int, memory: int) -> Part:
    if not part.enclosed:
        return part
    try:
        _look_apart([part], seconds, memory)
    except Unreadable as fault:
        return replace(part, text=f"The text of this file could not be read. {fault}.", kind="txt", data=b"")
    return part


def _look_apart(parts: list[Part], seconds: int, memory: int) -> Look:
    rows = [asdict(part) | {"data": b64encode(part.data).decode()} for part in parts]
    document = any(part.kind in DOCUMENTS for part in parts)
    seconds = seconds or (DOCUMENT_SECONDS if document else SECONDS)
    job = json.dumps({"parts": rows, "seconds": seconds, "memory": memory})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "reading.reader.child"],
            input=job.encode("utf-8", "surrogatepass"),
            capture_output=True,
            check=False,
            timeout=seconds + 5,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(TOO_MUCH) from error
    if document and done.returncode == 1:  # it made the reader stumble, and only the child fell
        raise Unreadable(BROKEN)
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
    parts = [Part(**row | {"data": b64decode(row["data"])}) for row in job["parts"]]
    screens()  # while files can still be opened, and so the readers of documents
    for kind in sorted({part.kind for part in parts} & DOCUMENTS):
        reader_of(kind)
    for alphabet in ALPHABETS:
        codecs.lookup(alphabet)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    try:
        answer = look(parts).as_dict()
    except Unreadable as error:
        answer = {"unreadable": str(error)}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
