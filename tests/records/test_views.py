import csv
import io
import json
import re
import time
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pdfminer.high_level import extract_text

from core.models import AuditRow
from events.models import Phase
from files.models import File
from files.storage import shelf
from records import actions, printing, serving, template
from records.models import TransparencyRecord
from records.template import DRAFT
from submissions.models import Enclosure
from tests import world

pytestmark = pytest.mark.django_db
READERS = ("ada", "sam", "kit")
STRANGERS = ("cal", "jude", "max", "bea", "dot")


@pytest.fixture
def event(db):
    return world.event_in(Phase.BUILDING)


@pytest.fixture
def draft(event):
    return world.draft_of(world.team_of(event), more={"ai_models": "made-up-1, May 2026"})


def place(submission, *words) -> str:
    return "/".join([f"/events/{submission.scope}/records", submission.code, *map(str, words), ""])


def form_of(page) -> dict[str, str]:
    form = page.context["form"]
    return {name: form[name].value() for name in form.fields}


def downloaded(answer) -> bytes:
    return b"".join(answer.streaming_content)


# The record


def test_record_of_a_draft_is_filled_for_its_team_and_hidden_from_everyone_else(as_, draft, ben):
    page = as_(ben).get(place(draft))

    text = page.content.decode()
    assert (page.status_code, text.count(f"{DRAFT}")) == (200, 1)
    assert "made-up-1, May 2026" in text
    assert "From the entry: ‘Models and versions’" in text
    answers = {key: as_(world.person(key)).get(place(draft)).status_code for key in READERS + STRANGERS}
    assert set(answers.values()) == {404}


def test_record_of_an_entry_is_filled_from_its_revision_for_those_who_read_entries(as_, draft):
    world.revision_of(draft)
    draft.title = "Changed since"
    draft.save(update_fields=["title"])

    pages = {key: as_(world.person(key)).get(place(draft)) for key in READERS}

    assert {key: page.status_code for key, page in pages.items()} == dict.fromkeys(READERS, 200)
    for page in pages.values():
        assert (page.context["record"].revision, page.context["is_mine"]) == (1, False)
        assert "Changed since" not in page.content.decode()
    assert {as_(world.person(key)).get(place(draft)).status_code for key in STRANGERS} == {404}


def test_record_follows_the_answers_until_the_team_edits_a_field(as_, draft, ben):
    browser = as_(ben)
    form = form_of(browser.get(place(draft, "edit", "1")))
    form["field_1_2"] = "In our own words"
    browser.post(place(draft, "edit", "1"), form)
    draft.title, draft.pitch = "New title", "New pitch"
    draft.save(update_fields=["title", "pitch"])

    record = browser.get(place(draft)).context["record"]

    fields = {one.field.id: (one.text, one.source) for group in record.sections for one in group.fields}
    assert fields["1.1"] == ("New title", "answers")
    assert fields["1.2"] == ("In our own words", "team")
    assert fields["0.5"] == ("New pitch", "answers")
    assert "Edited by Ben Okoro" in browser.get(place(draft)).content.decode()


def test_record_never_holds_an_address_or_a_name_of_a_member(as_, draft, ben):
    world.revision_of(draft)
    actions.edit(draft, by=ben, version=0, words={"2.2.2": "Less waiting"})

    for form in ("html", "json", "md", "docx"):
        body = as_(ben).get(place(draft, "download", form)).content
        if form == "docx":
            body = zipfile.ZipFile(io.BytesIO(body)).read("word/document.xml")
        assert b"Less waiting" in body
        assert (b"@" in body, b"Ben Okoro" in body) == (False, False)


def test_record_of_text_with_markup_shows_it_and_runs_nothing(as_, draft, ben):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    actions.edit(draft, by=ben, version=0, words={"2.2.2": hostile})

    pages = [
        place(draft),
        place(draft, "history"),
        place(draft, "edit", "2.2"),
        place(draft, "download", "html"),
    ]

    for address in pages:
        text = as_(ben).get(address).content.decode()
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_record_with_a_marking_in_the_teams_own_words_says_so(as_, draft, ben):
    actions.edit(draft, by=ben, version=0, words={"2.2.2": "From an OFFICIAL-SENSITIVE paper"})

    assert "protective marking" in as_(ben).get(place(draft)).content.decode()


