from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.doors import door
from core.permissions import require, require_ever
from events.models import Event
from links import checking
from links.presentation import rows, told
from submissions.models import Submission

PAGE = 100


@door("links.overview")
def overview(request: HttpRequest, event_slug: str) -> HttpResponse:
    """All links of an event's entries, those to look at first."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require(request.user, "links.overview", event)
    listed = rows(event, checking.entries_of(event))
    context = {
        "event": event,
        "is_on": checking.is_on(event),
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "links/overview.html", context)


@door("links.see")
def page(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """A team's own: where its links lead, and whether they answer."""
    visible = Submission.objects.visible_to(request.user).with_people()
    submission = get_object_or_404(visible, team__event__slug=event_slug, code=code)
    require_ever(request.user, "links.see", submission)
    context = {
        "event": submission.event,
        "submission": submission,
        "is_on": checking.is_on(submission.event),
        "links": told(submission.event, submission.links),
    }
    return render(request, "links/page.html", context)
