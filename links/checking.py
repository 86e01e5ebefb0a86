"""Which addresses are asked, when, and what is kept of the answer."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet

from core import clock
from events.models import Event, Phase
from links import egress
from links.models import LinkCheck
from submissions.models import Call, Link, Revision, Submission

TYPED = timedelta(minutes=5)  # an address in a draft is left to be typed for so long
AGAIN = {egress.ANSWERED: timedelta(hours=12)}
SOONER = timedelta(minutes=30)  # what does not answer is asked again so soon


def is_on(event: Event) -> bool:
    """The operator has the checker, the event wants it, and its entries are being made or judged."""
    return (
        settings.LINK_CHECKER
        and event.phase in (Phase.BUILDING, Phase.JUDGING)
        and Call.of(event).checks_links
    )


def events_that_want_it() -> Iterator[Event]:
    if settings.LINK_CHECKER:
        for call in Call.objects.filter(checks_links=True).select_related("event"):
            if call.event.phase in (Phase.BUILDING, Phase.JUDGING):
                yield call.event


def entries_of(event: Event) -> QuerySet[Revision]:
    return Revision.objects.of_event(event).current().with_people()


def wanted(event: Event) -> dict[str, Link]:
    """The links of entries, and of drafts that nobody is typing in, by address."""
    drafts = Submission.objects.of_event(event).filter(
        saved_at__lte=clock.now() - TYPED, withdrawn_at__isnull=True
    )
    return {link.url: link for one in (*drafts, *entries_of(event)) for link in one.links}


def keep_up(event: Event) -> None:
    """A check for each address that is wanted, and none for others: what nobody links to is forgotten."""
    urls = wanted(event)
    LinkCheck.objects.of_event(event).exclude(url__in=urls).delete()
    known = set(LinkCheck.objects.of_event(event).values_list("url", flat=True))
    LinkCheck.objects.bulk_create(
        [LinkCheck(event=event, url=url) for url in urls if url not in known], ignore_conflicts=True
    )


def perform(pk: int) -> None:
    """Ask one address. Deliver this as often as you like: one claim wins."""
    if not settings.LINK_CHECKER:
        return
    check = LinkCheck.objects.claim(pk)
    if check is None:
        return
    report = egress.look(check.url, refused=settings.LINK_CHECKER_REFUSES)
    now = clock.now()
    check.rest(
        AGAIN.get(report.state, SOONER),
        state=report.state,
        words=report.words,
        title=report.title,
        since=check.since if check.state == report.state else now,
        checked_at=now,
    )
