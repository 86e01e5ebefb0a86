from allauth.account.utils import perform_login
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from core.doors import PUBLIC, door
from core.refusals import refusals_on
from judging import actions
from judging.forms import KeyForm
from judging.models import Invitation


@door(PUBLIC)
def invitation(request: HttpRequest, event_slug: str) -> HttpResponse:
    """Where the link of an invitation leads. Opening it changes nothing and signs nobody in.

    Whoever is signed in as the invited person needs no key: their address is known to be theirs.
    """
    answer = answered(request, event_slug)
    # The address holds the key: no page that follows, and no log that keeps referrers, is told it. Not
    # "no-referrer": browsers then send no origin either, and the form would be taken for a forged one.
    answer["Referrer-Policy"] = "strict-origin"
    return answer


def answered(request: HttpRequest, event_slug: str) -> HttpResponse:
    posted = request.method == "POST"
    if is_too_often(request):
        return render(request, "judging/invitation_later.html", status=429)
    key_form = KeyForm(request.POST if posted else request.GET)
    key = key_form.cleaned_data["key"] if key_form.is_valid() else ""
    found = Invitation.objects.for_key(event_slug, key) or own(request, event_slug)
    user = request.user if request.user.is_authenticated else None
    if found is not None and user is not None and found.used_by == user:
        return redirect("judging:me", event_slug)
    if found is None or not found.is_open:
        return dead(request, event_slug)
    form = KeyForm(request.POST if posted else None, initial={"key": key})
    is_other = False
    if posted and form.is_valid():
        with refusals_on(form):
            try:
                person = actions.take_up(found, by=user)
            except actions.Dead:
                return dead(request, event_slug)
            except actions.NeedsSecondFactor:
                return sign_in_first(request, event_slug)
            except actions.SomebodyElse:
                is_other = True
            else:
                return welcome(request, event_slug, person)
    is_other = is_other or (user is not None and user != actions.holder_of(found.email))
    context = {"event": found.event, "invitation": found, "form": form, "key": key, "is_other": is_other}
    return render(request, "judging/invitation.html", context)


def is_too_often(request: HttpRequest) -> bool:
    """From one address, opened or used; over all addresses together, used."""
    app = "allauth.account"  # whose settings hold the rates
    if not ratelimit.consume(request, app=app, action="judging_invitation", limit_get=True):
        return True
    used = request.method == "POST"
    action = "judging_invitation_used"
    return used and not ratelimit.consume(request, app=app, action=action, key="everywhere")


def own(request: HttpRequest, event_slug: str) -> Invitation | None:
    """The open invitation of whoever is signed in."""
    if not request.user.is_authenticated:
        return None
    mine = Invitation.objects.open().filter(event__slug=event_slug, email=request.user.email)
    return mine.first()


def dead(request: HttpRequest, event_slug: str) -> HttpResponse:
    """The same for a link that is wrong, used, withdrawn or too old."""
    return render(request, "judging/invitation_dead.html", {"event_slug": event_slug}, status=404)


def sign_in_first(request: HttpRequest, event_slug: str) -> HttpResponse:
    """The page after it needs no key, so none goes into an address."""
    messages.info(
        request, "Your account has a second step for signing in. Sign in, then take the invitation up."
    )
    back = reverse("judging:invitation", args=[event_slug])
    return redirect(f"{reverse('account_login')}?{urlencode({'next': back})}")


def welcome(request: HttpRequest, event_slug: str, person) -> HttpResponse:
    """Through the library's own sign-in: whatever it asks for besides is asked for here too."""
    then = reverse("judging:me", args=[event_slug])
    if request.user.is_authenticated:
        return redirect(then)
    return perform_login(request, person, redirect_url=then)
