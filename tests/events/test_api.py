import pytest

from accounts.models import User
from core.models import AuditRow
from events.models import Application, Event, Phase, RoleKind
from tests import world

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/events/"
NEW = {"name": "Spring hackathon", "summary": "Two days.", "building_at": "2040-06-14T14:00:00Z"}


@pytest.fixture
def creator(ada) -> User:
    User.objects.filter(pk=ada.pk).update(can_create_events=True)
    ada.refresh_from_db()
    return ada


def application_of(event: Event, key: str) -> Application:
    return event.applications.create(user=world.person(key), motivation="To learn.", skills="Python")


def test_events_are_listed_to_anyone_and_drafts_to_who_works_on_them(api_as, ada):
    world.event_in(Phase.DRAFT, slug="hidden")
    world.event_in(Phase.FORMING)

    listed = {user: [row["slug"] for row in api_as(user).get(ROOT).json()["results"]] for user in (None, ada)}
    hidden = [api_as(user).get(f"{ROOT}hidden/").status_code for user in (None, ada)]

    assert listed[None] == ["summer"]
    assert sorted(listed[ada]) == ["hidden", "summer"]
    assert hidden == [404, 200]


def test_event_says_everything_that_its_page_says(api_as):
    event = world.event_in(Phase.FORMING)
    event.departments.set([world.department("records")])

    answer = api_as(None).get(f"{ROOT}summer/").json()

    assert {key: answer[key] for key in answer if not key.endswith("_at")} == {
        "slug": "summer",
        "name": "Summer hackathon",
        "summary": "Two days of building for public services.",
        "about": "",
        "zone": "Europe/London",
        "departments": ["records"],
        "team_min": 2,
        "team_max": 6,
        "framework": "aip-2025",
        "accepts_official": False,
        "uses_ai": True,
        "provider": "main",
        "official_provider": "",
        "second_provider": "",
        "second_use": "none",
        "phase": "forming",
    }
    assert sorted(key for key in answer if key.endswith("_at")) == [
        "announced_at",
        "applications_close_at",
        "building_at",
        "forming_at",
        "published_at",
        "scores_close_at",
        "submissions_close_at",
        "team_changes_close_at",
    ]


def test_event_is_created_edited_and_opened(api_as, creator):
    client = api_as(creator)

    made = client.post(ROOT, NEW, format="json")
    early = client.post(f"{ROOT}spring-hackathon/open/")
    edited = client.patch(
        f"{ROOT}spring-hackathon/",
        {"about": "Come and build.", "scores_close_at": "2040-06-20T14:00:00Z"},
        format="json",
    )
    opened = client.post(f"{ROOT}spring-hackathon/open/")

    assert (made.status_code, made.json()["phase"]) == (201, "draft")
    assert made.json()["submissions_close_at"] == "2040-06-16T14:00:00Z"
    assert (early.status_code, early.json()) == (
        409,
        {"detail": "Before you announce this event: Say what the event is about", "field": None},
    )
    assert (edited.status_code, edited.json()["scores_close_at"]) == (200, "2040-06-20T14:00:00Z")
    assert (opened.status_code, opened.json()["phase"]) == (200, "announced")
    assert [row.verb for row in AuditRow.objects.order_by("pk")] == [
        "events.created",
        "events.edited",
        "events.opened",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"zone": "Europe/Nowhere"}, "zone"),
        ({"departments": ["nowhere"]}, "departments"),
        ({"framework": "mine"}, "framework"),
        ({"name": ""}, "name"),
        ({"building_at": "soon"}, "building_at"),
    ],
)
def test_event_that_is_not_valid_is_a_400_that_names_the_field(api_as, creator, change, field):
    answer = api_as(creator).post(ROOT, NEW | change, format="json")

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert Event.objects.count() == 0


def test_changing_events_is_for_the_right_people(api_as, cal, ben):
    world.event_in(Phase.FORMING)
    move = {"moment": "scores_close_at", "to": "2040-01-01T12:00:00Z", "reason": "x"}

    def asked(user) -> list[int]:
        client = api_as(user)
        return [
            client.post(ROOT, NEW, format="json").status_code,
            client.patch(f"{ROOT}summer/", {"name": "Mine"}, format="json").status_code,
            client.post(f"{ROOT}summer/open/").status_code,
            client.post(f"{ROOT}summer/move/", move, format="json").status_code,
            client.get(f"{ROOT}summer/applications/").status_code,
            client.post(
                f"{ROOT}summer/applications/accept/", {"applications": [1]}, format="json"
            ).status_code,
            client.get(f"{ROOT}summer/roles/").status_code,
            client.post(
                f"{ROOT}summer/roles/", {"email": cal.email, "kind": "judge"}, format="json"
            ).status_code,
            client.get(f"{ROOT}summer/log/").status_code,
        ]

    assert asked(cal) == [403] * 9
    assert asked(ben) == [403] * 9
    assert asked(None) == [401] * 9


