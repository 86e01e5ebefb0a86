from collections.abc import Iterable, Sequence

import numpy as np

from teams.matching.balance import Table, into_teams
from teams.matching.measures import Matching, Team, explained, measured
from teams.matching.people import Challenge, Locked, Person, party_of
from teams.matching.stage import to_challenges


def match(
    people: Iterable[Person],
    challenges: Iterable[Challenge] = (),
    *,
    minimum: int,
    maximum: int,
    seed: int = 0,
    locked: Sequence[Locked] = (),
) -> Matching:
    """Teams of `minimum` to `maximum` people. Who cannot be placed within the bounds is in `unplaced`.

    The order of the rows changes nothing. ValueError: two people of one key, a wish for a challenge that is
    not there, a locked person twice or in a team too large, or sizes that are no sizes.
    """
    people = sorted(people, key=lambda person: str(person.key))
    challenges = sorted(challenges, key=lambda challenge: str(challenge.key))
    refuse_nonsense(people, challenges, minimum, maximum, locked)
    rng = np.random.default_rng(seed)
    party = party_of(people, challenges, maximum, locked)
    placed, numbers = to_challenges(party, minimum, maximum, rng)
    teams: list[Team] = []
    for challenge in party.challenges:
        table = Table(party, challenge.skills, minimum, maximum)
        units = placed.get(challenge.key, [])
        for team in into_teams(table, units, numbers.get(challenge.key, 0), rng):
            members = sorted((one for unit in team for one in unit.members), key=lambda one: str(one.key))
            if members:
                why = explained(members, challenge, party.challenges)
                teams.append(Team(challenge.key, tuple(one.key for one in members), why))
    on = {key for team in teams for key in team.members}
    return Matching(
        teams,
        [person.key for person in people if person.key not in on],
        measured(people, party.challenges, teams, (minimum, maximum), party.broken),
    )


def refuse_nonsense(
    people: Sequence[Person],
    challenges: Sequence[Challenge],
    minimum: int,
    maximum: int,
    locked: Sequence[Locked],
) -> None:
    if not 1 <= minimum <= maximum:
        raise ValueError("a team has one person at least, and no fewer at most")
    keys = [person.key for person in people]
    if len(set(keys)) < len(keys):
        raise ValueError("two people have the same key")
    places = {challenge.key for challenge in challenges}
    for person in people:
        if places and (strange := [wish for wish in person.wishes if wish not in places]):
            raise ValueError(f"{person.key} wishes for {strange[0]}, which is not there")
    if any(len(team.members) > maximum for team in locked):
        raise ValueError("a locked team has more people than a team may have")
    seated = [key for team in locked for key in team.members]
    if len(set(seated)) < len(seated) or set(seated) - set(keys):
        raise ValueError("a locked team names someone twice, or someone who is not there")
