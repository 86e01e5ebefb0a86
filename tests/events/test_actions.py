import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from accounts.models import User
from core.models import AuditRow, Mail
from core.refusals import Refused
from events import actions
from events.models import Application, Event, Phase, Role, RoleKind
from tests import world

pytestmark = pytest.mark.django_db

BUILDING = datetime(2040, 6, 14, 14, tzinfo=UTC)


@pytest.fixture
def creator(ada) -> User:
    User.objects.filter(pk=ada.pk).update(can_create_events=True)
    ada.refresh_from_db()
    return ada


def audit(verb: str) -> tuple:
    row = AuditRow.objects.get(verb=verb)
    return row.by, row.scope, row.details


def application_of(event: Event, key: str) -> Application:
    return event.applications.create(user=world.person(key), motivation="To learn.", skills="Python")


# Creating


def test_create_event_makes_its_creator_the_organiser(creator):
    records = world.department("records")

    event = actions.create_event(
        by=creator, name="Summer hackathon", summary="Two days.", building_at=BUILDING, departments=[records]
    )

    assert (event.slug, event.phase, event.created_by) == ("summer-hackathon", Phase.DRAFT, creator)
    assert list(event.departments.all()) == [records]
    assert [(role.user, role.kind) for role in event.roles.all()] == [(creator, RoleKind.ORGANISER)]
    assert event.submissions_close_at == BUILDING + timedelta(days=2)
    assert audit("events.created")[:2] == (creator, "summer-hackathon")


def test_create_event_by_someone_without_the_right_is_denied(cal):
    with pytest.raises(PermissionDenied):
        actions.create_event(by=cal, name="Mine", summary="x", building_at=BUILDING)

    assert Event.objects.count() == 0


def test_create_event_with_moments_the_wrong_way_round_is_refused_on_the_field(creator):
    with pytest.raises(Refused) as refusal:
        actions.create_event(
            by=creator, name="Mine", summary="x", building_at=BUILDING, submissions_close_at=BUILDING
        )

    assert refusal.value.field == "submissions_close_at"
    assert refusal.value.message == "‘Submissions close’ must come after ‘Building begins’"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("New", "new-2"),
        ("!!!", "event"),
        ("Summer", "summer-2"),
        ("Été 2026", "ete-2026"),
        ("x" * 120, "x" * 50),
    ],
)
def test_free_slug_collides_with_nothing(creator, name, slug):
    world.event_in(Phase.DRAFT, slug="summer")

    assert actions.free_slug(name) == slug


# Editing


def test_edit_event_records_what_changed_and_what_it_was(ada):
    event = world.event_in(Phase.FORMING)
    records = world.department("records")

    actions.edit_event(event, by=ada, name="Autumn hackathon", summary=event.summary, departments=[records])

    event.refresh_from_db()
    assert (event.name, event.slug) == ("Autumn hackathon", "summer")
    assert audit("events.edited") == (
        ada,
        "summer",
        {
            "before": {"name": "Summer hackathon"},
            "after": {"name": "Autumn hackathon"},
            "departments_before": [],
            "departments_after": ["Department for Public Records"],
        },
    )


def test_edit_event_that_changes_nothing_leaves_no_row(ada):
    event = world.event_in(Phase.FORMING)

    actions.edit_event(event, by=ada, name=event.name)

    assert AuditRow.objects.count() == 0


@pytest.mark.parametrize("key", ["ben", "kit", "cal", "jude"])
def test_edit_event_by_anyone_but_an_organiser_is_denied(key):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(PermissionDenied):
        actions.edit_event(event, by=world.person(key), name="Mine")


def test_edit_event_moves_moments_only_while_it_is_a_draft(ada):
    event = world.event_in(Phase.DRAFT)
    later = event.scores_close_at + timedelta(days=1)

    actions.edit_event(event, by=ada, scores_close_at=later)
    event = world.event_in(Phase.ANNOUNCED)
    with pytest.raises(Refused) as refusal:
        actions.edit_event(event, by=ada, scores_close_at=later + timedelta(days=1))

    assert refusal.value.field == "scores_close_at"


def test_edit_event_keeps_the_framework_once_building_has_begun(ada):
    event = world.event_in(Phase.BUILDING)

    with pytest.raises(Refused) as refusal:
        actions.edit_event(event, by=ada, framework="gaf-2024")

    assert refusal.value.message == "Building has begun, so the framework can no longer change"


# Opening


def test_open_event_announces_it(ada):
    event = world.event_in(Phase.DRAFT)
    Event.objects.update(about="Come and build.")

    actions.open_event(event, by=ada)

    event.refresh_from_db()
    assert event.phase == Phase.ANNOUNCED
    assert audit("events.opened")[:2] == (ada, "summer")


