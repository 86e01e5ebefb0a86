"""When an endpoint has failed several times in a row, leave it alone for a while, then try one call."""

from dataclasses import dataclass


@dataclass
class Breaker:
    """Time is given, never asked for: `now` is any clock that does not go back.

    Closed until `after` faults without an answer between them. Open for `pause` seconds, twice as long
    after each trial that fails. Then one trial at a time: an answer closes it.
    """

    after: int = 5
    pause: float = 15.0
    longest: float = 300.0
    trial_lasts: float = 120.0  # a trial nobody heard of again does not bar the way for ever
    faults: int = 0
    opened: int = 0  # how often in a row, without an answer between
    until: float | None = None
    trial: float | None = None

    @property
    def state(self) -> str:
        if self.until is None:
            return "closed"
        return "open" if self.trial is None else "trial"

    def ask(self, now: float) -> float:
        """Seconds to wait; 0 lets this call through, and it must be reported."""
        if self.until is None:
            return 0.0
        if now < self.until:
            return self.until - now
        if self.trial is not None and now < self.trial + self.trial_lasts:
            return self.trial + self.trial_lasts - now
        self.trial = now
        return 0.0

    def answered(self) -> None:
        self.faults = self.opened = 0
        self.until = self.trial = None

    def failed(self, now: float) -> None:
        self.faults += 1
        if self.until is not None and self.trial is None:
            return  # a call from before it opened: it tells nothing new
        if self.trial is not None or self.faults >= self.after:
            self.until = now + min(self.pause * 2**self.opened, self.longest)
            self.opened += 1
            self.trial = None

    def unknown(self) -> None:
        """A call was given up before it told anything."""
        self.trial = None
