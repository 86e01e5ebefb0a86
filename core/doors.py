"""Every view says whom it lets in. One that does not is shut, and a test turns the build red."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied

PUBLIC = "public"
SIGNED_IN = "signed in"

# Views of libraries state their own policy, and cannot carry ours.
FOREIGN = ("allauth.",)


def door(policy: str) -> Callable:
    """Declare a view's policy: PUBLIC, SIGNED_IN, or the name of the permission it asks for.

    The outermost decorator. Signing in is asked for by middleware unless PUBLIC; the permission
    itself is asked about an object, so the view or its action does that with `require`.
    """

    def mark(view: Callable) -> Callable:
        view = login_not_required(view) if policy == PUBLIC else view
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return mark


def policy_of(view: Callable) -> str | None:
    return getattr(view, "policy", None)


def is_foreign(view: Callable) -> bool:
    return view.__module__.startswith(FOREIGN)


class PolicyMiddleware:
    """Deny by default."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if policy_of(view) is None and not is_foreign(view):
            raise PermissionDenied("This view has no policy")
