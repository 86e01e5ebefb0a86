import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from core.models import Mail
from events.models import Phase
from hackathon import views
from tests.world import cleared_entry, draft_of, event_in, revision_of, team_of

pytestmark = pytest.mark.django_db


def test_alive_says_so_to_anyone_and_asks_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/health/")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_names_each_part(client):
    answer = client.get("/health/ready/")

    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "database": "ok", "broker": "ok", "jobs": "ok"},
    )


def test_ready_without_a_broker_is_503_and_names_it(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "core.cache.Cache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    answer = client.get("/health/ready/")

    assert (answer.status_code, answer.json()["broker"]) == (503, "fault")


def test_ready_with_a_job_long_overdue_is_503(client):
    Mail.objects.create(
        key="old", to="ben@records.example.org", subject="x", body="x", due_at=Now() - views.LATE - views.LATE
    )

    answer = client.get("/health/ready/")

    assert (answer.status_code, answer.json()["jobs"]) == (503, "late")


def test_ready_without_a_database_is_503(client, monkeypatch):
    def gone():
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(connection, "cursor", gone)

    assert views.check_database() == "fault"


def test_home_of_a_stranger_says_what_this_is(client):
    event_in(Phase.BUILDING)

    answer = client.get("/")

    assert answer.status_code == 200
    assert "Summer hackathon" in answer.content.decode()
    assert "What needs you now" not in answer.content.decode()


def test_home_costs_a_constant_number_of_queries(as_, ada):
    def cost() -> int:
        browser = as_(ada)
        browser.get("/")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/")
        return len(queries)

    event_in(Phase.FORMING, slug="one")
    first = cost()
    event_in(Phase.FORMING, slug="two")
    event_in(Phase.FORMING, slug="three")

    assert cost() == first


def test_organise_is_for_organisers(as_, ada, ben, cal):
    event_in(Phase.DRAFT, slug="draft")
    event_in(Phase.BUILDING)

    answers = {
        "organiser": as_(ada).get("/organise/summer/").status_code,
        "participant": as_(ben).get("/organise/summer/").status_code,
        "nobody": as_(cal).get("/organise/draft/").status_code,
    }

    assert answers == {"organiser": 200, "participant": 403, "nobody": 404}


def test_organise_counts_every_stage_in_a_constant_number_of_queries(as_, ada):
    event = event_in(Phase.JUDGING)
    cleared_entry(event, "ben", name="One")
    browser = as_(ada)
    browser.get("/organise/summer/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/organise/summer/")
    revision_of(draft_of(team_of(event, "bea", name="Two")))
    with CaptureQueriesContext(connection) as more:
        page = browser.get("/organise/summer/").content.decode()

    assert len(more) == len(few)
    assert "2 started, 2 submitted, 1 cleared, 0 held" in page


@pytest.mark.parametrize("page", ["help", "privacy", "cookies", "accessibility"])
def test_fixed_pages_are_for_everyone(client, page):
    answer = client.get(f"/{page}/")

    assert answer.status_code == 200
    assert f'<h1 class="govuk-heading-xl">{page.title()}' in answer.content.decode()


def test_pages_about_passwords_are_not_there(client):
    assert {
        path: client.get(f"/accounts/password/{path}/").status_code for path in ("reset", "set", "change")
    } == {
        "reset": 404,
        "set": 404,
        "change": 404,
    }
