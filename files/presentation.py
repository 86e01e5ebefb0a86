"""The look at a file, in words: facts, and signals for a person. None of them decides anything."""

from datetime import date
from typing import NamedTuple

from django.conf import settings

from files.kinds import KINDS, MEGABYTE, size_words
from files.models import File

STATES = {File.State.WAITING: "waiting", File.State.CLEAN: "done", File.State.REFUSED: "failed"}

# kind of signal: (what it says, what a person may do about it)
SIGNALS: dict[str, tuple[str, str]] = {
    "secret": ("Names that look like keys or passwords", "Take them out, and change any key that was real"),
    "data": ("Spreadsheets, tables or database dumps", "Check that they hold no real or personal data"),
    "program": ("Programs", "Source code is enough; others will not run these"),
    "archive": ("Archives inside the zip", "Nobody has looked into them"),
    "repository": (
        "A repository’s own folder",
        "It holds every earlier version, also of what was taken out since",
    ),
    "no_licence": ("No licence", "Without a LICENSE file nobody knows whether they may use it"),
    "link": (
        "Links to other places (symbolic links)",
        "They may lead to nothing, or to somebody’s own files",
    ),
    "outside": (
        "Names that lead out of the folder",
        "Some tools would write these anywhere. Make the zip again",
    ),
    "odd_name": (
        "Names with invisible or reversed characters",
        "What they seem to be may not be what they are",
    ),
    "same_name": ("Names that stand there twice", "On some systems one of them replaces the other"),
    "embedded": ("Other documents embedded in the slides", "Open them and check what they hold"),
    "script": ("A script that runs when it is opened", "Export it again without scripts"),
    "acts": ("Something that happens when it is opened", "Usually harmless, such as the page to begin at"),
    "attached": ("Other files attached inside", "Open them and check what they hold"),
    "moved": ("It was moving", "Only its first picture was kept"),
}


class Signal(NamedTuple):
    kind: str
    title: str
    text: str
    times: int
    names: list[str]

    @property
    def others(self) -> int:
        return self.times - len(self.names) if self.names else 0


class Line(NamedTuple):
    """One file in a zip."""

    name: str
    size: str


def kind_words(file: File) -> str:
    """ "PDF, 12 pages"."""
    look = file.look
    words = KINDS[file.kind].words
    if file.kind == "text":
        words = {"md": "Markdown", "csv": "CSV"}.get(file.name.rpartition(".")[2], words)
    counted = {"pages": "page", "slides": "slide", "files": "file", "lines": "line"}
    for key, noun in counted.items():
        if key in look:
            return f"{words}, {look[key]:,} {noun}{'' if look[key] == 1 else 's'}"
    if "width" in look:
        return f"{words}, {look['width']:,} by {look['height']:,} pixels"
    return words


def signals(file: File) -> list[Signal]:
    """In the order of the table above, whatever the order in which they were found."""
    found = {signal["kind"]: signal for signal in file.look.get("signals", [])}
    return [
        Signal(kind, title, text, found[kind]["count"], found[kind]["names"])
        for kind, (title, text) in SIGNALS.items()
        if kind in found
    ]


def facts(file: File) -> list[tuple[str, str]]:
    """What the look found beyond kind and size."""
    look = file.look
    rows = []
    if "unpacked" in look:
        rows.append(("Unpacked", size_words(look["unpacked"])))
    if look.get("oldest"):
        rows.append(("Dates of its files", f"{_day(look['oldest'])} to {_day(look['newest'])}"))
    if look.get("was", [look.get("width"), look.get("height")]) != [look.get("width"), look.get("height")]:
        width, height = look["was"]
        rows.append(("As it was sent", f"{width:,} by {height:,} pixels"))
    return rows


def listing(file: File) -> list[Line]:
    return [Line(name, size_words(size)) for name, size in file.look.get("listing", [])]


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:  # a zip may say 31 February
        return text
    return f"{day.day} {day:%B %Y}"


def limits() -> list[str]:
    """What a shelf takes, and how large, for the page that asks for a file."""
    most = {kind: f"{size // MEGABYTE} MB" for kind, size in settings.FILES_MOST.items()}
    return [
        f"PDF, up to {most['pdf']}",
        f"slides (.pptx or .odp, without macros), up to {most['slides']}",
        f"image (PNG, JPEG, WebP or GIF), up to {most['image']}",
        f"zip of source code, up to {most['zip']}",
        f"plain text, Markdown or CSV in UTF-8, up to {most['text']}",
    ]


def room(count: int, held: int) -> str:
    most = size_words(settings.FILES_TEAM_BYTES).replace(".0 ", " ")
    return f"{count} of {settings.FILES_TEAM_FILES} files, {size_words(held)} of {most}"
