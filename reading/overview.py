"""What the readings of many entries have in common. Pure counting: no entry, team or order of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from reading.report import FINDINGS, SIGNALS

WEAK = ("not_found", "concern")


@dataclass
class Tally:
    """One principle, over all entries that were read for it."""

    number: int
    entries: int = 0
    silent: int = 0  # entries in which no passage was found
    findings: Counter[str] = field(default_factory=Counter)

    @property
    def stated(self) -> int:
        """Entries for which a finding was stated at all."""
        return self.entries - self.findings["unread"]

    @property
    def weak(self) -> int:
        """Entries that a model found nothing in, or a concern; where none was asked, those silent."""
        return sum(self.findings[name] for name in WEAK) if self.stated else self.silent

    @property
    def of(self) -> int:
        return self.stated or self.entries

    @property
    def percent(self) -> int:
        return round(100 * self.weak / self.of) if self.of else 0

    @property
    def counts(self) -> list[int]:
        """In the order of FINDINGS, without `unread`."""
        return [self.findings[name] for name in FINDINGS if name != "unread"]


@dataclass
class Overview:
    entries: int
    stated: int  # entries of which a model stated findings
    tallies: list[Tally]  # the weakest first
    signals: list[tuple[str, int]]  # in words, and in how many entries; the commonest first


def overview(reports: Iterable[dict]) -> Overview:
    """Count over stored reports; one that could not be read does not count."""
    tallies: dict[int, Tally] = {}
    signals: Counter[str] = Counter()
    entries = stated = 0
    for report in reports:
        if report["status"] == "failed":
            continue
        entries += 1
        stated += any(row["finding"] != "unread" for row in report["principles"])
        signals.update({row["kind"] for row in report["signals"]})
        for row in report["principles"]:
            tally = tallies.setdefault(row["number"], Tally(row["number"]))
            tally.entries += 1
            tally.silent += not row["quotes"]
            tally.findings[row["finding"]] += 1
    weakest_first = sorted(tallies.values(), key=lambda tally: (-tally.percent, tally.number))
    common = sorted(signals.items(), key=lambda row: (-row[1], row[0]))
    return Overview(entries, stated, weakest_first, [(SIGNALS[kind], number) for kind, number in common])
