import pytest

from submissions.steps import STEPS, Facts, standing

OVER = {"is_over": True}


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({}, "ready"),
        ({"is_blank": True, "is_complete": False}, "blank"),
        ({"is_complete": False}, "incomplete"),
        ({"is_open": False}, "early"),
        ({"is_submitted": True}, "changed"),
        ({"is_submitted": True, "is_complete": False}, "incomplete"),
        ({"is_submitted": True, "is_changed": False}, "submitted"),
        (OVER, "missed"),
        (OVER | {"is_blank": True, "is_complete": False}, "missed_incomplete"),
        (OVER | {"is_submitted": True}, "changed_too_late"),
        (OVER | {"is_submitted": True, "is_changed": False}, "received"),
        (OVER | {"is_submitted": True, "is_changed": False, "is_declared": False}, "undeclared"),
        (OVER | {"is_submitted": True, "is_declared": False}, "changed_too_late"),
        (OVER | {"is_waiting": True, "is_changed": False}, "late"),
        (OVER | {"is_waiting": True}, "missed"),
        (OVER | {"is_ended": True}, "ended"),
        (OVER | {"is_ended": True, "is_submitted": True, "is_changed": False}, "received"),
        ({"is_withdrawn": True}, "withdrawn"),
        (OVER | {"is_withdrawn": True}, "withdrawn_for_good"),
        (OVER | {"is_withdrawn": True, "is_disqualified": True}, "disqualified"),
    ],
)
def test_standing_follows_from_the_facts(facts, name):
    assert standing(Facts(**facts)) == name
    assert name in STEPS
