"""A run in the words and the pictures of a page."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from judging.models import entries_in
from judging.scoring.places import CLOSE
from results.models import Run

ROW, WIDTH, LEFT = 22, 720, 260  # of the picture, in its own units
LETTERS = 32  # of a title, in the picture


@dataclass
class Place:
    """One entry of a run, with its names."""

    code: str
    title: str
    team: str
    numbers: dict[str, Any]
    starts_group: bool = False

    @property
    def correction(self) -> float | None:
        """How far the adjusted score is from the raw average, in points."""
        raw, adjusted = self.numbers["raw_mean"], self.numbers["adjusted"]
        return None if raw is None or adjusted is None else adjusted - raw

    @property
    def correction_in_words(self) -> str:
        return with_sign(self.correction)

    @property
    def top_percent(self) -> str:
        return percent(self.numbers["p_top_k"])

    @property
    def next_percent(self) -> str:
        return percent(self.numbers["beats_next"])

    @property
    def is_close(self) -> bool:
        """Too close to call beside the entry that comes next."""
        return self.numbers["beats_next"] is not None and self.numbers["beats_next"] <= CLOSE


def with_sign(points: float | None) -> str:
    """With a real minus sign; what rounds to nothing has no sign."""
    if points is None:
        return "–"
    words = f"{abs(points):.2f}"
    if words == "0.00":
        return words
    return f"{'+' if points > 0 else '−'}{words}"


def percent(share: float) -> str:
    """Whole per cent. Nothing that is only unlikely is called impossible, or certain."""
    if 0 < share < 0.01:
        return "under 1"
    if 0.99 < share < 1:
        return "over 99"
    return f"{share * 100:.0f}"


def places_of(run: Run, found: dict[str, Any]) -> list[Place]:
    """Ranked entries first, then those with too few ballots, then those with none."""
    rows = entries_in(run.round).select_related("submission__team").order_by("title", "pk")
    entries = {row.submission.code: row for row in rows}
    places: list[Place] = []
    for numbers in found["projects"]:
        entry = entries.pop(numbers["project"], None)
        if entry is None:
            continue  # withdrawn or held since
        before = places[-1].numbers["group"] if places else None
        starts = numbers["group"] is not None and numbers["group"] != before
        places.append(Place(entry.submission.code, entry.title, entry.submission.team.name, numbers, starts))
    blank: dict[str, Any] = dict.fromkeys(("rank", "raw_mean", "adjusted", "group", "beats_next"))
    places += [
        Place(entry.submission.code, entry.title, entry.submission.team.name, blank | {"ballots": 0})
        for entry in entries.values()
    ]
    return places


def picture_of(places: list[Place]) -> dict[str, Any]:
    """Ranks with their ranges, as shapes: one row an entry, ranks from left to right."""
    ranked = [place for place in places if place.numbers["rank"] is not None]
    last = max((place.numbers["rank_high"] for place in ranked), default=1)

    def at(rank: int) -> int:
        return LEFT + round((rank - 1) * (WIDTH - LEFT - 20) / max(last - 1, 1))

    return {
        "width": WIDTH,
        "height": ROW * len(ranked) + 30,
        "rows": [
            {
                "y": ROW * place + 14,
                "text_y": ROW * place + 19,
                "from": at(one.numbers["rank_low"]),
                "to": at(one.numbers["rank_high"]),
                "at": at(one.numbers["rank"]),
                "label": one.title if len(one.title) <= LETTERS else f"{one.title[: LETTERS - 1]}…",
            }
            for place, one in enumerate(ranked)
        ],
        "first": at(1),
        "last": at(last),
        "last_rank": last,
        "foot": ROW * len(ranked) + 24,
    }


WORDS = {
    "strict": "gives less than others do for the same entries",
    "lenient": "gives more than others do for the same entries",
    "no spread": "gave every entry the same",
    "erratic": "differs from the others in no clear direction",
}


def judges_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Each judge with how strict they are, in points, and what to talk about with them."""
    people = User.objects.filter(pk__in=[one["judge"] for one in found["judges"]])
    names = {str(user.pk): user.name for user in people}
    return [
        one
        | {
            "name": names.get(one["judge"], ""),
            "in_words": with_sign(one["severity"]),
            "words": [WORDS[flag] for flag in one["flags"]],
        }
        for one in found["judges"]
    ]


def other_winner(places: list[Place]) -> Place | None:
    """The entry with the highest raw average, where that is not the first one."""
    ranked = [place for place in places if place.numbers["rank"] is not None]
    if not ranked:
        return None
    best = max(place.numbers["raw_mean"] for place in ranked)
    firsts = [place for place in ranked if place.numbers["rank"] == 1]
    if any(best - place.numbers["raw_mean"] < 1e-9 for place in firsts):
        return None
    return next(place for place in ranked if place.numbers["raw_mean"] == best)
