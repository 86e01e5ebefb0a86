"""The one place of this product that asks an address which somebody typed.

It asks public hosts alone, and connects to the very addresses that it checked: a name is looked up once,
here, and each answer must be public. So it is for each redirect. Nothing of ours goes along: no cookie,
no credentials, no proxy from the environment. What comes back is measured before it is kept.
"""

import html
import re
import select
import socket
import ssl
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple
from urllib.parse import quote, urljoin

from links.addresses import NotAsked, Place, is_public, place_of

PORT = 443
CONNECT = 5.0  # seconds for a connection and its handshake
TOTAL = 10.0  # seconds for everything, redirects included
REDIRECTS = 3
TRIED = 3  # of a host's addresses
MOST_HEADERS = 16_384
MOST = 65_536  # bytes of an answer
TITLE = 200
TOO_LONG = "It took too long to answer"
AGENT = "Hackathon link checker (asks whether links in hackathon entries answer)"

ANSWERED, MISSING, SILENT, REFUSED = "answered", "missing", "silent", "refused"

_TITLE = re.compile(r"(?i)<title\b")
_TITLE_END = re.compile(r"(?i)</title")
_TAG = re.compile(r"<[^<>]*>")

Resolve = Callable[[str, float], list[str]]
Connect = Callable[[str, float], socket.socket]


class Report(NamedTuple):
    """`state`: it answered, it says there is nothing, it did not answer, or we do not ask there."""

    state: str
    words: str
    title: str = ""


class Fault(Exception):
    """It did not answer as a web server does. The text says how."""


class _Way(NamedTuple):
    """How to get out, and until when."""

    resolve: Resolve
    connect: Connect
    trust: ssl.SSLContext
    refused: list[str]
    until: float

    def left(self, most: float) -> float:
        left = min(self.until - time.monotonic(), most)
        if left <= 0:
            raise Fault(TOO_LONG)
        return left


class _Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def look(
    address: str,
    *,
    refused: Iterable[str] = (),
    resolve: Resolve | None = None,
    connect: Connect | None = None,
    trust: ssl.SSLContext | None = None,
    seconds: float = TOTAL,
) -> Report:
    """Whether an address answers, in words. Never raises for what the other side does."""
    until = time.monotonic() + seconds
    way = _Way(resolve or look_up, connect or connected, trust or _trust(), list(refused), until)
    leads = ""
    try:
        for _ in range(REDIRECTS + 1):
            place = place_of(address)
            answer = _ask(place, way)
            target = answer.headers.get("location", "").strip()
            if answer.status not in {301, 302, 303, 307, 308} or not target:
                return _report(answer)
            leads = "It leads on to another address. "
            address = urljoin(f"https://{place.authority}{place.path}", target)
    except NotAsked as reason:
        return Report(REFUSED, f"{leads}{reason}")
    except (Fault, ValueError) as reason:  # urljoin refuses some addresses
        return Report(SILENT, f"{leads}{reason}" if isinstance(reason, Fault) else "It leads on to nothing")
    return Report(SILENT, f"It leads on more than {REDIRECTS} times")


def look_up(host: str, seconds: float) -> list[str]:
    """All addresses of a name. The system's own look-up knows no limit, so it runs beside us."""
    found: list[str] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(row[4][0]) for row in rows))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    return list(found)


def connected(address: str, seconds: float) -> socket.socket:
    """A connection to this address of numbers. Nothing is looked up."""
    line = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        line.settimeout(max(seconds, 0.001))
        line.connect((address, PORT))
    except OSError:
        line.close()
        raise
    return line


@cache
def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _ask(place: Place, way: _Way) -> _Answer:
    numbers = [place.host] if place.is_number else way.resolve(place.host, way.left(CONNECT))
    if not numbers:
        raise Fault("There is no host of that name")
    if not all(is_public(number, way.refused) for number in numbers):
        raise NotAsked("It leads inside a network, or to an address that is not public")
    line = _first_to_answer(numbers[:TRIED], way)
    try:
        with _secured(line, place, way) as safe:
            return _spoken(safe, place, way.until)
    finally:
        line.close()


def _first_to_answer(numbers: list[str], way: _Way) -> socket.socket:
    for number in numbers:
        try:
            return way.connect(number, way.left(CONNECT))
        except OSError:
            continue
    raise Fault("It did not accept a connection")


