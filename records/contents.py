"""What a record and an entry hold when they leave: plain values, with the keys of docs/exports.md."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO, cast

from django.shortcuts import get_object_or_404

from accounts.models import User
from events.models import Event
from files.models import File
from files.storage import shelf
from records import template
from records.models import TransparencyRecord
from records.template import FilledSection, Given, Own
from submissions.models import Answers, Revision, Submission
from submissions.questions import catalogue

BATCH = 50  # entries that are in memory at once


@dataclass(frozen=True)
class Attached:
    """A file that was handed in with an entry."""

    name: str
    kind: str
    size: int
    sha256: str
    alt: str
    state: str  # clean, or why its bytes stay here: waiting for its scan, refused by it
    open: Callable[[], BinaryIO]

    @property
    def may_leave(self) -> bool:
        return self.state == File.State.CLEAN

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "size": self.size,
            "sha256": self.sha256,
            "alt": self.alt,
            "state": self.state,
        }


@dataclass(frozen=True)
class Record:
    """A draft transparency record: whose it is, what it was filled from, and its sections."""

    submission: Submission
    title: str
    revision: int | None  # that it was filled from; None: from the draft
    version: int  # of the team's own words
    sections: list[FilledSection]

    @property
    def name(self) -> str:
        return self.title or str(self.submission.team)

    @property
    def basis(self) -> str:
        if self.revision is None:
            return "Filled from the team’s draft as it stands"
        return f"Filled from revision {self.revision} of the entry"

    @property
    def blank(self) -> int:
        return sum(not one.text for group in self.sections for one in group.fields)

    def as_dict(self) -> dict[str, Any]:
        return {
            "label": template.DRAFT,
            **template.about(),
            "publishing": template.publishing(),
            "entry": {
                "event": self.submission.event.slug,
                "code": self.submission.code,
                "team": self.submission.team.name,
                "title": self.title,
                "revision": self.revision,
            },
            "version": self.version,
            "sections": template.as_dict(self.sections),
        }


def given_by(answers: Answers, team: str) -> dict[str, Given]:
    """Every answer in words, by name, and the name of the team. Of links those alone that are https."""
    links = {link.name: link.url for link in answers.links}
    given = {"team": Given("Name of the team", team)}
    for one in answers.questions():
        given[one.name] = Given(one.words, in_words(answers, one, links))
    return given


def in_words(answers: Answers, question, links: Mapping[str, str]) -> str:
    text = answers.answers().get(question.name, "")
    if question.name == "data_level":
        return answers.get_data_level_display()
    if question.kind == "link":
        return links.get(question.name, "")
    return question.say(text)


def own_words(record: TransparencyRecord, names: Mapping[int, str] | None = None) -> dict[str, Own]:
    """By field. `names` of those who wrote them, where they are shown."""
    known = names or {}
    return {
        field: Own(row["text"], known.get(row["by"], ""), datetime.fromisoformat(row["at"]))
        for field, row in record.own.items()
        if field in template.fields()
    }


def names_in(record: TransparencyRecord) -> dict[int, str]:
    people = {row["by"] for row in record.own.values()}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=people)} if people else {}


def record_of(
    answers: Submission | Revision, record: TransparencyRecord, names: Mapping[int, str] | None = None
) -> Record:
    """Filled from a draft or from a revision of it, the team's own words before either."""
    submission = answers.submission if isinstance(answers, Revision) else answers
    return Record(
        submission,
        answers.title,
        answers.number if isinstance(answers, Revision) else None,
        record.version,
        template.fill(given_by(answers, submission.team.name), own_words(record, names)),
    )


def readable(user, event_slug: str, code: str) -> tuple[Record, TransparencyRecord]:
    """For the team from its draft, for those who read entries from the revision that counts; else a 404."""
    drafts = Submission.objects.visible_to(user).with_people()
    answers: Submission | Revision | None
    answers = drafts.filter(team__event__slug=event_slug, code=code).first()
    if answers is None:
        entries = Revision.objects.visible_to(user).current().with_people()
        answers = get_object_or_404(entries, submission__team__event__slug=event_slug, submission__code=code)
    stored = TransparencyRecord.of(answers.submission if isinstance(answers, Revision) else answers)
    return record_of(answers, stored, names_in(stored)), stored