def test_moment_is_moved(api_as, ada):
    world.event_in(Phase.FORMING)
    client = api_as(ada)
    move = {"moment": "scores_close_at", "to": "2040-01-01T12:00:00Z", "reason": "Judges need longer."}

    moved = client.post(f"{ROOT}summer/move/", move, format="json")
    again = client.post(f"{ROOT}summer/move/", move, format="json")
    unknown = client.post(f"{ROOT}summer/move/", move | {"moment": "announced_at"}, format="json")

    assert (moved.status_code, moved.json()["scores_close_at"]) == (200, "2040-01-01T12:00:00Z")
    assert (again.status_code, again.json()["field"]) == (409, "to")
    assert unknown.status_code == 400


def test_person_applies_and_is_accepted_and_another_declined(api_as, ada, cal, dot):
    event = world.event_in(Phase.FORMING)
    words = {"motivation": "To learn.", "skills": "Python"}

    applied = [
        api_as(user).post(f"{ROOT}summer/apply/", words, format="json").status_code for user in (cal, dot)
    ]
    again = api_as(cal).post(f"{ROOT}summer/apply/", words, format="json")
    ids = [row["id"] for row in api_as(ada).get(f"{ROOT}summer/applications/").json()["results"]]
    accepted = api_as(ada).post(
        f"{ROOT}summer/applications/accept/", {"applications": ids[:1]}, format="json"
    )
    declined = api_as(ada).post(
        f"{ROOT}summer/applications/{ids[1]}/decline/", {"reason": "Full."}, format="json"
    )

    assert applied == [201, 201]
    assert (again.status_code, again.json()["detail"]) == (409, "You have applied to this event already")
    assert [row["decision"] for row in accepted.json()] == ["accepted"]
    assert (declined.json()["decision"], declined.json()["reason"]) == ("declined", "Full.")
    assert event.roles.filter(user=cal, kind=RoleKind.PARTICIPANT).exists()


def test_apply_too_late_is_a_409_with_the_reason(api_as, cal):
    event = world.event_in(Phase.BUILDING)

    answer = api_as(cal).post(f"{ROOT}summer/apply/", {"motivation": "a", "skills": "b"}, format="json")

    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        f"Applications closed at {event.say(event.applications_close_at)}",
    )


def test_accept_of_an_application_elsewhere_is_a_400(api_as, ada):
    world.event_in(Phase.FORMING)
    application = application_of(world.event_in(Phase.FORMING, slug="winter"), "cal")

    answer = api_as(ada).post(
        f"{ROOT}summer/applications/accept/", {"applications": [application.pk]}, format="json"
    )

    application.refresh_from_db()
    assert answer.json() == {"applications": [f"No such application here: {application.pk}"]}
    assert application.decision == ""


def test_decline_by_the_applicant_is_forbidden_and_by_others_not_there(api_as, ben, cal):
    application = application_of(world.event_in(Phase.FORMING), "cal")
    where = f"{ROOT}summer/applications/{application.pk}/decline/"

    answers = [api_as(user).post(where, {"reason": "x"}, format="json").status_code for user in (cal, ben)]

    assert answers == [403, 404]


def test_role_is_given_listed_and_taken(api_as, ada, cal, ben):
    world.event_in(Phase.FORMING)
    client = api_as(ada)

    given = client.post(f"{ROOT}summer/roles/", {"email": cal.email, "kind": "screener"}, format="json")
    both = client.post(f"{ROOT}summer/roles/", {"email": ben.email, "kind": "judge"}, format="json")
    listed = [
        row for row in client.get(f"{ROOT}summer/roles/").json()["results"] if row["name"] == "Cal Reyes"
    ]
    of_another = api_as(ben).delete(f"{ROOT}summer/roles/{given.json()['id']}/")
    taken = client.delete(f"{ROOT}summer/roles/{given.json()['id']}/")

    assert (given.status_code, both.status_code) == (201, 409)
    assert listed == [given.json()]
    assert given.json() | {"given_at": "", "id": 0} == {
        "id": 0,
        "email": cal.email,
        "name": "Cal Reyes",
        "kind": "screener",
        "given_at": "",
    }
    assert (of_another.status_code, taken.status_code) == (404, 204)


def test_log_says_who_did_what(api_as, ada):
    event = world.event_in(Phase.FORMING)
    api_as(ada).patch(f"{ROOT}summer/", {"name": "Autumn hackathon"}, format="json")

    (row,) = api_as(ada).get(f"{ROOT}summer/log/").json()["results"]

    assert {key: row[key] for key in ("by", "verb", "subject_type", "subject_id", "details")} == {
        "by": "Ada Byrne",
        "verb": "events.edited",
        "subject_type": "events.event",
        "subject_id": event.pk,
        "details": {"before": {"name": "Summer hackathon"}, "after": {"name": "Autumn hackathon"}},
    }


@pytest.mark.parametrize("at", ["0001-01-02T00:00:00Z", "1899-12-31T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_moment_that_no_zone_can_show_is_not_taken(api_as, ada, creator, at):
    world.event_in(Phase.DRAFT)
    expected = (400, ["Give a moment between 1900 and 2100"])

    made = api_as(creator).post(ROOT, NEW | {"building_at": at}, format="json")
    edited = api_as(ada).patch(f"{ROOT}summer/", {"scores_close_at": at}, format="json")

    assert (made.status_code, made.json()["building_at"]) == expected
    assert (edited.status_code, edited.json()["scores_close_at"]) == expected
