"""A zip that is written as it is sent: however much is in it, little of it is in memory at a time."""

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, cast

PIECE = 65_536
LONGEST = 100
# What some system somewhere reads as more than a part of a name.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


class _Pipe:
    """What zipfile writes to: it cannot seek, so each member is followed by its sizes."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        taken = b"".join(self.pieces)
        self.pieces.clear()
        return taken


def packed(members: Iterable[tuple[str, Iterable[bytes]]], at: datetime) -> Iterator[bytes]:
    """A zip of (path, pieces of the content), piece by piece. Everything in it is dated `at`."""
    pipe = _Pipe()
    with zipfile.ZipFile(cast(IO[bytes], pipe), "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, content in members:
            member = zipfile.ZipInfo(path, at.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            with archive.open(member, "w") as out:
                for piece in content:
                    out.write(piece)
                    if taken := pipe.take():
                        yield taken
            yield pipe.take()
    yield pipe.take()


def safe_name(name: str, taken: set[str], otherwise: str = "file") -> str:
    """A name that every system takes as one part of a path, and that no other in `taken` has; added to it."""
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or not 0 < len(ending) <= 8:
        stem, ending = plain, ""
    stem = stem.strip(" .")[:LONGEST].strip(" .") or otherwise
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    ending = f".{ending}" if ending else ""
    found, number = f"{stem}{ending}", 1
    while found.casefold() in taken:
        number += 1
        found = f"{stem}-{number}{ending}"
    taken.add(found.casefold())
    return found
