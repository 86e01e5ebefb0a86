"""Calls in flight at one endpoint: never more than the limit, and the entry that came first goes first."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reading.llm.gate import Gate


def in_a_loop(work: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: the one that runs the tests may have a browser's loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def test_slot_is_given_to_the_lowest_rank_and_in_order_within_it() -> None:
    gate, served = Gate(1), []

    async def call(rank: int, name: str) -> None:
        async with gate.slot(rank):
            served.append(name)
            await asyncio.sleep(0)

    async def all_of_them() -> None:
        await asyncio.gather(*(call(rank, name) for rank, name in [(5, "a"), (7, "b"), (5, "c"), (1, "d")]))

    in_a_loop(all_of_them())

    assert served == ["a", "d", "c", "b"]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), min_size=1, max_size=20),
)
def test_slot_is_never_lost_nor_given_twice_even_when_some_stop_waiting(limit: int, calls) -> None:
    gate, flying, most = Gate(limit), 0, 0

    async def call(rank: int, turns: int) -> None:
        nonlocal flying, most
        async with gate.slot(rank):
            flying += 1
            most = max(most, flying)
            try:
                for _ in range(turns):
                    await asyncio.sleep(0)
            finally:
                flying -= 1

    async def all_of_them() -> None:
        tasks = [asyncio.ensure_future(call(rank, turns)) for rank, turns, _ in calls]
        await asyncio.sleep(0)
        for task, (_, _, stops) in zip(tasks, calls, strict=True):
            if stops and not task.done():
                task.cancel()
                await asyncio.sleep(0)
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(1), gate.slot(0):
            pass

    in_a_loop(all_of_them())

    assert most <= limit
    assert gate.flying == 0
