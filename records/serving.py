"""Hands out records, entries and all entries of an event. Whoever calls this has asked who may."""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.http import HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from core import clock, sheets
from core.text import to_html
from events.models import Event
from records import contents, papers
from records.contents import Attached, Record
from records.parcel import PIECE, packed, safe_name
from records.printing import TooMuch, as_pdf
from records.template import DRAFT
from submissions.models import Revision

logger = logging.getLogger(__name__)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}
STYLED = HEADERS | {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES = {
    "html": "text/html; charset=utf-8",
    "docx": WORD,
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
}
# Signs that hide or turn round what stands beside them: on paper they are named instead.
_HIDING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_TAG = re.compile(r"(<[^>]*>)")
_LETTER = re.compile(r"&[^;\s]{1,10};|.", re.DOTALL)
_LONG_WORD = re.compile(r"(?:&[^;\s]{1,10};|[^\s&]){200,}")
STYLE = (Path(__file__).with_name("record.css")).read_text("utf-8")


def download(body: bytes | str, content_type: str, name: str, headers=None) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type, headers=headers or HEADERS)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


# A record


def title_of(record: Record) -> str:
    return f"Transparency record: {record.name}"


def facts_of(record: Record) -> list[str]:
    submission = record.submission
    about = contents.template.about()
    return [
        f"Team {submission.team.name}, {submission.event.name}.",
        f"{about['standard']}, template {about['template']}.",
        f"{record.basis}. {record.blank} fields are blank. Each filled field says where it came from.",
    ]


def record_file(record: Record, form: str) -> HttpResponse:
    """The record in one of the forms of TYPES."""
    title, facts = title_of(record), facts_of(record)
    body: bytes | str
    match form:
        case "docx":
            body = papers.as_docx(title, facts, record.sections, clock.now())
        case "json":
            body = as_json(record.as_dict())
        case "md":
            body = papers.as_markdown(title, facts, record.sections)
        case _:
            style = mark_safe(f"<style>{STYLE}</style>")  # noqa: S308 (our own words alone)
            context = {
                "title": title,
                "facts": facts,
                "sections": record.sections,
                "label": DRAFT,
                "style": style,
                "repeats": papers.REPEATS,
            }
            body = render_to_string("records/record_paper.html", context)
    name = f"{record.submission.code}-transparency-record.{form}"
    return download(body, TYPES[form], name, STYLED if form == "html" else HEADERS)


# An entry


def entry_file(revision: Revision) -> HttpResponse:
    body = as_json(contents.entry_of(revision))
    return download(body, TYPES["json"], f"{name_of(revision)}.json")


def entry_paper(revision: Revision) -> HttpResponse:
    """As a PDF. What cannot be laid out in time is printed as it was typed; TooMuch when that fails too."""
    try:
        body = as_pdf(page_of(revision))
    except TooMuch:
        logger.warning("revision %s is printed plain", revision.pk)
        body = as_pdf(page_of(revision, plain=True))
    return download(body, "application/pdf", f"{name_of(revision)}.pdf")


def page_of(revision: Revision, *, plain: bool = False) -> str:
    entry = contents.entry_of(revision)
    long = {one.name for one in revision.questions() if one.read}
    given = [
        answer | {"in_words": shown(answer["in_words"])}
        for answer in entry["answers"]
        if answer["in_words"].strip() and answer["name"] not in {"title", "pitch"}
    ]
    links = {link["name"] for link in entry["links"]}
    to_page = escape if plain else to_html
    context = {
        "entry": entry | {"title": shown(entry["title"]), "pitch": shown(entry["pitch"])},
        "title": shown(f"{entry['title']}, revision {revision.number}"),
        "short": [one for one in given if one["name"] not in long | links],
        "long": [one | {"html": breakable(to_page(one["in_words"]))} for one in given if one["name"] in long],
        "plain": plain,
    }
    return render_to_string("records/entry_paper.html", context)


def shown(text: str) -> str:
    return _HIDING.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def breakable(html: str) -> SafeString:
    """Words of hundreds of letters with places to break at: laying out one whole takes minutes."""

    def broken(found: re.Match[str]) -> str:
        letters = _LETTER.findall(found[0])
        return "\u200b".join("".join(letters[start : start + 60]) for start in range(0, len(letters), 60))

    parts = _TAG.split(html)  # text, tag, text, tag and so on
    parts[::2] = [_LONG_WORD.sub(broken, part) for part in parts[::2]]
    return mark_safe("".join(parts))  # noqa: S308 (as safe as it came)


def name_of(revision: Revision) -> str:
    return f"{revision.submission.code}-revision-{revision.number}"


# All entries of an event


def parcel(event: Event, keys: Sequence[int]) -> StreamingHttpResponse:
    """A zip of these entries, written as it is sent."""
    at = clock.now()
    response = StreamingHttpResponse(
        packed(members(event, keys, at), at), content_type="application/zip", headers=HEADERS
    )
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-entries-{at:%Y%m%d-%H%M}.zip"'
    return response


def members(event: Event, keys: Sequence[int], at: datetime) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The manifest first, then a folder for each entry."""
    yield "manifest.csv", (line.encode() for line in sheets.lines(contents.COLUMNS, cells(keys)))
    yield "manifest.json", manifest(event, keys, at)
    for revision, record in contents.in_batches(keys):
        folder = folder_of(revision)
        yield f"{folder}/entry.json", [as_json(contents.entry_of(revision)).encode()]
        yield f"{folder}/entry.md", [revision.as_markdown().encode()]
        drawn = contents.record_of(revision, record)
        yield f"{folder}/record.json", [as_json(drawn.as_dict()).encode()]
        taken: set[str] = set()
        for file in contents.attached_to(revision):
            if not file.may_leave:
                continue  # the manifest says that it is there, and that the scan holds it
            yield f"{folder}/files/{safe_name(file.name, taken)}", pieces(file)


def cells(keys: Sequence[int]) -> Iterator[list[object]]:
    for revision, _ in contents.in_batches(keys):
        yield contents.cells_of(contents.manifest_row(revision, folder_of(revision)))


def manifest(event: Event, keys: Sequence[int], at: datetime) -> Iterator[bytes]:
    """One document, a row at a time."""
    about = {"event": {"slug": event.slug, "name": event.name}, "made_at": at.isoformat()}
    yield json.dumps(about, ensure_ascii=False)[:-1].encode() + b', "entries": ['
    between = b"\n"
    for revision, _ in contents.in_batches(keys):
        row = contents.manifest_row(revision, folder_of(revision))
        yield between + json.dumps(row, ensure_ascii=False).encode()
        between = b",\n"
    yield b"\n]}\n"


def folder_of(revision: Revision) -> str:
    """Readable, and unlike every other by its code."""
    words = slugify(revision.submission.team.name)[:40].strip("-")
    return "-".join(filter(None, [words, revision.submission.code]))


def pieces(file: Attached) -> Iterator[bytes]:
    """The bytes; for those that are lost, a line that says so, and never a broken zip."""
    try:
        with file.open() as stored:
            while piece := stored.read(PIECE):
                yield piece
    except FileNotFoundError:
        logger.error("the bytes of a file of an entry are missing: %s", file.sha256)
        yield b"The bytes of this file are missing.\n"