def test_open_event_with_something_missing_is_refused_with_what(ada):
    event = world.event_in(Phase.DRAFT)

    with pytest.raises(Refused) as refusal:
        actions.open_event(event, by=ada)

    assert refusal.value.message == "Before you announce this event: Say what the event is about"


def test_open_event_twice_is_refused_and_keeps_the_first_moment(ada):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(Refused) as refusal:
        actions.open_event(event, by=ada)

    assert refusal.value.message == f"Summer hackathon was announced at {event.say(event.announced_at)}"


def test_open_event_by_anyone_but_an_organiser_is_denied(jude):
    event = world.event_in(Phase.DRAFT)

    with pytest.raises(PermissionDenied):
        actions.open_event(event, by=jude)


# Moving


def test_move_moment_tells_everyone_with_a_part_and_says_why(ada, cal):
    event = world.event_in(Phase.FORMING)
    application_of(event, "cal")
    before, after = event.scores_close_at, event.scores_close_at + timedelta(days=1)

    actions.move_moment(event, "scores_close_at", after, "Judges need longer.", by=ada)

    event.refresh_from_db()
    told = {"ada", "ben", "bea", "sam", "jude", "kit", "cal"}
    assert event.scores_close_at == after
    assert set(Mail.objects.values_list("to", flat=True)) == {world.person(key).email for key in told}
    assert Mail.objects.first().body == (
        f"Scores close at {event.say(after)}.\n\nBefore, it was {event.say(before)}.\n\n"
        "Why: Judges need longer.\n\nhttp://localhost:8000/events/summer/"
    )
    assert audit("events.moved") == (
        ada,
        "summer",
        {
            "moment": "scores_close_at",
            "before": before.isoformat(),
            "after": after.isoformat(),
            "reason": "Judges need longer.",
        },
    )


@pytest.mark.parametrize(
    ("shift", "reason", "field", "message"),
    [
        (1, "  ", "reason", "Say why it moves. The people it affects will read this"),
        (-30, "x", "to", "Choose a moment that is still to come"),
        (-2, "x", "to", "‘Scores close’ must come after ‘Submissions close’"),
    ],
)
def test_move_moment_is_refused(ada, shift, reason, field, message):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(Refused) as refusal:
        actions.move_moment(
            event, "scores_close_at", event.scores_close_at + timedelta(days=shift), reason, by=ada
        )

    assert (refusal.value.field, refusal.value.message) == (field, message)
    assert Mail.objects.count() == 0


def test_move_moment_to_where_it_is_changes_nothing(ada):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(Refused):
        actions.move_moment(event, "scores_close_at", event.scores_close_at, "x", by=ada)


def test_move_moment_of_a_draft_or_a_published_event_is_refused(ada):
    for phase, words in (
        (Phase.DRAFT, "This event has not been announced. Change its moments under ‘Details and moments’"),
        (Phase.SHOWCASE, "The results are published, so the moments of this event no longer move"),
    ):
        event = world.event_in(phase)
        with pytest.raises(Refused) as refusal:
            actions.move_moment(event, "scores_close_at", BUILDING, "x", by=ada)
        assert refusal.value.message == words


def test_move_moment_can_reopen_submissions_that_have_just_closed(ada):
    event = world.event_in(Phase.JUDGING)

    actions.move_moment(
        event,
        "submissions_close_at",
        event.scores_close_at - timedelta(hours=1),
        "The network was down.",
        by=ada,
    )

    event.refresh_from_db()
    assert event.phase == Phase.BUILDING


def test_move_moment_by_anyone_but_an_organiser_is_denied(kit):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(PermissionDenied):
        actions.move_moment(event, "scores_close_at", BUILDING, "x", by=kit)


# Applying


def test_apply_is_recorded(cal):
    event = world.event_in(Phase.FORMING)

    application = actions.apply(event, motivation="To learn.", skills="Python", by=cal)

    assert (application.user, application.decision) == (cal, "")
    assert audit("events.applied") == (cal, "summer", {})


def test_apply_twice_is_refused(cal):
    event = world.event_in(Phase.FORMING)
    application_of(event, "cal")

    with pytest.raises(Refused) as refusal:
        actions.apply(event, motivation="Again.", skills="Python", by=cal)

    assert refusal.value.message == "You have applied to this event already"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("jude", "You are a judge at this event, so you cannot take part in it too"),
        ("ben", "You take part in this event already"),
    ],
)
def test_apply_by_a_judge_or_a_participant_is_refused(key, message):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(Refused) as refusal:
        actions.apply(event, motivation="x", skills="y", by=world.person(key))

    assert refusal.value.message == message


