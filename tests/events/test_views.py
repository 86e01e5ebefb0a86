import pytest
from django.urls import reverse

from core.models import AuditRow
from events.models import Application, Event, Phase, Role, RoleKind
from tests import world

pytestmark = pytest.mark.django_db

GET_PAGES = ["edit", "open", "move", "applications", "people", "log", "log_export"]


def address(name: str, *rest) -> str:
    return reverse(f"events:{name}", args=["summer", *rest])


def details(**more) -> dict:
    return {
        "name": "Spring hackathon",
        "summary": "Two days of building.",
        "about": "Come and build.",
        "zone": "Europe/London",
        "team_min": "2",
        "team_max": "6",
        "framework": "aip-2025",
        "uses_ai": "on",
    } | more


def test_events_lists_announced_ones_to_a_stranger_and_drafts_to_who_works_on_them(as_, ada):
    world.event_in(Phase.DRAFT, slug="hidden")
    world.event_in(Phase.FORMING, slug="summer")

    stranger = as_(None).get(reverse("events:list"))
    organiser = as_(ada).get(reverse("events:list"))

    assert [event.slug for event in stranger.context["page"]] == ["summer"]
    assert list(stranger.context["drafts"]) == []
    assert [event.slug for event in organiser.context["drafts"]] == ["hidden"]


def test_events_without_any_says_so(as_):
    page = as_(None).get(reverse("events:list"))

    assert "No event is announced" in page.content.decode()


def test_page_of_a_draft_is_not_there_for_a_stranger(as_, cal, ada):
    world.event_in(Phase.DRAFT)

    answers = {user: as_(user).get(address("page")).status_code for user in (None, cal, ada)}

    assert answers == {None: 404, cal: 404, ada: 200}


@pytest.mark.parametrize("name", GET_PAGES)
def test_organisers_pages_open_for_the_organiser_alone(as_, ada, ben, cal, name):
    world.event_in(Phase.FORMING)

    answers = {user: as_(user).get(address(name)).status_code for user in (ada, ben, cal)}

    assert answers == {ada: 200, ben: 403, cal: 403}


@pytest.mark.parametrize("name", GET_PAGES)
@pytest.mark.parametrize("phase", [Phase.DRAFT, Phase.SHOWCASE])
def test_organisers_pages_open_at_both_ends_of_an_event(as_, ada, name, phase):
    world.event_in(phase)

    assert as_(ada).get(address(name)).status_code == 200


@pytest.mark.parametrize(
    ("phase", "key", "action"),
    [
        (Phase.DRAFT, "ada", "Announce it"),
        (Phase.ANNOUNCED, "cal", None),
        (Phase.FORMING, "ada", "Organise"),
        (Phase.FORMING, None, "Sign in to apply"),
        (Phase.FORMING, "cal", "Apply"),
        (Phase.FORMING, "ben", "See teams"),
        (Phase.FORMING, "jude", None),
        (Phase.BUILDING, "ben", "Go to your entry"),
        (Phase.BUILDING, "cal", None),
        (Phase.JUDGING, "jude", "Go to your entries"),
        (Phase.JUDGING, "ben", None),
        (Phase.SHOWCASE, None, "Browse the showcase"),
    ],
)
def test_page_says_what_this_person_can_do_next(as_, phase, key, action):
    world.event_in(phase)

    page = as_(world.person(key) if key else None).get(address("page"))

    step = page.context["step"]
    assert (step and step["action"]) == action


def test_page_marks_the_moment_that_comes_next(as_):
    world.event_in(Phase.FORMING)

    page = as_(None).get(address("page"))

    assert [row["words"] for row in page.context["moments"]] == [
        "Announced",
        "Applications and team forming open",
        "Applications close",
        "Building begins",
        "Team changes close",
        "Submissions close",
        "Scores close",
    ]
    assert [row["words"] for row in page.context["moments"] if row["is_next"]] == ["Applications close"]


