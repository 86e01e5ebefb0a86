"""Signing up and in, as a browser does it, through the library's own pages."""

import re

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from core.models import AuditRow, Mail
from core.tasks import send
from tests import world

pytestmark = pytest.mark.django_db

SIGNUP, LOGIN = "/accounts/signup/", "/accounts/login/"
CONFIRM_EMAIL, CONFIRM_LOGIN = "/accounts/confirm-email/", "/accounts/login/code/confirm/"


@pytest.fixture(autouse=True)
def fresh_limits():
    """Rate limits are counted in the cache."""
    cache.clear()
    yield
    cache.clear()


def code_mailed_to(email: str) -> str:
    mail = Mail.objects.filter(to=email).latest("pk")
    return re.search(r"^\w[\w-]{4,}\w$", mail.body, re.MULTILINE)[0]


def sign_up(browser: Client, email: str, name: str = "Nia Abara"):
    return browser.post(SIGNUP, {"email": email, "name": name})


def sign_in(browser: Client, email: str, **more):
    browser.post(LOGIN, {"login": email} | more)
    return browser.post(CONFIRM_LOGIN, {"code": code_mailed_to(email)} | more)


def user_of(browser: Client) -> User | None:
    pk = browser.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


# Signing up


def test_sign_up_with_a_departments_address_gives_that_department(client):
    records = world.department("records")

    answer = sign_up(client, "Nia@Data.Records.example.org")
    before = user_of(client)
    client.post(CONFIRM_EMAIL, {"code": code_mailed_to("nia@data.records.example.org")})

    user = User.objects.get()
    assert (answer.status_code, answer.url) == (302, CONFIRM_EMAIL)
    assert before is None
    assert user_of(client) == user
    assert (user.name, user.department, user.has_usable_password()) == ("Nia Abara", records, False)
    assert (user.is_administrator, user.can_create_events) == (False, False)
    assert [(row.by, row.verb) for row in AuditRow.objects.all()] == [(user, "accounts.signed_up")]


@pytest.mark.parametrize(
    "email", ["nia@elsewhere.example.com", "nia@notrecords.example.org", "nia@records.example.org.evil.test"]
)
def test_sign_up_from_another_domain_is_refused_and_keeps_what_was_typed(client, email):
    world.department("records")

    page = sign_up(client, email)

    form = page.context["form"]
    assert form.errors == {
        "email": ["Enter your work e-mail address. This one does not belong to a department that takes part"]
    }
    assert (form["email"].value(), form["name"].value()) == (email, "Nia Abara")
    assert (User.objects.count(), Mail.objects.count()) == (0, 0)


def test_sign_up_without_a_name_is_refused(client):
    world.department("records")

    page = sign_up(client, "nia@records.example.org", name="")

    assert page.context["form"].errors == {"name": ["Enter your full name"]}


def test_sign_up_answers_the_same_for_known_and_unknown_people(ben):
    known, unknown = Client(), Client()

    answers = [
        (answer.status_code, answer.url)
        for answer in (sign_up(known, ben.email), sign_up(unknown, "nia@records.example.org"))
    ]

    assert answers[0] == answers[1]
    assert shape_of(known.get(CONFIRM_EMAIL), ben.email) == shape_of(
        unknown.get(CONFIRM_EMAIL), "nia@records.example.org"
    )
    assert Mail.objects.get(to=ben.email).subject == "You have an account already"


def test_sign_up_answers_the_same_for_known_and_unknown_people_of_no_department(ben):
    """Someone whose domain was taken away keeps the account, and nobody can find out."""
    User.objects.filter(pk=ben.pk).update(email="ben@gone.example.com")
    ben.emailaddress_set.update(email="ben@gone.example.com")

    errors = [
        sign_up(Client(), email).context["form"].errors
        for email in ("ben@gone.example.com", "nobody@gone.example.com")
    ]

    assert errors[0] == errors[1]


def shape_of(answer, email: str) -> tuple:
    """A page without what must differ between two people: address and tokens."""
    text = answer.content.decode().replace(email, "…")
    return answer.status_code, re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", text)


