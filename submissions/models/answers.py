"""What a team says about what it built: the same in the draft and in each frozen revision."""

import hashlib
from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.validators import URLValidator
from django.db import models

from challenges.models import DataLevel
from submissions.questions import Question, catalogue

https_only = URLValidator(schemes=["https"], message="Enter a web address that begins with https://")


class Link(NamedTuple):
    """An address that a team gave, with its host in view: nobody follows it without seeing where it leads."""

    name: str
    label: str
    url: str
    host: str


class Part(NamedTuple):
    """A long answer that is read: its name, its heading, its text."""

    name: str
    heading: str
    text: str


def parts_of(answers: dict[str, str], questions: list[Question]) -> list[Part]:
    return [
        Part(one.name, one.words, text)
        for one in questions
        if one.read and (text := answers.get(one.name, "").strip())
    ]


class Answers(models.Model):
    """The answers, flat: some are columns, the rest stands in `more` by name, where no text means no key."""

    title = models.CharField(max_length=100, blank=True)
    pitch = models.CharField(max_length=200, blank=True)
    problem = models.TextField("the problem and its users", max_length=20_000, blank=True)
    built = models.TextField("what you built", max_length=20_000, blank=True)
    ai_use = models.TextField("how AI is used", max_length=20_000, blank=True)
    data_used = models.TextField("the data you used", max_length=10_000, blank=True)
    data_level = models.CharField("data level", max_length=20, choices=DataLevel, blank=True)
    safeguards = models.TextField("safeguards", max_length=20_000, blank=True)
    next_steps = models.TextField("what comes next", max_length=10_000, blank=True)
    repository_url = models.URLField("code", max_length=400, blank=True, validators=[https_only])
    demo_url = models.URLField("demo", max_length=400, blank=True, validators=[https_only])
    film_url = models.URLField("film", max_length=400, blank=True, validators=[https_only])
    more = models.JSONField(default=dict, blank=True)

    REQUIRED = ("title", "pitch", "problem", "built", "ai_use", "data_level", "data_used")
    LINKS = ("repository_url", "demo_url", "film_url")

    class Meta:
        abstract = True

    @classmethod
    def fields(cls) -> list[str]:
        """The answers that have a column."""
        return [field.name for field in Answers._meta.local_fields if field.name != "more"]

    def answers(self) -> dict[str, str]:
        return {name: str(getattr(self, name)) for name in self.fields()} | self.more

    def put(self, answers: dict[str, str]) -> None:
        """Set these answers, wherever each is kept."""
        columns = self.fields()
        more = dict(self.more)
        for name, text in answers.items():
            if name in columns:
                setattr(self, name, text)
            elif text:
                more[name] = text
            else:
                more.pop(name, None)
        self.more = more

    def questions(self) -> list[Question]:
        """What this entry is asked, in order. A draft and a revision know more than the catalogue."""
        return [question for task in catalogue() for question in task.questions]

    def heading(self, name: str) -> str:
        """What an answer is called where it is read."""
        return next((one.words for one in self.questions() if one.name == name), name)

    @property
    def is_blank(self) -> bool:
        return not any(self.answers().values())

    @property
    def links(self) -> list[Link]:
        """Checked again here: what is shown as a link is https, however it came to be stored."""
        found = []
        for name in self.LINKS:
            url = getattr(self, name)
            parts = urlsplit(url)
            if parts.scheme == "https" and parts.hostname:
                found.append(Link(name, self.heading(name), url, parts.hostname))
        return found

    def parts(self) -> list[Part]:
        """The long answers that were given, in the order of the form: what people and models read."""
        return parts_of(self.answers(), self.questions())

    def as_markdown(self) -> str:
        """The whole entry as one text: what the fingerprint on a receipt is of."""
        parts = [f"# {self.title}", self.pitch]
        for part in self.parts():
            parts += [f"## {part.heading}", part.text]
        return "\n\n".join(parts) + "\n"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
