"""Who may do what to accounts. An administrator runs the site and has no part in an event by it."""

import rules

from accounts.models import User
from core.permissions import permit


@rules.predicate
def is_administrator(user, obj) -> bool:
    return user.is_administrator


@rules.predicate
def is_own(user, obj) -> bool:
    """The account itself, or a key to it."""
    return obj is not None and (obj if isinstance(obj, User) else obj.user) == user


permit("accounts.administer", is_administrator)
permit("accounts.change", is_own)
