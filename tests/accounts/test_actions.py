import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import override_settings

from accounts import actions
from accounts.models import Department, Domain, Token, User
from core.models import AuditRow
from core.refusals import Refused
from tests import world

pytestmark = pytest.mark.django_db


def audit(verb: str) -> tuple:
    row = AuditRow.objects.get(verb=verb)
    return row.by, row.subject_label, row.details


# One's own account


def test_change_name_is_recorded(ben):
    actions.change_name(ben, "Benedict Okoro", by=ben)

    ben.refresh_from_db()
    assert ben.name == "Benedict Okoro"
    assert audit("accounts.renamed") == (
        ben,
        "Benedict Okoro",
        {"before": "Ben Okoro", "after": "Benedict Okoro"},
    )


def test_change_name_of_another_is_denied_to_administrators_too(ben, cal, max_):
    for stranger in (cal, max_):
        with pytest.raises(PermissionDenied):
            actions.change_name(ben, "Mine", by=stranger)


def test_make_key_keeps_only_the_digest(ben):
    token, secret = actions.make_key(ben, "Export", by=ben)

    assert Token.objects.for_secret(secret) == token
    assert secret not in str(Token.objects.values().get())
    assert audit("accounts.made_key") == (ben, "Export", {})


def test_make_key_of_another_is_denied(ben, cal):
    with pytest.raises(PermissionDenied):
        actions.make_key(ben, "Mine", by=cal)


def test_make_key_beyond_the_limit_is_refused(ben):
    for number in range(actions.MOST_KEYS):
        ben.tokens.create(name="x", digest=str(number))

    with pytest.raises(Refused):
        actions.make_key(ben, "One more", by=ben)

    assert ben.tokens.count() == actions.MOST_KEYS


def test_revoke_key_ends_it_once(ben):
    token, secret = actions.make_key(ben, "Export", by=ben)

    actions.revoke_key(token, by=ben)
    actions.revoke_key(token, by=ben)

    assert Token.objects.for_secret(secret) is None
    assert audit("accounts.revoked_key") == (ben, "Export", {})


def test_revoke_key_of_another_is_denied(ben, cal, max_):
    token, _ = actions.make_key(ben, "Export", by=ben)

    for stranger in (cal, max_):
        with pytest.raises(PermissionDenied):
            actions.revoke_key(token, by=stranger)


# Administering


def test_add_department_makes_its_address_from_the_name(max_):
    department = actions.add_department("Office for Maps & Charts", by=max_)

    assert (department.name, department.slug) == ("Office for Maps & Charts", "office-for-maps-charts")
    assert audit("accounts.added_department") == (max_, "Office for Maps & Charts", {})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "Department for Public Records",
            "There is a department called ‘Department for Public Records’ already",
        ),
        ("???", "Enter a name with letters or numbers in it"),
    ],
)
def test_add_department_is_refused(max_, name, message):
    Department.objects.filter(slug="records").update(slug="department-for-public-records")

    with pytest.raises(Refused) as refusal:
        actions.add_department(name, by=max_)

    assert (refusal.value.field, refusal.value.message) == ("name", message)


def test_add_domain_gives_the_department_to_those_who_had_none(max_, ben):
    lost = User.objects.create_user("lou@maps.example.com", "Lou Day")
    below = User.objects.create_user("lee@data.maps.example.com", "Lee Day")
    other = User.objects.create_user("lyn@notmaps.example.com", "Lyn Day")
    maps = actions.add_department("Maps", by=max_)

    domain = actions.add_domain(maps, "maps.example.com", by=max_)

    for user in (lost, below, other, ben):
        user.refresh_from_db()
    assert [lost.department, below.department, other.department] == [maps, maps, None]
    assert ben.department.slug == "records"
    assert audit("accounts.added_domain") == (max_, "maps.example.com", {"department": "Maps"})
    assert Domain.objects.get(name="maps.example.com") == domain


def test_add_domain_of_another_department_is_refused(max_):
    world.department("rivers")
    maps = actions.add_department("Maps", by=max_)

    with pytest.raises(Refused) as refusal:
        actions.add_domain(maps, "rivers.example.org", by=max_)

    assert refusal.value.message == "rivers.example.org belongs to Rivers and Coasts Agency already"


def test_remove_domain_keeps_the_people(max_, ben):
    domain = Domain.objects.get(name="records.example.org")

    actions.remove_domain(domain, by=max_)

    ben.refresh_from_db()
    assert Department.objects.for_email(ben.email) is None
    assert ben.department.slug == "records"
    assert audit("accounts.removed_domain")[1:] == (
        "records.example.org",
        {"department": "Department for Public Records"},
    )


@pytest.mark.parametrize(
    ("right", "given", "taken"),
    [
        ("can_create_events", "accounts.let_create_events", "accounts.stopped_creating_events"),
        ("is_administrator", "accounts.made_administrator", "accounts.stopped_administering"),
    ],
)
def test_rights_are_given_and_taken_once_each(max_, ben, right, given, taken):
    actions.give_right(ben, right, by=max_)
    actions.give_right(ben, right, by=max_)
    ben.refresh_from_db()
    held = getattr(ben, right)
    actions.take_right(ben, right, by=max_)
    actions.take_right(ben, right, by=max_)
    ben.refresh_from_db()

    assert (held, getattr(ben, right)) == (True, False)
    assert [row.verb for row in AuditRow.objects.order_by("pk")] == [given, taken]


def test_administering_is_denied_to_everyone_else(ben, cal):
    records = world.department("records")
    domain = records.domains.get()

    for act in (
        lambda: actions.add_department("Mine", by=cal),
        lambda: actions.add_domain(records, "mine.example.com", by=cal),
        lambda: actions.remove_domain(domain, by=cal),
        lambda: actions.give_right(cal, "is_administrator", by=cal),
        lambda: actions.take_right(ben, "can_create_events", by=cal),
        lambda: actions.set_rights(cal, {"is_administrator": True}, by=cal),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_take_right_of_the_last_administrator_is_refused(max_):
    with pytest.raises(Refused) as refusal:
        actions.take_right(max_, "is_administrator", by=max_)

    assert refusal.value.message == "The site needs an administrator. Make someone else one first"


def test_set_rights_is_all_or_nothing(max_):
    with pytest.raises(Refused):
        actions.set_rights(max_, {"can_create_events": True, "is_administrator": False}, by=max_)

    max_.refresh_from_db()
    assert (max_.can_create_events, max_.is_administrator) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_last_two_administrators_cannot_stop_each_other_at_once():
    one, other = (world.person(key, is_administrator=True) for key in ("max", "sam"))
    answers = []

    def stop_the_first() -> None:
        try:
            actions.take_right(one, "is_administrator", by=other)
        except Refused as refusal:
            answers.append(refusal.message)
        finally:
            connection.close()

    with transaction.atomic():
        actions.take_right(other, "is_administrator", by=one)
        # The first has acted and not committed yet when the second begins.
        second = threading.Thread(target=stop_the_first)
        second.start()
        second.join(0.5)
    second.join()

    assert list(User.objects.administrators()) == [one]
    assert answers == ["The site needs an administrator. Make someone else one first"]


# The demo


@override_settings(DEMO=True)
def test_demo_link_leads_to_its_person(ben):
    token = actions.demo_link(ben).split("/")[3]

    assert actions.demo_person(token) == ben
    assert actions.demo_person(token + "x") is None


def test_demo_link_leads_nowhere_outside_a_demo(ben):
    token = actions.demo_link(ben).split("/")[3]

    assert actions.demo_person(token) is None
