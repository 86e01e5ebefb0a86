"""A model's server that misbehaves on request, and worker processes that speak to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings as live

from tests import processes
from tests.llm_server import LLMServer
from tests.reading.readers import NOTHING_LISTENS


@pytest.fixture(scope="module")
def server() -> Iterator[LLMServer]:
    with LLMServer() as server:
        yield server


@pytest.fixture(scope="module")
def environment(server: LLMServer, django_db_setup: None) -> dict[str, str]:
    """A site with a model that answers on request, and a second one where nothing listens."""
    return processes.child_environment(
        LLM_BASE_URL=server.url,
        LLM_API_KEY=server.key,
        LLM_MODEL=server.model,
        LLM_SECOND_BASE_URL=NOTHING_LISTENS,
        LLM_SECOND_API_KEY="k",
        LLM_SECOND_MODEL="not-there",
        LLM_CALL_SECONDS="5",
        LLM_ENTRY_SECONDS="12",
    )


@pytest.fixture
def worker(environment: dict[str, str], tmp_path: Path) -> Iterator[None]:
    """A worker of its own for each test: what one has learnt of an endpoint, the next does not know."""
    with processes.worker(tmp_path / "worker.log", queues="screening", env=environment):
        yield


@pytest.fixture
def providers(settings, server: LLMServer) -> None:
    """What the worker knows from its environment, this process knows too."""
    redis.from_url(live.REDIS_URL).flushdb()  # what other tests have queued and no worker took
    server.reset()
    server.key = "test-key"
    base = {"kind": "openai", "api_key": "k", "approved_for": "public", "gbp_in": None, "gbp_out": None}
    settings.PROVIDERS = {
        "main": base | {"base_url": server.url, "model": server.model, "label": "A model"},
        "second": base | {"base_url": NOTHING_LISTENS, "model": "not-there", "label": "No model"},
    }
