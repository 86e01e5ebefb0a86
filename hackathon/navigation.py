"""What stands at the top of every page: the service's name, and where this person can go."""

from django.conf import settings
from django.urls import reverse


def service(request) -> dict:
    links = [("Events", "events:list"), ("Showcase", "showcase:events")]
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        links = [("What needs you", "home"), *links, ("Your account", "accounts:you")]
        if request.user.is_administrator:
            links.append(("Administration", "accounts:administration"))
    else:
        links.append(("Sign in", "account_login"))
    navigation = [
        {"text": text, "href": reverse(name), "current": reverse(name) == request.path}
        for text, name in links
    ]
    return {
        "service_name": settings.SERVICE_NAME,
        "phase_tag": settings.PHASE_TAG,
        "support_email": settings.SUPPORT_EMAIL,
        "navigation": navigation,
    }
