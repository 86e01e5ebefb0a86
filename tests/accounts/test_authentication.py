from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import actions
from accounts.models import Token, User

pytestmark = pytest.mark.django_db

YOU = "/api/v1/you/"


@pytest.fixture
def key(ben) -> str:
    return actions.make_key(ben, "Export", by=ben)[1]


def get(header: str | None, **more):
    headers = {"Authorization": header} if header is not None else {}
    return Client(enforce_csrf_checks=True).get(YOU, headers=headers, **more)


def test_key_signs_in(key, ben):
    answer = get(f"Bearer {key}")

    assert (answer.status_code, answer.json()["email"]) == (200, ben.email)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer a b", "Bearer nothing", "Basic YTpi", "Bearer \xff"]
)
def test_anything_else_does_not(key, header):
    answer = get(header)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_key_that_was_revoked_does_not(key, ben):
    actions.revoke_key(Token.objects.get(), by=ben)

    assert get(f"Bearer {key}").status_code == 401


def test_key_of_someone_who_was_stopped_does_not(key, ben):
    User.objects.filter(pk=ben.pk).update(is_active=False)

    assert get(f"Bearer {key}").status_code == 401


def test_key_changes_things_without_a_csrf_token(key, ben):
    client = Client(enforce_csrf_checks=True)

    answer = client.patch(
        YOU, {"name": "Benedict"}, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )

    ben.refresh_from_db()
    assert (answer.status_code, ben.name) == (200, "Benedict")


def test_session_changes_nothing_without_a_csrf_token(ben):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ben)

    answer = client.patch(YOU, {"name": "Benedict"}, content_type="application/json")

    assert answer.status_code == 403


def test_last_use_is_written_at_most_once_a_minute(key):
    get(f"Bearer {key}")
    first = Token.objects.get().last_used_at
    get(f"Bearer {key}")
    second = Token.objects.get().last_used_at
    Token.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    get(f"Bearer {key}")
    third = Token.objects.get().last_used_at

    assert first is not None
    assert second == first
    assert third > first


def test_key_makes_no_keys(key):
    answer = Client().post(
        "/api/v1/you/keys/",
        {"name": "Another"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )

    assert answer.status_code == 403
    assert Token.objects.count() == 1
