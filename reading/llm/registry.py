"""One client per endpoint and process, on one event loop in a thread of its own.

Entries that are read at the same time share its connections, its limit of calls in flight, what it was
learnt to take, and the breaker. A forked child starts with nothing: it must not touch its parent's sockets,
nor drop them, for an epoll set is shared across a fork.
"""

import asyncio
import os
import threading
from typing import Any

from reading.llm.client import Endpoint, OpenAI
from reading.llm.gate import Gate
from reading.llm.types import LLMConfig


class _Registry:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.clients: dict[LLMConfig, OpenAI] = {}
        self.endpoints: dict[tuple[str, str, str], Endpoint] = {}

    def borrow(self, config: LLMConfig) -> OpenAI:
        with self.lock:
            if config not in self.clients:
                if self.loop is None:
                    self.loop = asyncio.new_event_loop()
                    threading.Thread(target=self.loop.run_forever, daemon=True, name="llm").start()
                endpoint = self.endpoints.setdefault(config.endpoint, Endpoint(Gate(config.at_once)))
                endpoint.gate.limit = max(1, config.at_once)
                self.clients[config] = OpenAI(config, endpoint, self.loop)
            return self.clients[config]

    def close(self) -> None:
        with self.lock:
            loop, clients = self.loop, list(self.clients.values())
            self.loop, self.clients, self.endpoints = None, {}, {}
        if loop is None:
            return
        for client in clients:
            asyncio.run_coroutine_threadsafe(client.aclose(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)


_here = _Registry()
_inherited: list[_Registry] = []


def _forget() -> None:
    global _here  # noqa: PLW0603 (a process has one)
    _inherited.append(_here)
    _here = _Registry()


os.register_at_fork(after_in_child=_forget)


def borrow(config: LLMConfig) -> OpenAI:
    return _here.borrow(config)


def close_all() -> None:
    """Let every connection go and forget what was learnt. The next to ask begins anew."""
    _here.close()


def known() -> list[dict[str, Any]]:
    """What this process has learnt of each endpoint, for those who run the site. It holds no key."""
    return [
        {
            "kind": kind,
            "address": address,
            "model": model,
            "settled": endpoint.settled,
            **endpoint.manner.told(),
            "breaker": endpoint.breaker.state,
            "at_once": endpoint.gate.limit,
            "most_in_flight": endpoint.gate.most,
        }
        for (kind, address, model), endpoint in list(_here.endpoints.items())
    ]