def _secured(line: socket.socket, place: Place, way: _Way) -> ssl.SSLSocket:
    until = time.monotonic() + way.left(CONNECT)
    line.setblocking(False)
    safe = None
    try:
        safe = way.trust.wrap_socket(line, server_hostname=place.host, do_handshake_on_connect=False)
        _waiting(safe, safe.do_handshake, until)
    except (OSError, ValueError, Fault) as fault:
        if safe is not None:
            safe.close()  # it took the line over
        if isinstance(fault, ssl.SSLCertVerificationError):
            raise Fault(f"Its certificate is not valid for this address ({fault.verify_message})") from fault
        raise (
            fault if isinstance(fault, Fault) else Fault("It could not agree on a safe connection")
        ) from fault
    return safe


def _spoken(safe: ssl.SSLSocket, place: Place, until: float) -> _Answer:
    """One question, and as much of the answer as says what we want to know."""
    path = quote(place.path, safe="/?&=%:@!$'()*+,;~-._[]")
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: {place.authority}\r\nUser-Agent: {AGENT}\r\n"
        "Accept: text/html, */*;q=0.1\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )
    try:
        _waiting(safe, lambda: safe.sendall(asked.encode("ascii")), until)
        status, rest = 100, b""
        headers: dict[str, str] = {}
        while 100 <= status < 200:  # "go on": the answer itself follows
            head, rest = _head(safe, rest, until)
            status, headers = _parsed(head)
    except (OSError, ValueError) as fault:
        raise Fault("It broke off before it answered") from fault
    body = b""
    if 200 <= status < 300 and "html" in headers.get("content-type", ""):
        body = _body(safe, rest, until)
    return _Answer(status, headers, body)


def _head(safe: ssl.SSLSocket, told: bytes, until: float) -> tuple[bytes, bytes]:
    while b"\r\n\r\n" not in told:
        if len(told) > MOST_HEADERS:
            raise Fault("Its headers do not end")
        piece = _waiting(safe, lambda: safe.recv(4096), until)
        if not piece:
            raise Fault("It broke off before it answered" if told else "It closed the connection")
        told += piece
    head, _, rest = told.partition(b"\r\n\r\n")
    return head, rest


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    first, *rows = head.decode("latin-1").split("\r\n")
    found = re.match(r"HTTP/1\.[01] (\d{3})(?: |$)", first)
    if not found:
        raise Fault("It did not answer as a web server does")
    headers: dict[str, str] = {}
    for row in rows[:100]:
        name, _, value = row.partition(":")
        headers.setdefault(name.strip().lower(), value.strip()[:4096])
    return int(found[1]), headers


def _body(safe: ssl.SSLSocket, begun: bytes, until: float) -> bytes:
    """Its beginning, up to the end of the title. What is slow or endless is left at what there is."""
    told = begun
    while len(told) < MOST and b"</title" not in told.lower():
        try:
            piece = _waiting(safe, lambda: safe.recv(4096), until)
        except (OSError, Fault):
            break
        if not piece:
            break
        told += piece
    return told[:MOST]


def _waiting(safe: ssl.SSLSocket, act: Callable, until: float):
    """Do it, waiting for the other side no longer than `until`, however often it sends a little."""
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise Fault(TOO_LONG)
        try:
            return act()
        except ssl.SSLWantReadError:
            select.select([safe], [], [], left)
        except ssl.SSLWantWriteError:
            select.select([], [safe], [], left)


def _report(answer: _Answer) -> Report:
    status = answer.status
    if 200 <= status < 300:
        return Report(ANSWERED, "It answered", title_in(answer))
    if status in {404, 410}:
        return Report(MISSING, f"It answered that there is no such page ({status})")
    if status in {401, 403, 407, 429, 451}:
        return Report(ANSWERED, f"It answered, and lets no program in ({status}). People may have to sign in")
    return Report(SILENT, f"It answered with a fault ({status})")


def title_in(answer: _Answer) -> str:
    """The title of the page as plain text: no markup, nothing that hides or turns text round, not long."""
    if answer.headers.get("content-encoding", "identity") not in {"", "identity"}:
        return ""  # we asked for none; nothing is unpacked here
    found = re.search(r"charset=[\"']?([\w.:-]{1,40})", answer.headers.get("content-type", ""))
    try:
        text = answer.body.decode(found[1] if found else "utf-8", "replace")
    except (LookupError, UnicodeError):
        text = answer.body.decode("utf-8", "replace")
    begin = _TITLE.search(text)
    inside = text.find(">", begin.end()) + 1 if begin else 0
    end = _TITLE_END.search(text, inside) if inside else None
    if end is None:
        return ""
    words = _TAG.sub(" ", html.unescape(text[inside : end.start()][: TITLE * 20]))
    kept = "".join(" " if one.isspace() else one for one in words if one.isspace() or _is_seen(one))
    return " ".join(kept.split())[:TITLE]


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter)[0] != "C" and letter != "\ufffd"
