import ast
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from events.models import Phase
from hackathon.celery import app
from links import egress, tasks
from links.models import LinkCheck
from submissions.models import Call, Submission
from teams.models import Team
from tests import processes
from tests.links.tls_server import PAGE, Site, says
from tests.processes import child_environment
from tests.world import draft_of, entry_of, event_in, revision_of, team_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
URL = "https://code.example.org/letter-sorter"


@pytest.fixture
def event(settings):
    settings.LINK_CHECKER = True
    event = event_in(Phase.BUILDING)
    Call.objects.create(event=event, checks_links=True)
    return event


@pytest.fixture
def site(tmp_path, monkeypatch):
    site = Site(tmp_path)
    site.add("code.example.org", says(PAGE + b"<title>Letter Sorter</title>"))
    monkeypatch.setattr(egress, "look_up", site.resolve)
    monkeypatch.setattr(egress, "connected", site.connect)
    monkeypatch.setattr(egress, "_trust", lambda: site.trust)
    yield site
    site.close()


@pytest.fixture
def queued(monkeypatch):
    """What the sweep puts on the queue."""
    sent = []
    monkeypatch.setattr(tasks.check, "apply_async", lambda words, **options: sent.append(words[0]))
    return sent


def test_link_of_an_entry_is_asked_and_told(event, site, queued):
    entry_of(event)

    tasks.sweep()
    tasks.check(queued[0])

    check = LinkCheck.objects.get()
    assert (check.url, check.state, check.title, check.words) == (
        URL,
        "answered",
        "Letter Sorter",
        "It answered",
    )
    assert check.checked_at is not None
    tasks.sweep()
    assert len(queued) == 1, "it rests"


def test_since_says_when_the_state_was_first_seen(event, site, queued):
    entry_of(event)
    tasks.sweep()
    tasks.check(queued[0])
    first = LinkCheck.objects.get().since

    for serve, state in ((says(PAGE), "answered"), (says(b"HTTP/1.1 404 No\r\n\r\n"), "missing")):
        site.hosts["code.example.org"] = serve
        LinkCheck.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        tasks.check(LinkCheck.objects.get().pk)
        check = LinkCheck.objects.get()
        assert check.state == state
        assert (check.since == first) == (state == "answered")


def test_same_address_of_two_teams_is_asked_once(event, site, queued):
    entry_of(event, "ben")
    entry_of(event, "bea", name="Herons")

    tasks.sweep()

    assert len(queued) == 1


def test_draft_is_left_to_be_typed_first(event, site, queued):
    draft = draft_of(team_of(event, "ben"))
    Submission.objects.update(saved_at=timezone.now() - timedelta(minutes=4))
    tasks.sweep()
    assert queued == []

    Submission.objects.filter(pk=draft.pk).update(saved_at=timezone.now() - timedelta(minutes=6))
    tasks.sweep()
    assert len(queued) == 1


def test_address_that_nobody_links_to_any_more_is_forgotten(event, site, queued):
    draft = draft_of(team_of(event, "ben"))
    Submission.objects.update(saved_at=timezone.now() - timedelta(minutes=6))
    tasks.sweep()

    draft.repository_url = ""
    draft.save()
    Submission.objects.update(saved_at=timezone.now() - timedelta(minutes=6))
    tasks.sweep()

    assert LinkCheck.objects.count() == 0


@pytest.mark.parametrize("why", ["operator", "event", "phase"])
def test_nobody_is_asked_where_somebody_does_not_want_it(event, site, queued, settings, why):
    if why == "phase":
        event_in(Phase.SHOWCASE)
    entry_of(event)
    LinkCheck.objects.create(event=event, url=URL)
    if why == "operator":
        settings.LINK_CHECKER = False
    if why == "event":
        Call.objects.update(checks_links=False)

    tasks.sweep()
    if why == "operator":
        tasks.check(LinkCheck.objects.get().pk)

    assert (queued, site.looked_up, site.connected) == ([], [], [])


def test_sweep_asks_nobody_itself(event, site, queued):
    entry_of(event)

    tasks.sweep()

    assert (site.looked_up, site.connected) == ([], [])


def test_two_workers_ask_once(event, site, queued):
    entry_of(event)
    tasks.sweep()

    tasks.check(queued[0])
    tasks.check(queued[0])

    assert len(site.connected) == 1


@pytest.mark.django_db(transaction=True)
def test_worker_of_its_own_refuses_an_address_inside(event, tmp_path):
    """The whole way: sweep, broker, a real worker on the queue `links` alone."""
    entry_of(event, repository_url="https://10.0.0.1/secret", title="Inside")
    env = child_environment(LINK_CHECKER="1")
    with processes.worker(tmp_path / "log", queues="links", env=env):
        tasks.sweep()
        deadline = timezone.now() + timedelta(seconds=40)
        while timezone.now() < deadline and not LinkCheck.objects.exclude(state="waiting").exists():
            time.sleep(0.2)

    check = LinkCheck.objects.get(url="https://10.0.0.1/secret")
    assert (check.state, check.words) == (
        "refused",
        "It leads inside a network, or to an address that is not public",
    )