def test_create_drafts_an_event_in_the_zone_that_was_typed(as_, ada):
    world.person("ada").__class__.objects.filter(pk=ada.pk).update(can_create_events=True)
    typed = details(
        zone="Europe/Paris",
        building_at_day="14",
        building_at_month="6",
        building_at_year="2027",
        building_at_time="3pm",
    )

    answer = as_(ada).post(reverse("events:create"), typed)

    event = Event.objects.get()
    assert (answer.status_code, answer.url) == (302, "/events/spring-hackathon/edit/")
    assert event.say(event.building_at) == "3pm on Monday 14 June 2027 (CEST)"
    assert event.phase == Phase.DRAFT


def test_create_with_errors_keeps_everything_typed(as_, ada):
    type(ada).objects.filter(pk=ada.pk).update(can_create_events=True)
    typed = details(name="", zone="Europe/Nowhere", building_at_day="40", summary="Kept as typed")

    page = as_(ada).post(reverse("events:create"), typed)

    form = page.context["form"]
    assert page.status_code == 200
    assert "<title>Error: Create an event" in page.content.decode()
    assert form["summary"].value() == "Kept as typed"
    assert form["zone"].value() == "Europe/Nowhere"
    assert sorted(form.errors) == ["building_at", "name", "zone"]
    assert Event.objects.count() == 0


def test_create_is_forbidden_to_who_may_not(as_, cal):
    assert as_(cal).get(reverse("events:create")).status_code == 403


def test_edit_saves_details_and_departments(as_, ada):
    world.event_in(Phase.FORMING)
    records = world.department("records")

    answer = as_(ada).post(address("edit"), details(departments=[records.pk], team_max="4"))

    event = Event.objects.get()
    assert answer.status_code == 302
    assert (event.name, event.team_max, list(event.departments.all())) == ("Spring hackathon", 4, [records])


def test_edit_shows_moments_only_while_a_draft(as_, ada):
    world.event_in(Phase.DRAFT, slug="hidden")
    world.event_in(Phase.FORMING, slug="summer")

    fields = {
        slug: "forming_at" in as_(ada).get(reverse("events:edit", args=[slug])).context["form"].fields
        for slug in ("hidden", "summer")
    }

    assert fields == {"hidden": True, "summer": False}


def test_edit_with_sizes_the_wrong_way_round_is_refused_on_the_field(as_, ada):
    world.event_in(Phase.FORMING)

    page = as_(ada).post(address("edit"), details(team_min="7"))

    assert page.context["form"].errors == {
        "team_max": ["The largest team must not be smaller than the smallest"]
    }


def test_open_lists_what_is_missing_and_hides_the_button(as_, ada):
    world.event_in(Phase.DRAFT)

    page = as_(ada).get(address("open"))

    assert page.context["missing"] == ["Say what the event is about"]
    assert "<form" not in page.content.decode().split("<main")[1].split("</main>")[0]


def test_open_announces(as_, ada):
    world.event_in(Phase.DRAFT)
    Event.objects.update(about="Come and build.")

    answer = as_(ada).post(address("open"))

    assert answer.url == "/events/summer/"
    assert Event.objects.get().phase == Phase.ANNOUNCED


def test_move_without_a_reason_keeps_what_was_typed(as_, ada):
    world.event_in(Phase.FORMING)
    typed = {
        "moment": "scores_close_at",
        "to_day": "1",
        "to_month": "1",
        "to_year": "2040",
        "to_time": "noon",
    }

    page = as_(ada).post(address("move"), typed)

    form = page.context["form"]
    assert form.errors == {"reason": ["Say why it moves"]}
    assert form["to"].value() == ["1", "1", "2040", "noon"]


def test_move_moves(as_, ada):
    world.event_in(Phase.FORMING)
    typed = {
        "moment": "scores_close_at",
        "to_day": "1",
        "to_month": "1",
        "to_year": "2040",
        "to_time": "noon",
        "reason": "Judges need longer.",
    }

    answer = as_(ada).post(address("move"), typed)

    event = Event.objects.get()
    assert answer.status_code == 302
    assert event.say(event.scores_close_at) == "midday on Sunday 1 January 2040 (GMT)"


