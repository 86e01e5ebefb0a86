import gzip

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import AuditRow
from events.models import Phase
from showcase import actions, shelf
from showcase.models import Exhibit
from teams.models import Membership
from tests.showcase.test_actions import judged
from tests.world import cleared_entry, event_in, person

pytestmark = pytest.mark.django_db
LIST = "/showcase/summer/"


def published(*titles: str):
    """A published event with entries of these titles."""
    event = judged()
    teams = ["ben", "bea", "cal", "dot"]
    for number, title in enumerate(titles or ("Letter Sorter",)):
        cleared_entry(event, teams[number], name=f"Team {number}", title=title)
    return actions.publish(event, by=person("ada"))


def many(event, number: int) -> None:
    """More exhibits of the event, as rows alone."""
    revision = cleared_entry(event, "max", name="Copies", title="Original")
    for count in range(number):
        revision.pk = None
        revision.number = count + 2
        revision.receipt = f"r{count:07d}"
        revision.key = f"00000000-0000-0000-0000-{count:012d}"
        revision.save(force_insert=True)
        exhibit = Exhibit.of(revision, timezone.now())
        exhibit.code, exhibit.title = f"c{count:07d}", f"Copy {count:03d}"
        exhibit.save()


def statements(client: Client, path: str) -> int:
    shelf.clear()
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize("path", ["/showcase/", LIST, "entry"])
def test_public_page_carries_nothing_of_its_visitor(path):
    event = published()
    path = f"{LIST}{Exhibit.objects.get().code}/" if path == "entry" else path

    answer = Client().get(path, headers={"accept-encoding": "gzip"})

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.cookies == {}
    assert event.name in gzip.decompress(answer.content).decode()


def test_public_page_is_kept_and_answers_not_modified():
    published()
    first = Client().get(LIST)

    with CaptureQueriesContext(connection) as found:
        second = Client().get(LIST)
        third = Client().get(LIST, headers={"if-none-match": first.headers["ETag"]})

    assert len(found) == 0
    assert (second.content, second.headers["ETag"]) == (first.content, first.headers["ETag"])
    assert (third.status_code, third.content) == (304, b"")


def test_public_page_allows_its_own_script_by_digest_and_no_nonce():
    published()

    policy = Client().get(LIST).headers["Content-Security-Policy"]

    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts.startswith("script-src 'self' 'sha256-")
    assert "nonce" not in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("act", ["hide", "refresh"])
def test_public_page_is_built_anew_after_a_change(ada, act, django_capture_on_commit_callbacks):
    event = published("Letter Sorter", "Tide Table")
    before = Client().get(LIST).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        if act == "hide":
            actions.hide(Exhibit.objects.get(title="Tide Table"), by=ada, reason="A name in it")
        else:
            cleared_entry(event, "cal", name="Otters", title="Form Filler")
            actions.refresh(event, by=ada)
    after = Client().get(LIST).content.decode()

    said = {title: title in after for title in ("Letter Sorter", "Tide Table", "Form Filler")}
    assert "Tide Table" in before
    assert said == (
        {"Letter Sorter": True, "Tide Table": False, "Form Filler": False}
        if act == "hide"
        else {"Letter Sorter": True, "Tide Table": True, "Form Filler": True}
    )


def test_page_that_was_built_before_a_change_is_not_kept_after_it():
    published()
    page, version = shelf.take(LIST)
    shelf.clear()
    shelf.keep(LIST, shelf.Kept(version, shelf.pack(b"old"), "old"))

    kept, _ = shelf.take(LIST)

    assert (page, kept) == (None, None)


def test_public_pages_are_served_without_redis(settings):
    published()
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "unix:///nowhere/valkey.sock"}}

    answers = [Client().get(LIST) for _ in range(2)]

    assert [(answer.status_code, "Letter Sorter" in answer.content.decode()) for answer in answers] == [
        (200, True)
    ] * 2


def test_signed_in_visitor_gets_a_page_of_their_own(as_, ben):
    published()
    Client().get(LIST)

    answer = as_(ben).get(LIST)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert "Your account" in answer.content.decode()
    assert "Your account" not in Client().get(LIST).content.decode()


@pytest.mark.parametrize("phase", [Phase.DRAFT, Phase.BUILDING, Phase.JUDGING])
def test_unpublished_event_is_not_there(phase, as_, ada):
    event = event_in(phase)
    revision = cleared_entry(event, "ben")
    Exhibit.of(revision, timezone.now()).save()
    entry = f"{LIST}{revision.submission.code}/"

    answers = {
        (who, path): browser.get(path).status_code
        for who, browser in (("nobody", Client()), ("ada", as_(ada)))
        for path in (LIST, entry, f"/api/v1{LIST}", f"/api/v1{entry}")
    }

    assert set(answers.values()) == {404}
    assert "Summer" not in Client().get("/showcase/").content.decode()


