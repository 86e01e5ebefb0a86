from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from core import clock
from core.middleware import arrival


def test_now_inside_arrived_at_is_the_arrival():
    moment = datetime(2026, 6, 14, 14, 0, tzinfo=UTC)

    with clock.arrived_at(moment):
        inside = clock.now()

    assert inside == moment
    assert clock.now() != moment


@pytest.mark.django_db
def test_arrival_of_a_post_is_the_databases_clock(rf, monkeypatch):
    # A web server whose own clock is an hour wrong must not matter.
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + timedelta(hours=1))
    seen = {}
    middleware = arrival(lambda request: seen.setdefault("now", clock.now()))

    middleware(rf.post("/"))

    assert abs(seen["now"] - datetime.now(UTC)) < timedelta(minutes=1)
