"""The journey over the API alone, through a web server, a real worker and the clock that starts it."""

import pytest

from accounts.actions import make_key
from core.models import AuditRow
from events.models import Event
from hackathon.walking import Astray, Person, Walk
from tests import processes, world

CAST = ("ada", "ben", "bea", "dot", "jude", "kit", "sam")


@pytest.fixture
def cast(transactional_db):
    people = {key: world.person(key) for key in CAST}
    world.department("skills")
    people["jim"] = world.person("jim")
    people["ada"].can_create_events = True
    people["ada"].save()
    return people


def keys(cast, base: str) -> dict[str, Person]:
    walkers = {key: Person(base, make_key(user, "Test", by=user)[1]) for key, user in cast.items()}
    return walkers | {"stranger": Person(base)}


def test_walk_over_the_api_goes_from_announcement_to_showcase(cast, live_server, tmp_path):
    said: list[str] = []
    emails = {key: user.email for key, user in cast.items()}

    with processes.worker(tmp_path / "worker.log"), processes.beat(tmp_path):
        Walk(keys(cast, live_server.url), emails, said.append).go()

    assert len(said) == 8
    assert Event.objects.get().phase == "showcase"
    assert set(AuditRow.objects.filter(scope="walk-through").values_list("verb", flat=True)) == {
        "events.created",
        "events.opened",
        "events.moved",
        "events.gave_role",
        "events.applied",
        "events.accepted",
        "challenges.proposed",
        "challenges.edited",
        "challenges.approved",
        "teams.founded",
        "teams.joined",
        "teams.naming_agreed",
        "submissions.started",
        "submissions.submitted",
        "submissions.closed",
        "screening.cleared",
        "judging.adopted",
        "judging.allocated",
        "judging.handed_in",
        "results.computed",
        "showcase.published",
    }


def test_walk_without_a_worker_says_what_it_waited_for(cast, live_server):
    emails = {key: user.email for key, user in cast.items()}
    walk = Walk(keys(cast, live_server.url), emails, print, patience=4)

    with pytest.raises(Astray, match="waited 4 seconds for the report"):
        walk.go()