def test_apply_from_a_department_that_is_not_listed_is_refused(cal):
    event = world.event_in(Phase.FORMING)
    event.departments.set([world.department("records"), world.department("transport")])

    with pytest.raises(Refused) as refusal:
        actions.apply(event, motivation="x", skills="y", by=cal)

    assert refusal.value.message == (
        "This event is for people from Department for Public Records and Transport Office"
    )


@pytest.mark.parametrize("phase", [Phase.ANNOUNCED, Phase.BUILDING, Phase.JUDGING, Phase.SHOWCASE])
def test_apply_outside_the_window_is_refused(cal, phase):
    event = world.event_in(phase)

    with pytest.raises(Refused) as refusal:
        actions.apply(event, motivation="x", skills="y", by=cal)

    assert refusal.value.message == event.why_shut("applications")


# Deciding


def test_accept_makes_a_participant_and_tells_them(ada, cal):
    event = world.event_in(Phase.FORMING)
    application = application_of(event, "cal")

    actions.accept(application, by=ada)

    application.refresh_from_db()
    assert (application.decision, application.decided_by) == ("accepted", ada)
    assert event.roles.filter(user=cal, kind=RoleKind.PARTICIPANT).exists()
    assert [(mail.to, mail.subject) for mail in Mail.objects.all()] == [
        (cal.email, "You have a place at Summer hackathon")
    ]
    assert audit("events.accepted") == (ada, "summer", {})


def test_accept_twice_tells_them_once(ada):
    application = application_of(world.event_in(Phase.FORMING), "cal")

    actions.accept(application, by=ada)
    actions.accept(application, by=ada)

    assert (Mail.objects.count(), AuditRow.objects.count()) == (1, 1)


def test_accept_of_someone_who_has_become_a_judge_is_refused(ada):
    event = world.event_in(Phase.FORMING)
    application = application_of(event, "cal")
    world.give(event, RoleKind.JUDGE, "cal")

    with pytest.raises(Refused) as refusal:
        actions.accept(application, by=ada)

    application.refresh_from_db()
    assert refusal.value.message == (
        "Cal Reyes is a judge at this event. Nobody judges an event that they take part in"
    )
    assert application.decision == ""


def test_accept_of_someone_who_was_given_the_role_already_succeeds(ada):
    event = world.event_in(Phase.FORMING)
    application = application_of(event, "cal")
    world.give(event, RoleKind.PARTICIPANT, "cal")

    actions.accept(application, by=ada)

    assert event.roles.filter(user=application.user).count() == 1


def test_accept_all_takes_all_or_none(ada):
    event = world.event_in(Phase.FORMING)
    applications = [application_of(event, "cal"), application_of(event, "dot")]
    world.give(event, RoleKind.JUDGE, "dot")

    with pytest.raises(Refused):
        actions.accept_all(applications, by=ada)

    assert event.applications.undecided().count() == 2
    assert Mail.objects.count() == 0


@pytest.mark.parametrize("key", ["ben", "cal", "kit"])
def test_deciding_by_anyone_but_an_organiser_is_denied(key):
    application = application_of(world.event_in(Phase.FORMING), "dot")

    with pytest.raises(PermissionDenied):
        actions.accept(application, by=world.person(key))
    with pytest.raises(PermissionDenied):
        actions.decline(application, "x", by=world.person(key))


def test_deciding_once_judging_has_begun_is_refused(ada):
    application = application_of(world.event_in(Phase.JUDGING), "cal")

    with pytest.raises(Refused):
        actions.accept(application, by=ada)


def test_decline_says_why(ada, cal):
    application = application_of(world.event_in(Phase.FORMING), "cal")

    actions.decline(application, "We are full.", by=ada)

    application.refresh_from_db()
    assert (application.decision, application.reason) == ("declined", "We are full.")
    assert Mail.objects.get().body == (
        "We cannot offer you a place at Summer hackathon this time.\n\nWhy: We are full.\n"
    )
    assert audit("events.declined") == (ada, "summer", {"reason": "We are full."})


def test_decline_without_a_reason_or_after_accepting_is_refused(ada):
    application = application_of(world.event_in(Phase.FORMING), "cal")

    with pytest.raises(Refused) as without:
        actions.decline(application, " ", by=ada)
    actions.accept(application, by=ada)
    with pytest.raises(Refused) as late:
        actions.decline(application, "Sorry.", by=ada)

    assert without.value.field == "reason"
    assert late.value.message == "Cal Reyes was accepted. Take the role away under ‘People and roles’"


# Roles


def test_give_role_tells_the_person(ada, cal):
    event = world.event_in(Phase.FORMING)

    role = actions.give_role(event, " CAL@rivers.example.org", RoleKind.SCREENER, by=ada)

    assert (role.user, role.kind, role.given_by) == (cal, RoleKind.SCREENER, ada)
    assert [(mail.to, mail.subject) for mail in Mail.objects.all()] == [
        (cal.email, "You are a screener at Summer hackathon")
    ]
    assert audit("events.gave_role") == (ada, "summer", {"person": cal.pk, "kind": "screener"})


