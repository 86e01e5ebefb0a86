import pytest
from django.db import IntegrityError

from challenges.models import Challenge
from events.models import Phase
from tests.challenges.world import proposal
from tests.world import challenge_of, event_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["problem", "data_level", "licence", "approver"])
def test_database_keeps_what_is_incomplete_from_being_approved(name):
    with pytest.raises(IntegrityError, match="approved_challenge_has_passed_the_gate"):
        challenge_of(event_in(Phase.FORMING), **{name: ""})


@pytest.mark.parametrize("level", ["official_sensitive", "secret", "unsure"])
def test_database_keeps_no_level_above_official(level):
    with pytest.raises(IntegrityError, match="challenge_keeps_no_level_above_official"):
        proposal(data_level=level)


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        ("Letters wait.\n\nMore of it.", "Letters wait."),
        ("\n\n# Letters wait\nMore", "Letters wait"),
        ("> Letters wait", "Letters wait"),
        ("word " * 60, "word " * 39 + "word…"),
        ("", ""),
        ("\n --- \n", ""),
    ],
)
def test_first_line_is_the_problem_in_a_line(problem, line):
    assert Challenge(problem=problem).first_line == line


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({}, "Rivers and Coasts Agency"),
        ({"licence": ""}, "Rivers and Coasts Agency. 1 thing to mend before it can be approved"),
        (
            {"licence": "", "data_level": "official"},
            "Rivers and Coasts Agency. 2 things to mend before it can be approved",
        ),
        ({"licence": "", "decision": "declined"}, "Rivers and Coasts Agency"),
    ],
)
def test_standing_counts_what_is_left_to_do(fields, standing):
    assert proposal(**fields).standing == standing
