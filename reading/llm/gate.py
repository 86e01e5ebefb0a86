"""How many calls are in flight at one endpoint, and whose is next: entries that came first are served first.

Used on one event loop only, so it needs no lock.
"""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    def __init__(self, limit: int) -> None:
        self.limit = max(1, limit)
        self.flying = 0
        self.most = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    @asynccontextmanager
    async def slot(self, rank: int) -> AsyncIterator[None]:
        if self.flying >= self.limit or self._waiting:
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (rank, next(self._count), mine))
            try:
                await mine  # whoever leaves has counted us already
            except asyncio.CancelledError:
                if mine.done() and not mine.cancelled():
                    self._leave()
                raise
        else:
            self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        self.flying -= 1
        while self._waiting and self.flying < self.limit:
            _, _, first = heapq.heappop(self._waiting)
            if not first.done():
                self.flying += 1
                first.set_result(None)