def test_only_the_task_of_the_queue_links_leads_to_the_module_that_asks():
    """Nothing else imports it, and nothing else of the product may open connections as it likes."""
    apps = [*(path.parent for path in ROOT.glob("*/apps.py")), ROOT / "hackathon"]
    importers = {"links.egress": set(), "socket": set()}
    for folder in apps:
        for path in folder.rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text())):
                names = set()
                if isinstance(node, ast.Import):
                    names = {one.name for one in node.names}
                if isinstance(node, ast.ImportFrom) and node.module:
                    names = {node.module} | {f"{node.module}.{one.name}" for one in node.names}
                for name in names:
                    if name == "links.egress" or name.startswith("links.egress."):
                        importers["links.egress"].add(module)
                    if name.split(".")[0] in {"socket", "requests", "urllib3", "aiohttp"} or name in {
                        *("http.client", "urllib.request", "ftplib", "smtplib", "telnetlib"),
                    }:
                        importers["socket"].add(module)

    assert importers["links.egress"] == {"links.checking"}
    # apart: a pair of ends within the machine; clamd and tasks: the operator's scanner and mail server;
    # the rest asks our own server
    assert importers["socket"] == {
        *(
            "links.egress",
            "core.tasks",
            "files.apart",
            "files.clamd",
            "hackathon.healthcheck",
            "hackathon.walking",
        ),
    }
    assert app.conf.task_routes["links.tasks.check"] == {"queue": "links"}


# The call for entries


RULES = {"required": ["title"], "grace_minutes": 0, "remind_hours": "24", "draft_becomes_entry": "on"}


def test_call_offers_the_checker_only_where_the_site_has_it(event, client, ada, settings):
    client.force_login(ada)
    address = reverse("submissions:call", args=[event.slug])
    assert "checks_links" in client.get(address).content.decode()

    settings.LINK_CHECKER = False
    assert "checks_links" not in client.get(address).content.decode()


def test_call_is_kept_where_the_site_has_no_checker(event, client, ada, settings):
    settings.LINK_CHECKER = False
    client.force_login(ada)

    answer = client.post(reverse("submissions:call", args=[event.slug]), RULES)

    assert answer.status_code == 302
    assert Call.of(event).checks_links is True


def test_organiser_switches_it_off_and_on(event, client, ada):
    client.force_login(ada)
    address = reverse("submissions:call", args=[event.slug])

    client.post(address, RULES)
    assert Call.of(event).checks_links is False
    client.post(address, RULES | {"checks_links": "on"})
    assert Call.of(event).checks_links is True


def test_api_refuses_what_the_site_does_not_have(event, ada, settings):
    settings.LINK_CHECKER = False
    api = APIClient()
    api.force_authenticate(ada)

    answer = api.put(
        f"/api/v1/events/{event.slug}/submissions/call/",
        RULES | {"remind_hours": [24], "draft_becomes_entry": True, "checks_links": True},
        format="json",
    )

    assert (answer.status_code, "no link checker" in str(answer.data)) == (409, True)


# Pages


def overview(event):
    return reverse("links:overview", args=[event.slug])


def test_overview_shows_first_what_does_not_answer(event, client, sam):
    entry_of(event, "ben", title="Fine")
    entry_of(event, "bea", name="Herons", title="Broken", repository_url="https://gone.example.org/")
    now = timezone.now()
    for url, state in ((URL, "answered"), ("https://gone.example.org/", "missing")):
        LinkCheck.objects.create(event=event, url=url, state=state, words="Words", since=now, checked_at=now)
    client.force_login(sam)

    page = client.get(overview(event)).content.decode()

    assert page.index("Broken") < page.index("Fine")
    assert "No such page" in page
    assert "leads to gone.example.org" in page


def test_overview_says_that_nobody_asks_where_it_is_off(event, client, sam, settings):
    settings.LINK_CHECKER = False
    entry_of(event)
    client.force_login(sam)

    page = client.get(overview(event)).content.decode()

    assert "This service asks none of these addresses" in page


def test_overview_of_nothing_says_so(event, client, sam):
    client.force_login(sam)

    assert "No links yet" in client.get(overview(event)).content.decode()


def test_overview_takes_as_many_queries_for_many_as_for_one(event, client, sam):
    client.force_login(sam)
    entry_of(event, "ben")
    client.get(overview(event))
    with CaptureQueriesContext(connection) as one:
        client.get(overview(event))

    for number in range(12):
        team = team_of(event, "bea", name=f"Team {number}") if number == 0 else other_team(event, number)
        revision_of(draft_of(team, demo_url=f"https://demo{number}.example.org/"))
        LinkCheck.objects.create(event=event, url=f"https://demo{number}.example.org/")
    with CaptureQueriesContext(connection) as many:
        client.get(overview(event))

    assert len(many) == len(one)


def other_team(event, number):
    return Team.objects.create(
        event=event,
        challenge=Team.objects.first().challenge,
        name=f"Team {number}",
        founded_by=event.created_by,
    )


def test_team_sees_its_own_and_no_other_team_does(event, client, ben, bea):
    draft = draft_of(team_of(event, "ben"))
    team_of(event, "bea", name="Herons")
    LinkCheck.objects.create(
        event=event, url=URL, state="silent", words="It took too long to answer", since=timezone.now(),
        checked_at=timezone.now(), title="<b>Mine</b>",
    )  # fmt: skip
    address = reverse("links:page", args=[event.slug, draft.code])

    client.force_login(ben)
    page = client.get(address).content.decode()
    assert "Does not answer" in page
    assert "&lt;b&gt;Mine&lt;/b&gt;" in page

    client.force_login(bea)
    assert client.get(address).status_code == 404
    assert client.get(overview(event)).status_code == 403


def test_api_gives_what_the_pages_show(event, ben, sam):
    entry_of(event)
    draft = Submission.objects.get()
    api = APIClient()
    api.force_authenticate(sam)

    row = api.get(f"/api/v1/events/{event.slug}/links/").data["results"][0]

    assert (row["url"], row["host"], row["check"], row["code"]) == (URL, "code.example.org", None, draft.code)
    LinkCheck.objects.create(event=event, url=URL)
    api.force_authenticate(ben)
    row = api.get(f"/api/v1/events/{event.slug}/links/{draft.code}/").data["results"][0]
    assert (row["name"], row["check"]["state"]) == ("repository_url", "waiting")
