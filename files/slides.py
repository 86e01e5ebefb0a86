"""Slides are zips. What makes them slides stands inside, and is checked before it is believed."""

import re
import zipfile
import zlib
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from files.archives import Listing
from files.kinds import ODP, PPTX, Unfit

MOST_BYTES = 1_000_000  # of the one file inside that is read
CONTENT_TYPES = "[Content_Types].xml"
MAIN = (f"{PPTX}.main+xml", f"{PPTX.removesuffix('presentation')}slideshow.main+xml")
DAMAGED = "The slides are damaged and cannot be read. Save them again, or export a PDF"
MACROS = "The slides hold macros, which are programs. Save them as .pptx without macros, or export a PDF"
OTHER = "Of Office documents only slides are taken. Export this one as a PDF"
PROGRAM = "This is a program, and programs are not taken. Put source code in a zip"
_MACRO = re.compile(r"(?:^|/)(?:vbaProject\.bin|vbaData\.xml|Basic/|Scripts/)|(?:^|/)activeX/", re.IGNORECASE)
_SLIDE = re.compile(r"^ppt/slides/slide\d+\.xml$")
_EMBEDDED = re.compile(r"^(?:ppt/embeddings/|Object \d+/).", re.IGNORECASE)


def extension_of(source: BinaryIO, listing: Listing) -> str:
    """ "pptx" or "odp"; "" for a plain zip. Unfit for other documents and for programs in the same dress."""
    names = set(listing.names)
    if CONTENT_TYPES in names:
        return _pptx(source, names)
    if listing.names[0] == "mimetype":
        return _odp(source, names)
    if "META-INF/MANIFEST.MF" in names or {"AndroidManifest.xml", "classes.dex"} & names:
        raise Unfit(PROGRAM)
    return ""


def _pptx(source: BinaryIO, names: set[str]) -> str:
    try:
        tree = fromstring(_inside(source, CONTENT_TYPES), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as fault:
        raise Unfit(DAMAGED) from fault
    types = {str(element.get("ContentType", "")).lower() for element in tree}
    if any("macroenabled" in kind or "vbaproject" in kind for kind in types) or _macros(names):
        raise Unfit(MACROS)
    if not any(kind.lower() in types for kind in MAIN):
        raise Unfit(OTHER)
    if "ppt/presentation.xml" not in names:
        raise Unfit(DAMAGED)
    return "pptx"


def _odp(source: BinaryIO, names: set[str]) -> str:
    if _inside(source, "mimetype").strip() != ODP.encode():
        raise Unfit(OTHER)
    if _macros(names):
        raise Unfit(MACROS)
    if "content.xml" not in names:
        raise Unfit(DAMAGED)
    return "odp"


def _macros(names: set[str]) -> bool:
    return any(_MACRO.search(name) for name in names)


def _inside(source: BinaryIO, name: str) -> bytes:
    """One small file of the zip, in memory; no more of it than is declared, and never much."""
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as opened:
            if opened.getinfo(name).file_size > MOST_BYTES:
                raise Unfit(DAMAGED)
            with opened.open(name) as part:
                return part.read(MOST_BYTES)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        KeyError,
    ) as fault:
        raise Unfit(DAMAGED) from fault


def look(listing: Listing) -> dict:
    names = listing.names
    signals = []
    if embedded := [name for name in names if _EMBEDDED.search(name) and not name.endswith("/")]:
        signals.append({"kind": "embedded", "count": len(embedded), "names": []})
    found: dict = {"signals": signals}
    if number := sum(1 for name in names if _SLIDE.match(name)):
        found["slides"] = number
    return found
