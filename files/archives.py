"""A zip, listed and never unpacked: what it says it holds, and what a person should look at.

The look gives signals, never a verdict. What is refused is what could harm those who unpack it
(bombs, overlapping parts) or what nobody could look into (passwords, something glued on).
"""

import re
import stat
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

from files.kinds import Unfit, ends_as_zip
from files.names import visible

MOST_ENTRIES = 10_000
MOST_BYTES = 500_000_000  # unpacked, as the zip itself declares
MOST_RATIO = 100  # of all bytes to packed ones, once there is enough of them to matter
SMALL = 10_000_000
DIRECTORY = 4_000_000  # bytes of the list at the end: 10,000 long names
LISTED = 300
EXAMPLES = 5
TAIL = 65_557
DAMAGED = "The zip is damaged. Make it again"
TOO_BIG = (
    f"Unpacked, the zip would hold more than {MOST_BYTES // 1_000_000} MB. Leave out what others do not need"
)

SECRET = re.compile(
    r"(?:^|/)(?:\.env(?!\.(?:example|sample|template|dist)$)(?:\.\w+)?|\.netrc|\.pypirc|\.pgpass|\.htpasswd|"
    r"id_(?:rsa|dsa|ecdsa|ed25519)|[^/]*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|ovpn)|"
    r"(?:[^/]*[._-])?credentials?(?:\.[a-z]+)?|secrets?\.(?:ya?ml|json|toml|ini|env|txt)|"
    r"service[_-]?account[^/]*\.json|client_secret[^/]*\.json|terraform\.tfstate)$"
    r"|(?:^|/)\.(?:ssh|aws|gnupg|kube)/[^/]",
    re.IGNORECASE,
)
DATA = re.compile(
    r"\.(?:xlsx?|xlsm|ods|csv|tsv|sql|dump|bak|sqlite3?|db|mdb|accdb|parquet|feather|rdb|dta|sav|sas7bdat)$",
    re.IGNORECASE,
)
ARCHIVE = re.compile(r"\.(?:zip|7z|rar|tar|tgz|gz|bz2|xz|zst|jar|war|whl)$", re.IGNORECASE)
PROGRAM = re.compile(r"\.(?:exe|dll|msi|scr|com|so|dylib|apk|bat|cmd|ps1|vbs|lnk|class|pyc)$", re.IGNORECASE)
LICENCE = re.compile(r"^(?:[^/]+/)?(?:licen[cs]e|copying|unlicense)(?:[.-][^/]*)?$", re.IGNORECASE)
REPOSITORY = re.compile(r"(?:^|/)\.(?:git|hg|svn)/")
OUTSIDE = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:")


@dataclass
class Listing:
    """What stands in the zip's own directory."""

    entries: list[zipfile.ZipInfo]
    names: list[str]  # as they stand there, with all that is odd in them
    packed: int
    total: int = field(init=False)

    def __post_init__(self) -> None:
        self.total = sum(entry.file_size for entry in self.entries)


def read(source: BinaryIO, size: int) -> Listing:
    """The zip's directory, once nothing about the zip is dangerous; Unfit otherwise."""
    _check_frame(source, size)
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as opened:
            entries = opened.infolist()
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        struct.error,
        ValueError,
        OverflowError,
        EOFError,
    ) as fault:
        raise Unfit(DAMAGED) from fault
    if not entries:
        raise Unfit("The zip is empty. Choose another one")
    if len(entries) > MOST_ENTRIES:
        raise Unfit(_too_many(len(entries)))
    _check_places(entries, size)
    listing = Listing(entries, [_name(entry) for entry in entries], size)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unfit("The zip has a password, so nobody could look into it. Make one without a password")
    if listing.total > MOST_BYTES:
        raise Unfit(TOO_BIG)
    packed = sum(entry.compress_size for entry in entries)
    if listing.total > SMALL and listing.total > MOST_RATIO * max(packed, 1):
        raise Unfit(
            f"Unpacked, the zip would be over {MOST_RATIO} times as large. Leave out what only fills space"
        )
    return listing


def _too_many(number: int) -> str:
    known = f"{number:,}" if number > MOST_ENTRIES else "too many"
    return (
        f"The zip holds {known} files. It must hold {MOST_ENTRIES:,} or fewer. "
        "Leave out libraries such as node_modules"
    )


