"""People into teams: 500 people, 10 challenges, 25 departments, 6 skills, three ranked wishes each."""

import random
import time
from dataclasses import replace

from teams.matching import Challenge, Matching, Person, match, random_teams

SKILLS = ("data", "design", "engineering", "policy", "research", "delivery")
SIZES = (100, 500, 1000)
MINIMUM, MAXIMUM = 4, 6


def world(number: int, seed: int) -> tuple[list[Person], list[Challenge]]:
    """Wishes lean to some challenges, skills are of uneven rarity, departments are of uneven size."""
    luck = random.Random(seed)
    challenges = [Challenge(f"C{place:02}", frozenset(luck.sample(SKILLS, 3))) for place in range(1, 11)]
    pull = [luck.uniform(0.6, 1.4) for _ in challenges]
    people = []
    for place in range(number):
        wishes: list = []
        while len(wishes) < 3:
            wish = luck.choices(challenges, pull)[0].key
            if wish not in wishes:
                wishes.append(wish)
        skills = luck.choices(SKILLS, (5, 3, 4, 3, 2, 3), k=2)
        department = f"D{min(int(luck.expovariate(1 / 8)), 24):02}"
        people.append(
            Person(
                f"P{place:04}",
                department,
                frozenset(skills),
                tuple(wishes),
                experience=luck.choice((0, 1, 1, 2)),
            )
        )
    for place in range(0, number, 25):  # in 25 people, two friends who wish alike, and two to keep apart
        one, two, three = people[place : place + 3]
        people[place] = replace(
            one, wishes=two.wishes, together=frozenset([two.key]), apart=frozenset([three.key])
        )
    return people, challenges


def told(words: str, found: Matching, seconds: float) -> None:
    measures = found.measures
    print(
        f"  {words:<10} {seconds:6.2f} s CPU   first wish {measures.first_wish_share:5.1%}   "
        f"top three {measures.top3_share:6.1%}   skills {measures.skill_cover:6.1%}   "
        f"rules broken {len(measures.broken):3}   strength sd {measures.strength_sd:.2f}   "
        f"teams {len(found.teams)}, not placed {len(found.unplaced)}"
    )


def main(words: list[str]) -> int:
    print(f"Teams of {MINIMUM} to {MAXIMUM} for 10 challenges")
    for number in SIZES:
        people, challenges = world(number, seed=number)
        print(f"{number} people")
        began = time.process_time()
        found = match(people, challenges, minimum=MINIMUM, maximum=MAXIMUM, seed=1)
        told("matched", found, time.process_time() - began)
        told("random", random_teams(people, challenges, MINIMUM, MAXIMUM, 1), 0.0)
    return 0