# Signing in


def test_sign_in_by_code_signs_in_and_rotates_the_session(client, ben):
    client.get(LOGIN)
    client.post(LOGIN, {"login": ben.email})
    before = client.session.session_key

    answer = client.post(CONFIRM_LOGIN, {"code": code_mailed_to(ben.email)})

    assert (answer.status_code, answer.url) == (302, "/")
    assert user_of(client) == ben
    assert client.session.session_key != before


def test_sign_in_answers_the_same_for_known_and_unknown_people(ben):
    known, unknown = Client(), Client()

    answers = [
        (answer.status_code, answer.url)
        for answer in (
            known.post(LOGIN, {"login": ben.email}),
            unknown.post(LOGIN, {"login": "nobody@records.example.org"}),
        )
    ]

    assert answers[0] == answers[1] == (302, CONFIRM_LOGIN)
    assert shape_of(known.get(CONFIRM_LOGIN), ben.email) == shape_of(
        unknown.get(CONFIRM_LOGIN), "nobody@records.example.org"
    )
    assert Mail.objects.get(to="nobody@records.example.org").subject == "Signing in to Hackathon"


def test_sign_in_with_a_wrong_code_three_times_ends_the_attempt(client, ben):
    client.post(LOGIN, {"login": ben.email})

    pages = [client.post(CONFIRM_LOGIN, {"code": "WRONG1"}) for _ in range(3)]
    late = client.post(CONFIRM_LOGIN, {"code": code_mailed_to(ben.email)})

    assert [page.status_code for page in pages] == [200, 200, 302]
    assert late.status_code == 302
    assert user_of(client) is None


