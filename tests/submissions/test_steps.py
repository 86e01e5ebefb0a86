import pytest

from submissions.steps import STEPS, standing

FACTS = {
    "is_over": False,
    "is_open": True,
    "is_submitted": False,
    "is_changed": True,
    "is_blank": False,
    "is_complete": True,
}


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
        ({"is_over": True, "is_open": False}, "missed"),
        ({"is_over": True, "is_open": False, "is_blank": True, "is_complete": False}, "missed"),
        ({"is_over": True, "is_open": False, "is_submitted": True}, "changed_too_late"),
        ({"is_over": True, "is_open": False, "is_submitted": True, "is_changed": False}, "received"),
    ],
)
def test_standing_follows_from_the_facts(facts, name):
    assert standing(**FACTS | facts) == name
    assert name in STEPS
