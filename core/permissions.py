"""One question, asked in one place: may this person do this, here, now?

A permission is who and when. `who` is a predicate of `rules`; asked directly, because
`user.has_perm` says yes to superusers before any rule is asked. `when` tells why not now, in words
for the person, or nothing: being late is a refusal that says what closed, not a bare 403.
"""

from collections.abc import Callable

import rules
from django.core.exceptions import PermissionDenied

from core.refusals import Refused

When = Callable[[object], str]
_when: dict[str, When] = {}


def always(obj: object) -> str:
    return ""


def permit(name: str, who: Callable, when: When = always) -> None:
    """Register a permission, once, in the `rules.py` of the app it belongs to."""
    rules.add_perm(name, who)
    _when[name] = when


def names() -> list[str]:
    return sorted(_when)


def allowed_ever(user, name: str, obj: object = None) -> bool:
    """Is this one of the people who may do it, whatever the time? An unknown name is a KeyError."""
    _when[name]
    return bool(user.is_active and rules.has_perm(name, user, obj))


def may(user, name: str, obj: object = None) -> bool:
    """May this person do it now? What pages ask before they show a button."""
    return allowed_ever(user, name, obj) and not _when[name](obj)


def require(user, name: str, obj: object = None) -> None:
    """Raise PermissionDenied for the wrong person, Refused for the wrong time."""
    if not allowed_ever(user, name, obj):
        raise PermissionDenied(name)
    if reason := _when[name](obj):
        raise Refused(reason)


def require_ever(user, name: str, obj: object = None) -> None:
    """For pages that an insider may look at outside the window of the verb they lead to."""
    if not allowed_ever(user, name, obj):
        raise PermissionDenied(name)