def test_edit_of_an_unchanged_form_writes_nothing(as_, draft, ben):
    browser = as_(ben)

    answer = browser.post(place(draft, "edit", "2.2"), form_of(browser.get(place(draft, "edit", "2.2"))))

    assert (answer.status_code, answer.url) == (302, place(draft))
    assert TransparencyRecord.of(draft).version == 0


def test_edit_overtaken_by_a_colleague_shows_both_texts_and_saves_when_sent_again(as_, event, ben, bea):
    draft = world.draft_of(world.team_of(event, "ben", "bea"))
    browser = as_(bea)
    form = form_of(browser.get(place(draft, "edit", "2.2")))
    actions.edit(draft, by=ben, version=0, words={"2.2.2": "Less waiting"})
    form |= {"field_2_2_2": "Less paper", "field_2_2_4": "A word list"}

    page = browser.post(place(draft, "edit", "2.2"), form)

    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("<title>Error: ") == 1
    assert ("Less waiting" in text, "Less paper" in text, "A word list" in text) == (True, True, True)
    assert TransparencyRecord.of(draft).words() == {"2.2.2": "Less waiting"}
    browser.post(place(draft, "edit", "2.2"), form_of(page))
    assert TransparencyRecord.of(draft).words() == {"2.2.2": "Less paper", "2.2.4": "A word list"}


@pytest.mark.parametrize("key", READERS + STRANGERS)
def test_edit_by_anyone_outside_the_team_finds_nothing(as_, draft, key):
    world.revision_of(draft)

    answers = [
        as_(world.person(key)).get(place(draft, "edit", "1")).status_code,
        as_(world.person(key)).post(place(draft, "edit", "1"), {"version": 0}).status_code,
    ]

    assert answers == [404, 404]


def test_edit_of_a_section_that_is_not_there_is_not_found(as_, draft, ben):
    assert as_(ben).get(place(draft, "edit", "9")).status_code == 404


def test_history_says_who_changed_what(as_, draft, ben):
    actions.edit(draft, by=ben, version=0, words={"2.2.2": "Less waiting"})
    actions.edit(draft, by=ben, version=1, words={"2.2.2": "Less paper", "1.1": "Ours"})

    rows = as_(ben).get(place(draft, "history")).context["rows"]

    assert [[(one["label"], one["was"], one["now"]) for one in row["changed"]] for row in rows] == [
        [("1.1 Name", "", "Ours"), ("2.2.2 Benefits", "Less waiting", "Less paper")],
        [("2.2.2 Benefits", "", "Less waiting")],
    ]