def test_give_role_again_changes_nothing(ada, jude):
    event = world.event_in(Phase.FORMING)

    role = actions.give_role(event, jude.email, RoleKind.JUDGE, by=ada)

    assert role == event.roles.get(user=jude)
    assert (AuditRow.objects.count(), Mail.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("key", "kind", "message"),
    [
        (
            "ben",
            "judge",
            "Ben Okoro is a participant at this event. Nobody judges an event that they take part in",
        ),
        (
            "jude",
            "participant",
            "Jude Amin is a judge at this event. Nobody judges an event that they take part in",
        ),
    ],
)
def test_give_role_to_judge_and_take_part_is_refused(ada, key, kind, message):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(Refused) as refusal:
        actions.give_role(event, world.person(key).email, kind, by=ada)

    assert (refusal.value.field, refusal.value.message) == ("email", message)


def test_give_role_to_someone_without_an_account_is_refused(ada):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(Refused) as refusal:
        actions.give_role(event, "nobody@records.example.org", RoleKind.JUDGE, by=ada)

    assert refusal.value.field == "email"


@pytest.mark.parametrize("key", ["ben", "kit", "cal"])
def test_roles_by_anyone_but_an_organiser_are_denied(key, cal):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(PermissionDenied):
        actions.give_role(event, cal.email, RoleKind.CHAIR, by=world.person(key))
    with pytest.raises(PermissionDenied):
        actions.take_role(event.roles.get(kind=RoleKind.SCREENER), by=world.person(key))


def test_take_role_twice_is_harmless(ada, jude):
    event = world.event_in(Phase.FORMING)
    role = event.roles.get(user=jude)

    actions.take_role(role, by=ada)
    actions.take_role(Role(pk=role.pk, event=event), by=ada)

    assert not event.roles.filter(user=jude).exists()
    assert audit("events.took_role") == (ada, "summer", {"person": jude.pk, "kind": "judge"})


def test_take_role_of_the_last_organiser_is_refused(ada):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(Refused) as refusal:
        actions.take_role(event.roles.get(user=ada), by=ada)

    assert refusal.value.message == "An event needs an organiser. Give someone else the role first"


def test_take_role_of_a_participant_once_building_has_begun_is_refused(ada, ben):
    event = world.event_in(Phase.BUILDING)

    with pytest.raises(Refused):
        actions.take_role(event.roles.get(user=ben), by=ada)


# Races


def at_once(*calls) -> list:
    """What each call answered, all begun at the same time, each on a connection of its own."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, call) -> None:
        try:
            gate.wait()
            answers[place] = call()
        except Refused as refusal:
            answers[place] = refusal.message
        except PermissionDenied:
            answers[place] = PermissionDenied
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_accepting_and_making_a_judge_at_once_leaves_one_role():
    event = world.event_in(Phase.FORMING)
    organiser, person = world.person("ada"), world.person("cal")
    application = application_of(event, "cal")

    answers = at_once(
        lambda: actions.accept(application, by=organiser),
        lambda: actions.give_role(event, person.email, RoleKind.JUDGE, by=organiser) and None,
    )

    assert event.roles.filter(user=person).count() == 1
    assert sum(answer is None for answer in answers) == 1
    assert next(answer for answer in answers if answer).endswith(
        "Nobody judges an event that they take part in"
    )


@pytest.mark.django_db(transaction=True)
def test_applying_twice_at_once_leaves_one_application():
    event = world.event_in(Phase.FORMING)
    person = world.person("cal")

    answers = at_once(
        *[lambda: actions.apply(event, motivation="x", skills="y", by=person) and None] * 2,
    )

    assert event.applications.count() == 1
    assert sorted(answers, key=str) == [None, "You have applied to this event already"]


@pytest.mark.django_db(transaction=True)
def test_last_two_organisers_cannot_take_each_other_away_at_once():
    event = world.event_in(Phase.FORMING)
    world.give(event, RoleKind.ORGANISER, "max")
    one, other = event.roles.filter(kind=RoleKind.ORGANISER)
    answers: list = []

    with transaction.atomic():
        actions.take_role(other, by=one.user)
        # The first has acted and not committed yet when the second begins.
        second = threading.Thread(
            target=lambda: answers.extend(at_once(lambda: actions.take_role(one, by=other.user)))
        )
        second.start()
        second.join(0.5)
    second.join()

    assert [role.user for role in event.roles.filter(kind=RoleKind.ORGANISER)] == [one.user]
    assert answers == [PermissionDenied]