def test_hidden_entry_is_not_there(ada):
    published("Letter Sorter", "Tide Table")
    exhibit = Exhibit.objects.get(title="Tide Table")
    actions.hide(exhibit, by=ada, reason="A name in it")
    shelf.clear()

    pages = [Client().get(LIST), Client().get(f"/api/v1{LIST}")]

    assert [
        ("Letter Sorter" in page.content.decode(), "Tide" in page.content.decode()) for page in pages
    ] == [(True, False)] * 2
    assert Client().get(f"{LIST}{exhibit.code}/").status_code == 404
    assert Client().get(f"/api/v1{LIST}{exhibit.code}/").status_code == 404


def test_entry_of_another_event_is_not_there():
    published()
    other = judged("winter")
    cleared_entry(other, "bea", name="Herons", title="Tide Table")
    actions.publish(other, by=person("ada"))
    code = Exhibit.objects.get(event=other).code

    assert Client().get(f"{LIST}{code}/").status_code == 404
    assert Client().get(f"/showcase/winter/{code}/").status_code == 200


def test_list_costs_two_statements_for_3_and_200_entries():
    event = published("Letter Sorter", "Tide Table", "Form Filler")
    with_3 = statements(Client(), LIST)
    many(event, 197)

    with_200 = statements(Client(), LIST)

    assert (with_3, with_200) == (2, 2)
    assert Client().get(LIST).content.decode().count('class="app-card"') == 200


def test_list_is_paged_after_200(as_, ada):
    event = published()
    many(event, 205)

    second = Client().get(f"{LIST}?page=2").content.decode()

    assert second.count('class="app-card"') == 6
    assert statements(Client(), f"{LIST}?page=2") == 2


def test_entry_costs_two_statements():
    published()

    assert statements(Client(), f"{LIST}{Exhibit.objects.get().code}/") == 2


def test_entry_names_only_members_who_agreed():
    event = judged()
    cleared_entry(event, "ben", "bea")
    Membership.objects.filter(user=person("bea")).update(named_in_showcase=True)
    actions.publish(event, by=person("ada"))
    path = f"{LIST}{Exhibit.objects.get().code}/"

    page = Client().get(path).content.decode()
    api = Client().get(f"/api/v1{path}").json()

    assert ("Bea Lund" in page, "Ben Okoro" in page) == (True, False)
    assert api["members"] == ["Bea Lund"]


def test_entry_shows_where_its_links_lead():
    published()

    page = Client().get(f"{LIST}{Exhibit.objects.get().code}/").content.decode()

    assert "https://code.example.org/letter-sorter</a>" in page
    assert "(leads to code.example.org)" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=tide", {"Tide Table"}),
        ("q=team+1", {"Tide Table"}),
        ("q=urgent+sorter", {"Letter Sorter"}),
        ("q=nothing", set()),
        ("department=Rivers+and+Coasts+Agency", {"Letter Sorter", "Tide Table"}),
        ("department=Elsewhere", set()),
        ("challenge=Letters+that+wait&q=letter+sorter", {"Letter Sorter"}),
        ("challenge=Nothing", set()),
        ("page=99", {"Letter Sorter", "Tide Table"}),
        ("page=x&unknown=1", {"Letter Sorter", "Tide Table"}),
        ("q=%25", set()),
    ],
)
def test_list_finds(query, found):
    published("Letter Sorter", "Tide Table")

    page = Client().get(f"{LIST}?{query}").content.decode()

    assert {title for title in ("Letter Sorter", "Tide Table") if f'/">{title}</a>' in page} == found


# Publishing, in pages


def test_publish_page_says_what_is_shown_and_what_is_not(as_, ada):
    event = judged()
    cleared_entry(event, "ben")
    cleared_entry(event, "bea", name="Herons", title="Tide Table", data_level="official")

    page = as_(ada).get(f"{LIST}publish/").content.decode()

    assert ("Shown: 1" in page, "Not shown: 1" in page) == (True, True)
    assert "It uses data that is not public" in page
    assert "Publish to everyone" in page


def test_publish_page_publishes_then_brings_up_to_date(as_, ada):
    event = judged()
    cleared_entry(event, "ben")
    browser = as_(ada)

    first = browser.post(f"{LIST}publish/", {"then": "publish"})
    cleared_entry(event, "bea", name="Herons", title="Tide Table")
    second = browser.post(f"{LIST}publish/", {"then": "refresh"}, follow=True)

    assert (first.status_code, first.headers["Location"]) == (302, f"{LIST}publish/")
    assert "Brought up to date: 1 entry changed." in second.content.decode()
    assert Exhibit.objects.shown().count() == 2


