"""What pages and the API show of links: each with what the checker knows of it."""

from collections.abc import Iterable
from typing import NamedTuple

from events.models import Event
from links.models import LinkCheck
from submissions.models import Link, Revision

WORST_FIRST = ["missing", "silent", "refused", "waiting", "answered"]


class Told(NamedTuple):
    """A link, and the check of its address, where there is one."""

    link: Link
    check: LinkCheck | None


class Row(NamedTuple):
    """A link of an entry."""

    revision: Revision
    link: Link
    check: LinkCheck | None


def told(event: Event, links: Iterable[Link]) -> list[Told]:
    links = list(links)
    found = {one.url: one for one in LinkCheck.objects.of_event(event).filter(url__in=[x.url for x in links])}
    return [Told(link, found.get(link.url)) for link in links]


def rows(event: Event, entries: Iterable[Revision]) -> list[Row]:
    """The links of all entries: first what people should look at. Two queries, however many there are."""
    found = {one.url: one for one in LinkCheck.objects.of_event(event)}
    listed = [Row(entry, link, found.get(link.url)) for entry in entries for link in entry.links]
    return sorted(listed, key=lambda row: WORST_FIRST.index(row.check.state if row.check else "waiting"))
