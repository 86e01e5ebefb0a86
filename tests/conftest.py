"""Tests run on real servers: `python3 run.py test` starts them and says where they are."""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from accounts.models import User
from tests import world


def pytest_configure(config: pytest.Config) -> None:
    """Each worker has a database of its own (pytest-django's) and a Redis database of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    from django.conf import settings

    place, number = urlsplit(settings.REDIS_URL), int(worker) + 1
    if place.scheme == "unix":
        url = f"unix://{place.path}?db={number}"
    else:
        url = place._replace(path=f"/{number}").geturl()
    settings.REDIS_URL = url
    settings.FILES_DIR = Path(tempfile.mkdtemp(prefix="hackathon-files-"))
    settings.STORAGES["files"]["OPTIONS"]["location"] = settings.FILES_DIR / "kept"
    settings.CELERY_BROKER_URL = url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    settings.CACHES["default"]["LOCATION"] = url


def pytest_unconfigure() -> None:
    from django.conf import settings

    shutil.rmtree(settings.FILES_DIR, ignore_errors=True)


def _person(key: str):
    @pytest.fixture(name=key)
    def fixture(db: None) -> User:
        return world.person(key)

    return fixture


ada, ben, bea, cal, dot = (_person(key) for key in ("ada", "ben", "bea", "cal", "dot"))
jude, kit, sam = (_person(key) for key in ("jude", "kit", "sam"))


@pytest.fixture
def max_(db: None) -> User:
    return world.person("max", is_administrator=True)


@pytest.fixture(autouse=True)
def _fresh_pages():
    """A rolled-back test runs nothing on commit, so pages kept by one would be served to the next."""
    from showcase import shelf

    shelf.clear()


@pytest.fixture
def as_(client):
    """`as_(ben)` is a browser signed in as ben; `as_(None)` a stranger's."""
    from django.test import Client

    def browser(user: User | None) -> Client:
        browser = Client()
        if user is not None:
            browser.force_login(user)
        return browser

    return browser


@pytest.fixture
def api_as():
    """`api_as(ben)` speaks JSON to the API as ben."""
    from rest_framework.test import APIClient

    def client(user: User | None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_login(user)
        return client

    return client