def _check_frame(source: BinaryIO, size: int) -> None:
    """Begins at the first byte and ends at the last, and its directory is where it says."""
    if not ends_as_zip(source, size):
        raise Unfit(DAMAGED)
    source.seek(max(0, size - TAIL))
    tail = source.read(TAIL)
    at = tail.rfind(b"PK\x05\x06")
    entries, length, offset = struct.unpack("<HLL", tail[at + 10 : at + 20])
    end = size - len(tail) + at
    if tail[at - 20 : at - 16] == b"PK\x06\x07":
        (end,) = struct.unpack("<Q", tail[at - 12 : at - 4])
        entries, length, offset = _wide(source, end)
    if entries > MOST_ENTRIES or length > DIRECTORY:
        raise Unfit(_too_many(entries))
    if offset + length != end:
        raise Unfit(
            "Something stands before or inside this zip that does not belong to it. Make the zip again"
        )


def _wide(source: BinaryIO, place: int) -> tuple[int, int, int]:
    """The second end that some tools write, for zips of more than 4 GB and for small ones too."""
    source.seek(min(place, MOST_BYTES))
    found = source.read(56)
    if len(found) < 56 or not found.startswith(b"PK\x06\x06"):
        raise Unfit(DAMAGED)
    entries, length, offset = struct.unpack("<QQQ", found[32:56])
    return entries, length, offset


def _check_places(entries: list[zipfile.ZipInfo], size: int) -> None:
    """No two entries share bytes: what unpacks to many times itself does so by sharing."""
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise Unfit("Parts of the zip lie over one another, as in a zip bomb. Make the zip again")
        end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size  # at the least
    if end > size:
        raise Unfit(DAMAGED)


def look(listing: Listing) -> dict:
    """What a person may want to know before trusting the zip. Names are made safe to print."""
    names = [name.replace("\\", "/") for name in listing.names]
    files = [
        (entry, name) for entry, name in zip(listing.entries, names, strict=True) if not name.endswith("/")
    ]
    moments = sorted(moment for entry, _ in files if (moment := _date(entry)))
    found = {
        "outside": [name for raw, name in zip(listing.names, names, strict=True) if OUTSIDE.search(raw)],
        "odd_name": [name for name in names if visible(name) != name],
        "same_name": _doubled(names),
        "link": [name for entry, name in files if stat.S_ISLNK(entry.external_attr >> 16)],
        "secret": [name for _, name in files if SECRET.search(name)],
        "data": [name for _, name in files if DATA.search(name)],
        "archive": [name for _, name in files if ARCHIVE.search(name)],
        "program": [name for _, name in files if PROGRAM.search(name)],
        "repository": [name for name in names if REPOSITORY.search(name)],
    }
    signals = [
        {"kind": kind, "count": len(hits), "names": [visible(name)[:200] for name in hits[:EXAMPLES]]}
        for kind, hits in found.items()
        if hits
    ]
    if not any(LICENCE.match(name) for _, name in files):
        signals.append({"kind": "no_licence", "count": 0, "names": []})
    return {
        "files": len(files),
        "unpacked": listing.total,
        "oldest": moments[0] if moments else "",
        "newest": moments[-1] if moments else "",
        "listing": [[visible(name)[:200], entry.file_size] for entry, name in files[:LISTED]],
        "signals": signals,
    }


def _name(entry: zipfile.ZipInfo) -> str:
    """As it stands there. Many tools write UTF-8 without saying so, and as many read it."""
    if entry.flag_bits & 0x800:
        return entry.orig_filename
    try:
        return entry.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.orig_filename


def _date(entry: zipfile.ZipInfo) -> str:
    """As the zip says, which has no zone. 1980 is what tools write when they keep no dates."""
    year, month, day, *_ = entry.date_time
    return f"{year:04}-{month:02}-{day:02}" if year > 1980 and 1 <= month <= 12 and 1 <= day <= 31 else ""


def _doubled(names: Iterable[str]) -> list[str]:
    """Names that are one file on a system that tells no capitals apart."""
    seen: set[str] = set()
    found = []
    for name in names:
        if name.lower() in seen:
            found.append(name)
        seen.add(name.lower())
    return found
