import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from events.models import Phase
from teams.models import Membership
from tests.world import event_in, team_of

BEFORE, AFTER = [("teams", "0001_initial")], [("teams", "0003_no_seat_without_a_role")]


def migrate(target: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(target)


@pytest.mark.django_db(transaction=True)
def test_seats_find_their_roles_and_those_without_one_are_given_up(ben, bea):
    event = event_in(Phase.FORMING)
    team_of(event, "ben", "bea")
    migrate(BEFORE)
    try:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM events_role WHERE user_id = %s", [bea.pk])
    finally:
        migrate(AFTER)

    assert list(Membership.objects.values_list("user", "role")) == [(ben.pk, event.roles.get(user=ben).pk)]
