"""Markings, keys and personal data: which hits of the screens are plainly something else."""

import re
from collections.abc import Callable, Iterator

from reading.framework import Screen, screens
from reading.reader.text import CODE, Extracted

# A denial counts only before the marking: "OFFICIAL-SENSITIVE, not for sharing" is a marking.
DENIED = re.compile(
    r"\b(?:no|not|never|without|nothing|none|above|below|exclud\w+|up to|avoid\w*)\b", re.IGNORECASE
)
TIERS = re.compile(r"\b(?:OFFICIAL|SECRET|TOP SECRET)\b")
SETTING = re.compile(r"\s*=|[_-]?KEY")
SHOUTED = re.compile(r"\b(?!UK|TOP|EYES|ONLY|OFFICIAL|MARKING|CLASSIFICATION|TIER)[A-Z]{2,}\W+$")
EXAMPLE = re.compile(r"example|sample|your[-_ ]|xxx|dummy|placeholder|123456789|abcdef", re.IGNORECASE)
EXPECTED_MAIL = re.compile(
    r"@(?:[\w-]+\.)*(?:example(?:\.\w+)*|localhost|invalid|test|\w+\.example)$|^(?:git|noreply|no-reply)@",
    re.IGNORECASE,
)
PART_OF_A_LONGER_NAME = re.compile(r"[/=#.\d_-]\S|\S[/=#_-]")

Hit = re.Match[str]


def hits(extracted: Extracted) -> Iterator[tuple[Screen, Hit]]:
    """What a person should look at. Where a screen has a test of its own, only what passes it."""
    for screen in screens():
        accept = TESTS.get(screen.check) or TESTS.get(screen.id) or TESTS.get(screen.kind)
        for match in screen.pattern.finditer(extracted.text):
            if accept is None or accept(match, extracted):
                yield screen, match


def is_marking(match: Hit, extracted: Extracted) -> bool:
    text = extracted.text
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    before, line = text[start : match.start()], text[start : end if end >= 0 else len(text)]
    if SETTING.match(text, match.end()):
        return False
    if any(block.kind == CODE and block.start <= match.start() < block.end for block in extracted.blocks):
        return False
    if match.group() == "SECRET" and SHOUTED.search(before):
        return False  # a sentence in capitals, such as "keep this secret"
    return not DENIED.search(before) and len(set(TIERS.findall(line))) < 2


def is_secret(match: Hit, extracted: Extracted) -> bool:
    words = match.group()
    if words.startswith("-----BEGIN"):
        return True
    return not EXAMPLE.search(words) and len(set(words[4:])) >= 6


def is_address(match: Hit, extracted: Extracted) -> bool:
    return not EXPECTED_MAIL.search(match.group().rstrip("."))


def is_nhs_number(match: Hit, extracted: Extracted) -> bool:
    """Ten digits are many things: spaced as on a letter, or with the name near by."""
    words = match.group()
    near = extracted.text[max(0, match.start() - 60) : match.end() + 60].lower()
    return nhs_mod11(words) and (" " in words or "nhs" in near)


def stands_alone(match: Hit, extracted: Extracted) -> bool:
    text = extracted.text
    around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
    return not PART_OF_A_LONGER_NAME.search(around) and match.group() == match.group().upper()


def nhs_mod11(number: str) -> bool:
    digits = [int(c) for c in number if c.isdigit()]
    check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return len(digits) == 10 and check != 10 and check % 11 == digits[9] and len(set(digits)) > 1


TESTS: dict[str, Callable[[Hit, Extracted], bool]] = {
    "marking": is_marking,
    "secret": is_secret,
    "email": is_address,
    "nhs_mod11": is_nhs_number,
    "uk-phone": stands_alone,
    "postcode": stands_alone,
}