def test_publish_page_too_early_shows_why_and_no_button(as_, ada):
    event = event_in(Phase.JUDGING)
    cleared_entry(event, "ben")

    get = as_(ada).get(f"{LIST}publish/").content.decode()
    post = as_(ada).post(f"{LIST}publish/", {"then": "publish"}).content.decode()

    assert "Judges are still scoring" in get
    assert "Publish to everyone" not in get
    assert "There is a problem" in post
    assert not Exhibit.objects.exists()


@pytest.mark.parametrize("name", ["publish", "hide", "show"])
@pytest.mark.parametrize(("key", "status"), [("kit", 403), ("jude", 403), ("ben", 403), ("cal", 403)])
def test_publishing_pages_are_for_organisers(as_, name, key, status):
    published()
    code = Exhibit.objects.get().code
    path = f"{LIST}publish/" if name == "publish" else f"{LIST}{code}/{name}/"

    answers = [as_(person(key)).get(path).status_code, as_(person(key)).post(path).status_code]

    assert answers == [status, status]


def test_hide_and_show_in_pages(as_, ada):
    published()
    exhibit = Exhibit.objects.get()
    browser = as_(ada)

    empty = browser.post(f"{LIST}{exhibit.code}/hide/", {"reason": ""}).content.decode()
    browser.post(f"{LIST}{exhibit.code}/hide/", {"reason": "A name in it"})
    page = browser.get(f"{LIST}publish/").content.decode()
    asked = browser.get(f"{LIST}{exhibit.code}/show/").content.decode()
    hidden = Exhibit.objects.shown().count()
    browser.post(f"{LIST}{exhibit.code}/show/")

    assert "Say why this entry is to be hidden" in empty
    assert ("Hidden by organisers" in page, "Ada Byrne hid it at" in asked) == (True, True)
    assert (hidden, Exhibit.objects.shown().count()) == (0, 1)


# The API


def test_api_reads_what_is_public():
    event = published()
    exhibit = Exhibit.objects.get()
    card = {
        "code": exhibit.code,
        "title": "Letter Sorter",
        "pitch": "Sorts letters from the public so that the urgent ones are read today.",
        "team": "Team 0",
        "challenge": "Letters that wait",
        "department": "Rivers and Coasts Agency",
    }

    events = Client().get("/api/v1/showcase/").json()["results"]
    cards = Client().get(f"/api/v1{LIST}").json()["results"]
    entry = Client().get(f"/api/v1{LIST}{exhibit.code}/").json()

    assert [(row["slug"], row["entries"]) for row in events] == [(event.slug, 1)]
    assert cards == [card]
    assert entry | card == entry
    assert entry["links"] == [
        {"label": "Code", "url": "https://code.example.org/letter-sorter", "host": "code.example.org"}
    ]


def test_api_publishes_hides_and_shows(api_as, ada):
    event = judged()
    cleared_entry(event, "ben")
    api = api_as(ada)

    preview = api.get(f"/api/v1{LIST}publish/").json()
    made = api.post(f"/api/v1{LIST}publish/")
    again = api.post(f"/api/v1{LIST}publish/")
    code = Exhibit.objects.get().code
    hidden = api.post(f"/api/v1{LIST}{code}/hide/", {"reason": "A name in it"}, format="json")
    shown = api.post(f"/api/v1{LIST}{code}/show/")
    cleared_entry(event, "bea", name="Herons", title="Tide Table")
    fresh = api.post(f"/api/v1{LIST}refresh/")

    assert (preview["published_at"], preview["shown"], preview["changes"]) == (None, [code], 1)
    assert (made.status_code, made.json()["changes"]) == (200, 0)
    assert again.status_code == 409
    assert (hidden.json()["hidden_because"], shown.json()["hidden_at"]) == ("A name in it", None)
    assert (len(fresh.json()["shown"]), fresh.json()["changes"]) == (2, 0)


@pytest.mark.parametrize("verb", ["publish", "refresh", "hide", "show"])
@pytest.mark.parametrize("key", ["kit", "ben", "cal"])
def test_api_publishing_is_for_organisers(api_as, verb, key):
    published()
    code = Exhibit.objects.get().code
    path = f"{LIST}{verb}/" if verb in ("publish", "refresh") else f"{LIST}{code}/{verb}/"
    rows = AuditRow.objects.count()

    answer = api_as(person(key)).post(f"/api/v1{path}", {"reason": "Mine"}, format="json")

    assert (answer.status_code, AuditRow.objects.count()) == (403, rows)


def test_empty_showcase_says_what_to_do():
    assert "Nothing is published yet" in Client().get(reverse("showcase:events")).content.decode()


def test_list_escapes_what_teams_wrote():
    event = published()
    Exhibit.objects.filter(event=event).update(title="<script>alert(1)</script>", team='"><img src=x>')

    page = Client().get(LIST).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;</a>" in page
    assert ("<script>alert" in page, "<img" in page) == (False, False)