@pytest.mark.parametrize(
    ("form", "content_type", "begins"),
    [
        ("html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("docx", serving.WORD, b"PK"),
        ("json", "application/json", b'{\n  "label": "DRAFT'),
        ("md", "text/markdown; charset=utf-8", b"**DRAFT"),
    ],
)
def test_download_of_a_record_is_an_attachment_that_runs_nothing(as_, draft, form, content_type, begins):
    ben = world.person("ben")

    answer = as_(ben).get(place(draft, "download", form))

    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
    assert answer["Content-Disposition"] == (
        f'attachment; filename="{draft.code}-transparency-record.{form}"'
    )
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.content.startswith(begins)
    if form == "docx":
        assert DRAFT.encode() in zipfile.ZipFile(io.BytesIO(answer.content)).read("word/document.xml")
    else:
        assert answer.content.decode().partition("<body>")[2 if form == "html" else 0].index(DRAFT) < 60


def test_download_in_a_form_that_is_not_there_is_not_found(as_, draft, ben):
    assert as_(ben).get(place(draft, "download", "exe")).status_code == 404


# An entry


def test_entry_as_json_holds_every_answer_with_its_question(as_, draft, ben):
    frozen = world.revision_of(draft)

    answer = as_(ben).get(place(draft, "revisions", 1, "json"))

    told = json.loads(answer.content)
    assert [row["name"] for row in told["answers"]] == [one.name for one in frozen.questions()]
    assert {row["name"]: row["answer"] for row in told["answers"]} == {
        one.name: frozen.answers().get(one.name, "") for one in frozen.questions()
    }
    assert told["receipt"] == {
        "reference": frozen.receipt,
        "revision": 1,
        "received_at": frozen.submitted_at.isoformat(),
        "received": frozen.received,
        "side": "in_time",
        "submitted_by": "Ben Okoro",
        "by_rule": False,
        "sha256": frozen.sha256,
    }
    assert told["declarations"] == {"version": "2026-11", "statements": list(frozen.declarations)}
    assert told["links"] == [
        {
            "name": "repository_url",
            "label": "Code",
            "url": "https://code.example.org/letter-sorter",
            "host": "code.example.org",
        }
    ]


def test_entry_as_pdf_holds_the_answers(as_, draft, ben):
    frozen = world.revision_of(draft)

    answer = as_(ben).get(place(draft, "revisions", 1, "pdf"))

    text = re.sub(r"\s+", " ", extract_text(io.BytesIO(answer.content)))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    for words in (draft.title, draft.pitch, draft.problem, draft.built, frozen.receipt, frozen.sha256):
        assert words in text


def test_entry_as_pdf_shows_hostile_text_as_text(as_, draft, ben):
    hostile = (
        "<img src='file:///etc/passwd'> ![x](https://example.org/a.png) <style>@import 'file:///etc/passwd';"
        "</style> <iframe src=file:///etc/passwd></iframe> turned\u202eround"
    )
    world.revision_of(draft, built=hostile)

    answer = as_(ben).get(place(draft, "revisions", 1, "pdf"))

    text = re.sub(r"\s+", " ", extract_text(io.BytesIO(answer.content)))
    assert "<img src='file:///etc/passwd'>" in text.replace("’", "'")
    assert "turned[U+202E]round" in text
    assert "root:x:" not in text


@pytest.mark.parametrize(
    "built",
    [
        "word " * 20_000,
        "a" * 100_000,
        "- " * 300 + "deep",
        "|" * 5_000 + "\n|-" + "|-" * 500,
        "> " * 2_000 + "x",
        "<" * 20_000,
        "`" + "a" * 20_000 + "`",
    ],
    ids=["words", "one-word", "lists", "table", "quotes", "signs", "code"],
)
def test_entry_as_pdf_of_a_hundred_thousand_characters_is_made_in_seconds(as_, draft, ben, built):
    world.revision_of(draft, built=built)
    began = time.monotonic()

    answer = as_(ben).get(place(draft, "revisions", 1, "pdf"))

    assert (answer.status_code, answer.content[:4]) == (200, b"%PDF")
    assert time.monotonic() - began < 15


def test_entry_as_pdf_that_cannot_be_laid_out_leads_back_with_words(as_, draft, ben, monkeypatch):
    world.revision_of(draft)
    monkeypatch.setattr(printing, "SECONDS", 0)
    monkeypatch.setattr(printing.as_pdf, "__kwdefaults__", {"seconds": 0, "memory": 1})

    answer = as_(ben).get(place(draft, "revisions", 1, "pdf"), follow=True)

    assert answer.redirect_chain == [(f"/events/summer/submissions/{draft.code}/revisions/1/", 302)]
    assert "The PDF took too long to make" in answer.content.decode()


@pytest.mark.parametrize("form", ["pdf", "json"])
def test_entry_leaves_with_those_alone_who_may_read_it(as_, draft, form):
    world.revision_of(draft)

    answers = {
        key: as_(world.person(key)).get(place(draft, "revisions", 1, form)).status_code
        for key in ("ben", *READERS, *STRANGERS)
    }

    assert answers == {"ben": 200} | dict.fromkeys(READERS, 200) | dict.fromkeys(STRANGERS, 404)


# All entries


def test_zip_holds_a_manifest_and_a_folder_for_each_entry(as_, event, draft, ada, ben):
    frozen = world.revision_of(draft)
    kept = world.file_of(draft.team, b"What we measured\n", name="notes.txt")
    again = world.file_of(draft.team, b"Again\n", name="Notes.txt")
    waits = world.file_of(draft.team, b"Waits\n", name="waits.txt", state=File.State.WAITING)
    for file in (kept, again, waits):
        Enclosure.objects.create(revision=frozen, file=file, alt="")
    other = world.entry_of(event, "bea", name="=Auks()")
    actions.edit(draft, by=ben, version=0, words={"2.2.2": "Less waiting"})

    answer = as_(ada).post("/events/summer/records/export/")

    archive = zipfile.ZipFile(io.BytesIO(downloaded(answer)))
    mine, theirs = f"kingfishers-{draft.code}", f"auks-{other.submission.code}"
    assert archive.testzip() is None
    assert archive.namelist() == [
        "manifest.csv",
        "manifest.json",
        *(f"{theirs}/{name}" for name in ("entry.json", "entry.md", "record.json")),
        *(f"{mine}/{name}" for name in ("entry.json", "entry.md", "record.json")),
        f"{mine}/files/notes.txt",
        f"{mine}/files/Notes-2.txt",
    ]
    assert archive.read(f"{mine}/entry.md").decode() == frozen.as_markdown()
    assert archive.read(f"{mine}/files/Notes-2.txt") == b"Again\n"
    record = json.loads(archive.read(f"{mine}/record.json"))
    assert (record["label"], record["version"], record["entry"]["revision"]) == (DRAFT, 1, 1)
    rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode())))
    assert [(row["code"], row["team"], row["files"], row["file_bytes"], row["sha256"]) for row in rows] == [
        (other.submission.code, "'=Auks()", "", "0", other.sha256),
        (draft.code, "Kingfishers", "notes.txt; Notes.txt; waits.txt", "29", frozen.sha256),
    ]
    manifest = json.loads(archive.read("manifest.json"))
    assert [row["folder"] for row in manifest["entries"]] == [theirs, mine]
    assert [file["state"] for file in manifest["entries"][1]["files"]] == ["clean", "clean", "waiting"]
    assert AuditRow.objects.filter(verb="records.exported", by=ada).count() == 1


