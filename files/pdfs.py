"""How many pages a PDF has, whether it opens without a password, and what in it acts by itself."""

from typing import BinaryIO

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1
from pdfminer.psexceptions import PSException

from files.kinds import Unfit, ends_as_zip

MOST_PAGES = 500
TAIL = 2048
DAMAGED = "The PDF is damaged and cannot be read. Export it again from the original document"
LOCKED = "The PDF is protected by a password. Save a copy without a password"
GLUED = "Something that is no part of this PDF stands at its end. Export it again from the original document"


def look(source: BinaryIO, size: int) -> dict:
    source.seek(max(0, size - TAIL))
    tail = source.read(TAIL)
    end = tail.rfind(b"%%EOF")
    if end < 0:
        raise Unfit(DAMAGED if not ends_as_zip(source, size) else GLUED)
    if tail[end + 5 :].strip(b"\0\t\n\x0c\r \x1a") or ends_as_zip(source, size):
        raise Unfit(GLUED)
    source.seek(0)
    try:
        document = PDFDocument(PDFParser(source), password="")
        pages = 0
        for pages, _ in enumerate(PDFPage.create_pages(document), 1):
            if pages > MOST_PAGES:
                raise Unfit(f"The PDF has more than {MOST_PAGES} pages. Send the pages that matter")
    except (PDFPasswordIncorrect, PDFEncryptionError) as fault:
        raise Unfit(LOCKED) from fault
    except (
        PSException,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        RecursionError,
    ) as fault:
        raise Unfit(DAMAGED) from fault
    if not pages:
        raise Unfit(DAMAGED)
    return {"pages": pages, "signals": _signals(document)}


def _signals(document: PDFDocument) -> list[dict]:
    """What acts or hides in it, by the document's own catalogue: for a person to know of."""
    catalogue = document.catalog or {}
    names = resolve1(catalogue.get("Names")) or {}
    names = names if isinstance(names, dict) else {}
    acts = "JavaScript" in names or "OpenAction" in catalogue or "AA" in catalogue
    script = "JavaScript" in names or _runs_script(catalogue)
    found = {"script": script, "acts": acts and not script, "attached": "EmbeddedFiles" in names}
    return [{"kind": kind, "count": 1, "names": []} for kind, is_so in found.items() if is_so]


def _runs_script(catalogue: dict) -> bool:
    action = resolve1(catalogue.get("OpenAction"))
    return isinstance(action, dict) and getattr(resolve1(action.get("S")), "name", "") == "JavaScript"
