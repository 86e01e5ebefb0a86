"""A worker killed in a call, and a broker that forgets everything: nothing lost, nothing doubled."""

import os
import signal
import time

import pytest
import redis
from django.conf import settings as live
from django.utils import timezone

from reading import tasks
from reading.models import Screening
from tests import processes
from tests.reading.readers import entry, is_over, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("providers")]


def test_worker_killed_in_a_call_loses_nothing_and_doubles_nothing(server, environment, tmp_path):
    server.script(default={"do": "hang", "seconds": 30})
    entry()
    with processes.worker(tmp_path / "first.log", queues="screening", env=environment) as child:
        wait_for(lambda reading: reading.attempt == 1)
        while not server.journal:
            time.sleep(0.05)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    claimed = Screening.objects.get()
    assert (claimed.state, claimed.attempt) == ("waiting", 1)
    assert claimed.due_at > timezone.now()  # the dead worker's lease still runs: nobody else takes it
    server.script(default={"do": "answer"})
    Screening.objects.update(due_at=timezone.now())  # in place of waiting four minutes for its end

    with processes.worker(tmp_path / "second.log", queues="screening", env=environment):
        reading = wait_for(lambda reading: reading.state == "complete")

    assert (reading.mode, reading.attempt) == ("ai", 2)
    assert Screening.objects.count() == 1


def test_wiped_broker_loses_no_entry(environment, server, tmp_path):
    entry()
    tasks.sweep()
    queue = redis.from_url(live.REDIS_URL)
    assert queue.llen("screening") == 1

    queue.flushdb()
    with processes.worker(tmp_path / "worker.log", queues="screening", env=environment):
        reading = wait_for(is_over)

    assert (reading.state, reading.attempt) == ("complete", 1)
