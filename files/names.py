"""What a file is called on pages and when it is downloaded. Where its bytes lie is never made from it."""

import re
import unicodedata

LONGEST = 120
PATHS = re.compile(r"[/\\]")
# What a file system or a shell takes for something else, and no name needs.
RESERVED = re.compile(r'[<>:"|?*]')
# In the order in which a reader would take them off: "notes.tar.gz" is called "notes".
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def visible(text: str) -> str:
    """One line that reads as it is stored: no control, zero-width or direction characters, and NFC."""
    plain = unicodedata.normalize("NFC", text)
    kept = (
        " " if letter.isspace() else letter
        for letter in plain
        if letter.isspace() or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    # Letters that many accents are heaped on paint over their neighbours.
    return " ".join(
        re.sub(
            r"([\u0300-\u036f\u20d0-\u20ff]{2})[\u0300-\u036f\u20d0-\u20ff]+", r"\1", "".join(kept)
        ).split()
    )


def shown(name: str, extension: str) -> str:
    """The name as others see it; its ending says what the content is, whatever it was called.

    `extension` is one that fits the content, such as "pdf".
    """
    last = PATHS.split(visible(name))[-1]
    stem = RESERVED.sub("", last)
    stem = _ENDING.sub("", stem).strip(" .") if _ENDING.search(stem) else stem.strip(" .")
    if not stem or stem.lower() in DEVICES:
        stem = f"file {stem}".strip()
    return f"{stem[: LONGEST - len(extension) - 1].rstrip(' .')}.{extension}"


def ending(name: str) -> str:
    """The ending of a name as it was given, in lower case, without the dot; "" when it has none."""
    found = _ENDING.search(visible(name).strip(" ."))
    return found[0][1:].lower() if found else ""
