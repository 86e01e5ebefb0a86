from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from teams.matching import Challenge, Locked, Person, match, random_teams
from teams.matching.people import cost_of_wish
from teams.matching.stage import number_of_teams

SKILLS = ("data", "design", "policy")
PLACES = ("A", "B", "C")


@st.composite
def parties(draw, least: int = 1, most: int = 24):
    """People with wishes, skills, friends and foes, and three challenges, one of them small."""
    number = draw(st.integers(least, most))
    keys = [f"P{place:02}" for place in range(number)]
    people = [
        Person(
            key,
            draw(st.sampled_from(["D1", "D2", "D3", "D4", None])),
            frozenset(draw(st.sets(st.sampled_from(SKILLS), max_size=2))),
            tuple(draw(st.permutations(PLACES))[: draw(st.integers(0, 3))]),
            frozenset(draw(st.sets(st.sampled_from(keys), max_size=1))) - {key},
            frozenset(draw(st.sets(st.sampled_from(keys), max_size=1))) - {key},
            draw(st.sampled_from([0.0, 1.0, 2.0])),
        )
        for key in keys
    ]
    challenges = [
        Challenge("A", frozenset(["data"])),
        Challenge("B", frozenset(["design", "policy"])),
        Challenge("C", frozenset(), capacity=draw(st.integers(0, 2))),
    ]
    return people, challenges


@settings(max_examples=40, deadline=None)
@given(parties(), st.integers(2, 4), st.integers(0, 2), st.integers(0, 3))
def test_everyone_is_on_one_team_or_not_placed_and_no_bound_is_passed(party, minimum, wider, seed):
    people, challenges = party
    maximum = minimum + wider

    found = match(people, challenges, minimum=minimum, maximum=maximum, seed=seed)

    seated = [key for team in found.teams for key in team.members]
    assert sorted(seated + found.unplaced) == sorted(person.key for person in people)
    assert all(len(team.members) <= maximum for team in found.teams)
    assert sum(team.challenge == "C" for team in found.teams) <= challenges[2].capacity
    assert all(len(team.why) == len(team.members) for team in found.teams)


@settings(max_examples=25, deadline=None)
@given(parties(), st.randoms(use_true_random=False))
def test_order_of_the_rows_changes_nothing(party, luck):
    people, challenges = party
    shuffled = luck.sample(people, len(people))

    found = match(people, challenges, minimum=3, maximum=5, seed=4)

    assert match(shuffled, challenges[::-1], minimum=3, maximum=5, seed=4) == found


@settings(max_examples=25, deadline=None)
@given(parties(least=6), st.data())
def test_locked_team_stays_together_on_its_challenge(party, data):
    people, challenges = party
    assume(challenges[2].capacity)
    home = Locked("C", tuple(person.key for person in people[: data.draw(st.integers(1, 4))]))

    found = match(people, challenges, minimum=2, maximum=4, seed=1, locked=[home])

    assert [set(home.members) <= set(team.members) for team in found.teams if team.challenge == "C"].count(
        True
    ) == 1


@settings(max_examples=20, deadline=None)
@given(st.lists(st.permutations(PLACES), min_size=6, max_size=6))
def test_wishes_cost_no_more_than_in_the_best_of_all_ways(wishes):
    people = [Person(f"P{place}", wishes=tuple(wish)) for place, wish in enumerate(wishes)]

    found = match(people, [Challenge(place) for place in PLACES], minimum=2, maximum=2)

    by_key = {person.key: person for person in people}
    cost = sum(cost_of_wish(by_key[key], team.challenge) for team in found.teams for key in team.members)
    ways = (way for way in product(PLACES, repeat=6) if all(way.count(place) % 2 == 0 for place in PLACES))
    best = min(
        sum(cost_of_wish(person, place) for person, place in zip(people, way, strict=True)) for way in ways
    )
    assert cost == best


def test_friends_are_together_and_others_apart():
    people = [Person(f"P{place}", wishes=("A",)) for place in range(8)]
    people[0] = Person("P0", wishes=("A",), together=frozenset(["P7"]), apart=frozenset(["P1", "P2"]))

    found = match(people, [Challenge("A")], minimum=4, maximum=4, seed=3)

    home = next(set(team.members) for team in found.teams if "P0" in team.members)
    assert ("P7" in home, home & {"P1", "P2"}, found.measures.broken) == (True, set(), ())


def test_each_team_has_the_skill_that_only_some_have():
    people = [Person(f"P{place:02}", skills=frozenset(["data"] if place < 3 else [])) for place in range(12)]

    found = match(people, [Challenge("A", frozenset(["data"]))], minimum=4, maximum=4)

    assert [sum(key < "P03" for key in team.members) for team in found.teams] == [1, 1, 1]
    assert found.measures.skill_cover == 1


def test_departments_are_mixed():
    people = [Person(f"P{place:02}", department=f"D{place // 4}") for place in range(12)]
    department = {person.key: person.department for person in people}

    found = match(people, minimum=4, maximum=4)

    assert [len({department[key] for key in team.members}) for team in found.teams] == [3, 3, 3]
    assert found.measures.broken == ()


def test_rules_that_cannot_be_kept_are_named():
    people = [Person("P1", "HMRC", apart=frozenset(["P2"])), Person("P2", "HMRC"), Person("P3", "HMRC")]

    found = match(people, minimum=3, maximum=3)

    assert found.measures.broken == (
        "Team 1 has 3 people from HMRC",
        "P1 and P2 are on one team and were to be kept apart",
    )


def test_friends_who_are_too_many_are_told():
    people = [Person(f"P{place}", together=frozenset([f"P{(place + 1) % 5}"])) for place in range(5)]

    found = match(people, minimum=1, maximum=2)

    assert found.measures.broken[0] == "P0, P1, P2, P3, P4 cannot all be on one team of 2 at most"


@pytest.mark.parametrize(
    ("people", "teams"), [(0, 0), (3, 0), (4, 1), (6, 1), (7, 1), (8, 2), (500, 100), (13, 3)]
)
def test_number_of_teams(people, teams):
    assert number_of_teams(people, 4, 6) == teams


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"people": [Person("P1"), Person("P1")]}, "two people have the same key"),
        ({"people": [Person("P1", wishes=("Z",))]}, "P1 wishes for Z, which is not there"),
        ({"minimum": 3, "maximum": 2}, "a team has one person at least, and no fewer at most"),
        (
            {"locked": [Locked("A", ("P9",))]},
            "a locked team names someone twice, or someone who is not there",
        ),
    ],
)
def test_nonsense_is_refused(wrong, message):
    asked = {"people": [Person("P1")], "challenges": [Challenge("A")], "minimum": 1, "maximum": 2} | wrong

    with pytest.raises(ValueError, match=message):
        match(**asked)


def test_random_teams_place_everyone_but_by_chance():
    people = [Person(f"P{place:02}", wishes=("A",)) for place in range(30)]

    found = random_teams(people, [Challenge("A"), Challenge("B")], 3, 5, seed=2)

    assert sum(len(team.members) for team in found.teams) == 30
    assert 0 < found.measures.first_wish_share < 1
