"""One file, looked at: what it is, whether it is taken, what a person should know of it."""

from collections.abc import Mapping
from typing import BinaryIO

from files import archives, images, pdfs, slides
from files.kinds import KINDS, MEGABYTE, Unfit, check_text, size_words, sniff
from files.names import ending

FORMATS = {"PNG", "JPEG", "GIF", "WEBP"}


def examine(source: BinaryIO, made: BinaryIO, *, size: int, name: str, most: Mapping[str, int]) -> dict:
    """Its kind, ending, content type and the look at it; Unfit, with words, when it is not taken.

    `most` has the most bytes of each kind. An image is written anew into `made`; of everything else
    the bytes stay as they were sent.
    """
    found = sniff(source, size)
    if found in FORMATS:
        _check_size("image", size, most)
        extension, look = images.remake(source, made, found, most["image"])
        return _told("image", extension, look, remade=True)
    if found == "pdf":
        _check_size("pdf", size, most)
        return _told("pdf", "pdf", pdfs.look(source, size))
    if found == "zip":
        return _zip(source, size, most)
    _check_size("text", size, most)
    look = check_text(source) | {"signals": []}
    given = ending(name)
    return _told("text", given if given in KINDS["text"].types else "txt", look)


def _zip(source: BinaryIO, size: int, most: Mapping[str, int]) -> dict:
    _check_size("zip", size, most)
    listing = archives.read(source, size)
    if extension := slides.extension_of(source, listing):
        _check_size("slides", size, most)
        return _told("slides", extension, slides.look(listing))
    return _told("zip", "zip", archives.look(listing))


def _check_size(kind: str, size: int, most: Mapping[str, int]) -> None:
    if size > most[kind]:
        what = {
            "image": "An image",
            "pdf": "A PDF",
            "slides": "Slides",
            "zip": "A zip",
            "text": "A text file",
        }[kind]
        raise Unfit(f"The file is {size_words(size)}. {what} must be {most[kind] // MEGABYTE} MB or smaller")


def _told(kind: str, extension: str, look: dict, *, remade: bool = False) -> dict:
    return {
        "kind": kind,
        "extension": extension,
        "content_type": KINDS[kind].content_type(extension),
        "look": look,
        "remade": remade,
    }
