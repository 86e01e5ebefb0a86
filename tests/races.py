"""Several people at the same moment: threads, each with a connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection

from core.refusals import Refused


def together(acts: list[Callable[[], object]]) -> list[str]:
    """Start all acts at once; "done" or "refused" for each, sorted. Any other fault is told as it is."""
    barrier = Barrier(len(acts))
    outcomes: list[str] = []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except Refused:
            outcomes.append("refused")
        except BaseException as fault:
            outcomes.append(repr(fault))
        else:
            outcomes.append("done")
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)