def test_sign_in_sends_few_codes_however_many_browsers_ask(ben):
    answers = [Client().post(LOGIN, {"login": ben.email}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
    assert answers[-1].context["form"].errors == {
        "login": ["You have tried too often. Wait a few minutes, then try again"]
    }
    assert Mail.objects.count() == 3


def test_sign_in_by_someone_who_was_stopped_lets_nobody_in(client, ben):
    User.objects.filter(pk=ben.pk).update(is_active=False)

    client.post(LOGIN, {"login": ben.email})

    assert user_of(client) is None
    assert Mail.objects.get().subject == "Signing in to Hackathon"


@pytest.mark.parametrize(
    "there", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "https:evil.test"]
)
def test_sign_in_leads_to_no_other_site(client, ben, there):
    answer = sign_in(client, ben.email, next=there)

    assert (answer.status_code, answer.url) == (302, "/")


def test_sign_in_leads_to_where_the_person_was_going(client, ben):
    answer = sign_in(client, ben.email, next="/you/")

    assert answer.url == "/you/"


@pytest.mark.parametrize(
    "path",
    [SIGNUP, LOGIN, "/accounts/login/code/", "/accounts/inactive/"],
)
def test_pages_for_signing_in_need_no_sign_in(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/2fa/", "/accounts/sessions/"])
def test_pages_of_ones_account_do(client, as_, ben, path):
    assert client.get(path).url == f"{LOGIN}?next={path}"
    assert as_(ben).get(path).status_code == 200


def test_sign_out_needs_a_post(as_, ben):
    browser = as_(ben)

    browser.get("/accounts/logout/")
    before = user_of(browser)
    browser.post("/accounts/logout/")

    assert (before, user_of(browser)) == (ben, None)


# Mail


def test_code_leaves_as_a_row_whose_text_is_wiped_once_sent(client, ben):
    client.post(LOGIN, {"login": ben.email})
    mail = Mail.objects.get()
    code = code_mailed_to(ben.email)

    send(mail.pk)

    mail.refresh_from_db()
    assert (mail.to, mail.subject, mail.is_secret) == (ben.email, "Your sign-in code", True)
    assert code not in mail.subject
    assert (mail.body, mail.finished_at is not None) == ("", True)


def test_mails_speak_plainly(client, ben):
    client.post(LOGIN, {"login": ben.email})

    mail = Mail.objects.get()

    assert mail.body == (
        "Enter this code in the page you have open to sign in:\n\n"
        f"{code_mailed_to(ben.email)}\n\n"
        "It works for 10 minutes. If you did not ask for it, you need do nothing: "
        "without it nobody gets in.\n\n"
        "Hackathon\nhttp://testserver/"
    )


# The first administrator


@override_settings(ADMIN_EMAIL="Boss@elsewhere.example.com")
def test_the_person_in_the_settings_signs_up_from_any_domain_and_administers(client):
    sign_up(client, "boss@elsewhere.example.com", "Bo Ross")
    before = User.objects.get().is_administrator

    client.post(CONFIRM_EMAIL, {"code": code_mailed_to("boss@elsewhere.example.com")})

    user = User.objects.get()
    assert before is False
    assert (user.is_administrator, user.can_create_events) == (True, True)
    assert AuditRow.objects.get(verb="accounts.made_administrator").details == {"because": "ADMIN_EMAIL"}


def test_the_person_in_the_settings_stays_stopped_once_another_administers(client, ben):
    world.person("max", is_administrator=True)
    with override_settings(ADMIN_EMAIL=ben.email):
        sign_in(client, ben.email)
        first = User.objects.get(pk=ben.pk).is_administrator
        User.objects.filter(pk=ben.pk).update(is_administrator=False)
        cache.clear()
        sign_in(Client(), ben.email)

    assert (first, User.objects.get(pk=ben.pk).is_administrator) == (True, False)


def test_nobody_else_becomes_administrator(client, ben):
    with override_settings(ADMIN_EMAIL="someone@records.example.org"):
        sign_in(client, ben.email)

    assert User.objects.get(pk=ben.pk).is_administrator is False


def test_new_address_must_be_a_departments_too(as_, ben):
    browser = as_(ben)
    session = browser.session
    session["account_authentication_methods"] = []
    session.save()

    page = browser.post(reverse("account_email"), {"action_add": "", "email": "ben@elsewhere.example.com"})

    assert page.status_code in (200, 302)
    assert ben.emailaddress_set.count() == 1
    assert not Mail.objects.filter(to="ben@elsewhere.example.com").exists()


def test_sign_in_works_while_redis_is_down(settings):
    ben = world.person("ben")
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "unix:///nowhere/valkey.sock"}}
    browser = Client()

    sign_in(browser, ben.email)

    assert browser.session["_auth_user_id"] == str(ben.pk)


@pytest.mark.parametrize(
    ("place", "field"), [(LOGIN, "login"), ("/accounts/login/code/", "email"), (SIGNUP, "email")]
)
def test_address_longer_than_any_is_answered_like_any_other(place, field):
    world.department("records")
    address = "a" * 280 + "@records.example.org"

    answer = Client().post(place, {field: address, "name": "Nia Abara"})

    assert answer.status_code == (200 if place == SIGNUP else 302)
    assert not Mail.objects.exists()


def test_main_address_on_another_departments_domain_moves_the_person_at_the_next_sign_in():
    ben, rivers = world.person("ben"), world.department("rivers")
    ben.emailaddress_set.update(primary=False)
    ben.emailaddress_set.create(email="ben@rivers.example.org", verified=True, primary=True)
    User.objects.filter(pk=ben.pk).update(email="ben@rivers.example.org")

    sign_in(Client(), "ben@rivers.example.org")

    ben.refresh_from_db()
    row = AuditRow.objects.get(verb="accounts.moved")
    assert ben.department == rivers
    assert row.details == {"before": "Department for Public Records", "after": "Rivers and Coasts Agency"}


def test_sign_in_after_the_domain_was_removed_keeps_the_department():
    ben = world.person("ben")
    ben.department.domains.all().delete()

    sign_in(Client(), ben.email)

    ben.refresh_from_db()
    assert ben.department == world.department("records")
    assert not AuditRow.objects.filter(verb="accounts.moved").exists()
