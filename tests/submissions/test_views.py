from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Phase
from submissions import actions
from submissions.models import DraftSave, Revision, Submission
from tests.world import ANSWERS, draft_of, event_in, person, revision_of, team_of

pytestmark = pytest.mark.django_db

BASE = "/events/summer/submissions"
OTHERS = ["ada", "bea", "cal", "jude", "kit", "sam", "dot", "max"]
SCRIPT = "<script>alert(1)</script> [go](javascript:alert(1)) ![x](https://pictures.example.org/x.png)"


def declared(**fields):
    return {"key": str(uuid4()), "declared": "2026-11", "confirm": "on"} | fields


def step_of(response):
    return response.context["step"]["title"]


# The team's own page


def test_entry_on_the_first_visit_opens_the_draft(as_, ben):
    team = team_of(event_in(Phase.BUILDING))

    response = as_(ben).get(f"{BASE}/mine/")

    assert Submission.objects.get().team == team
    assert step_of(response) == "Start your entry"


@pytest.mark.parametrize("who", ["ada", "jude", "kit", "sam", "cal", "dot"])
def test_entry_for_those_who_make_none_is_not_found(as_, who):
    team_of(event_in(Phase.BUILDING))

    response = as_(person(who)).get(f"{BASE}/mine/")

    assert response.status_code == 404
    assert Submission.objects.count() == 0


def test_entry_for_a_participant_without_a_team_says_where_to_find_one(as_):
    team_of(event_in(Phase.BUILDING))

    response = as_(person("bea")).get(f"{BASE}/mine/")

    assert response.templates[0].name == "submissions/no_team.html"
    assert 'href="/events/summer/teams/"' in response.content.decode()


def test_entry_for_a_stranger_asks_to_sign_in(as_):
    team_of(event_in(Phase.BUILDING))

    response = as_(None).get(f"{BASE}/mine/")

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("phase", "answers", "frozen", "title"),
    [
        (Phase.BUILDING, dict.fromkeys(ANSWERS, ""), None, "Start your entry"),
        (Phase.BUILDING, {"built": ""}, None, "Finish your draft"),
        (Phase.BUILDING, {}, None, "Check and submit"),
        (Phase.BUILDING, {}, {}, "You have submitted everything"),
        (Phase.BUILDING, {}, {"title": "Before"}, "Submit your changes"),
        (Phase.BUILDING, {"built": ""}, {"title": "Before"}, "Finish your draft"),
        (Phase.FORMING, {}, None, "Your draft is ready"),
        (Phase.JUDGING, {}, None, "No entry was received in time"),
        (Phase.JUDGING, {}, {}, "There is nothing more to do here"),
        (Phase.JUDGING, {}, {"title": "Before"}, "Your last revision is your entry"),
    ],
)
def test_entry_says_the_one_thing_to_do_next(as_, phase, answers, frozen, title):
    submission = draft_of(team_of(event_in(phase)), **answers)
    if frozen is not None:
        revision_of(submission, **frozen)

    response = as_(person("ben")).get(f"{BASE}/mine/")

    assert step_of(response) == title


def test_entry_costs_the_same_however_many_revisions(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)
    browser = as_(ben)
    with CaptureQueriesContext(connection) as for_one:
        browser.get(f"{BASE}/mine/")
    for _ in range(2):
        revision_of(submission)

    with CaptureQueriesContext(connection) as for_three:
        response = browser.get(f"{BASE}/mine/")

    assert len(response.context["page"].object_list) == 3
    assert len(for_three) == len(for_one)


# The draft


@pytest.mark.parametrize(
    "page", ["edit", "tasks/summary", "history", "history/1", "revisions/1/draft", "check", "submit"]
)
@pytest.mark.parametrize("who", OTHERS)
def test_draft_of_others_is_not_found(as_, who, page):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)
    browser = as_(person(who))

    shown = browser.get(f"{BASE}/{submission.code}/{page}/")
    sent = browser.post(f"{BASE}/{submission.code}/{page}/", ANSWERS | {"version": 1} | declared())

    assert (shown.status_code, sent.status_code) == (404, 404)
    assert (Revision.objects.count(), DraftSave.objects.count()) == (1, 1)


def test_draft_under_the_address_of_another_event_is_not_found(as_, ben):
    event_in(Phase.BUILDING, "winter")
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = as_(ben).get(f"/events/winter/submissions/{submission.code}/edit/")

    assert response.status_code == 404


