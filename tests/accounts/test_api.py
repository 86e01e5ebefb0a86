import pytest

from accounts.models import Department, Token, User
from tests import world

pytestmark = pytest.mark.django_db

ROOT = "/api/v1"


def test_you_says_who_you_are(api_as, ben):
    answer = api_as(ben).get(f"{ROOT}/you/")

    assert answer.json() == {
        "email": "ben@records.example.org",
        "name": "Ben Okoro",
        "department": "Department for Public Records",
        "is_administrator": False,
        "can_create_events": False,
    }


def test_you_changes_the_name_and_nothing_else(api_as, ben):
    client = api_as(ben)

    named = client.patch(f"{ROOT}/you/", {"name": "Benedict"}, format="json")
    risen = client.patch(f"{ROOT}/you/", {"name": "Ben", "is_administrator": True}, format="json")
    unknown = client.patch(f"{ROOT}/you/", {"name": "Ben", "is_superuser": True}, format="json")

    ben.refresh_from_db()
    assert [named.status_code, unknown.status_code] == [200, 400]
    assert risen.status_code in (200, 400)
    assert ben.is_administrator is False


def test_key_is_made_shown_once_listed_and_revoked(api_as, ben, cal):
    client = api_as(ben)

    made = client.post(f"{ROOT}/you/keys/", {"name": "Export"}, format="json")
    listed = client.get(f"{ROOT}/you/keys/").json()["results"]
    of_another = api_as(cal).delete(f"{ROOT}/you/keys/{made.json()['id']}/")
    revoked = client.delete(f"{ROOT}/you/keys/{made.json()['id']}/")

    assert made.status_code == 201
    assert made.json()["secret"].startswith("hackathon_")
    assert [sorted(key) for key in listed] == [["created_at", "id", "last_used_at", "name"]]
    assert (of_another.status_code, revoked.status_code) == (404, 204)
    assert Token.objects.usable().count() == 0


def test_departments_and_domains_are_an_administrators(api_as, max_, ben):
    client, stranger = api_as(max_), api_as(ben)
    where = f"{ROOT}/administration/departments/"

    made = client.post(where, {"name": "Maps"}, format="json")
    domain = client.post(f"{where}maps/domains/", {"name": "Maps.example.com"}, format="json")
    again = client.post(f"{where}maps/domains/", {"name": "maps.example.com"}, format="json")
    wrong = client.post(f"{where}maps/domains/", {"name": "maps"}, format="json")
    listed = [row for row in client.get(where).json()["results"] if row["slug"] == "maps"]
    removed = client.delete(f"{where}maps/domains/{domain.json()['id']}/")
    denied = [
        stranger.get(where).status_code,
        stranger.post(where, {"name": "Mine"}, format="json").status_code,
        stranger.post(f"{where}maps/domains/", {"name": "x.example.com"}, format="json").status_code,
    ]

    assert [made.status_code, domain.status_code, again.status_code, wrong.status_code] == [
        201,
        201,
        409,
        400,
    ]
    assert listed == [
        {"slug": "maps", "name": "Maps", "domains": [{"id": domain.json()["id"], "name": "maps.example.com"}]}
    ]
    assert removed.status_code == 204
    assert denied == [403, 403, 404]
    assert set(Department.objects.values_list("slug", flat=True)) == {"maps", "records"}


def test_people_are_an_administrators_to_let(api_as, max_, ben):
    where = f"{ROOT}/administration/people/"

    found = api_as(max_).get(where, {"q": "okoro"}).json()["results"]
    let = api_as(max_).patch(f"{where}{ben.pk}/", {"can_create_events": True}, format="json")
    last = api_as(max_).patch(f"{where}{max_.pk}/", {"is_administrator": False}, format="json")
    denied = [
        api_as(ben).get(where).status_code,
        api_as(ben).patch(f"{where}{ben.pk}/", {"is_administrator": True}, format="json").status_code,
    ]

    assert found == [
        {
            "id": ben.pk,
            "name": "Ben Okoro",
            "email": "ben@records.example.org",
            "department": "Department for Public Records",
            "can_create_events": False,
            "is_administrator": False,
        }
    ]
    assert (let.status_code, let.json()["can_create_events"]) == (200, True)
    assert (last.status_code, last.json()) == (
        409,
        {"detail": "The site needs an administrator. Make someone else one first", "field": None},
    )
    assert denied == [403, 404]
    assert set(User.objects.administrators()) == {max_}


def test_strangers_are_asked_to_sign_in(api_as):
    world.department("records")

    for path in ("you/", "you/keys/", "administration/departments/", "administration/people/"):
        assert api_as(None).get(f"{ROOT}/{path}").status_code == 401
