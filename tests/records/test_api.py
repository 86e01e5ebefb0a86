import io
import zipfile

import pytest

from events.models import Phase
from records import actions
from records.template import DRAFT
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(db):
    return world.draft_of(world.team_of(world.event_in(Phase.BUILDING), "ben", "bea"))


def place(submission, *words) -> str:
    return "/".join(["/api/v1/events/summer/records", submission.code, *map(str, words), ""])


def answer_in(record: dict, field: str) -> tuple[str, str]:
    return next(
        (one["answer"], one["source"])
        for section in record["sections"]
        for one in section["fields"]
        if one["id"] == field
    )


def test_record_by_the_api_is_shown_and_edited(api_as, draft, ben):
    client = api_as(ben)

    saved = client.patch(
        place(draft), {"version": 0, "words": {"2.2.2": "Less waiting"}}, format="json"
    ).json()

    shown = client.get(place(draft)).json()
    assert saved == shown
    assert (shown["label"], shown["version"], shown["entry"]["revision"]) == (DRAFT, 1, None)
    assert answer_in(shown, "2.2.2") == ("Less waiting", "team")
    assert answer_in(shown, "1.1") == ("Letter Sorter", "answers")
    history = client.get(place(draft, "history")).json()["results"]
    assert [(row["version"], row["by"], row["words"]) for row in history] == [
        (1, "Ben Okoro", {"2.2.2": "Less waiting"})
    ]


def test_record_by_the_api_that_a_colleague_changed_is_a_conflict_with_both_sides(api_as, draft, ben, bea):
    actions.edit(draft, by=ben, version=0, words={"2.2.2": "Less waiting"})

    answer = api_as(bea).patch(place(draft), {"version": 0, "words": {"2.2.2": "Mine"}}, format="json")

    assert answer.status_code == 409
    told = answer.json()
    assert (told["theirs"], told["version"], told["saved_by"]) == ({"2.2.2": "Less waiting"}, 1, "Ben Okoro")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"version": 0, "words": {"9.9": "x"}}, 409),
        ({"version": -1, "words": {}}, 400),
        ({"version": 0, "words": {"1.1": "x" * 45_001}}, 400),
        ({"version": 0, "words": {}, "own": {}}, 400),
        ({"words": {}}, 400),
    ],
)
def test_record_by_the_api_with_what_cannot_be_says_so(api_as, draft, ben, body, status):
    assert api_as(ben).patch(place(draft), body, format="json").status_code == status


def test_record_by_the_api_is_read_only_for_those_who_read_entries(api_as, draft):
    world.revision_of(draft)

    answers = {
        key: (
            api_as(world.person(key)).get(place(draft)).status_code,
            api_as(world.person(key))
            .patch(place(draft), {"version": 0, "words": {"1.1": "x"}}, format="json")
            .status_code,
        )
        for key in ("ada", "sam", "kit", "jude", "cal", "max")
    }

    assert answers == dict.fromkeys(("ada", "sam", "kit"), (200, 403)) | dict.fromkeys(
        ("jude", "cal", "max"), (404, 404)
    )


def test_entry_and_downloads_by_the_api_are_those_of_the_pages(api_as, as_, draft, ben):
    world.revision_of(draft)

    told = api_as(ben).get(place(draft, "revisions", 1)).json()
    pdf = api_as(ben).get(place(draft, "revisions", 1, "pdf"))
    word = api_as(ben).get(place(draft, "download", "docx"))

    assert told == as_(ben).get(f"/events/summer/records/{draft.code}/revisions/1/json/").json()
    assert (pdf["Content-Type"], pdf.content[:4]) == ("application/pdf", b"%PDF")
    assert zipfile.ZipFile(io.BytesIO(word.content)).testzip() is None


def test_export_by_the_api_is_a_zip_for_organisers_alone(api_as, draft, ada, ben):
    empty = api_as(ada).post("/api/v1/events/summer/records/export/")
    world.revision_of(draft)

    answer = api_as(ada).post("/api/v1/events/summer/records/export/")

    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.namelist()[:2] == ["manifest.csv", "manifest.json"]
    assert (empty.status_code, empty.json()["detail"]) == (
        409,
        "No entry has been submitted yet. There is nothing to take away",
    )
    assert api_as(ben).post("/api/v1/events/summer/records/export/").status_code == 403
