"""Every address, asked by everyone: a new one cannot slip in unseen."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core import permissions
from core.doors import PUBLIC, SIGNED_IN, is_foreign, policy_of

# The views that need no sign-in. Adding one is a decision: it stands here, where a reviewer sees it.
PUBLIC_ROUTES = {
    "",
    "health/",
    "health/ready/",
    "help/",
    "privacy/",
    "cookies/",
    "accessibility/",
    "^accounts/password/",
    "demo/sign-in/<str:token>/",
    "events/",
    "events/<slug:event_slug>/",
    "events/<slug:event_slug>/challenges/",
    "events/<slug:event_slug>/challenges/<str:code>/",
    "events/<slug:event_slug>/judging/invitation/",
    "showcase/",
    "showcase/<slug:event_slug>/",
    "showcase/<slug:event_slug>/<str:code>/",
    "ai/",
    "ai/record.json",
    "ai/model-card/",
    "api/v1/ai/",
    "api/v1/ai/model-card/",
    "api/v1/events/",
    "api/v1/events/<slug:event_slug>/",
    "api/v1/events/<slug:event_slug>/challenges/",
    "api/v1/events/<slug:event_slug>/challenges/<str:code>/",
    "api/v1/showcase/",
    "api/v1/showcase/<slug:event_slug>/",
    "api/v1/showcase/<slug:event_slug>/<str:code>/",
}
SAMPLES = {"event_slug": "summer", "number": "1", "version": "1", "pk": "1", "principle": "1"}


def routes(patterns=None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern


OURS = [(route, pattern) for route, pattern in routes() if not is_foreign(pattern.callback)]
OF_A_NOUN = [(route, pattern) for route, pattern in OURS if "<" in route]


def address(route: str, pattern: URLPattern) -> str:
    """The route with its blanks filled in: well formed, and of nothing that exists."""
    words = []
    for part in route.lstrip("^").split("/"):
        name = part.strip("<>").rpartition(":")[2]
        words.append(SAMPLES.get(name, "zzzzzzzz") if part.startswith("<") else part)
    return "/" + "/".join(words)


def test_every_view_of_ours_has_a_policy_that_exists():
    known = {PUBLIC, SIGNED_IN, *permissions.names()}

    without = {route: policy_of(pattern.callback) for route, pattern in OURS}

    assert {route: policy for route, policy in without.items() if policy not in known} == {}


def test_public_routes_are_the_ones_listed_here():
    assert {route for route, pattern in OURS if policy_of(pattern.callback) == PUBLIC} == PUBLIC_ROUTES


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "pattern"), OURS, ids=[route or "home" for route, _ in OURS])
def test_stranger_at_any_other_address_is_asked_to_sign_in(route, pattern):
    client = Client()
    wanted = 401 if route.startswith("api/") else 302

    answers = {method: getattr(client, method)(address(route, pattern)) for method in ("get", "post")}

    if policy_of(pattern.callback) == PUBLIC:
        assert {
            method: answer.status_code in (200, 302, 401, 403, 404, 405, 503)
            for method, answer in answers.items()
        } == {
            "get": True,
            "post": True,
        }
    else:
        assert {method: answer.status_code for method, answer in answers.items()} == {
            "get": wanted,
            "post": wanted,
        }


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "pattern"), OF_A_NOUN, ids=[route for route, _ in OF_A_NOUN])
def test_signed_in_stranger_sees_nothing_of_an_event_that_is_not_there(as_, cal, route, pattern):
    answer = as_(cal).get(address(route, pattern))

    assert answer.status_code in (404, 405)


def test_view_without_a_policy_is_shut(rf):
    from django.core.exceptions import PermissionDenied

    from core.doors import PolicyMiddleware

    def forgotten(request):
        raise AssertionError("never reached")

    with pytest.raises(PermissionDenied):
        PolicyMiddleware(forgotten).process_view(rf.get("/"), forgotten, [], {})
