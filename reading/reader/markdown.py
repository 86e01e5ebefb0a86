"""Markdown as a reader sees it: line for line, without what a renderer hides."""

import re

from reading.reader import markup
from reading.reader.source import Source, within
from reading.reader.text import CELL, CODE, HEADING, ITEM, PARAGRAPH, Block

FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(?=[\w\"'-]+\s*[:=])(.*?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
FENCE = re.compile(r"^ {0,12}(?:[-*+] {1,3}|> ?)*(`{3,}|~{3,})([^\n`]*)$")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]+|[\w.+-]+@[\w.-]+\.\w+)>")
DEFINITION = re.compile(
    r"^ {0,3}\[([^\]\n]+)\]:[ \t]*\n?[ \t]*(<[^>\n]*>|\S+)"
    r"(?:[ \t]*\n?[ \t]*(\"(?:[^\"\\]|\\.)*?\"|'(?:[^'\\]|\\.)*?'|\((?:[^()\\]|\\.)*?\)))?[ \t]*$",
    re.MULTILINE,
)
TITLE = r"(?:\s+(\"[^\"]*\"|'[^']*'|\([^()]*\)))?"
DESTINATION = r"(?:<[^>\n]*>|(?:[^()\s]|\([^()\s]*\))*)"
IMAGE = re.compile(
    rf"!\[((?:[^\[\]]|\[[^\[\]]{{0,300}}\]){{0,1000}})\](?:\(\s*({DESTINATION}){TITLE}\s*\)|\[([^\]]*)\])"
)
LINK = re.compile(
    rf"(?<!!)\[((?:[^\[\]]|\[[^\[\]]{{0,300}}\]){{0,1000}})\](?:\(\s*({DESTINATION}){TITLE}\s*\)|\[([^\]]*)\])"
)
STRONG = re.compile(r"(\*\*\*|\*\*|___|__|~~)(?=\S)(.{1,1000}?)(?<=\S)\1")
EMPHASIS = re.compile(r"(?<![\w*\\])([*_])(?![\s*_])([^*_\n]{1,1000}?)(?<![\s*_])\1(?![\w*])")
ESCAPE = re.compile(r"\\(?=[!\"#$%&'()*+,./:;<=>?@\[\]^_`{|}~\\-])")
RULE = re.compile(r"^ {0,3}([-*_=])(?:[ \t]*\1){2,}[ \t]*$")
TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
HEAD = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
BULLET = re.compile(r"^([ \t]*(?:>[ \t]?)*[ \t]*)([-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
QUOTE = re.compile(r"^[ \t]*(?:>[ \t]?)+(?:\[![A-Z]+\])?[ \t]*")


def extract(source: Source) -> None:
    """Settle the fate of every character, outermost construction first."""
    if match := FRONT_MATTER.match(source.text):
        source.hide(match.start(), match.end(), "front_matter", match.group(2))
    for start, end in fences(source.text):
        source.protect(start, end)
    _code_spans(source)
    for match in AUTOLINK.finditer(source.masked()):
        source.drop(match.start(), match.start() + 1)
        source.drop(match.end() - 1, match.end())
        source.protect(*match.span(1))
    markup.comments(source)
    for match in DEFINITION.finditer(source.masked()):
        _definition(source, match)
    markup.tags(source)
    for match in IMAGE.finditer(source.masked()):
        alt, address, title, _ = match.groups()
        source.note("image_alt", alt, match.start())
        source.note("image_address", (address or "").strip("<>"), match.start())
        source.note("link_title", (title or "")[1:-1], match.start())
        source.drop(*match.span())
    for match in LINK.finditer(source.masked()):
        source.note("link_title", (match.group(3) or "")[1:-1], match.start())
        source.drop(match.start(), match.start(1))
        source.drop(match.end(1), match.end())
        source.links.append(match.span(1))
    for pattern in (STRONG, EMPHASIS):
        for match in pattern.finditer(source.masked()):
            source.drop(*match.span(1))
            source.drop(match.end() - len(match.group(1)), match.end())
    for match in ESCAPE.finditer(source.masked()):
        source.drop(*match.span())


def fences(text: str) -> list[tuple[int, int]]:
    """Fenced code, in which a comment is text and is seen. An open fence runs to the end."""
    found: list[tuple[int, int]] = []
    opened = ""
    begun = at = 0
    for line in text.split("\n"):
        match = FENCE.match(line)
        if match and not opened:
            opened, begun = match.group(1), at
        elif match and match.group(1).startswith(opened) and not match.group(2).strip():
            found.append((begun, at + len(line)))
            opened = ""
        at += len(line) + 1
    if opened:
        found.append((begun, len(text)))
    return found


def _code_spans(source: Source) -> None:
    """Paragraph by paragraph: a lone backtick must not pair with one pages away."""
    at = 0
    for paragraph in re.split(r"(\n[ \t]*\n)", source.masked()):
        for match in CODE_SPAN.finditer(paragraph):
            source.protect(at + match.start(), at + match.end())
        at += len(paragraph)


def _definition(source: Source, match: re.Match[str]) -> None:
    label, address, title = match.groups()
    words = (title or "")[1:-1]
    if label.strip() in {"//", "#", "comment", "_", "hidden"} or address in {"#", "<>", "<#>", "/"}:
        source.hide(*match.span(), "comment", f"{words}" if words.strip() else label)
        return
    source.note("link_title", words, match.start())
    source.hide(*match.span(), "address", "")


def blocks(text: str, gone: set[int]) -> list[Block]:
    """Paragraphs with their soft-wrapped lines joined, headings, items, table rows and code.

    Lines that were hidden whole are passed over, so that hiding text in a paragraph changes nothing.
    """
    code = fences(text)
    lines = _Lines(text)
    at = 0
    for number, line in enumerate(text.split("\n")):
        start, at = at, at + len(line) + 1
        if number in gone:
            continue
        if within(code, start):
            lines.code(start, start + len(line))
        else:
            bare = QUOTE.sub("", line) if line.lstrip().startswith(">") else line
            lines.add(bare, start + len(line) - len(bare), start + len(line))
    lines.close()
    return [block for block in lines.found if block.end > block.start]


class _Lines:
    """Joins lines to blocks as they come."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Block] = []
        self.kind = PARAGRAPH
        self.start = self.end = -1

    def close(self, kind: str = "") -> None:
        if self.start >= 0:
            self.found.append(Block(kind or self.kind, self.start, self.end))
        self.start = -1

    def open(self, kind: str, start: int, end: int) -> None:
        self.close()
        self.kind, self.start, self.end = kind, start, end

    def code(self, start: int, end: int) -> None:
        if self.start >= 0 and self.kind == CODE and self.end == start - 1:
            self.end = end
        else:
            self.open(CODE, start, end)

    def add(self, line: str, start: int, end: int) -> None:
        if self.kind == CODE:
            self.close()
        if RULE.match(line) or not line.strip() or ("|" in line and TABLE_RULE.match(line)):
            underlined = bool(line.strip()) and line.strip()[0] in "-=" and RULE.match(line)
            self.close(HEADING if underlined and self.kind == PARAGRAPH else "")
        elif match := HEAD.match(line):
            self.open(HEADING, start + match.start(2), start + match.end(2))
            self.close()
        elif line.count("|") >= 2 and line.lstrip().startswith("|"):
            self.open(CELL, *_trim(self.text, start, end, "| \t"))
            self.close()
        elif match := BULLET.match(line):
            self.open(ITEM, start + match.end(), end)
        elif self.start >= 0:
            self.end = end
        else:
            self.open(PARAGRAPH, start + len(line) - len(line.lstrip()), end)


def _trim(text: str, start: int, end: int, unwanted: str) -> tuple[int, int]:
    while start < end and text[start] in unwanted:
        start += 1
    while end > start and text[end - 1] in unwanted:
        end -= 1
    return start, end
