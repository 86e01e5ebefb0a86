"""The child that lays out a page: limited before it begins, and with a fetcher that fetches nothing.

Nobody imports this: `records.printing` runs it.
"""

import resource
import sys
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

STYLE = Path(__file__).with_name("print.css")
LARGEST = 50_000_000  # bytes of what it may write


class Fetched(FatalURLFetchingError):
    """The page asked for something outside it."""


class Nothing(URLFetcher):
    """Reads no address and no file."""

    def fetch(self, url, headers=None):
        raise Fetched("Nothing is fetched for a PDF")


def laid_out(html: str) -> bytes:
    fonts = FontConfiguration()
    style = CSS(string=STYLE.read_text("utf-8"), font_config=fonts, url_fetcher=Nothing())
    page = HTML(string=html, url_fetcher=Nothing())
    return page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")


def main(seconds: int, memory: int) -> None:
    html = sys.stdin.buffer.read().decode()
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, LARGEST),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    sys.stdout.buffer.write(laid_out(html))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
