import re

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions
from accounts.models import Department, Token, User
from tests import world

pytestmark = pytest.mark.django_db

ADMINISTRATION = ["administration", "add_department", "people"]


def test_you_shows_ones_own_keys_alone(as_, ben, cal):
    actions.make_key(ben, "Export", by=ben)
    revoked, _ = actions.make_key(ben, "Old", by=ben)
    actions.revoke_key(revoked, by=ben)
    actions.make_key(cal, "Of another", by=cal)

    page = as_(ben).get(reverse("accounts:you"))

    assert [key.name for key in page.context["keys"]] == ["Export"]
    assert "Department for Public Records" in page.content.decode()


def test_name_changes_and_leads_back(as_, ben):
    answer = as_(ben).post(reverse("accounts:name"), {"name": "Benedict Okoro"})

    ben.refresh_from_db()
    assert (answer.url, ben.name) == ("/you/", "Benedict Okoro")


def test_name_left_empty_is_an_error(as_, ben):
    page = as_(ben).post(reverse("accounts:name"), {"name": " "})

    assert page.context["form"].errors == {"name": ["Enter your full name"]}
    assert "<title>Error: Change your name" in page.content.decode()


def test_make_key_shows_the_secret_once(as_, ben):
    browser = as_(ben)

    page = browser.post(reverse("accounts:make_key"), {"name": "Export"})
    later = browser.get(reverse("accounts:you"))

    secret = re.search(r"hackathon_[\w-]{43}", page.content.decode())[0]
    assert Token.objects.for_secret(secret).user == ben
    assert page.headers["Cache-Control"] == "no-store"
    assert secret not in later.content.decode()


def test_revoke_key_of_another_is_not_there(as_, ben, cal):
    token, _ = actions.make_key(ben, "Export", by=ben)
    where = reverse("accounts:revoke_key", args=[token.pk])

    answers = [
        as_(cal).post(where).status_code,
        as_(ben).get(where).status_code,
        as_(ben).post(where).status_code,
    ]

    token.refresh_from_db()
    assert answers == [404, 405, 302]
    assert token.revoked_at is not None


@pytest.mark.parametrize("name", ADMINISTRATION)
def test_administration_is_for_administrators(as_, max_, ben, name):
    where = reverse(f"accounts:{name}")

    assert [as_(user).get(where).status_code for user in (max_, ben)] == [200, 403]


def test_administration_pages_of_a_noun_are_not_there_for_others(as_, max_, ben):
    department = ben.department
    domain = department.domains.get()
    pages = [
        reverse("accounts:department", args=[department.slug]),
        reverse("accounts:person", args=[ben.pk]),
    ]
    remove = reverse("accounts:remove_domain", args=[department.slug, domain.pk])

    assert [[as_(user).get(page).status_code for page in pages] for user in (max_, ben)] == [
        [200, 200],
        [404, 404],
    ]
    assert as_(ben).post(remove).status_code == 404
    assert department.domains.count() == 1


def test_administration_without_departments_says_what_to_do(as_):
    boss = User.objects.create_user("boss@example.com", "Bo Ross", is_administrator=True)

    page = as_(boss).get(reverse("accounts:administration"))

    assert "No departments yet" in page.content.decode()


def test_department_is_added_then_asked_for_its_domains(as_, max_):
    browser = as_(max_)

    answer = browser.post(reverse("accounts:add_department"), {"name": "Maps"})
    browser.post(answer.url, {"name": " @Maps.Example.COM"})

    maps = Department.objects.get(name="Maps")
    assert answer.url == reverse("accounts:department", args=["maps"])
    assert [domain.name for domain in maps.domains.all()] == ["maps.example.com"]


@pytest.mark.parametrize("typed", ["maps", "not a domain", "https://maps.example.com/", "maps..example.com"])
def test_domain_that_is_none_is_an_error(as_, max_, typed):
    page = as_(max_).post(reverse("accounts:department", args=["records"]), {"name": typed})

    assert page.context["form"].errors == {"name": ["Enter a domain such as example.gov.uk"]}
    assert page.context["form"]["name"].value() == typed


def test_remove_domain_removes_it(as_, max_):
    domain = Department.objects.get(slug="records").domains.get()

    answer = as_(max_).post(reverse("accounts:remove_domain", args=["records", domain.pk]))

    assert answer.status_code == 302
    assert Department.objects.get(slug="records").domains.count() == 0


def test_people_are_found_by_part_of_their_name(as_, max_, ben, cal):
    page = as_(max_).get(reverse("accounts:people"), {"q": "OKO"})

    assert list(page.context["page"]) == [ben]


def test_person_is_let_create_events_and_stopped(as_, max_, ben):
    where = reverse("accounts:person", args=[ben.pk])
    browser = as_(max_)

    browser.post(where, {"right": "can_create_events", "verb": "give"})
    given = User.objects.get(pk=ben.pk).can_create_events
    browser.post(where, {"right": "can_create_events", "verb": "take"})

    assert (given, User.objects.get(pk=ben.pk).can_create_events) == (True, False)


def test_person_who_is_the_last_administrator_stays_one(as_, max_):
    where = reverse("accounts:person", args=[max_.pk])

    page = as_(max_).post(where, {"right": "is_administrator", "verb": "take"})

    assert page.context["form"].non_field_errors() == [
        "The site needs an administrator. Make someone else one first"
    ]


def test_person_has_no_other_rights_to_give(as_, max_, ben):
    page = as_(max_).post(reverse("accounts:person", args=[ben.pk]), {"right": "is_active", "verb": "take"})

    assert page.status_code == 200
    assert User.objects.get(pk=ben.pk).is_active is True


@pytest.mark.parametrize("name", ["administration", "people", "you"])
def test_lists_cost_the_same_for_one_and_three(as_, max_, name):
    browser, where = as_(max_), reverse(f"accounts:{name}")
    actions.make_key(max_, "one", by=max_)
    browser.get(where)
    with CaptureQueriesContext(connection) as one:
        browser.get(where)
    for key in ("bea", "jude"):
        world.person(key, can_create_events=True)
        actions.make_key(max_, key, by=max_)

    with CaptureQueriesContext(connection) as three:
        answer = browser.get(where)

    assert answer.status_code == 200
    assert len(three) == len(one)


@override_settings(DEMO=True)
def test_demo_link_signs_in_by_its_button_alone(as_, ben):
    browser, where = as_(None), actions.demo_link(ben)

    page = browser.get(where)
    looked_at = "_auth_user_id" in browser.session
    answer = browser.post(where)

    assert "Sign in as Ben Okoro" in page.content.decode()
    assert looked_at is False
    assert (answer.url, browser.session["_auth_user_id"]) == ("/", str(ben.pk))


@override_settings(DEMO=True)
def test_demo_link_that_is_forged_or_for_someone_stopped_is_not_there(as_, ben):
    where = actions.demo_link(ben)
    User.objects.filter(pk=ben.pk).update(is_active=False)

    answers = [as_(None).post(link).status_code for link in (where, "/demo/sign-in/forged/")]

    assert answers == [404, 404]


def test_demo_link_is_not_there_outside_a_demo(as_, ben):
    where = actions.demo_link(ben)

    assert [as_(None).get(where).status_code, as_(None).post(where).status_code] == [404, 404]
