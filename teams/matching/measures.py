"""How good teams are, and why each person is where they are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from teams.matching.people import NOWHERE, Challenge, Key, Person
from teams.matching.stage import SAME_DEPARTMENT, number_of_teams

PLACES = ("First wish", "Second wish", "Third wish")


@dataclass(frozen=True)
class Team:
    challenge: Key
    members: tuple
    why: tuple[str, ...] = ()  # one sentence for each member, in their order


@dataclass(frozen=True)
class Measures:
    """Shares are of the people who stated wishes, 0 to 1; `skill_cover` of the skills that teams need."""

    first_wish_share: float
    top3_share: float
    skill_cover: float
    strength_sd: float
    broken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matching:
    teams: list[Team]
    unplaced: list[Key]
    measures: Measures


def measured(
    people: Sequence[Person],
    challenges: Sequence[Challenge],
    teams: Sequence[Team],
    sizes: tuple[int, int],
    others: Sequence[str] = (),
) -> Measures:
    known = {person.key: person for person in people}
    needs = {challenge.key: challenge.skills for challenge in challenges}
    on = {key: team.challenge for team in teams for key in team.members}
    wishing = [person for person in people if person.wishes]
    first = sum(on.get(person.key) == person.wishes[0] for person in wishing)
    top = sum(person.key in on and on[person.key] in person.wishes[:3] for person in wishing)
    needed = [(team, skill) for team in teams for skill in needs.get(team.challenge, ())]
    covered = sum(any(skill in known[key].skills for key in team.members) for team, skill in needed)
    middle = sum(person.experience for person in people) / max(len(people), 1)
    strengths = [sum(known[key].experience - middle for key in team.members) for team in teams]
    return Measures(
        first / len(wishing) if wishing else 1.0,
        top / len(wishing) if wishing else 1.0,
        covered / len(needed) if needed else 1.0,
        float(np.std(strengths)) if teams else 0.0,
        (*others, *_broken(known, teams, *sizes)),
    )


def _broken(known: dict, teams: Sequence[Team], minimum: int, maximum: int) -> list[str]:
    """Each rule that these teams do not keep, in words."""
    team_of = {key: number for number, team in enumerate(teams) for key in team.members}
    found = []
    for number, team in enumerate(teams, start=1):
        if not minimum <= len(team.members) <= maximum:
            found.append(f"Team {number} has {len(team.members)} people")
        departments = Counter(known[key].department for key in team.members)
        found += [
            f"Team {number} has {count} people from {department}"
            for department, count in sorted(departments.items(), key=str)
            if department is not None and count > SAME_DEPARTMENT
        ]
    for key, person in known.items():
        for other in sorted(person.apart & set(known), key=str):
            if key in team_of and team_of[key] == team_of.get(other):
                found.append(f"{key} and {other} are on one team and were to be kept apart")
        for other in sorted(person.together & set(known), key=str):
            if team_of.get(key) != team_of.get(other) and other not in person.apart:
                found.append(f"{key} and {other} wanted to be on one team")
    return found


def explained(
    team: Sequence[Person], challenge: Challenge, challenges: Sequence[Challenge]
) -> tuple[str, ...]:
    """Why each member is on this team, in a sentence."""
    keys = {person.key for person in team}
    said = []
    for person in team:
        if challenge.key == NOWHERE or not person.wishes:
            words = ["No wishes" if challenge.key != NOWHERE else "Placed"]
        elif challenge.key in person.wishes:
            place = person.wishes.index(challenge.key)
            words = [PLACES[place] if place < 3 else f"Wish {place + 1}"]
        else:
            words = ["None of the wishes had room"]
        brings = sorted(map(str, person.skills & challenge.skills))
        alone = [
            skill
            for skill in brings
            if not any(skill in map(str, one.skills) for one in team if one is not person)
        ]
        if alone:
            words.append(f"the only one here with {', '.join(alone)}")
        elif brings:
            words.append(f"brings {', '.join(brings)}")
        if friends := sorted(map(str, person.together & keys)):
            words.append(f"with {', '.join(friends)} as wished")
        if not any(one.department == person.department for one in team if one is not person):
            words.append("the only one from their department")
        said.append("; ".join(words))
    return tuple(said)


def random_teams(
    people: Sequence[Person], challenges: Sequence[Challenge], minimum: int, maximum: int, seed: int
) -> Matching:
    """What chance alone would give, to compare with."""
    rng = np.random.default_rng(seed)
    places = list(challenges) or [Challenge(NOWHERE)]
    number = number_of_teams(len(people), minimum, maximum)
    order = [people[at].key for at in rng.permutation(len(people))]
    teams = [
        Team(places[rng.integers(len(places))].key, tuple(order[at::number][:maximum]))
        for at in range(number)
    ]
    placed = {key for team in teams for key in team.members}
    return Matching(
        teams,
        [person.key for person in people if person.key not in placed],
        measured(people, places, teams, (minimum, maximum)),
    )
