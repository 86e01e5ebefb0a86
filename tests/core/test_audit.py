import pytest
from django.db import DatabaseError, connection, transaction

from core.audit import record
from core.models import AuditRow
from events.models import Phase
from tests.world import event_in

pytestmark = pytest.mark.django_db


def test_record_says_who_what_and_where(ada):
    event = event_in(Phase.BUILDING)

    row = record(ada, "events.opened", event, reason="All is ready")

    assert (row.by, row.verb, row.subject_type, row.subject_id, row.scope, row.details) == (
        ada,
        "events.opened",
        "events.event",
        event.pk,
        "summer",
        {"reason": "All is ready"},
    )


@pytest.mark.parametrize("statement", ["UPDATE core_auditrow SET verb = 'x'", "DELETE FROM core_auditrow"])
def test_record_cannot_be_changed_or_deleted_even_by_sql(ada, statement):
    record(ada, "events.opened", event_in(Phase.BUILDING))

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert [row.verb for row in AuditRow.objects.all()] == ["events.opened"]


def test_record_without_a_person_says_by_rule_on_the_row_and_in_the_log(ada):
    event = event_in(Phase.BUILDING)

    row = record(None, "events.opened", event)

    assert (row.by, row.who, [cells[1:4] for cells in event.log_cells()]) == (
        None,
        "By rule",
        [("By rule", "", "events.opened")],
    )
