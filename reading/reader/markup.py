"""HTML, on its own or inside Markdown: tags go, and what their styles hide is hidden."""

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser

from reading.reader.source import Source
from reading.reader.text import Unreadable

COMMENT = re.compile(r"<!--.*?(?:--!?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
DECLARATION = re.compile(r"<![A-Za-z][^>]*>|<\?.*?(?:\?>|\Z)", re.DOTALL)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
DEEPEST = 500
VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "param",
    "source",
    "track",
    "wbr",
}
UNSEEN = {
    "script",
    "style",
    "template",
    "noscript",
    "title",
    "head",
    "object",
    "iframe",
    "svg",
    "math",
    "datalist",
    "audio",
    "video",
}
CLOSES_P = {
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "fieldset",
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
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
}
TOLD = (
    "title",
    "alt",
    "aria-label",
    "aria-description",
    "content",
    "placeholder",
    "value",
    "label",
    "summary",
)
WHITE = (
    r"(?:#f{3}\b|#f{6}\b|#fefefe|white\b|transparent|rgba?\(\s*255\s*,\s*255\s*,\s*255"
    r"|rgba\([^)]*,\s*0?\.?0\s*\))"
)
STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0?(?:\.0\d*)?\s*(?:;|$|!)"
    r"|font-size\s*:\s*(?:0|[0-3](?:\.\d+)?)\s*(?:px|pt|%|r?em|vw)?\s*(?:;|$|!)"
    rf"|(?<![-\w])color\s*:\s*{WHITE}"
    r"|(?:text-indent|left|right|top|margin-left|margin-top)\s*:\s*-\d{3,}"
    r"|(?:max-)?(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|$|!)"
    r"|clip(?:-path)?\s*:\s*(?:rect\(\s*[01]|inset\(\s*(?:100|50)%)|transform\s*:\s*scale\(\s*0\s*\)",
    re.IGNORECASE,
)
TINY_EM = re.compile(r"font-size\s*:\s*[1-3](?:\.\d+)?\s*r?em", re.IGNORECASE)  # large, not tiny
WHITE_ON_DARK = re.compile(
    r"background(?:-color)?\s*:\s*(?!#f{3}\b|#f{6}\b|white|transparent|none)", re.IGNORECASE
)


def is_hidden(tag: str, attributes: dict[str, str]) -> bool:
    """Whether the element's own attributes keep it from a reader's eyes."""
    if tag in UNSEEN or "hidden" in attributes:
        return True
    if tag == "input" and attributes.get("type", "").lower() == "hidden":
        return True
    if tag == "font" and re.fullmatch(WHITE, attributes.get("color", "").strip(), re.IGNORECASE):
        return True
    style = TINY_EM.sub("", attributes.get("style", ""))
    found = STYLE.search(style)
    if found and found.group().lower().startswith("color") and WHITE_ON_DARK.search(style):
        return False
    return found is not None


class Tags(HTMLParser):
    """Notes where each tag stands; the text between two notes belongs to the open elements."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.starts = [0]
        for match in re.finditer("\n", text):
            self.starts.append(match.end())
        self.events: list[tuple[int, str, str, dict[str, str]]] = []
        self.feed(text)
        self.close()

    def _at(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column

    def handle_starttag(self, tag, attrs):
        size = len(self.get_starttag_text() or "")
        self.events.append((self._at(), "open", tag, {k: v or "" for k, v in attrs} | {"": str(size)}))

    def handle_startendtag(self, tag, attrs):
        size = len(self.get_starttag_text() or "")
        kind = "void" if tag in VOID else "open"  # HTML ignores the slash on other elements
        self.events.append((self._at(), kind, tag, {k: v or "" for k, v in attrs} | {"": str(size)}))

    def handle_endtag(self, tag):
        self.events.append((self._at(), "close", tag, {}))


def comments(source: Source) -> None:
    """Comments go first: nothing inside one is a tag."""
    text = source.masked()
    for match in COMMENT.finditer(text):
        body = re.sub(r"^<!--|^<!\[CDATA\[|--!?>$|\]\]>$", "", source.text[match.start() : match.end()])
        source.hide(match.start(), match.end(), "comment", body)
    text = source.masked()
    for match in DECLARATION.finditer(text):
        source.drop(match.start(), match.end())


class _Open:
    """The open elements, and from where on their text is hidden."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.names: list[str] = []
        self.counts: Counter[str] = Counter()
        self.hidden_from: int | None = None
        self.hider = -1  # the depth of the element that hides

    def push(self, tag: str, end: int, hides: bool) -> None:
        if len(self.names) >= DEEPEST:
            raise Unreadable("The document has too many elements inside each other to be read")
        self.names.append(tag)
        self.counts[tag] += 1
        if hides and self.hidden_from is None:
            self.hidden_from, self.hider = end, len(self.names) - 1

    def pop(self, at: int) -> str:
        tag = self.names.pop()
        self.counts[tag] -= 1
        if self.hidden_from is not None and len(self.names) == self.hider:
            words = _words(self.source, self.hidden_from, at)
            self.source.hide(self.hidden_from, at, "hidden_style", words)
            self.hidden_from, self.hider = None, -1
        return tag

    def close(self, tag: str, at: int) -> None:
        while self.counts[tag] and self.pop(at) != tag:
            pass


def tags(source: Source) -> list[tuple[int, str, str]]:
    """Drop the tags, hide what is hidden, and say where elements begin and end."""
    text = source.masked().replace("<!", " !").replace("<?", " ?")  # what is left of them is text
    seen: list[tuple[int, str, str]] = []
    stack = _Open(source)
    for at, kind, tag, attributes in Tags(text).events:
        if kind == "close":
            end = text.find(">", at) + 1 or len(text)
            source.drop(at, end)
            stack.close(tag, at)
            if stack.hidden_from is None:
                seen.append((at, "close", tag))
            continue
        end = at + int(attributes.pop(""))
        source.drop(at, end)
        if tag in CLOSES_P and stack.names[-1:] == ["p"]:
            stack.pop(at)
        _attributes(source, tag, attributes, at)
        if stack.hidden_from is None:
            seen.append((at, kind, tag))
        if kind != "void" and tag not in VOID:
            stack.push(tag, end, is_hidden(tag, attributes))
    while stack.names:
        stack.pop(len(text))
    return seen


def _attributes(source: Source, tag: str, attributes: dict[str, str], at: int) -> None:
    """Words that stand in attributes are not seen, though some are spoken."""
    for name in TOLD:
        if attributes.get(name, "").strip():
            source.note("image_alt" if name == "alt" else "attribute", unescape(attributes[name]), at)
    if tag == "img" and attributes.get("src", "").lower().startswith(("http:", "https:", "//")):
        source.note("image_address", attributes["src"], at)


def entities(source: Source, unsee) -> None:
    """Write character references as the characters they stand for; invisible ones vanish."""
    for match in ENTITY.finditer(source.masked()):
        new = unescape(match.group())
        if new != match.group():
            source.replace(match.start(), match.end(), unsee(new))


def _words(source: Source, start: int, end: int) -> str:
    """The words of a hidden element without its inner tags."""
    kept = [c if not source.fate[start + i] else " " for i, c in enumerate(source.text[start:end])]
    return unescape("".join(kept))
