"""Going back, comparing, and what an event asks."""

import time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import AuditRow
from core.refusals import Refused
from events.models import Phase
from submissions import actions
from submissions.differences import differences
from submissions.models import Call, received_items
from tests.world import ANSWERS, draft_of, event_in, person, revision_of, team_of

pytestmark = pytest.mark.django_db

BASE = "/events/summer/submissions"
RULES = {
    "grace_minutes": 0,
    "remind_hours": [24],
    "draft_becomes_entry": True,
    "required": ["title", "built"],
}


def changed_draft(*keys):
    """A draft whose title and problem ben has changed since its first save."""
    submission = draft_of(team_of(event_in(Phase.BUILDING), *(keys or ("ben",))))
    return actions.save_draft(
        submission, by=person("ben"), version=1, answers={"title": "New", "problem": "", "cost": "Ten pounds"}
    )


def test_revert_of_one_answer_is_a_save_with_its_record(ben):
    submission = changed_draft()

    saved = actions.revert(submission, by=ben, version=2, to=submission.save_at(1), names=["title"])

    row = AuditRow.objects.get(verb="submissions.reverted")
    assert saved.answers() == ANSWERS | {"problem": "", "cost": "Ten pounds"}
    assert (saved.version, saved.saves.count()) == (3, 3)
    assert (row.by, row.details) == (ben, {"draft_version": 3, "answers": ["title"], "save": 1})


def test_revert_of_the_whole_draft_to_a_revision_empties_what_was_empty(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision = revision_of(submission)
    actions.save_draft(submission, by=ben, version=1, answers={"title": "New", "cost": "Ten pounds"})

    saved = actions.revert(submission, by=ben, version=2, to=revision)

    assert saved.answers() == ANSWERS


def test_revert_overtaken_is_refused_and_changes_nothing(ben):
    submission = changed_draft()

    with pytest.raises(Refused, match="Ben Okoro saved the draft while you were looking"):
        actions.revert(submission, by=ben, version=1, to=submission.save_at(1))

    submission.refresh_from_db()
    assert (submission.title, submission.version) == ("New", 2)


def test_revert_to_what_the_draft_says_adds_no_save(ben):
    submission = changed_draft()

    saved = actions.revert(submission, by=ben, version=2, to=submission.save_at(2))

    assert (saved.version, AuditRow.objects.count()) == (2, 0)


def test_revert_to_another_teams_save_is_refused(ben):
    submission = changed_draft()
    other = draft_of(team_of(submission.event, "bea", name="Herons"))

    with pytest.raises(Refused):
        actions.revert(submission, by=ben, version=2, to=other.save_at(1))


def test_revert_to_data_that_is_not_taken_is_refused(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)), data_level="official")
    actions.save_draft(submission, by=ben, version=1, answers={"data_level": "public"})

    with pytest.raises(Refused, match="open, published or made-up data only"):
        actions.revert(submission, by=ben, version=2, to=submission.save_at(1))


@pytest.mark.parametrize("who", ["ada", "bea", "cal", "jude", "kit", "sam", "dot"])
def test_revert_by_someone_not_on_the_team_is_denied(who):
    submission = changed_draft()

    with pytest.raises(PermissionDenied):
        actions.revert(submission, by=person(who), version=2, to=submission.save_at(1))


def test_history_names_what_each_save_changed(as_, ben):
    submission = changed_draft()

    response = as_(ben).get(f"{BASE}/{submission.code}/history/")

    assert [(row["save"].version, row["changed"]) for row in response.context["rows"]][:1] == [
        (2, ["Title", "The problem and its users", "What it would cost"])
    ]


def test_history_costs_the_same_however_many_saves(as_, ben):
    submission = changed_draft()
    browser = as_(ben)
    browser.get(f"{BASE}/{submission.code}/history/")
    with CaptureQueriesContext(connection) as for_two:
        browser.get(f"{BASE}/{submission.code}/history/")
    for version in (2, 3):
        actions.save_draft(submission, by=ben, version=version, answers={"title": f"Title {version}"})

    with CaptureQueriesContext(connection) as for_four:
        browser.get(f"{BASE}/{submission.code}/history/")

    assert len(for_four) == len(for_two)


def test_save_put_back_by_the_page(as_, ben):
    submission = changed_draft()

    response = as_(ben).post(f"{BASE}/{submission.code}/history/1/", {"version": "2", "name": "title"})

    submission.refresh_from_db()
    assert (response.status_code, submission.title, submission.problem) == (302, "Letter Sorter", "")


def test_save_put_back_from_an_old_page_is_an_error_on_it(as_, ben):
    submission = changed_draft()

    response = as_(ben).post(f"{BASE}/{submission.code}/history/1/", {"version": "1", "name": ""})

    assert "saved the draft while you were looking" in response.context["form"].non_field_errors()[0]
    assert response.context["submission"].version == 2


@pytest.mark.parametrize(
    ("who", "status"),
    [("ben", 200), ("ada", 200), ("sam", 200), ("kit", 200), ("bea", 404), ("jude", 404), ("cal", 404)],
)
def test_compare_is_for_those_who_see_revisions(as_, api_as, who, status):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)
    revision_of(submission, title="Letter Reader")

    page = as_(person(who)).get(f"{BASE}/{submission.code}/revisions/compare/?from=1&to=2")
    answer = api_as(person(who)).get(
        f"/api/v1{BASE}/{submission.code}/revisions/compare/?older=1&newer=2", format="json"
    )

    assert (page.status_code, answer.status_code) == (status, status)
    if status == 200:
        assert answer.json()["changes"][0]["pieces"] == [
            {"kind": "same", "text": "Letter "},
            {"kind": "out", "text": "Sorter"},
            {"kind": "in", "text": "Reader"},
        ]


