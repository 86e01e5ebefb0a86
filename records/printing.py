"""A page of ours as a PDF, made in a process of its own: it may not take long, grow large or fetch anything.

The page holds people's words. Whatever they are, nothing outside it is read: neither an address nor a file.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 8  # of processor time
MEMORY = 1024 * 1024 * 1024
AT_ONCE = 2  # in one of our processes
_gate = threading.BoundedSemaphore(AT_ONCE)


class NotPrinted(Exception):
    """There is no PDF. The text says why, for the person who asked."""


class TooMuch(NotPrinted):
    """It took too long or too much memory to lay out."""

    def __init__(self) -> None:
        super().__init__("The PDF took too long to make. Download the entry as JSON, or as text")


class NoPango(NotPrinted):
    def __init__(self) -> None:
        super().__init__("This server cannot make PDFs: its operator has to install Pango")


def as_pdf(html: str, *, seconds: int = SECONDS, memory: int = MEMORY) -> bytes:
    """Tagged, in the language of the page, with its title."""
    with _gate:
        try:
            done = subprocess.run(  # noqa: S603 (our own interpreter; the page goes in as its input)
                [sys.executable, "-m", "records.layout", str(seconds), str(memory)],
                input=html.encode(),
                capture_output=True,
                check=False,
                timeout=seconds * 3,
                cwd=ROOT,
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "PYTHONPATH": str(ROOT),
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "XDG_CACHE_HOME": "/tmp",  # noqa: S108 (fontconfig's; nothing of anyone's)
                },
            )
        except subprocess.TimeoutExpired as fault:
            raise TooMuch from fault
    if b"cannot load library" in done.stderr:
        raise NoPango
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise TooMuch
    return done.stdout
