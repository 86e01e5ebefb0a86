from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from events.models import (
    BOUNDARIES,
    MOMENTS,
    Event,
    Phase,
    RoleKind,
    check_zone,
    out_of_order,
    planned_from,
)
from tests import world

START = datetime(2027, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# Few enough minutes that moments fall together, before, and on the time asked about.
minutes = st.integers(min_value=0, max_value=12)


def moments(announced: int | None, steps: list[int], published: int | None) -> dict:
    """Moments that the database takes: forming, building, submissions and scores in their order."""
    forming, building, submissions, scores = (
        START + MINUTE * (sum(steps[: at + 1])) for at in range(len(steps))
    )
    return {
        "announced_at": None if announced is None else START + MINUTE * announced,
        "forming_at": forming,
        "applications_close_at": building,
        "team_changes_close_at": building,
        "building_at": building,
        "submissions_close_at": submissions,
        "scores_close_at": scores,
        "published_at": None if published is None else START + MINUTE * published,
    }


any_moments = st.builds(
    moments,
    st.none() | minutes,
    st.tuples(minutes, *[st.integers(min_value=1, max_value=4)] * 3).map(list),
    st.none() | minutes,
)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=any_moments, at=minutes)
def test_phase_in_python_and_in_sql_agree_at_any_moment(db, values, at):
    event = world.event_in(Phase.DRAFT)
    Event.objects.filter(pk=event.pk).update(**values)
    event.refresh_from_db()
    moment = START + MINUTE * at

    found = [
        phase for phase in Phase if Event.objects.in_phase(phase, at=moment).filter(pk=event.pk).exists()
    ]

    assert found == [event.phase_at(moment)]


@given(values=any_moments, at=minutes)
def test_phase_is_the_last_of_those_whose_moments_are_all_reached(values, at):
    """And so changes at moments of the table alone, exactly when one is reached."""
    moment = START + MINUTE * at
    reached = [values[name] is not None and values[name] <= moment for _, name in BOUNDARIES]
    unbroken = reached.index(False) if False in reached else len(reached)

    assert Event(**values).phase_at(moment) == [Phase.DRAFT, *(phase for phase, _ in BOUNDARIES)][unbroken]


@pytest.mark.parametrize(("phase", "moment"), BOUNDARIES)
def test_phase_begins_at_its_moment_and_not_a_microsecond_before(phase, moment):
    hours = {name: START + timedelta(hours=place) for place, (_, name) in enumerate(BOUNDARIES)}
    event = Event(**hours)
    order = [Phase.DRAFT, *(phase for phase, _ in BOUNDARIES)]

    assert event.phase_at(hours[moment]) == phase
    assert event.phase_at(hours[moment] - timedelta(microseconds=1)) == order[order.index(phase) - 1]


@pytest.mark.django_db
@pytest.mark.parametrize("phase", list(Phase))
def test_in_phase_of_several_finds_each(phase):
    event = world.event_in(phase)

    assert list(Event.objects.in_phase(*Phase)) == [event]
    assert list(Event.objects.in_phase(*(other for other in Phase if other != phase))) == []


@pytest.mark.django_db
def test_visible_to_shows_drafts_to_those_who_work_on_them(ada, cal):
    draft = world.event_in(Phase.DRAFT, slug="hidden")
    open_ = world.event_in(Phase.FORMING)

    assert set(Event.objects.visible_to(ada)) == {draft, open_}
    assert list(Event.objects.visible_to(cal)) == [open_]


@pytest.mark.django_db
def test_window_is_shut_from_the_very_moment_it_closes():
    event = world.event_in(Phase.FORMING)

    with clock.arrived_at(event.applications_close_at - timedelta(microseconds=1)):
        before = event.why_shut("applications")
    with clock.arrived_at(event.applications_close_at):
        after = event.why_shut("applications")

    assert before == ""
    assert after == f"Applications closed at {event.say(event.applications_close_at)}"


def test_planned_moments_keep_the_time_of_day_when_the_clocks_change():
    building = datetime(2027, 4, 10, 8, tzinfo=UTC)  # 9am BST, two weeks after the clocks go forward

    planned = planned_from(building, "Europe/London")

    assert planned == {
        "forming_at": datetime(2027, 3, 13, 9, tzinfo=UTC),  # 9am GMT
        "applications_close_at": datetime(2027, 4, 3, 8, tzinfo=UTC),
        "building_at": building,
        "team_changes_close_at": datetime(2027, 4, 10, 12, tzinfo=UTC),
        "submissions_close_at": datetime(2027, 4, 12, 8, tzinfo=UTC),
        "scores_close_at": datetime(2027, 4, 15, 8, tzinfo=UTC),
    }
    assert out_of_order(planned) == ("", "")


def test_out_of_order_names_the_moment_that_is_too_early():
    planned = planned_from(START, "Europe/London")

    found = out_of_order(planned | {"scores_close_at": planned["submissions_close_at"]})

    assert found == ("scores_close_at", "‘Scores close’ must come after ‘Submissions close’")


@pytest.mark.django_db
def test_database_refuses_moments_in_the_wrong_order():
    event = world.event_in(Phase.FORMING)

    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(submissions_close_at=event.building_at)


@pytest.mark.django_db
def test_database_refuses_a_judge_who_takes_part(ada):
    event = world.event_in(Phase.FORMING)

    with pytest.raises(IntegrityError), transaction.atomic():
        event.roles.create(user=world.person("jude"), kind=RoleKind.PARTICIPANT, given_by=ada)


def test_check_zone_knows_zones():
    check_zone("Europe/London")
    with pytest.raises(ValidationError):
        check_zone("Europe/Nowhere")


@pytest.mark.django_db
def test_unready_lists_everything_that_is_missing():
    event = world.event_in(Phase.DRAFT)
    event.roles.all().delete()
    past = START - timedelta(days=3000)
    event.applications_close_at = past

    assert event.unready() == [
        "Say what the event is about",
        "Give someone the role of organiser",
        f"Move ‘Applications close’: {event.say(past)} is in the past",
        "‘Applications close’ must come after ‘Applications and team forming open’",
    ]


def test_moments_are_the_planned_columns_of_an_event():
    planned = {
        field.name
        for field in Event._meta.get_fields()
        if field.name.endswith("_at") and field.name not in {"created_at", "announced_at", "published_at"}
    }

    assert set(MOMENTS) == planned


@pytest.mark.django_db
def test_inviting_finds_the_events_that_invite():
    records, rivers = world.department("records"), world.department("rivers")
    world.event_in(Phase.FORMING, slug="open")
    world.event_in(Phase.FORMING, slug="both").departments.set([records, rivers])
    world.event_in(Phase.FORMING, slug="records").departments.set([records])

    for department, expected in (
        (records.pk, {"open", "both", "records"}),
        (rivers.pk, {"open", "both"}),
        (None, {"open"}),
    ):
        found = Event.objects.inviting(department)
        assert sorted(event.slug for event in found) == sorted(expected)
        assert {event.slug for event in Event.objects.all() if event.invites(department)} == expected