@pytest.mark.parametrize("query", ["", "?from=1", "?from=x&to=1", "?from=1&to=9", "?from=1&to=" + "9" * 30])
def test_compare_of_what_is_not_there_is_not_found(as_, ben, query):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)

    assert as_(ben).get(f"{BASE}/{submission.code}/revisions/compare/{query}").status_code == 404


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" ".join(f"w{n % 97}" for n in range(5000)), " ".join(f"w{n * 7 % 101}" for n in range(5000))),
        ("a " * 10_000, "b a " * 5_000),
        ("x" * 20_000, "y" * 20_000),
        ("\n" * 20_000, " " * 20_000),
    ],
)
def test_differences_of_long_texts_are_found_in_time_and_lose_nothing(before, after):
    begun = time.monotonic()

    pieces = differences(before, after)

    assert time.monotonic() - begun < 1
    assert "".join(one.text for one in pieces if one.kind != "in") == before
    assert "".join(one.text for one in pieces if one.kind != "out") == after


def test_received_items_are_the_answers_with_their_sizes():
    revision = revision_of(draft_of(team_of(event_in(Phase.BUILDING))))

    items = {item.name: item.size for item in received_items(revision)}

    assert items == {name: len(text) for name, text in ANSWERS.items() if text}


def test_set_call_changes_what_is_required_and_teams_are_told(as_, ada, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))

    call = actions.set_call(submission.event, by=ada, **RULES | {"required": ["title", "built", "cost"]})

    row = AuditRow.objects.get(verb="submissions.call_set")
    response = as_(ben).get(f"{BASE}/mine/")
    page = response.content.decode()
    assert call.required == ["title", "built", "cost"]
    assert row.details["now_required"] == ["cost"]
    assert "ow required: What it would cost" in page
    assert [task["title"] for task in response.context["tasks"] if "optional" not in task["title"]] == [
        "Title and pitch",
        "What you built",
        "What comes next",
    ]


@pytest.mark.parametrize("required", [["title", "nonsense"], ["built"]])
def test_set_call_with_what_cannot_be_required_is_refused(ada, required):
    event = event_in(Phase.BUILDING)

    with pytest.raises(Refused):
        actions.set_call(event, by=ada, **RULES | {"required": required})

    assert Call.objects.count() == 0


def test_call_after_submissions_close_is_refused(ada):
    event = event_in(Phase.JUDGING)

    with pytest.raises(Refused, match="What was asked stays as it was"):
        actions.set_call(event, by=ada, **RULES)


def test_remove_question_that_has_an_answer_retires_it(ada, ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    row = actions.add_question(submission.event, by=ada, words="Who would run it?")
    actions.save_draft(submission, by=ben, version=1, answers={row["name"]: "We would"})

    retired = actions.remove_question(submission.event, row["name"], by=ada)

    submission.refresh_from_db()
    assert (retired, submission.more) == (True, {row["name"]: "We would"})
    assert [task.name for task in Call.of(submission.event).tasks_for(submission.team.challenge)][
        -1
    ] == "links"


def test_remove_question_that_nobody_answered_leaves_nothing(ada):
    event = event_in(Phase.BUILDING)
    row = actions.add_question(event, by=ada, words="Who would run it?")

    assert (actions.remove_question(event, row["name"], by=ada), Call.of(event).questions) == (False, [])


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("ben", 403), ("kit", 403), ("cal", 403)])
def test_call_is_for_organisers(as_, api_as, who, status):
    event_in(Phase.BUILDING)

    page = as_(person(who)).get(f"{BASE}/call/")
    answer = api_as(person(who)).put(f"/api/v1{BASE}/call/", RULES, format="json")

    assert (page.status_code, answer.status_code) == (status, status)


def test_call_is_set_and_a_question_added_by_the_pages(as_, ada):
    event = event_in(Phase.BUILDING)
    browser = as_(ada)

    saved = browser.post(
        f"{BASE}/call/", {"required": ["title", "cost"], "grace_minutes": "5", "remind_hours": "3, 24"}
    )
    added = browser.post(f"{BASE}/call/questions/add/", {"words": "Who would run it?", "challenge": "all"})

    call = Call.of(event)
    assert (saved.status_code, added.status_code) == (302, 302)
    assert (call.required, call.grace_minutes, call.remind_hours) == (["title", "cost"], 5, [24, 3])
    assert call.draft_becomes_entry is False  # an unticked box
    assert [(row["words"], row["challenge"]) for row in call.questions] == [("Who would run it?", "")]


def test_api_reverts_lists_saves_and_tasks(api_as, ben):
    submission = changed_draft()
    client, address = api_as(ben), f"/api/v1{BASE}/{submission.code}"

    reverted = client.post(f"{address}/revert/", {"version": 2, "save": 1, "names": ["title"]}, format="json")
    saves = client.get(f"{address}/saves/").json()["results"]
    tasks = client.get(f"{address}/tasks/").json()["results"]

    assert reverted.json()["title"] == "Letter Sorter"
    assert [save["version"] for save in saves] == [3, 2, 1]
    assert {task["name"]: task["missing"] for task in tasks if task["missing"]} == {"problem": ["problem"]}
