"""What is known of the people to place, and of where they can go."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

Key = Hashable
NOWHERE = ""  # the challenge of everyone where there are no challenges


@dataclass(frozen=True)
class Person:
    """`wishes` are challenges, best first. `together`, `apart` name people; one side's word is enough."""

    key: Key
    department: Key = None
    skills: frozenset = frozenset()
    wishes: tuple = ()
    together: frozenset = frozenset()
    apart: frozenset = frozenset()
    experience: float = 0.0


@dataclass(frozen=True)
class Challenge:
    """`skills` are those that each team on it needs; `capacity` is the most teams it takes."""

    key: Key
    skills: frozenset = frozenset()
    capacity: int | None = None


@dataclass(frozen=True)
class Locked:
    """A team that stays as it is, on its challenge; others may be added to it."""

    challenge: Key
    members: tuple


@dataclass
class Unit:
    """People who are placed as one. `home` is the locked team that they are, if they are one."""

    members: tuple[Person, ...]
    home: Locked | None = None
    order: int = 0

    @property
    def size(self) -> int:
        return len(self.members)


@dataclass
class Party:
    """Everyone to place, as units, with what the stages ask of them again and again."""

    people: dict[Key, Person]
    units: list[Unit]
    challenges: list[Challenge]
    apart: set[frozenset]
    broken: list[str] = field(default_factory=list)


def cost_of_wish(person: Person, challenge: Key) -> int:
    """0 for the first wish, 1 for the second, 3 for the third, 12 for what was not wished for."""
    if not person.wishes:
        return 0
    if challenge not in person.wishes:
        return 12
    return (0, 1, 3)[place] if (place := person.wishes.index(challenge)) < 3 else 4


def party_of(
    people: Sequence[Person], challenges: Iterable[Challenge], maximum: int, locked: Sequence[Locked]
) -> Party:
    """Everyone, with those who stay together made into units of `maximum` people at most."""
    known = {person.key: person for person in people}
    apart = {
        frozenset((person.key, other)) for person in people for other in person.apart if other in known
    } - {frozenset((key,)) for key in known}
    party = Party(known, [], list(challenges) or [Challenge(NOWHERE)], apart)
    taken: set[Key] = set()
    for home in locked:
        party.units.append(Unit(tuple(known[key] for key in home.members), home))
        taken.update(home.members)
    for group in _groups([person for person in people if person.key not in taken], apart):
        pieces = [tuple(group[at : at + maximum]) for at in range(0, len(group), maximum)]
        if len(pieces) > 1:
            names = ", ".join(str(person.key) for person in group)
            party.broken.append(f"{names} cannot all be on one team of {maximum} at most")
        party.units += [Unit(piece) for piece in pieces]
    for person in people:
        party.broken += [
            f"{person.key} wants to be with {other} and is to be kept apart from them"
            for other in sorted(person.together & set(known), key=str)
            if frozenset((person.key, other)) in apart
        ]
    for order, unit in enumerate(party.units):
        unit.order = order
    return party


def _groups(people: list[Person], apart: set[frozenset]) -> list[list[Person]]:
    """Who hangs together, through however many wishes to; those to be kept apart do not join a group."""
    group = {person.key: [person] for person in people}
    for person in people:
        for other in sorted(person.together, key=str):
            if other not in group or group[other] is group[person.key]:
                continue
            joined = group[person.key] + group[other]
            if any(frozenset((a.key, b.key)) in apart for a in group[person.key] for b in group[other]):
                continue
            for member in joined:
                group[member.key] = joined
    place = {person.key: number for number, person in enumerate(people)}
    found = {id(members): members for members in group.values()}
    return [sorted(members, key=lambda person: place[person.key]) for members in found.values()]
