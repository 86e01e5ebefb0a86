"""What a person should look at first. Candidates, not proof; a `stop` keeps the entry from a model."""

import base64
import binascii
import re
from dataclasses import dataclass

from reading.reader import instructions, sensitive
from reading.reader.segment import spans
from reading.reader.text import CODE, Extracted

MOST_QUOTES = 8
MEANT_TO_HIDE = {
    "comment",
    "hidden_style",
    "tag_characters",
    "invisible_text",
    "transparent_text",
    "off_the_page",
    "tiny_text",
    "background_colour",
    "covered_text",
    "vanish",
}
PROSE = re.compile(r"(?:[^\W\d_]{2,}\W+){5,}")
TOOLS = re.compile(
    r"^\s*(?:markdownlint|prettier|eslint|toc|all-contributors|badges?|start|end|begin|todo|fixme|doctoc|vale|textlint|"
    r"cspell|spell|mermaid|omit|more|generated|auto-?generated|copyright|spdx|licen[cs]e|template|replace|"
    r"add |insert |delete this|remove this|fill|describe|your )",
    re.IGNORECASE,
)
BADGE = re.compile(
    r"badge|shields\.io|codecov|coveralls|travis|circleci|readthedocs|/workflows/|zenodo|pepy\.tech", re.I
)
BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/]{24,}={0,2}(?![\w+/=])")
HEX = re.compile(r"(?<!\w)(?:[0-9a-fA-F]{2}[ :]?){20,}(?!\w)")
PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){6,}|(?:\\u00[0-9a-fA-F]{2}){6,}|(?:\\x[0-9a-fA-F]{2}){6,}")
BINARY = re.compile(r"(?<!\d)(?:[01]{8}\s?){8,}(?!\d)")
ROT13 = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")


@dataclass(frozen=True)
class Flag:
    """Plain, because it is found in the child process: the report makes a signal with quotations of it."""

    kind: str
    severity: str
    spans: list[tuple[int, int]]
    detail: str


def find(extracted: Extracted, addressed: list[tuple[int, int]]) -> list[Flag]:
    """At most one of a kind and severity, its places in reading order."""
    found: dict[tuple[str, str], dict[tuple[int, int], str]] = {}

    def note(kind: str, severity: str, start: int, end: int, detail: str) -> None:
        found.setdefault((kind, severity), {}).setdefault((start, end), detail)

    for start, end in addressed:
        note("instruction", "stop", start, end, "visible text")
    for hidden in extracted.hidden:
        words = extracted.text[hidden.start : hidden.end]
        for kind, severity in _of_hidden(hidden.kind, words):
            note(kind, severity, hidden.start, hidden.end, hidden.kind.replace("_", " "))
    for mark in extracted.marks:
        note("invisible_characters", "warn", mark.start, mark.end, mark.points)
    for start, end, severity in _encoded(extracted):
        note("encoded", severity, start, end, "encoded text")
    for screen, match in sensitive.hits(extracted):
        note(screen.kind, screen.severity, match.start(), match.end(), screen.id)
    return [
        Flag(kind, severity, sorted(places)[:MOST_QUOTES], ", ".join(sorted(set(places.values()))))
        for (kind, severity), places in sorted(found.items())
    ]


def _of_hidden(kind: str, words: str) -> list[tuple[str, str]]:
    """What a hidden piece is a sign of. The alternative text of a picture, say, is hidden and ordinary."""
    if kind == "image_address":
        elsewhere = words.lower().startswith(("http:", "https:", "//")) and not BADGE.search(words)
        return [("remote_image", "warn")] if elsewhere else []
    if instructions.in_hidden(words):
        return [("instruction", "stop"), ("hidden_text", "stop")]
    prose = kind in MEANT_TO_HIDE and PROSE.match(words + " ") and not TOOLS.match(words)
    return [("hidden_text", "warn")] if prose else []


def instruction_spans(extracted: Extracted) -> list[tuple[int, int]]:
    """The sentences of the visible text that speak to a model or to those who assess."""
    text = extracted.visible
    found = []
    for block in extracted.blocks:
        if block.kind == CODE:
            if instructions.in_code(text[block.start : block.end]):
                found.append((block.start, block.end))
            continue
        before = ""
        for start, end in spans(text, block.start, block.end):
            if instructions.is_instruction(text[start:end], before):
                found.append((start, end))
            before = text[start:end]
    return found


def _encoded(extracted: Extracted) -> list[tuple[int, int, str]]:
    found = []
    for pattern, decode in ((BASE64, _base64), (HEX, _hex), (PERCENT, _percent), (BINARY, _binary)):
        for match in pattern.finditer(extracted.text):
            words = decode(match.group())
            if words and _reads_as_text(words):
                stop = instructions.in_hidden(words)
                found.append((match.start(), match.end(), "stop" if stop else "warn"))
    for block in extracted.blocks:
        text = extracted.text[block.start : block.end]
        if block.kind != CODE and instructions.OVERRIDE.search(text.lower().translate(ROT13)):
            found.append((block.start, block.end, "stop"))
    return found


def _reads_as_text(words: str) -> bool:
    seen = sum(1 for c in words if c.isascii() and c.isprintable())
    return seen >= 0.95 * len(words) and len(re.findall(r"[A-Za-z]{2,}(?=[\s.,!?:;]|$)", words)) >= 3


def _base64(run: str) -> str:
    try:
        return base64.b64decode(run + "=" * (-len(run) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _hex(run: str) -> str:
    digits = re.sub(r"[ :]", "", run)
    return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("latin-1")


def _percent(run: str) -> str:
    return _hex(re.sub(r"%|\\u00|\\x", "", run))


def _binary(run: str) -> str:
    bits = re.sub(r"\s", "", run)
    return "".join(chr(int(bits[at : at + 8], 2)) for at in range(0, len(bits) - 7, 8))
