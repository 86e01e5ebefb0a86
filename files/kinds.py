"""What a file is, told by its content alone: neither its name nor what the browser said of it counts."""

import re
from dataclasses import dataclass
from typing import BinaryIO

HEAD = 4096
MEGABYTE = 1_000_000
EOCD = b"PK\x05\x06"


class Unfit(Exception):
    """The file is not taken. The text says why and what to do, to the person who sent it."""


@dataclass(frozen=True)
class Kind:
    """One of the kinds of file that a shelf takes."""

    name: str
    words: str
    types: dict[str, str]  # extension: content type

    def content_type(self, extension: str) -> str:
        return self.types[extension]


PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODP = "application/vnd.oasis.opendocument.presentation"
TEXT = "text/plain; charset=utf-8"  # Markdown and CSV too, so that nothing opens them as more than text
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("pdf", "PDF", {"pdf": "application/pdf"}),
        Kind("slides", "Slides", {"pptx": PPTX, "odp": ODP}),
        Kind("image", "Image", {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}),
        Kind("zip", "Zip", {"zip": "application/zip"}),
        Kind("text", "Text", {"txt": TEXT, "md": TEXT, "csv": TEXT}),
    )
}
TAKEN = "Choose a PDF, slides (.pptx or .odp), an image (PNG, JPEG, WebP or GIF), a zip, or a text file"
IMAGES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
}
# What is often sent and is not taken: how it begins, and what to do instead.
_PROGRAM = "This is a program, and programs are not taken. Put source code in a zip"
_FILM = "Films and sound are not taken here. Put the film where it can be watched, and give its link"
_ARCHIVE = "Of archives only zip is taken. Unpack this one and make a zip of it"
_PICTURE = "This kind of image is not taken. Save it as a PNG or JPEG"
_MARKUP = "HTML, SVG and XML are not taken, because they can hold script. Save it as a PDF, PNG or plain text"
_OFFICE = "Old Office files are not taken. Save it as .pptx, or as a PDF"
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"MZ", _PROGRAM),
    (b"\x7fELF", _PROGRAM),
    (b"\xca\xfe\xba\xbe", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", _PROGRAM),
    (b"\xfe\xed\xfa", _PROGRAM),
    (b"\x00asm", _PROGRAM),
    (b"\x1f\x8b", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"\xfd7zXZ", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"\xd0\xcf\x11\xe0", _OFFICE),
    (b"II*\0", _PICTURE),
    (b"MM\0*", _PICTURE),
    (b"BM", _PICTURE),
    (b"8BPS", _PICTURE),
    (b"\0\0\1\0", _PICTURE),
    (b"\x1aE\xdf\xa3", _FILM),
    (b"ID3", _FILM),
    (b"OggS", _FILM),
    (b"fLaC", _FILM),
    (
        b"SQLite format 3",
        "Databases are not taken. Export the tables that matter as CSV, if they hold no real data",
    ),
    (b"{\\rtf", "Rich text is not taken. Save it as a PDF or as plain text"),
    (b"%!PS", "PostScript is not taken. Save it as a PDF"),
    (b"PK\x07\x08", "This zip is one part of several. Make one whole zip"),
    (b"\xff\xfe", "The text is not UTF-8. Save it again and choose UTF-8"),
    (b"\xfe\xff", "The text is not UTF-8. Save it again and choose UTF-8"),
)
_IN_A_BOX = {  # ISO media: the brand stands at 8
    b"heic": _PICTURE,
    b"heix": _PICTURE,
    b"mif1": _PICTURE,
    b"avif": _PICTURE,
}
_BOM = b"\xef\xbb\xbf"
# As browsers sniff: these, after white space, comments and instructions, make a page or a drawing of a text.
_SKIPPED = re.compile(rb"(?:[\s\0]|<!--.*?(?:-->|\Z)|<\?(?!xml)[^>]*>)*", re.DOTALL)
_TAG = re.compile(
    rb"<(?:!doctype|\?xml|!entity|(?:\w+:)?(?:html|svg|head|body|script|iframe|style|title|frameset|object|embed|"
    rb"meta|link|base|form|math|xsl|rss|feed|plist)[\s>/:])",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def size_words(size: int) -> str:
    """ "1.2 MB": as people know sizes from their own computers."""
    if size < 1000:
        return f"{size} {'byte' if size == 1 else 'bytes'}"
    if size < MEGABYTE:
        return f"{round(size / 1000)} KB"
    return f"{size / MEGABYTE:.1f} MB"


def sniff(source: BinaryIO, size: int) -> str:
    """ "pdf", "zip" (slides are zips too), "text", or the name of an image's format; Unfit for all else."""
    if size == 0:
        raise Unfit("The file is empty. Choose another one")
    source.seek(0)
    head = source.read(HEAD)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if image := _image(head):
        return image
    if head.startswith((b"PK\x03\x04", EOCD)):
        return "zip"
    if why := _known_and_not_taken(head):
        raise Unfit(why)
    if b"%PDF-" in head[:1024]:
        raise Unfit(
            "Something stands before the beginning of this PDF. Export it again from the original document"
        )
    markup = head.removeprefix(_BOM)
    if _TAG.match(markup, _SKIPPED.match(markup).end()):  # type: ignore[union-attr]
        raise Unfit(_MARKUP)
    if ends_as_zip(source, size):
        raise Unfit("Something stands before the beginning of this zip. Make the zip again")
    return "text"


def _image(head: bytes) -> str:
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    return next((name for beginning, name in IMAGES.items() if head.startswith(beginning)), "")


def _known_and_not_taken(head: bytes) -> str:
    if head.startswith(b"RIFF"):
        return _FILM
    if head[4:8] == b"ftyp":
        return _IN_A_BOX.get(head[8:12], _FILM)
    return next((why for beginning, why in _BEGINNINGS if head.startswith(beginning)), "")


def ends_as_zip(source: BinaryIO, size: int) -> bool:
    """Whether unpackers would take it for a zip, which they look for at the end, whatever stands before."""
    source.seek(max(0, size - 65_557))
    tail = source.read(65_557)
    at = tail.rfind(EOCD)
    while at >= 0:
        if at + 22 <= len(tail) and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
            return True
        at = tail.rfind(EOCD, 0, at)
    return False


def check_text(source: BinaryIO) -> dict:
    """Text that people can read: UTF-8 throughout, and no control characters but tabs and new lines."""
    source.seek(0)
    try:
        text = source.read().decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Unfit(f"This is not a kind of file that is taken, nor text in UTF-8. {TAKEN}") from fault
    if _CONTROL.search(text):
        raise Unfit(f"The file holds characters that no text has. {TAKEN}")
    if not text.strip():
        raise Unfit("The file holds nothing but white space. Choose another one")
    return {"lines": text.count("\n") + (not text.endswith("\n")), "words": len(text.split())}
