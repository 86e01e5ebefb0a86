"""One client per endpoint and process: shared by entries and threads, and never carried across a fork."""

import os
import subprocess
import sys
import threading
import time

import pytest

from reading.llm import LLMConfig, Prompt, get_llm, known, open_llm
from reading.reader.read import Part, read
from tests.llm_server import LLMServer
from tests.reading.entries import ENTRY
from tests.reading.test_judge import config, server

__all__ = ["server"]

PROMPT = Prompt("Answer with sentences", "S001 a\n")
SCHEMA = {"type": "object", "properties": {"sentences": {}}, "required": ["sentences"]}


def test_get_llm_in_many_threads_is_one_client_on_one_loop(server: LLMServer) -> None:
    got: list[object] = []
    gate = threading.Barrier(16)

    def borrow() -> None:
        gate.wait()
        got.append(get_llm(config(server)))

    threads = [threading.Thread(target=borrow) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(map(id, got))) == 1
    assert len([thread for thread in threading.enumerate() if thread.name == "llm"]) == 1


def test_open_llm_for_the_next_entry_uses_the_same_connections(server: LLMServer) -> None:
    for _ in range(3):
        with open_llm(config(server)) as llm:
            llm.answer(PROMPT, schema=SCHEMA)

    assert len({entry["client"] for entry in server.journal}) == 1


def test_entries_read_together_keep_to_one_limit(server: LLMServer) -> None:
    server.script(default={"do": "answer", "after": 0.05})
    outcomes = []

    def screen_one(number: int) -> None:
        with open_llm(config(server, at_once=6)) as llm:
            outcomes.append(read([Part("", "", ENTRY)], llm=llm, seed=number, seconds=30))

    threads = [threading.Thread(target=screen_one, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [outcome.report.mode for outcome in outcomes] == ["ai"] * 5
    assert server.most_flying == 6
    assert len(server.journal) == 5 * 21


def test_entry_that_came_first_is_done_first(server: LLMServer) -> None:
    server.script(default={"do": "answer", "after": 0.1})
    ended: dict[int, float] = {}

    def screen_one(number: int) -> None:
        with open_llm(config(server, at_once=4)) as llm:
            read([Part("", "", ENTRY)], llm=llm, seed=number, seconds=30)
        ended[number] = time.monotonic()

    threads = [threading.Thread(target=screen_one, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(0.15)
    for thread in threads:
        thread.join()

    assert sorted(ended, key=lambda number: ended[number]) == [0, 1, 2]
    assert ended[1] - ended[0] > 0.3


def test_reading_that_ended_leaves_no_call_waiting(server: LLMServer) -> None:
    server.script({"do": "answer"}, default={"do": "status", "status": 401})

    with open_llm(config(server, at_once=2)) as llm:
        read([Part("", "", ENTRY)], llm=llm, seed=1, seconds=30)
        asked = len(server.journal)
        time.sleep(0.3)

    assert asked <= 4
    assert len(server.journal) == asked


def test_known_tells_what_was_learnt_and_no_key(server: LLMServer) -> None:
    server.script(default={"do": "picky", "refuses": ["json_schema"]})
    with open_llm(config(server, at_once=3)) as llm:
        llm.answer(PROMPT, schema=SCHEMA)

    assert known() == [
        {
            "kind": "openai",
            "address": server.url,
            "model": "test-model",
            "settled": True,
            "rung": "json_object",
            "length": "max_tokens",
            "without": [],
            "breaker": "closed",
            "at_once": 3,
            "most_in_flight": 1,
        }
    ]


def test_child_of_a_fork_asks_on_connections_of_its_own(server: LLMServer) -> None:
    """As Celery's prefork pool does it: the parent has asked already, then forks, then both ask."""
    program = """
import os, sys
from reading.llm import LLMConfig, Prompt, known, open_llm
config = LLMConfig(base_url=sys.argv[1], api_key="test-key", model="test-model", call_seconds=5)
def ask():
    with open_llm(config) as llm:
        return llm.answer(Prompt("Answer with sentences", "S001 a\\n"), schema={"type": "object"}).rung
assert ask() == "json_schema"
child = os.fork()
if not child:
    assert known() == []
    for _ in range(3):
        assert ask() == "json_schema"
    os._exit(7)
for _ in range(3):
    assert ask() == "json_schema"
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert ask() == "json_schema"
"""

    done = subprocess.run(
        [sys.executable, "-c", program, server.url],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env=os.environ,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert len(server.journal) == 8
    assert len({entry["client"] for entry in server.journal}) == 2


def test_get_llm_does_not_load_the_vendors_library() -> None:
    program = (
        "import sys\n"
        "from reading.llm import LLMConfig, get_llm\n"
        "import reading.reader.read\n"
        "get_llm(LLMConfig(base_url='http://localhost:1', model='m'))\n"
        "sys.exit('openai' in sys.modules)\n"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("changes", [{"base_url": ""}, {"model": ""}])
def test_open_llm_with_nothing_configured_is_none(changes: dict) -> None:
    with open_llm(LLMConfig(**{"base_url": "http://localhost:1", "model": "m"} | changes)) as llm:
        assert llm is None
