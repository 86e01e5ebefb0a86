"""Markdown as a reader sees it: line for line, without what a renderer hides."""

import re

from screening.reader import markup
from screening.reader.source import Source, within
from screening.reader.text import CELL, CODE, HEADING, ITEM, PARAGRAPH, Block

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
IMAGE = re.compile(rf"!\[((?:[^\[\]]|\[[^\[\]]{0,300}\]){0,1000})\](?:\(\s*({DESTINATION}){TITLE}\s*\)|\[([^\]]*)\])")
LINK = re.compile(rf"(?<!!)\[((?:[^\[\]]|\[[^\[\]]{0,300}\]){0,1000})\](?:\(\s*({DESTINATION}){TITLE}\s*\)|\[([^\]]*)\])")
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
        elif match and match.group(1)[0] == opened[0] and len(match.group(1)) >= len(opened):
            if not match.group(2).strip():
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
    found: list[Block] = []
    open_at: list[int] = []  # start, end of the paragraph or item being read
    kind = PARAGRAPH

    def close() -> None:
        if open_at:
            found.append(Block(kind, open_at[0], open_at[1]))
            open_at.clear()

    at = 0
    for number, line in enumerate(text.split("\n")):
        start, end = at, at + len(line)
        at = end + 1
        if number in gone:
            continue
        if within(code, start):
            close()
            if (
                found
                and found[-1].kind == CODE
                and within(code, found[-1].start)
                and found[-1].end == start - 1
            ):
                found[-1] = Block(CODE, found[-1].start, end)
            else:
                found.append(Block(CODE, start, end))
            continue
        bare = QUOTE.sub("", line) if line.lstrip().startswith(">") else line
        start = end - len(bare)
        if not bare.strip() or RULE.match(bare) or (TABLE_RULE.match(bare) and "|" in bare):
            if open_at and RULE.match(bare) and bare.strip()[0] in "-=" and kind == PARAGRAPH:
                found.append(Block(HEADING, open_at[0], open_at[1]))
                open_at.clear()
            close()
        elif match := HEAD.match(bare):
            close()
            found.append(Block(HEADING, start + match.start(2), start + match.end(2)))
        elif bare.count("|") >= 2 and bare.lstrip().startswith("|"):
            close()
            found.append(Block(CELL, *_trim(text, start, end, "| \t")))
        elif match := BULLET.match(bare):
            close()
            kind = ITEM
            open_at[:] = [start + match.end(), end]
        elif open_at:
            open_at[1] = end
        else:
            kind = PARAGRAPH
            open_at[:] = [start + len(bare) - len(bare.lstrip()), end]
    close()
    return [block for block in found if block.end > block.start]


def _trim(text: str, start: int, end: int, unwanted: str) -> tuple[int, int]:
    while start < end and text[start] in unwanted:
        start += 1
    while end > start and text[end - 1] in unwanted:
        end -= 1
    return start, end