def test_zip_with_bytes_that_are_lost_says_so_and_stays_whole(as_, draft, ada):
    frozen = world.revision_of(draft)
    file = world.file_of(draft.team)
    Enclosure.objects.create(revision=frozen, file=file, alt="")
    shelf().delete(file.stored)

    archive = zipfile.ZipFile(io.BytesIO(downloaded(as_(ada).post("/events/summer/records/export/"))))

    assert archive.testzip() is None
    assert (
        archive.read(f"kingfishers-{draft.code}/files/notes.txt") == b"The bytes of this file are missing.\n"
    )


def test_zip_needs_as_many_queries_for_three_entries_as_for_one(as_, event, draft, ada):
    frozen = world.revision_of(draft)
    Enclosure.objects.create(revision=frozen, file=world.file_of(draft.team), alt="")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            downloaded(as_(ada).post("/events/summer/records/export/"))
        return len(asked)

    few = queries()
    for key, name in (("bea", "Auks"), ("cal", "Wrens")):
        entry = world.entry_of(event, key, name=name)
        Enclosure.objects.create(
            revision=entry, file=world.file_of(entry.team, name.encode(), name="x.txt"), alt=""
        )

    assert queries() == few


@pytest.mark.parametrize("key", ["ben", "sam", "kit"])
def test_zip_for_an_insider_who_does_not_organise_is_forbidden(as_, draft, key):
    world.revision_of(draft)
    browser = as_(world.person(key))

    answers = [
        browser.get("/events/summer/records/").status_code,
        browser.post("/events/summer/records/export/").status_code,
    ]

    assert answers == [403, 403]


def test_zip_of_an_event_without_entries_is_refused_in_words(as_, event, ada):
    answer = as_(ada).post("/events/summer/records/export/")

    assert (answer.status_code, "No entry has been submitted yet" in answer.content.decode()) == (200, True)


def test_zip_is_not_sent_for_a_link(as_, draft, ada):
    world.revision_of(draft)

    answer = as_(ada).get("/events/summer/records/export/")

    assert (answer.status_code, answer.url) == (302, "/events/summer/records/")
    assert AuditRow.objects.filter(verb="records.exported").count() == 0


def test_page_of_entries_to_take_away_needs_as_many_queries_for_three_as_for_one(as_, event, draft, ada):
    world.revision_of(draft)
    browser = as_(ada)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/events/summer/records/").status_code == 200
        return len(asked)

    few = queries()
    world.entry_of(event, "bea", name="Auks")
    world.entry_of(event, "cal", name="Wrens")

    assert queries() == few


def test_template_of_the_tools_own_record_is_the_one_of_entries(as_):
    told = as_(None).get("/ai/record.json").json()

    assert [section["id"] for section in told["sections"]] == [one.id for one in template.sections()]
