"""A source text with a fate for each character: kept, dropped as markup, or hidden.

Line breaks always stay, so that line n of the visible text is line n of the source.
"""

from bisect import bisect_left

KEEP, DROP, HIDE = 0, 1, 2
BLANK = "\x01"  # stands in no text: control characters are taken out first


class Source:
    def __init__(self, text: str) -> None:
        self.text = text
        self.fate = bytearray(len(text))
        self.hidden: list[tuple[str, str, int]] = []
        self.replacements: dict[int, tuple[int, str]] = {}
        self.protected: list[tuple[int, int]] = []  # code, where nothing is hidden
        self.links: list[tuple[int, int]] = []  # the words of links

    def drop(self, start: int, end: int) -> None:
        self._set(start, end, DROP)

    def hide(self, start: int, end: int, kind: str, text: str | None = None) -> None:
        """Take a range out of sight and keep its words apart."""
        words = " ".join((self.text[start:end] if text is None else text).split())
        if words:
            self.note(kind, words, start)
        self._set(start, end, HIDE)

    def note(self, kind: str, words: str, at: int) -> None:
        words = words[:80] if words[:5].lower() == "data:" else words
        self.hidden.append((kind, " ".join(words.split()), self.text.count("\n", 0, at) + 1))

    def replace(self, start: int, end: int, text: str) -> None:
        self.replacements[start] = (end, text)

    def protect(self, start: int, end: int) -> None:
        self.protected.append((start, end))

    def masked(self) -> str:
        """The text with protected and settled ranges blanked out: the same length and lines."""
        out = list(self.text)
        for start, end in self.protected:
            out[start:end] = [c if c == "\n" else BLANK for c in self.text[start:end]]
        for at, fate in enumerate(self.fate):
            if fate and out[at] != "\n":
                out[at] = BLANK
        return "".join(out)

    def _set(self, start: int, end: int, fate: int) -> None:
        for at in range(start, min(end, len(self.fate))):
            if self.text[at] != "\n":
                self.fate[at] = max(self.fate[at], fate)

    def visible(self) -> tuple[str, list[int], set[int]]:
        """The kept text, where each source character went, and the lines that were hidden whole."""
        out: list[str] = []
        where: list[int] = []
        length = at = 0
        gone: set[int] = set()
        line = 0
        kept_any = hid_any = False
        text, fate = self.text, self.fate
        while at < len(text):
            char = text[at]
            if char == "\n":
                if hid_any and not kept_any:
                    gone.add(line)
                line += 1
                kept_any = hid_any = False
            if fate[at] == KEEP and at in self.replacements:
                end, new = self.replacements[at]
                out.append(new)
                where.extend([length] * (end - at))
                length += len(new)
                kept_any = kept_any or bool(new.strip())
                at = end
                continue
            where.append(length)
            if fate[at] == KEEP:
                out.append(char)
                length += 1
                kept_any = kept_any or not char.isspace()
            elif fate[at] == HIDE:
                hid_any = True
            at += 1
        if hid_any and not kept_any:
            gone.add(line)
        where.append(length)
        return "".join(out), where, gone


def within(ranges: list[tuple[int, int]], at: int) -> bool:
    """Whether `at` lies in one of the sorted ranges that do not overlap."""
    index = bisect_left(ranges, (at + 1, -1)) - 1
    return index >= 0 and ranges[index][0] <= at < ranges[index][1]
