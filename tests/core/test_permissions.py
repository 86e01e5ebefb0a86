import pytest
import rules
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from core import permissions
from core.permissions import allowed_ever, may, permit, require
from core.refusals import Refused


@pytest.fixture
def permission():
    """A permission for people called Ben, open unless the object says why not."""
    permit("tests.act", rules.predicate(lambda user, obj: user.name == "Ben Okoro"), lambda obj: obj)
    yield "tests.act"
    rules.remove_perm("tests.act")
    del permissions._when["tests.act"]


def test_may_asks_who_and_when(permission, ben, cal):
    answers = [may(ben, permission, ""), may(ben, permission, "It is shut"), may(cal, permission, "")]

    assert answers == [True, False, False]


def test_require_from_the_wrong_person_is_denied_whatever_the_time(permission, cal):
    with pytest.raises(PermissionDenied):
        require(cal, permission, "It is shut")


def test_require_at_the_wrong_time_is_refused_with_the_reason(permission, ben):
    with pytest.raises(Refused) as refusal:
        require(ben, permission, "It is shut")

    assert refusal.value.message == "It is shut"


def test_may_of_someone_who_left_is_no(permission, ben):
    ben.is_active = False

    assert not may(ben, permission, "")


def test_may_of_a_stranger_is_no():
    assert not allowed_ever(AnonymousUser(), "events.create")


def test_may_of_an_unknown_permission_is_an_error_not_a_no(ben):
    with pytest.raises(KeyError):
        may(ben, "tests.unheard_of")
