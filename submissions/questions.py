"""What an entry is asked: the catalogue, an event's own questions, and what of them is required."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

Kind = Literal["line", "text", "choice", "choices", "link"]
SEVERAL = ","  # between the chosen of a question that takes several
SAFEGUARD = 600  # characters: an answer to one principle is short
OWN = {"words": 100, "hint": 300, "limit": 2000, "questions": 20}  # the most, for questions of an event's own


@dataclass(frozen=True)
class Option:
    id: str
    label: str
    hint: str = ""
    stop: bool = False  # a person looks at the entry before a model does


@dataclass(frozen=True)
class Question:
    """One question. Its answer is text under `name`; of `choices`, ids with SEVERAL between them."""

    name: str
    words: str
    kind: Kind
    limit: int
    label: str = ""
    hint: str = ""
    rows: int = 8
    read: bool = False
    required: bool = False
    options: tuple[Option, ...] = ()

    def say(self, answer: str) -> str:
        """An answer in words: choices by their labels, everything else as it was typed."""
        if not self.options:
            return answer
        labels = {option.id: option.label for option in self.options}
        return "; ".join(labels.get(one, one) for one in answer.split(SEVERAL) if one)


@dataclass(frozen=True)
class Task:
    name: str
    title: str
    hint: str
    questions: tuple[Question, ...]

    def missing(self, answers: Mapping[str, str]) -> list[Question]:
        return [one for one in self.questions if one.required and not answers.get(one.name, "").strip()]

    def state(self, answers: Mapping[str, str]) -> str:
        """empty, begun (something is there, something required is not) or done."""
        if not any(answers.get(one.name, "").strip() for one in self.questions):
            return "empty"
        return "begun" if self.missing(answers) else "done"


@cache
def catalogue() -> tuple[Task, ...]:
    """The tasks of every entry, without what an event adds."""
    rows = yaml.safe_load(Path(__file__).with_name("questions.yaml").read_text("utf-8"))["tasks"]
    return tuple(
        Task(row["name"], row["title"], row["hint"], tuple(_question(item) for item in row["questions"]))
        for row in rows
    )


def tasks_of(
    principles: Sequence[str], own: Sequence[Mapping[str, Any]], required: Sequence[str]
) -> list[Task]:
    """The tasks of one team's entry.

    `principles`: the names in the event's edition, one optional safeguard each. `own`: the event's questions
    that this team is asked, as {name, words, hint, required}. `required`: names of answers it must give.
    """
    tasks = []
    for task in catalogue():
        asked = [replace(one, required=one.name in required) for one in task.questions]
        if task.name == "safeguards":
            asked += [
                Question(
                    f"principle_{number}",
                    f"Principle {number}: {name}",
                    "text",
                    SAFEGUARD,
                    hint="A sentence or two, if you have something to say",
                    rows=2,
                    read=True,
                    required=f"principle_{number}" in required,
                )
                for number, name in enumerate(principles, start=1)
            ]
        tasks.append(replace(task, questions=tuple(asked)))
    if own:
        questions = tuple(
            Question(
                row["name"],
                row["words"],
                "text",
                OWN["limit"],
                hint=row.get("hint", ""),
                rows=4,
                read=True,
                required=bool(row.get("required")),
            )
            for row in own
        )
        tasks.append(Task("own", "Questions of this event", "Asked by the organisers", questions))
    return tasks


def stops(answers: Mapping[str, str]) -> list[str]:
    """What a team declared that a person must look at before a model reads the entry, in words."""
    told = []
    if answers.get("ai_personal_data") in {"yes", "unsure"}:
        told.append("Personal data may have been sent to a model")
    chosen = set(answers.get("data_kinds", "").split(SEVERAL))
    kinds = next(one for task in catalogue() for one in task.questions if one.name == "data_kinds")
    return told + [option.label for option in kinds.options if option.stop and option.id in chosen]


def _question(row: dict[str, Any]) -> Question:
    given = dict(row)
    words = given.pop("words", given["name"].capitalize())
    options = tuple(Option(**item) for item in given.pop("options", ()))
    return Question(**{"words": words, "options": options} | given)
