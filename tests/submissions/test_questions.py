"""The catalogue of what an entry is asked, and what an event makes of it."""

from uuid import uuid4

import pytest

from core.refusals import Refused
from events.models import Phase
from submissions import actions
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Answers, Call
from submissions.questions import catalogue, stops, tasks_of
from tests.world import ANSWERS, draft_of, event_in, person, team_of

OWN = {"name": "own_1", "words": "Data ethics", "hint": "Who could be harmed", "required": True}


def test_catalogue_has_a_question_for_every_column_with_its_limit() -> None:
    limits = {one.name: one.limit for task in catalogue() for one in task.questions}
    columns = {name: Answers._meta.get_field(name).max_length for name in Answers.fields()}

    assert {name: limits.get(name) for name in columns} == columns


def test_catalogue_names_no_question_twice() -> None:
    names = [one.name for task in catalogue() for one in task.questions]

    assert sorted(set(names)) == sorted(names)


def test_tasks_of_an_event_have_its_principles_and_its_own_questions() -> None:
    tasks = tasks_of(["Know the limits", "Be lawful"], [OWN], ["title", "principle_2"])

    named = {task.name: [one.name for one in task.questions] for task in tasks}
    assert named["safeguards"] == ["safeguards", "principle_1", "principle_2"]
    assert named["own"] == ["own_1"]
    assert [one.name for task in tasks for one in task.missing({})] == ["title", "principle_2", "own_1"]


@pytest.mark.parametrize(
    ("answers", "state"),
    [({}, "empty"), ({"pitch": "Sorts."}, "begun"), ({"title": "Sorter", "pitch": "Sorts."}, "done")],
)
def test_state_of_a_task_follows_from_its_answers(answers: dict[str, str], state: str) -> None:
    summary = tasks_of([], [], ["title", "pitch"])[0]

    assert summary.state(answers) == state


def test_stops_are_what_a_person_must_look_at_first() -> None:
    declared = {"ai_personal_data": "unsure", "data_kinds": "synthetic,special_category"}

    assert stops(declared) == [
        "Personal data may have been sent to a model",
        "Special category or criminal offence data",
    ]
    assert stops({"ai_personal_data": "none", "data_kinds": "synthetic"}) == []


def hand_in(submission):
    draft = type(submission).objects.get(pk=submission.pk)
    return actions.submit(draft, by=person("ben"), key=uuid4(), declared=CURRENT_DECLARATIONS)


@pytest.fixture
def asked(db):
    event = event_in(Phase.BUILDING)
    team = team_of(event)
    elsewhere = OWN | {"name": "own_2", "challenge": "another"}
    Call.objects.create(event=event, required=["title"], questions=[OWN, elsewhere])
    return draft_of(team)


def test_draft_is_asked_what_the_event_and_its_challenge_ask(asked) -> None:
    names = [question.name for question in asked.questions()]

    assert ("own_1" in names, "own_2" in names, "principle_10" in names) == (True, False, True)
    assert asked.unanswered() == ["own_1"]


def test_save_draft_keeps_answers_beyond_the_columns_and_merges_them(asked) -> None:
    ben = person("ben")

    saved = actions.save_draft(
        asked, by=ben, version=asked.version, answers={"own_1": "Nobody.", "cost": " About £9,000. "}
    )
    again = actions.save_draft(saved, by=ben, version=asked.version, answers={"principle_1": "We list them."})

    more = {"own_1": "Nobody.", "cost": "About £9,000.", "principle_1": "We list them."}
    assert again.answers() == ANSWERS | more
    emptied = actions.save_draft(again, by=ben, version=again.version, answers={"cost": ""})
    assert "cost" not in emptied.answers()


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"own_1": "x" * 2001}, "‘Data ethics’ must be 2,000 characters or fewer"),
        ({"data_kinds": "synthetic,plutonium"}, "Choose an answer to ‘Kinds of data’ from the list"),
    ],
)
def test_save_draft_refuses_what_is_no_answer_and_keeps_the_draft(asked, answers, why) -> None:
    with pytest.raises(Refused) as caught:
        actions.save_draft(asked, by=person("ben"), version=asked.version, answers=answers)

    assert (caught.value.message, caught.value.field) == (why, next(iter(answers)))
    asked.refresh_from_db()
    assert asked.answers() == ANSWERS


def test_revision_keeps_the_words_of_what_was_asked_when_it_was_made(asked) -> None:
    actions.save_draft(asked, by=person("ben"), version=asked.version, answers={"own_1": "Nobody."})
    revision = hand_in(asked)

    Call.objects.update(questions=[OWN | {"words": "Something else"}])

    revision.refresh_from_db()
    assert revision.heading("own_1") == "Data ethics"
    assert revision.as_markdown().endswith("## Data ethics\n\nNobody.\n")


def test_submit_of_declared_personal_data_is_read_by_people_alone(asked) -> None:
    actions.save_draft(
        asked,
        by=person("ben"),
        version=asked.version,
        answers={"own_1": "Nobody.", "ai_personal_data": "yes"},
    )

    assert hand_in(asked).people_only is True