def task_page(submission, task="summary"):
    return f"{BASE}/{submission.code}/tasks/{task}/"


def test_edit_leads_to_the_task_list(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = as_(ben).get(f"{BASE}/{submission.code}/edit/")

    assert (response.status_code, response.url) == (302, f"{BASE}/mine/")


def test_task_shows_what_was_saved(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = as_(ben).get(task_page(submission))

    assert response.context["form"].initial == {
        "version": 1,
        "title": ANSWERS["title"],
        "pitch": ANSWERS["pitch"],
    }


def test_task_that_is_not_asked_is_not_found(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    assert as_(ben).get(task_page(submission, "own")).status_code == 404


def test_task_saves_what_it_shows_and_leaves_the_rest(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = as_(ben).post(task_page(submission), {"version": "1", "title": "Only a title"})

    submission.refresh_from_db()
    assert (response.status_code, response.url) == (302, f"{BASE}/mine/")
    assert submission.answers() == ANSWERS | {"title": "Only a title", "pitch": ""}


@pytest.mark.parametrize(
    ("answers", "leads_to"),
    [({"ai_use": ""}, "tasks/ai/"), ({"problem": ""}, "tasks/problem/"), ({}, "check/")],
)
def test_task_that_goes_on_leads_to_what_is_missing(as_, ben, answers, leads_to):
    submission = draft_of(team_of(event_in(Phase.BUILDING)), **answers)

    response = as_(ben).post(
        task_page(submission, "built"), {"version": "1", "built": "A page", "then": "next"}
    )

    assert response.url == f"{BASE}/{submission.code}/{leads_to}"


def test_task_sent_twice_from_the_same_page_saves_once(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    browser = as_(ben)
    typed = {"version": "1", "title": "New", "pitch": ANSWERS["pitch"]}
    browser.post(task_page(submission), typed)

    again = browser.post(task_page(submission), typed)

    submission.refresh_from_db()
    assert (again.status_code, submission.version) == (302, 2)


def test_task_after_submissions_close_saves_and_says_that_it_was_not_submitted(as_, ben):
    event = event_in(Phase.JUDGING)
    submission = draft_of(team_of(event))

    response = as_(ben).post(task_page(submission), {"version": "1", "title": "Late"})

    submission.refresh_from_db()
    closed = event.say(event.submissions_close_at)
    assert submission.title == "Late"
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        f"Draft saved, not submitted. Submissions closed at {closed}."
    ]


@pytest.mark.parametrize(
    ("task", "name", "typed", "error"),
    [
        ("summary", "pitch", "x" * 201, "Pitch must be 200 characters or fewer"),
        ("built", "built", "word " * 100_000, "What you built must be 20,000 characters or fewer"),
        ("links", "repository_url", "http://a.example.org/", "Enter a web address that begins with https://"),
        ("links", "demo_url", "javascript:alert(1)", "Enter a web address that begins with https://"),
        ("links", "film_url", "ftp://a.example.org/", "Enter a web address that begins with https://"),
    ],
)
def test_task_with_something_wrong_keeps_what_was_typed(as_, task, name, typed, error):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = as_(person("ben")).post(task_page(submission, task), {"version": "1", name: typed})

    submission.refresh_from_db()
    form = response.context["form"]
    assert (form.errors, form[name].value()) == ({name: [error]}, typed)
    assert response.content.decode().count("<title>Error: ") == 1
    assert submission.answers() == ANSWERS


def test_task_takes_a_web_address_without_its_beginning_as_https(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    as_(ben).post(task_page(submission, "links"), {"version": "1", "demo_url": "demo.example.org/try"})

    submission.refresh_from_db()
    assert submission.demo_url == "https://demo.example.org/try"


def test_task_counts_a_new_line_as_one_character(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    text = "x\r\n" * 9_999 + "yy"  # 20,000 characters as people count them

    response = as_(ben).post(task_page(submission, "built"), {"version": "1", "built": text})

    submission.refresh_from_db()
    assert (response.status_code, len(submission.built)) == (302, 20_000)


def test_task_keeps_characters_that_cannot_be_seen(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    text = "\x1cA\u200bpage\u202e\x07"

    as_(ben).post(task_page(submission, "built"), {"version": "1", "built": text})

    submission.refresh_from_db()
    assert submission.built == text


def test_task_keeps_several_choices_in_the_order_of_the_list(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    sent = {"version": "1", "data_level": "public", "data_kinds": ["synthetic", "open_licensed"]}

    as_(ben).post(task_page(submission, "data"), sent)

    submission.refresh_from_db()
    assert submission.more == {"data_kinds": "open_licensed,synthetic"}


def test_task_with_data_that_is_not_taken_stores_nothing_and_keeps_what_was_typed(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    sent = {"version": "1", "data_used": "Case files of 40 people", "data_level": "official_sensitive"}

    response = as_(ben).post(task_page(submission, "data"), sent)

    submission.refresh_from_db()
    form = response.context["form"]
    assert (list(form.errors), form["data_used"].value()) == (["data_level"], "Case files of 40 people")
    assert submission.answers() == ANSWERS
    assert not DraftSave.objects.filter(answers__data_used__contains="Case files").exists()


def test_task_overtaken_shows_both_texts_and_the_next_save_undoes_nothing(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))
    browser = as_(ben)
    bea_wrote = {"title": "Bea's title", "pitch": "Bea's pitch"}
    actions.save_draft(submission, by=person("bea"), version=1, answers=bea_wrote)
    sent = {"version": "1", "title": "Ben's title", "pitch": ANSWERS["pitch"]}

    response = browser.post(task_page(submission), sent)

    form = response.context["form"]
    clash = response.context["clashes"]
    shown = {name: form[name].value() for name in ("title", "pitch")}
    assert [(each["theirs"], each["yours"]) for each in clash] == [("Bea's title", "Ben's title")]
    assert form.errors == {
        "title": ["Bea Lund also changed ‘Title’. Compare the two texts, then save what should stay"]
    }
    assert shown == {"title": "Ben's title", "pitch": "Bea's pitch"}

    again = browser.post(task_page(submission), shown | {"version": form["version"].value(), "title": "Both"})

    submission.refresh_from_db()
    assert again.status_code == 302
    assert submission.answers() == ANSWERS | {"title": "Both", "pitch": "Bea's pitch"}
    assert DraftSave.objects.filter(answers__title="Bea's title").exists()


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "9" * 30])
def test_task_with_a_broken_version_keeps_what_was_typed(as_, ben, version):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = as_(ben).post(task_page(submission), {"version": version, "title": "Typed"})

    submission.refresh_from_db()
    assert response.context["form"]["title"].value() == "Typed"
    assert list(response.context["form"].errors) == ["version"]
    assert submission.title == "Letter Sorter"


# Check and submit


def test_check_links_each_missing_answer_to_its_field(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)), built="", data_level="")

    page = as_(ben).get(f"{BASE}/{submission.code}/check/").content.decode()

    for task, name in (("built", "built"), ("data", "data_level")):
        assert f'href="{BASE}/{submission.code}/tasks/{task}/#id_{name}"' in page
    assert "2 answers are missing" in page
    assert "Submit your entry" not in page


def test_submit_by_get_leads_back_to_the_check_page(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = as_(ben).get(f"{BASE}/{submission.code}/submit/")

    assert (response.status_code, response.url) == (302, f"{BASE}/{submission.code}/check/")


def test_submit_gives_the_receipt(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    browser = as_(ben)

    response = browser.post(f"{BASE}/{submission.code}/submit/", declared(), follow=True)

    revision = Revision.objects.get()
    assert response.redirect_chain == [(f"{BASE}/{submission.code}/revisions/1/receipt/", 302)]
    page = response.content.decode()
    for words in (revision.receipt, revision.sha256, revision.received):
        assert words in page


def test_submit_twice_with_one_form_gives_the_same_receipt(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    browser = as_(ben)
    form = declared()
    first = browser.post(f"{BASE}/{submission.code}/submit/", form)

    again = browser.post(f"{BASE}/{submission.code}/submit/", form)

    assert again.url == first.url
    assert Revision.objects.count() == 1


def test_submit_without_confirming_is_an_error_and_keeps_the_key(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    form = declared()
    del form["confirm"]

    response = as_(ben).post(f"{BASE}/{submission.code}/submit/", form)

    assert response.context["form"].errors == {"confirm": ["Confirm the statements before you submit"]}
    assert f'value="{form["key"]}"' in response.content.decode()
    assert Revision.objects.count() == 0


@pytest.mark.parametrize("key", ["", "x", "1234"])
def test_submit_with_a_broken_key_is_an_error(as_, ben, key):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    response = as_(ben).post(f"{BASE}/{submission.code}/submit/", declared(key=key))

    assert list(response.context["form"].errors) == ["key"]
    assert Revision.objects.count() == 0


def test_submit_after_the_deadline_is_kept_and_the_pages_say_that_it_is_late(as_, ben):
    event = event_in(Phase.JUDGING)
    submission = draft_of(team_of(event))
    revision_of(submission)
    browser = as_(ben)
    browser.post(task_page(submission), {"version": "1", "title": "Later", "pitch": ANSWERS["pitch"]})

    check = browser.get(f"{BASE}/{submission.code}/check/").content.decode()
    receipt = browser.post(f"{BASE}/{submission.code}/submit/", declared(), follow=True).content.decode()

    assert "What you submit now is kept as late" in check
    assert "We received this late, and kept it" in receipt
    assert "Until then revision 1 is the entry" in receipt
    assert [row.number for row in Revision.objects.current()] == [1]


# Revisions and receipts


READERS = dict.fromkeys(["ben", "ada", "sam", "kit"], 200) | dict.fromkeys(["bea", "jude", "cal", "dot"], 404)
READERS["max"] = 404


@pytest.mark.parametrize("page", ["", "receipt/", "text/"])
@pytest.mark.parametrize("who", READERS)
def test_revision_is_for_the_team_and_those_who_read_entries(as_, who, page):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)

    response = as_(person(who)).get(f"{BASE}/{submission.code}/revisions/1/{page}")

    assert response.status_code == READERS[who]


def test_revision_under_the_address_of_another_event_is_not_found(as_, ada):
    event_in(Phase.BUILDING, "winter")
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)

    response = as_(ada).get(f"/events/winter/submissions/{submission.code}/revisions/1/")

    assert response.status_code == 404


def test_revision_shows_what_was_frozen_and_not_the_draft(as_, ada, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)
    actions.save_draft(submission, by=ben, version=1, answers={"title": "Secret next title"})

    page = as_(ada).get(f"{BASE}/{submission.code}/revisions/1/").content.decode()

    assert "Letter Sorter" in page
    assert "Secret next title" not in page


def test_revision_runs_nothing_and_loads_nothing_that_a_team_wrote(as_, ada):
    hostile = dict.fromkeys(("title", "pitch", "problem", "built", "ai_use", "data_used"), SCRIPT)
    submission = draft_of(team_of(event_in(Phase.BUILDING)), **hostile)
    revision_of(submission)

    for address in ("", "receipt/"):
        page = as_(ada).get(f"{BASE}/{submission.code}/revisions/1/{address}").content.decode()

        assert "&lt;script&gt;" in page
        for words in ("<script>alert", 'href="javascript', "<img"):
            assert words not in page


def test_check_and_edit_run_nothing_that_a_colleague_wrote(as_, ben):
    hostile = dict.fromkeys(("title", "pitch", "problem", "built", "ai_use", "data_used"), SCRIPT)
    submission = draft_of(team_of(event_in(Phase.BUILDING)), **hostile)

    for address in ("check", "tasks/built", "tasks/summary"):
        page = as_(ben).get(f"{BASE}/{submission.code}/{address}/").content.decode()

        assert "&lt;script&gt;" in page
        for words in ("<script>alert", 'href="javascript', "<img"):
            assert words not in page


def test_revision_shows_a_link_with_its_host_and_never_one_that_is_not_https(as_, ada):
    submission = draft_of(
        team_of(event_in(Phase.BUILDING)),
        repository_url="https://www.gov.uk@evil.example.org/x",
        demo_url="javascript:alert(1)",
    )
    revision_of(submission)

    page = as_(ada).get(f"{BASE}/{submission.code}/revisions/1/").content.decode()

    assert 'rel="noopener noreferrer nofollow"' in page
    assert "(leads to evil.example.org)" in page
    assert "javascript:alert" not in page


def test_text_is_what_the_fingerprint_is_of(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision = revision_of(submission)

    response = as_(ben).get(f"{BASE}/{submission.code}/revisions/1/text/")

    assert response.content.decode() == revision.as_markdown()
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{submission.code}-revision-1.md"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_receipt_of_an_older_revision_points_to_the_newer(as_, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)
    revision_of(submission, title="Newer")

    page = as_(ben).get(f"{BASE}/{submission.code}/revisions/1/receipt/").content.decode()

    assert f'href="{BASE}/{submission.code}/revisions/2/receipt/"' in page
