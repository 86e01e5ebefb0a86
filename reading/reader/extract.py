"""From a document to the text a reader sees, what was hidden kept apart. Opens and fetches nothing."""

import re
import unicodedata
from importlib import import_module
from types import ModuleType

from reading.reader import invisible, markdown, markup
from reading.reader.source import Source
from reading.reader.text import (
    CELL,
    CODE,
    HEADING,
    ITEM,
    LINKS,
    LONGEST,
    PARAGRAPH,
    Block,
    Extracted,
    Hidden,
    Mark,
    Part,
    Piece,
    Unreadable,
)

KINDS = {
    ".md": "md",
    ".markdown": "md",
    ".txt": "txt",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
DOCUMENTS = {"pdf", "docx"}  # read from bytes by the module of that name, which only the child process loads
MOSTLY_LINKS = 0.8
BREAKS = {
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
NAMED = {"li": ITEM, "dd": ITEM, "td": CELL, "th": CELL}
HEADS = {"h1", "h2", "h3", "h4", "h5", "h6", "caption", "summary", "dt"}


def kind_of(name: str) -> str:
    """By the name's ending, or `Unreadable` with what to do instead."""
    ending = "." + name.rpartition(".")[2].lower() if "." in name else ""
    if ending in KINDS:
        return KINDS[ending]
    raise Unreadable("Only .md, .txt, .html, .pdf and .docx documents can be read")


def reader_of(kind: str) -> ModuleType:
    return import_module(f"reading.reader.{kind}")


def decode(data: bytes) -> str:
    """UTF-8, or a sentence that says it is not; a guess would shift every quotation."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # a mark says so: nothing is guessed
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Unreadable("The document is in broken UTF-16. Save it as UTF-8") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"The document is not in UTF-8: see line {line}. Save it as UTF-8") from error
    if "\x00" in text:
        raise Unreadable("The document is not a text: it holds bytes of zero")
    return text


def extract(parts: list[Part]) -> Extracted:
    """All parts as one text. Each is read by itself, so that nothing left open in one reaches the next."""
    if sum(len(part.text) for part in parts) > LONGEST:
        raise Unreadable(f"The text is longer than {LONGEST:,} characters")
    text: list[str] = []
    length = 0
    whole = Extracted("", 0)
    told: list[tuple[str, str, int]] = []
    for part in parts:
        if part.label:
            whole.blocks.append(Block(HEADING, length, length + len(part.label), part.name))
            text.append(f"{part.label}\n\n")
            length += len(part.label) + 2
        piece = _enclosed(part, LONGEST - length) if part.enclosed else _piece(part)
        if length + len(piece.visible) > LONGEST:
            raise Unreadable(f"The text is longer than {LONGEST:,} characters")
        for block in piece.blocks:
            start, end = length + block.start, length + block.end
            whole.blocks.append(Block(block.kind, start, end, part.name, block.page))
        for mark in piece.marks:
            whole.marks.append(Mark(length + mark.start, length + mark.end, mark.points))
        told += piece.hidden
        text.append(piece.visible)
        length += len(piece.visible)
        if len(parts) > 1:
            text.append("\n\n")
            length += 2
    whole.visible_end = length
    for kind, words, line in told:
        if not words:  # it held nothing but what is taken out everywhere
            continue
        text.append("\n")
        whole.hidden.append(Hidden(kind, length + 1, length + 1 + len(words), line))
        text.append(words)
        length += 1 + len(words)
    whole.text = "".join(text)
    return whole


def _enclosed(part: Part, room: int) -> Piece:
    """A file, or one sentence of ours in its place that says why its text is not here."""
    try:
        piece = _piece(part)
    except Unreadable as fault:
        return _piece(Part(part.name, "", f"The text of this file could not be read. {fault}.", "txt"))
    if len(piece.visible) > room:
        return _piece(Part(part.name, "", "The text of this file is too long to be read here.", "txt"))
    return piece


def _piece(part: Part) -> Piece:
    if part.kind in DOCUMENTS:
        return reader_of(part.kind).piece(part.data)
    text = part.text.replace("\r\n", "\n").replace("\r", "\n")
    text = invisible.CONTROL.sub("", unicodedata.normalize("NFC", text))
    text, removed = invisible.strip(text)
    source = Source(text)
    if part.kind == "md":
        markdown.extract(source)
        markup.entities(source, invisible.clean)
    elif part.kind == "html":
        markup.comments(source)
        elements = markup.tags(source)
        _break_lines(source, elements)
        source.links = _anchors(elements)
        markup.entities(source, invisible.clean)
    visible, where, gone = source.visible()
    if part.kind == "md":
        blocks = markdown.blocks(visible, gone)
    elif part.kind == "html":
        blocks = _elements(visible, [(where[at], kind, tag) for at, kind, tag in elements])
    else:
        blocks = _plain(visible)
    links = [(where[start], where[end]) for start, end in source.links]
    blocks = [_named(block, visible, links) for block in blocks]
    marks = []
    for run in removed:
        if run.letters:
            source.hidden.append(("tag_characters", run.letters, text.count("\n", 0, run.at) + 1))
        if run.suspect:
            points = ", ".join(sorted({f"U+{ord(c):04X}" for c in run.points})[:4])
            marks.append(Mark(*_word_at(visible, where[run.at]), points))
    hidden = [row for row in source.hidden if row[1].strip()]
    return Piece(visible, blocks, [(k, invisible.clean(w), n) for k, w, n in hidden], marks)


def _break_lines(source: Source, elements: list[tuple[int, str, str]]) -> None:
    """Words of neighbouring elements must not run together: a break stands for each tag that makes one."""
    for at, _, tag in elements:
        if tag in BREAKS and at < len(source.text) and source.text[at] == "<":
            source.fate[at] = 0
            source.replace(at, at + 1, "\n")


def _anchors(elements: list[tuple[int, str, str]]) -> list[tuple[int, int]]:
    found, opened = [], -1
    for at, kind, tag in elements:
        if tag == "a" and kind == "open":
            opened = at
        elif tag == "a" and opened >= 0:
            found.append((opened, at))
            opened = -1
    return found


def _named(block: Block, text: str, links: list[tuple[int, int]]) -> Block:
    """A block that is links and little else says where to go, not what the entry is."""
    words = sum(1 for c in text[block.start : block.end] if c.isalnum())
    linked = sum(
        1
        for start, end in links
        if block.start <= start < block.end
        for c in text[start : min(end, block.end)]
        if c.isalnum()
    )
    if block.kind in {PARAGRAPH, ITEM, CELL} and words and linked >= MOSTLY_LINKS * words:
        return Block(LINKS, block.start, block.end)
    return block


def _plain(text: str) -> list[Block]:
    found = []
    for match in re.finditer(r"(?:^[ \t]*\S[^\n]*(?:\n|\Z))+", text, re.MULTILINE):
        lines = match.group().rstrip("\n")
        at = match.start()
        if re.search(r"(?m)^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]", lines):
            for line in re.finditer(r"[^\n]+(?:\n(?![ \t]*(?:[-*•]|\d{1,3}[.)])[ \t])[^\n]+)*", lines):
                found.append(Block(ITEM, at + line.start(), at + line.end()))
        else:
            found.append(Block(PARAGRAPH, at, at + len(lines)))
    return found


def _elements(text: str, events: list[tuple[int, str, str]]) -> list[Block]:
    """The runs of text between the tags that break lines, each named by the innermost of them."""
    found: list[Block] = []
    stack: list[str] = []
    at = 0
    for where, kind, tag in [*((w, k, t) for w, k, t in events if t in BREAKS), (len(text), "end", "")]:
        run = text[at:where]
        start, end = at + len(run) - len(run.lstrip()), at + len(run.rstrip())
        if end > start:
            found.append(Block(_kind(stack), start, end))
        at = where
        if kind == "open":
            stack.append(tag)
        elif kind == "close" and tag in stack[-50:]:
            while stack.pop() != tag:
                pass
    return found


def _kind(stack: list[str]) -> str:
    inner = stack[-1] if stack else ""
    if "pre" in stack[-3:]:
        return CODE
    return HEADING if inner in HEADS else NAMED.get(inner, PARAGRAPH)


def _word_at(text: str, at: int) -> tuple[int, int]:
    """The word in or before which something was taken out, so that there is something to point at."""
    start = end = min(at, len(text))
    while start > 0 and not text[start - 1].isspace() and at - start < 40:
        start -= 1
    while end < len(text) and not text[end].isspace() and end - at < 40:
        end += 1
    return start, end
