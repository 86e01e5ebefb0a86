"""The shelf's pages: whom they let in, what they ask first, and that nothing sent to them breaks them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import AuditRow
from events.models import Event, Phase
from files.models import File
from files.uploads import incoming
from tests.files import hostile, samples
from tests.world import event_in, file_of, person, team_of

pytestmark = pytest.mark.django_db
SHELF = "/events/summer/files/"
ADD = f"{SHELF}add/"


@pytest.fixture
def team(ben):
    return team_of(event_in(Phase.BUILDING), "ben", "dot")


def sent(data: bytes = b"What we measured\n", name: str = "notes.txt", **more) -> dict:
    return {"data_level": "public", "alt": ""} | more | {"file": SimpleUploadedFile(name, data)}


def coming_in() -> list[str]:
    """What lies where files come in."""
    file, path = incoming()
    file.close()
    path.unlink()
    return [each.name for each in path.parent.iterdir()]


# Who


@pytest.mark.parametrize(
    ("who", "status"),
    [("ben", 200), ("dot", 200), ("bea", 404), ("ada", 404), ("jude", 404), ("cal", 404), ("max", 404)],
)
@pytest.mark.parametrize("page", ["", "describe/", "download/"])
def test_file_is_there_for_its_team_alone(as_, team, who, status, page):
    team_of(team.event, "bea", name="Herons")
    file = file_of(team, samples.picture(), kind="image", look={"width": 40, "height": 30}, alt="A page")

    assert as_(person(who)).get(f"{SHELF}{file.code}/{page}").status_code == status


@pytest.mark.parametrize("verb", ["describe", "remove", "restore"])
def test_change_to_a_file_of_another_team_is_not_found(as_, team, bea, verb):
    team_of(team.event, "bea", name="Herons")
    file = file_of(team, kind="image")

    answer = as_(bea).post(f"{SHELF}{file.code}/{verb}/", {"alt": "x"})

    assert answer.status_code == 404
    assert AuditRow.objects.count() == 0


def test_file_at_another_event_is_not_found(as_, team, ben):
    event_in(Phase.BUILDING, slug="winter")
    file = file_of(team)

    assert as_(ben).get(f"/events/winter/files/{file.code}/").status_code == 404


@pytest.mark.parametrize("who", ["ada", "jude", "sam", "cal", "max"])
@pytest.mark.parametrize("address", [SHELF, ADD])
def test_shelf_is_not_there_for_people_who_take_no_part(as_, team, who, address):
    assert as_(person(who)).get(address).status_code == 404


def test_shelf_of_somebody_without_a_team_says_what_to_do(as_, team, bea):
    answer = as_(bea).get(SHELF)

    assert answer.status_code == 200
    assert "You are not on a team yet" in answer.content.decode()


def test_upload_by_somebody_who_may_not_keeps_nothing_of_the_body(as_, team, cal):
    before = coming_in()

    answer = as_(cal).post(ADD, sent(b"x" * 200_000))

    assert (answer.status_code, coming_in(), File.objects.count()) == (404, before, 0)


def test_upload_without_the_key_of_the_form_is_denied(team, ben):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ben)

    answer = browser.post(ADD, sent())

    assert (answer.status_code, File.objects.count()) == (403, 0)


def test_upload_with_the_key_of_the_form_is_taken(team, ben):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ben)
    browser.get(f"{ADD}?data_level=public")
    key = next(cookie.value for name, cookie in browser.cookies.items() if "csrf" in name)

    answer = browser.post(ADD, sent(csrfmiddlewaretoken=key))

    assert (answer.status_code, File.objects.count()) == (302, 1)


# What is asked first


def test_level_is_asked_before_there_is_anything_to_upload_with(as_, team, ben):
    page = as_(ben).get(ADD).content.decode()

    assert "Which data does the file hold?" in page
    assert 'type="file"' not in page


def test_level_that_was_not_chosen_is_asked_for_again(as_, team, ben):
    answer = as_(ben).get(f"{ADD}?asked=yes")

    assert answer.context["form"].errors == {"data_level": ["Choose which data the file holds"]}


@pytest.mark.parametrize(
    ("level", "accepts", "shown"),
    [
        ("public", False, True),
        ("official", True, True),
        ("official", False, False),
        ("official_sensitive", True, False),
        ("secret", True, False),
        ("unsure", True, False),
        ("other", True, False),
        ("", True, False),
    ],
)
@pytest.mark.usefixtures("team")
def test_control_to_upload_with_is_shown_for_data_that_is_taken_alone(as_, ben, level, accepts, shown):
    Event.objects.update(accepts_official=accepts)

    page = as_(ben).get(f"{ADD}?data_level={level}").content.decode()

    assert ('type="file"' in page) == shown
    assert ("There is a problem" in page) != shown


def test_upload_of_data_that_is_not_taken_stops_and_names_an_organiser(as_, team, ben):
    before = coming_in()

    answer = as_(ben).post(ADD, sent(data_level="official_sensitive"))

    page = answer.content.decode()
    assert "Ada Byrne (ada@records.example.org)" in page
    assert 'type="file"' not in page
    assert (File.objects.count(), coming_in()) == (0, before)


# Uploading


def test_upload_leads_to_the_shelf_and_an_image_to_what_it_shows(as_, team, ben):
    browser = as_(ben)

    text = browser.post(ADD, sent())
    image = browser.post(ADD, sent(samples.picture(), "a.png"))
    told = browser.post(ADD, sent(samples.picture("JPEG"), "b.jpg", alt="The start page"))

    file = File.objects.get(name="a.png")
    assert [text.url, image.url, told.url] == [SHELF, f"{SHELF}{file.code}/describe/", SHELF]
    assert File.objects.get(name="b.jpg").alt == "The start page"


def test_upload_that_is_refused_says_why_and_keeps_the_words(as_, team, ben):
    answer = as_(ben).post(ADD, sent(b"<svg onload=alert(1)>", "a.png", alt="The start page"))

    assert answer.status_code == 200
    assert answer.context["form"].errors == {
        "file": [
            "HTML, SVG and XML are not taken, because they can hold script. "
            "Save it as a PDF, PNG or plain text"
        ]
    }
    assert 'value="The start page"' in answer.content.decode()
    assert "<title>Error: Upload a file" in answer.content.decode()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"file": ""}, "Choose a file"),
        ({"file": SimpleUploadedFile("a.txt", b"")}, "The file is empty. Choose another one"),
    ],
)
def test_upload_of_nothing_asks_for_a_file(as_, team, ben, more, words):
    answer = as_(ben).post(ADD, sent() | more)

    assert answer.context["form"].errors == {"file": [words]}


def test_upload_over_the_limit_is_413_in_words_and_keeps_what_was_typed(as_, team, ben, settings):
    settings.FILES_MOST = dict.fromkeys(settings.FILES_MOST, 1_000_000)
    before = coming_in()

    answers = [
        as_(ben).post(ADD, sent(b"x" * size, "a.txt", alt="The start page"))
        for size in (1_000_001, 1_500_000)
    ]

    for answer in answers:
        assert answer.status_code == 413
        assert answer.context["form"].errors == {
            "file": ["The file is too large. The largest kind, a zip, must be 1 MB or smaller"]
        }
        assert 'value="The start page"' in answer.content.decode()
    assert (coming_in(), File.objects.count()) == (before, 0)


def test_upload_of_several_files_in_one_form_takes_the_first(as_, team, ben):
    before = coming_in()
    files = [SimpleUploadedFile("a.txt", b"one\n"), SimpleUploadedFile("b.txt", b"two\n")]

    as_(ben).post(
        ADD, {"data_level": "public", "alt": "", "file": files, "other": SimpleUploadedFile("c", b"c")}
    )

    assert (File.objects.get().name, coming_in()) == ("a.txt", before)


@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.name)
def test_upload_of_a_hostile_file_is_answered_by_a_page(as_, team, ben, case):
    answer = as_(ben).post(ADD, sent(case.data, case.name))

    if case.refused:
        assert answer.status_code == 200
        assert len(answer.context["form"].errors["file"]) == 1
        assert File.objects.count() == 0
    else:
        assert answer.status_code == 302
        page = as_(ben).get(f"{SHELF}{File.objects.get().code}/")
        assert page.status_code == 200
        assert "\u202e" not in page.content.decode()


def test_upload_of_all_hostile_files_takes_so_many_and_refuses_the_rest():
    """By kind of harm, counted by hand in the table."""
    taken = [case.name for case in hostile.CASES if not case.refused]

    assert (len(hostile.CASES), len(taken)) == (113, 21)


@pytest.mark.parametrize("name", hostile.NAMES, ids=[repr(name)[:40] for name in hostile.NAMES])
def test_upload_under_a_hostile_name_shows_a_plain_one(as_, team, ben, name):
    body = io.BytesIO(b"What we measured\n")
    body.name = name

    answer = as_(ben).post(ADD, sent() | {"file": body})

    if answer.status_code == 302:
        called = File.objects.get().name
        assert called.endswith((".txt", ".md"))
        assert not set(called) & set('/\\"<>:|?*\r\n\0\u202e\u200b')
        page = as_(ben).get(SHELF).content.decode()
        assert "<script>alert" not in page
    else:  # Django itself found no name in it
        assert answer.context["form"].errors == {"file": ["Choose a file"]}


@pytest.mark.parametrize("name", samples.ORDINARY)
def test_upload_of_an_ordinary_file_is_kept_and_given_back(as_, team, ben, name):
    data, kind, called = samples.ORDINARY[name]

    answer = as_(ben).post(ADD, sent(data, name, alt="What it shows"))

    file = File.objects.get()
    back = as_(ben).get(f"{SHELF}{file.code}/download/")
    given = b"".join(back.streaming_content)
    assert (answer.status_code, file.kind, file.name) == (302, kind, called)
    assert (len(given), given == data) == (file.size, kind != "image")
    assert as_(ben).get(f"{SHELF}{file.code}/").status_code == 200


# The other pages


def test_describe_saves_and_asks_again_for_nothing(as_, team, ben):
    file = file_of(team, samples.picture(), kind="image", look={"width": 40, "height": 30})
    address = f"{SHELF}{file.code}/describe/"

    empty = as_(ben).post(address, {"alt": " "})
    saved = as_(ben).post(address, {"alt": "The start page"})

    file.refresh_from_db()
    assert empty.context["form"].errors == {"alt": ["Enter what the image shows"]}
    assert (saved.url, file.alt) == (SHELF, "The start page")


def test_describe_of_no_image_leads_to_the_file(as_, team, ben):
    file = file_of(team)

    assert as_(ben).get(f"{SHELF}{file.code}/describe/").url == f"{SHELF}{file.code}/"


def test_remove_and_restore_by_their_buttons(as_, team, ben):
    file = file_of(team)
    browser = as_(ben)

    looked = browser.get(f"{SHELF}{file.code}/remove/")
    assert File.objects.on_the_shelf().count() == 1
    gone = browser.post(f"{SHELF}{file.code}/remove/", follow=True)
    back = browser.post(f"{SHELF}{file.code}/restore/", follow=True)

    assert looked.url == SHELF
    assert "Removed ‘notes.txt’. You can put it back below." in gone.content.decode()
    assert "Put back ‘notes.txt’." in back.content.decode()
    assert File.objects.on_the_shelf().count() == 1


def test_restore_that_is_refused_says_why_on_the_page_of_the_file(as_, team, ben, settings):
    settings.FILES_TEAM_FILES = 0
    file = file_of(team)
    as_(ben).post(f"{SHELF}{file.code}/remove/")

    answer = as_(ben).post(f"{SHELF}{file.code}/restore/")

    assert answer.context["form"].non_field_errors() == [
        "Your team has 0 files, and may not have more. Remove one that you do not need"
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_shelf_asks_the_database_as_often_for_three_as_for_one(
    as_, team, ben, django_assert_num_queries, number
):
    for each in range(number):
        file_of(team, b"%d\n" % each)
    file = file_of(team, b"gone\n")
    as_(ben).post(f"{SHELF}{file.code}/remove/")
    browser = as_(ben)
    browser.get(SHELF)

    with django_assert_num_queries(7):
        browser.get(SHELF)


def test_page_of_a_zip_shows_what_is_worth_a_look(as_, team, ben):
    made = samples.zipped((".env", "K"), ("people.xlsx", "x"), ("<b>.py", "x"))
    as_(ben).post(ADD, sent(made, "source.zip"))

    page = as_(ben).get(f"{SHELF}{File.objects.get().code}/").content.decode()

    for words in (
        "Names that look like keys or passwords",
        "Spreadsheets, tables or database dumps",
        "No licence",
        "3 May 2026 to 3 May 2026",
        "&lt;b&gt;.py",
    ):
        assert words in page
    assert "<b>.py" not in page


def test_page_of_a_waiting_file_says_so_and_why(as_, team, ben, settings):
    settings.CLAMAV_SOCKET = "/nowhere/clamd.sock"
    as_(ben).post(ADD, sent())

    page = as_(ben).get(f"{SHELF}{File.objects.get().code}/").content.decode()

    assert "The virus scanner has not looked at this file yet" in page
    assert "Waiting for scan" in page


def test_page_of_a_refused_file_offers_no_download(as_, team, ben):
    file = file_of(team, state="refused", why="The virus scanner found Eicar")

    page = as_(ben).get(f"{SHELF}{file.code}/").content.decode()

    assert "The virus scanner found Eicar. Nobody can download the file" in page
    assert "/download/" not in page
    assert as_(ben).get(f"{SHELF}{file.code}/download/").status_code == 404
