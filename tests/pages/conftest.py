"""Pages in a real browser. Chromium starts once in each test process."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as live
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("Chromium is not here. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The checker's own script, put into a page by the browser's hand: our policy stays as it is."""
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def plain_static(settings) -> None:
    """The test server serves static files by their own names, not by those with digests."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Browsers of people: `contexts(base_url=…, java_script_enabled=False)`. Closed at the end."""
    opened: list[BrowserContext] = []

    def make(**options) -> BrowserContext:
        context = browser.new_context(locale="en-GB", **options)
        context.set_default_timeout(10_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


def cookie_of(user: User, base: str) -> dict:
    """As after signing in: the session's cookie, made by the server."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[live.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value, "url": base}


@pytest.fixture
def page_as(
    contexts: Callable[..., BrowserContext], live_server: LiveServer, plain_static: None
) -> Callable[..., Page]:
    """`page_as(ben)` is a page of ben's browser, `page_as(None, script=False)` a stranger's without it."""

    def page(user: User | None, *, script: bool = True, width: int = 1280) -> Page:
        context = contexts(
            base_url=live_server.url,
            java_script_enabled=script,
            viewport={"width": width, "height": 900},
        )
        if user is not None:
            context.add_cookies([cookie_of(user, live_server.url)])
        return context.new_page()

    return page