def test_apply_sends_an_application(as_, cal):
    world.event_in(Phase.FORMING)

    answer = as_(cal).post(address("apply"), {"motivation": "To learn.", "skills": "Python"})

    application = Application.objects.get()
    assert answer.url == "/events/summer/"
    assert (application.user, application.motivation, application.skills) == (cal, "To learn.", "Python")


def test_apply_from_a_department_that_is_not_invited_says_so_before_anything_is_typed(as_, cal):
    world.event_in(Phase.FORMING).departments.set(
        [world.department("records"), world.department("transport")]
    )
    browser = as_(cal)

    page, form = browser.get(address("page")), browser.get(address("apply"))

    assert page.context["step"] is None
    assert form.context["shut"] == (
        "This event is for people from Department for Public Records and Transport Office"
    )
    assert "<textarea" not in form.content.decode()


def test_apply_too_late_says_so_and_keeps_what_was_typed(as_, cal):
    world.event_in(Phase.BUILDING)
    browser = as_(cal)

    before = browser.get(address("apply"))
    after = browser.post(address("apply"), {"motivation": "To learn.", "skills": "Python"})

    event = Event.objects.get()
    shut = f"Applications closed at {event.say(event.applications_close_at)}"
    assert before.context["shut"] == shut
    assert after.context["form"].non_field_errors() == [shut]
    assert after.context["form"]["motivation"].value() == "To learn."
    assert "To learn." in after.content.decode()


def test_applications_accepts_those_ticked(as_, ada, cal, dot):
    event = world.event_in(Phase.FORMING)
    one = event.applications.create(user=cal, motivation="a", skills="b")
    other = event.applications.create(user=dot, motivation="a", skills="b")

    answer = as_(ada).post(address("applications"), {"applications": [one.pk]})

    one.refresh_from_db()
    other.refresh_from_db()
    assert answer.status_code == 302
    assert (one.decision, other.decision) == ("accepted", "")


def test_applications_of_another_event_cannot_be_ticked(as_, ada, cal):
    world.event_in(Phase.FORMING)
    elsewhere = world.event_in(Phase.FORMING, slug="winter")
    application = elsewhere.applications.create(user=cal, motivation="a", skills="b")

    page = as_(ada).post(address("applications"), {"applications": [application.pk]})

    application.refresh_from_db()
    assert list(page.context["form"].errors) == ["applications"]
    assert application.decision == ""


def test_decline_of_anothers_application_is_not_there(as_, ben, cal, ada):
    event = world.event_in(Phase.FORMING)
    world.event_in(Phase.FORMING, slug="winter")
    application = event.applications.create(user=cal, motivation="a", skills="b")

    answers = {
        "participant": as_(ben).get(address("decline", application.pk)).status_code,
        "applicant": as_(cal).get(address("decline", application.pk)).status_code,
        "organiser": as_(ada).get(address("decline", application.pk)).status_code,
        "mixed up": as_(ada).get(reverse("events:decline", args=["winter", application.pk])).status_code,
    }

    assert answers == {"participant": 404, "applicant": 403, "organiser": 200, "mixed up": 404}


def test_decline_with_a_reason_declines(as_, ada, cal):
    event = world.event_in(Phase.FORMING)
    application = event.applications.create(user=cal, motivation="a", skills="b")

    as_(ada).post(address("decline", application.pk), {"reason": "We are full."})

    application.refresh_from_db()
    assert (application.decision, application.reason) == ("declined", "We are full.")


def test_people_gives_a_role(as_, ada, cal):
    event = world.event_in(Phase.FORMING)

    as_(ada).post(address("people"), {"email": cal.email, "kind": "screener"})

    assert event.roles.filter(user=cal, kind=RoleKind.SCREENER).exists()


