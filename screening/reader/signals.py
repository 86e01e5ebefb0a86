"""What a person should look at first. Candidates, not proof; a `stop` keeps the entry from a model."""

import base64
import binascii
import re
from dataclasses import dataclass

from screening.framework import Screen, screens
from screening.reader import instructions
from screening.reader.segment import spans
from screening.reader.text import CODE, Extracted

MOST_QUOTES = 8
PROSE = re.compile(r"(?:[^\W\d_]{2,}\W+){5,}")
TOOLS = re.compile(
    r"^\s*(?:markdownlint|prettier|eslint|toc|all-contributors|badges?|start|end|begin|todo|fixme|doctoc|vale|textlint|"
    r"cspell|spell|mermaid|omit|more|generated|auto-?generated|copyright|spdx|licen[cs]e|template|replace|add |insert |"
    r"delete this|remove this|fill|describe|your )",
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
DENIED = re.compile(
    r"\b(?:no|not|never|without|nothing|none|above|below|exclud\w+|up to|isn't|avoid\w*|or higher|n't)\b",
    re.I,
)
TIERS = re.compile(r"\b(?:OFFICIAL|SECRET|TOP SECRET)\b")
SHOUTED = re.compile(r"\b(?!UK|TOP|EYES|ONLY|OFFICIAL|MARKING|CLASSIFICATION|TIER)[A-Z]{2,}\W+$")
EXAMPLE = re.compile(r"example|sample|your[-_ ]|xxx|dummy|placeholder|123456789|abcdef", re.IGNORECASE)
EXPECTED_MAIL = re.compile(
    r"@(?:[\w-]+\.)*(?:example(?:\.\w+)*|localhost|invalid|test|\w+\.example)$|^(?:git|noreply|no-reply)@",
    re.I,
)


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
        if hidden.kind == "image_address":
            if words.lower().startswith(("http:", "https:", "//")) and not BADGE.search(words):
                note("remote_image", "warn", hidden.start, hidden.end, "remote image")
        elif instructions.in_hidden(words):
            note("instruction", "stop", hidden.start, hidden.end, hidden.kind.replace("_", " "))
            note("hidden_text", "stop", hidden.start, hidden.end, hidden.kind.replace("_", " "))
        elif hidden.kind in {"comment", "hidden_style", "tag_characters"} and PROSE.match(words + " "):
            if not TOOLS.match(words):
                note("hidden_text", "warn", hidden.start, hidden.end, hidden.kind.replace("_", " "))
    for mark in extracted.marks:
        note("invisible_characters", "warn", mark.start, mark.end, mark.points)
    for start, end, severity in _encoded(extracted):
        note("encoded", severity, start, end, "encoded text")
    for screen in screens():
        for match in screen.pattern.finditer(extracted.text):
            if severity := _weigh(screen, match, extracted):
                note(screen.kind, severity, match.start(), match.end(), screen.id)
    return [
        Flag(kind, severity, sorted(places)[:MOST_QUOTES], ", ".join(sorted(set(places.values()))))
        for (kind, severity), places in sorted(found.items())
    ]


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


def _weigh(screen: Screen, match: re.Match[str], extracted: Extracted) -> str:
    """The severity of one hit, or nothing when it is plainly not what the screen looks for."""
    text, words = extracted.text, match.group()
    start = text.rfind("\n", 0, match.start()) + 1
    line = text[start : (text.find("\n", match.end()) + 1 or len(text) + 1) - 1]
    if screen.kind == "marking":
        if _in_code(extracted, match.start()) or re.match(
            r"\s*=|[_-]?KEY", text[match.end() : match.end() + 8]
        ):
            return ""
        if words == "SECRET" and SHOUTED.search(text[start : match.start()]):
            return ""  # a sentence in capitals, such as "keep this secret"
        if DENIED.search(line) or len(set(TIERS.findall(line))) > 1:
            return ""
        return screen.severity
    if screen.kind == "secret":
        return "" if EXAMPLE.search(words) or len(set(words[4:])) < 6 else screen.severity
    if screen.id == "email":
        return "" if EXPECTED_MAIL.search(words.rstrip(".")) else screen.severity
    if screen.check == "nhs_mod11":
        near = text[max(0, match.start() - 60) : match.end() + 60].lower()
        return screen.severity if nhs_mod11(words) and (" " in words or "nhs" in near) else ""
    if screen.id in {"uk-phone", "postcode"}:
        joined = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
        return (
            "" if re.search(r"[/=#.\d_-]\S|\S[/=#_-]", joined) or words != words.upper() else screen.severity
        )
    return screen.severity


def _in_code(extracted: Extracted, at: int) -> bool:
    return any(block.kind == CODE and block.start <= at < block.end for block in extracted.blocks)


def nhs_mod11(number: str) -> bool:
    digits = [int(c) for c in number if c.isdigit()]
    check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return len(digits) == 10 and check != 10 and check % 11 == digits[9] and len(set(digits)) > 1