def revision_for(user, event_slug: str, code: str, number: int) -> Revision:
    visible = Revision.objects.visible_to(user).with_people().select_related("submitted_by", "declaration")
    visible = visible.prefetch_related("enclosures__file")
    return get_object_or_404(
        visible, submission__team__event__slug=event_slug, submission__code=code, number=number
    )


def attached_to(revision: Revision) -> list[Attached]:
    """The files of a revision, in their order, each with what it showed then."""
    return [
        Attached(
            one.file.name,
            one.file.kind,
            one.file.size,
            one.file.sha256,
            one.alt,
            one.file.state,
            partial(_opened, one.file.stored),
        )
        for one in revision.enclosures.all()
    ]


def _opened(stored: str) -> BinaryIO:
    return cast(BinaryIO, shelf().open(stored))


def entry_of(revision: Revision) -> dict[str, Any]:
    """The whole entry, each answer with its question."""
    team = revision.team
    tasks = {question.name: task.name for task in catalogue() for question in task.questions}
    links = {link.name: link.url for link in revision.links}
    given = revision.answers()
    return {
        "event": {"slug": revision.event.slug, "name": revision.event.name},
        "code": revision.submission.code,
        "team": team.name,
        "challenge": team.challenge.title,
        "department": team.challenge.department.name,
        "title": revision.title,
        "pitch": revision.pitch,
        "receipt": {
            "reference": revision.receipt,
            "revision": revision.number,
            "received_at": revision.submitted_at.isoformat(),
            "received": revision.received,
            "side": revision.side,
            "submitted_by": revision.submitter,
            "by_rule": revision.by_rule,
            "sha256": revision.sha256,
        },
        "declarations": {"version": revision.agreed, "statements": list(revision.declarations)},
        "people_only": revision.people_only,
        "answers": [
            {
                "name": one.name,
                "task": tasks.get(one.name, "own"),
                "question": one.words,
                "answer": given.get(one.name, ""),
                "in_words": in_words(revision, one, links),
            }
            for one in revision.questions()
        ],
        "links": [link._asdict() for link in revision.links],
        "files": [file.as_dict() for file in attached_to(revision)],
    }


# All entries of an event

COLUMNS = (
    "folder",
    "code",
    "team",
    "challenge",
    "department",
    "title",
    "revision",
    "reference",
    "received_at",
    "side",
    "by_rule",
    "sha256",
    "data_level",
    "people_only",
    "files",
    "file_bytes",
)


def entries_of(event: Event) -> list[int]:
    """The keys of the entries as they are now: what leaves is settled before the first byte does."""
    current = Revision.objects.of_event(event).current().order_by("submission__team__name", "pk")
    return list(current.values_list("pk", flat=True))


def in_batches(keys: Sequence[int]) -> Iterator[tuple[Revision, TransparencyRecord]]:
    """The entries in this order, each with its record, a batch at a time: as many queries for each batch."""
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        whole = Revision.objects.with_people().select_related("submitted_by", "declaration")
        found = whole.prefetch_related("enclosures__file").in_bulk(batch)
        records = {
            record.submission_id: record
            for record in TransparencyRecord.objects.filter(
                submission__in=[revision.submission_id for revision in found.values()]
            )
        }
        for key in batch:
            if revision := found.get(key):
                submission = revision.submission
                yield revision, records.get(submission.pk) or TransparencyRecord(submission=submission)


def manifest_row(revision: Revision, folder: str) -> dict[str, Any]:
    """One entry, as the manifest has it; `files` in full."""
    team = revision.team
    return {
        "folder": folder,
        "code": revision.submission.code,
        "team": team.name,
        "challenge": team.challenge.title,
        "department": team.challenge.department.name,
        "title": revision.title,
        "revision": revision.number,
        "reference": revision.receipt,
        "received_at": revision.submitted_at.isoformat(),
        "side": revision.side,
        "by_rule": revision.by_rule,
        "sha256": revision.sha256,
        "data_level": revision.data_level,
        "people_only": revision.people_only,
        "files": [file.as_dict() for file in attached_to(revision)],
    }


def cells_of(row: Mapping[str, Any]) -> list[object]:
    """A row of the manifest as a line of a table: of files, their names and how much they hold."""
    files = row["files"]
    plain = {
        **row,
        "files": "; ".join(file["name"] for file in files),
        "file_bytes": sum(file["size"] for file in files),
        "people_only": "yes" if row["people_only"] else "no",
        "by_rule": "yes" if row["by_rule"] else "no",
    }
    return [plain[column] for column in COLUMNS]
