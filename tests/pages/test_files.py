"""A team's files in a browser: with and without script, and nothing in them ever runs."""

import re

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import expect

from events.models import Phase
from files import actions
from files.models import File
from files.uploads import Upload
from tests.files import hostile, samples
from tests.world import event_in, team_of

pytestmark = pytest.mark.django_db(transaction=True)
SHELF = "/events/summer/files/"


@pytest.fixture
def team(ben):
    return team_of(event_in(Phase.BUILDING), "ben")


@pytest.mark.parametrize(("script", "width"), [(True, 1280), (False, 320)])
def test_put_a_picture_on_the_shelf_take_it_off_and_put_it_back(team, ben, page_as, script, width):
    page = page_as(ben, script=script, width=width)
    page.goto(SHELF)
    page.get_by_role("button", name="Upload a file").click()
    assert page.locator("input[type=file]").count() == 0
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_label("Open, published or made-up data only").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("If it is an image").fill("The start page")
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": hostile.SVG}
    )
    page.get_by_role("button", name="Upload").click()
    assert (
        page.get_by_role("alert")
        .inner_text()
        .startswith("There is a problem\nHTML, SVG and XML are not taken")
    )
    assert page.get_by_label("If it is an image").input_value() == "The start page"

    page.get_by_label("If it is an image").fill("")
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "a.gif", "mimeType": "image/gif", "buffer": samples.moving()}
    )
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("Alternative text").fill("Three colours")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="a.png").click()
    page.wait_for_load_state()
    shown = page.get_by_alt_text("Three colours")
    assert shown.evaluate("picture => [picture.naturalWidth, picture.complete]") == [20, True]
    page.get_by_role("button", name="Remove this file").click()
    page.get_by_role("button", name="Put back a.png").click()

    assert page.url.endswith(SHELF)
    assert [(file.name, file.alt, file.is_removed) for file in File.objects.all()] == [
        ("a.png", "Three colours", False)
    ]


def test_open_what_was_sent_to_harm_saves_it_and_runs_nothing(team, ben, page_as, settings):
    settings.FILES_TEAM_FILES = 100
    files = []
    for case in hostile.CASES:
        if not case.refused:
            with Upload.of(case.data, case.name) as sent:
                files.append(actions.upload(team, by=ben, sent=sent, data_level="public"))
    page = page_as(ben)
    fired: list[str] = []
    page.on("dialog", lambda dialog: (fired.append(dialog.message), dialog.dismiss()))

    for file in files:
        with page.expect_download() as saved, pytest.raises(BrowserError, match="Download is starting"):
            page.goto(f"{SHELF}{file.code}/download/")
        assert saved.value.suggested_filename == file.name
        page.goto(f"{SHELF}{file.code}/")

    assert (len(files), fired) == (21, [])
