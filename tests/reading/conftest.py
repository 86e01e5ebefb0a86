"""A model's server that misbehaves on request, and worker processes that speak to it."""

from collections.abc import Iterator

import pytest

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
        LLM_CALL_SECONDS="2",
        LLM_ENTRY_SECONDS="6",
    )


@pytest.fixture(scope="module")
def worker(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One worker for the tests that leave it alive."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with processes.worker(log, queues="screening", env=environment):
        yield


@pytest.fixture
def providers(settings, server: LLMServer) -> None:
    """What the worker knows from its environment, this process knows too."""
    server.reset()
    server.key = "test-key"
    base = {"kind": "openai", "api_key": "k", "approved_for": "public", "gbp_in": None, "gbp_out": None}
    settings.PROVIDERS = {
        "main": base | {"base_url": server.url, "model": server.model, "label": "A model"},
        "second": base | {"base_url": NOTHING_LISTENS, "model": "not-there", "label": "No model"},
    }
