"""What a receipt lists: the same on the page, in the mail and through the API."""

from typing import NamedTuple

from submissions.models.revisions import Revision


class Received(NamedTuple):
    """One thing that was received. Files say their own fingerprint; the answers share the revision's."""

    name: str
    label: str
    size: int
    unit: str = "characters"
    sha256: str = ""

    @property
    def words(self) -> str:
        return f"{self.label}: {self.size:,} {self.unit}"


def received_items(revision: Revision) -> list[Received]:
    """Everything in a revision, in the order of the form, then its files."""
    given = revision.answers()
    answers = [
        Received(one.name, one.words, len(given[one.name]))
        for one in revision.questions()
        if given.get(one.name)
    ]
    files = [
        Received(one.file.code, one.file.name, one.file.size, "bytes", one.file.sha256)
        for one in revision.enclosures.select_related("file")
    ]
    return answers + files
