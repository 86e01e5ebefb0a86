import http.server
import re
import threading
import time
import zlib

import pytest

from records.printing import NotPrinted, TooMuch, as_pdf

HEAD = (
    '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Letter Sorter</title></head><body>'
)


def objects_of(pdf: bytes) -> bytes:
    """The PDF with what is pressed together in it laid open."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    opened = [pdf]
    for stream in streams:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(opened)


def test_pdf_is_tagged_in_british_english_and_shows_its_title():
    pdf = as_pdf(f"{HEAD}<h1>Letter Sorter</h1><p>Sorts letters.</p><h2>Data</h2><ul><li>One</li></ul>")

    inside = objects_of(pdf)
    assert pdf.startswith(b"%PDF-1.7")
    for sign in (
        rb"/MarkInfo\s*<<\s*/Marked true",
        rb"/StructTreeRoot",
        rb"/Lang \(en-GB\)",
        rb"/DisplayDocTitle true",
        rb"pdfuaid:part[^0-9]*1",
        rb"/S /H1",
        rb"/S /LI",
        rb"/ToUnicode",
    ):
        assert re.search(sign, inside), sign


class Listener(http.server.BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def listener():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Listener.asked.clear()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="{place}/a.png" alt="x">',
        '<link rel="stylesheet" href="{place}/a.css">',
        "<style>@import url({place}/a.css);</style>",
        '<div style="background: url({place}/a.png)">x</div>',
        "<style>@font-face {{ font-family: x; src: url({place}/a.ttf) }} p {{ font: 9pt x }}</style><p>x</p>",
        '<object data="{place}/a.svg">x</object>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="{place}/a.png" width="9" height="9"/></svg>',
        '<a rel="attachment" href="{place}/a">x</a>',
        '<link rel="attachment" href="{place}/a">',
    ],
)
def test_pdf_fetches_no_address_and_reads_no_file(listener, tmp_path, markup):
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret of this machine")

    made = []
    for place in (listener, secret.parent.as_uri()):
        try:
            made.append(as_pdf(HEAD + markup.format(place=place).replace("/a.png", "/secret.txt")))
        except NotPrinted:
            made.append(b"")

    assert Listener.asked == []
    assert [b"a secret of this machine" in objects_of(pdf) for pdf in made] == [False, False]


def test_pdf_of_a_page_that_takes_too_long_is_given_up():
    rows = "<tr>" + "<td><div style='float:left'>a</div></td>" * 60 + "</tr>"
    began = time.monotonic()

    with pytest.raises(TooMuch):
        as_pdf(f"{HEAD}<table>{rows * 200}</table>", seconds=1)

    assert time.monotonic() - began < 10


def test_pdf_of_a_page_that_takes_too_much_memory_is_given_up():
    with pytest.raises(TooMuch):
        as_pdf(HEAD + "<p>x</p>" * 100, memory=60_000_000)