def test_people_refuses_a_participant_as_judge_beside_the_address(as_, ada, ben):
    world.event_in(Phase.FORMING)

    page = as_(ada).post(address("people"), {"email": ben.email, "kind": "judge"})

    assert page.context["form"].errors == {
        "email": ["Ben Okoro is a participant at this event. Nobody judges an event that they take part in"]
    }


def test_take_takes_the_role_away(as_, ada, jude):
    event = world.event_in(Phase.FORMING)
    role = event.roles.get(user=jude)

    answer = as_(ada).post(address("take", role.pk))

    assert answer.url == "/events/summer/people/"
    assert not event.roles.filter(user=jude).exists()


def test_take_of_ones_own_organising_role_leads_to_the_event(as_, ada):
    event = world.event_in(Phase.FORMING)
    world.give(event, RoleKind.ORGANISER, "max")

    answer = as_(ada).post(address("take", event.roles.get(user=ada).pk))

    assert answer.url == "/events/summer/"


def test_log_hides_judging_until_results_are_published(as_, ada):
    event = world.event_in(Phase.JUDGING)
    for verb in ("events.opened", "judging.handed_in"):
        AuditRow.objects.create(
            by=ada,
            verb=verb,
            subject_type="events.event",
            subject_id=event.pk,
            scope="summer",
            request_id="-",
        )
    AuditRow.objects.create(by=ada, verb="x.y", subject_type="x", subject_id=1, scope="other", request_id="-")

    before = [row.verb for row in as_(ada).get(address("log")).context["page"]]
    world.event_in(Phase.SHOWCASE)
    after = [row.verb for row in as_(ada).get(address("log")).context["page"]]

    assert before == ["events.opened"]
    assert after == ["judging.handed_in", "events.opened"]


def test_log_export_makes_formulas_harmless(as_, ada):
    event = world.event_in(Phase.FORMING)
    AuditRow.objects.create(
        by=ada,
        verb="events.edited",
        subject_type="events.event",
        subject_id=event.pk,
        subject_label="=1+1",
        scope="summer",
        details={"reason": "a, b"},
        request_id="-",
    )

    answer = as_(ada).get(address("log_export"))

    row = AuditRow.objects.get()
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="summer-log.csv"'
    assert b"".join(answer).decode() == (
        "at,by,by_email,verb,subject_type,subject_id,subject,details,request\r\n"
        f"{row.at.isoformat()},Ada Byrne,ada@records.example.org,events.edited,events.event,{event.pk},'=1+1,"
        '"{""reason"": ""a, b""}",\'-\r\n'
    )


@pytest.mark.parametrize("name", ["list", "applications", "people", "log"])
def test_lists_cost_the_same_for_one_and_three(as_, ada, name, django_assert_num_queries):
    def fill(number: int) -> None:
        for key in ("cal", "dot", "max")[:number]:
            person = world.person(key)
            event.applications.get_or_create(user=person, defaults={"motivation": "a", "skills": "b"})
            world.give(event, RoleKind.STAKEHOLDER, key)
            world.event_in(Phase.FORMING, slug=f"of-{key}")
            AuditRow.objects.create(
                by=person, verb="a.b", subject_type="x", subject_id=1, scope="summer", request_id="-"
            )

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    event = world.event_in(Phase.FORMING)
    browser = as_(ada)
    where = reverse("events:list") if name == "list" else address(name)
    fill(1)
    browser.get(where)
    with CaptureQueriesContext(
        connection,
    ) as one:
        browser.get(where)
    fill(3)

    with CaptureQueriesContext(connection) as three:
        answer = browser.get(where)

    assert answer.status_code == 200
    assert len(three) == len(one)


def test_role_model_speaks_for_itself(ada):
    event = world.event_in(Phase.FORMING)

    assert str(Role.objects.get(event=event, user=ada)) == "Ada Byrne, organiser"
