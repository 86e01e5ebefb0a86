import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from core.models import AuditRow
from events.models import Phase
from files.models import File
from tests.files import samples
from tests.world import event_in, file_of, person, team_of

pytestmark = pytest.mark.django_db
SHELF = "/api/v1/events/summer/files/"


@pytest.fixture
def team(ben):
    return team_of(event_in(Phase.BUILDING), "ben", "dot")


def sent(data: bytes = b"What we measured\n", name: str = "notes.txt", **more) -> dict:
    return {"data_level": "public"} | more | {"file": SimpleUploadedFile(name, data)}


def test_upload_answers_with_what_was_received(api_as, team, ben):
    data = samples.zipped((".env", "K"), ("LICENSE", "x"))

    answer = api_as(ben).post(SHELF, sent(data, "source.zip"), format="multipart")

    body = answer.json()
    file = File.objects.get()
    digest = hashlib.sha256(data).hexdigest()
    assert answer.status_code == 201
    assert {key: body[key] for key in ("code", "name", "kind", "about", "size", "sha256", "state", "by")} == {
        "code": file.code,
        "name": "source.zip",
        "kind": "zip",
        "about": "Zip, 2 files",
        "size": len(data),
        "sha256": digest,
        "state": "clean",
        "by": "Ben Okoro",
    }
    assert [(signal["kind"], signal["times"], signal["names"]) for signal in body["signals"]] == [
        ("secret", 1, [".env"])
    ]
    assert api_as(person("dot")).get(SHELF).json()["results"] == [body]


def test_upload_with_a_session_asks_for_the_key(team, ben):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(ben)

    assert client.post(SHELF, sent(), format="multipart").status_code == 403
    client.get("/events/summer/files/add/?data_level=public")
    key = next(cookie.value for name, cookie in client.cookies.items() if "csrf" in name)
    assert client.post(SHELF, sent(), format="multipart", HTTP_X_CSRFTOKEN=key).status_code == 201


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"data_level": ""}, "data_level"),
        ({"data_level": "top"}, "data_level"),
        ({"other": "x"}, "other"),
        ({"file": "text"}, "file"),
        ({"file": SimpleUploadedFile("a.txt", b"")}, "file"),
        ({"alt": "x" * 501}, "alt"),
    ],
)
@pytest.mark.usefixtures("team")
def test_upload_that_is_not_valid_names_the_field(api_as, ben, more, field):
    answer = api_as(ben).post(SHELF, sent() | more, format="multipart")

    assert (answer.status_code, list(answer.json()), File.objects.count()) == (400, [field], 0)


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"data_level": "secret"}, "data_level", "SECRET and TOP SECRET data must never be put"),
        ({"file": SimpleUploadedFile("a.png", b"<svg/>")}, "file", "HTML, SVG and XML are not taken"),
    ],
)
@pytest.mark.usefixtures("team")
def test_upload_that_is_refused_says_why(api_as, ben, more, field, words):
    answer = api_as(ben).post(SHELF, sent() | more, format="multipart")

    body = answer.json()
    assert (answer.status_code, body["field"], File.objects.count()) == (409, field, 0)
    assert words in body["detail"]


def test_upload_over_the_limit_is_413(api_as, team, ben, settings):
    settings.FILES_MOST = dict.fromkeys(settings.FILES_MOST, 1_000_000)

    answers = [
        api_as(ben).post(SHELF, sent(b"x" * size), format="multipart") for size in (1_000_001, 1_500_000)
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (413, {"detail": "The file is too large. The largest kind, a zip, must be 1 MB or smaller"})
    ] * 2


def test_upload_as_json_is_not_valid(api_as, team, ben):
    answer = api_as(ben).post(SHELF, {"data_level": "public", "file": "x"}, format="json")

    assert (answer.status_code, list(answer.json())) == (400, ["file"])


@pytest.mark.parametrize("who", ["bea", "ada", "jude", "sam", "cal", "max"])
def test_shelf_is_not_there_for_anybody_else(api_as, team, who):
    file = file_of(team)
    client = api_as(person(who))

    assert {
        address: (client.get(address).status_code, client.post(address).status_code)
        for address in (SHELF, f"{SHELF}{file.code}/remove/", f"{SHELF}{file.code}/restore/")
    } == {
        SHELF: (404, 404),
        f"{SHELF}{file.code}/remove/": (405, 404),
        f"{SHELF}{file.code}/restore/": (405, 404),
    }
    assert client.get(f"{SHELF}{file.code}/").status_code == 404
    assert client.patch(f"{SHELF}{file.code}/", {"alt": "x"}).status_code == 404
    assert client.get(f"{SHELF}{file.code}/download/").status_code == 404
    assert AuditRow.objects.count() == 0


def test_describe_remove_and_restore_by_the_same_actions(api_as, team, ben):
    file = file_of(team, samples.picture(), kind="image", look={"width": 40, "height": 30})
    client = api_as(ben)
    address = f"{SHELF}{file.code}/"

    described = client.patch(address, {"alt": "The start page"}, format="json").json()
    removed = client.post(f"{address}remove/").json()
    restored = client.post(f"{address}restore/").json()

    assert (described["alt"], bool(removed["removed_at"]), restored["removed_at"]) == (
        "The start page",
        True,
        None,
    )
    assert [row.verb for row in AuditRow.objects.order_by("pk")] == [
        "files.described",
        "files.removed",
        "files.restored",
    ]


def test_download_is_the_same_answer_as_the_page_gives(api_as, as_, team, ben):
    file = file_of(team, samples.pdf(), content_type="application/pdf")

    answers = [
        api_as(ben).get(f"{SHELF}{file.code}/download/"),
        as_(ben).get(f"/events/summer/files/{file.code}/download/"),
    ]

    named = (
        "Content-Type",
        "Content-Disposition",
        "Content-Length",
        "Content-Security-Policy",
        "Cache-Control",
    )
    assert len({tuple(answer.headers[name] for name in named) for answer in answers}) == 1
    assert [b"".join(answer.streaming_content) for answer in answers] == [samples.pdf()] * 2


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_the_database_as_often_for_three_as_for_one(
    api_as, team, ben, django_assert_num_queries, number
):
    for each in range(number):
        file_of(team, b"%d\n" % each)
    client = api_as(ben)

    with django_assert_num_queries(8):
        client.get(SHELF)
