"""Which judge scores which entry: plain data in, assignments and shortages out.

Never an assignment in conflict, never a judge above their load, and never a shortage that other seats could
have avoided. A flow problem (HiGHS) gives the seats: as many as can be filled, shortages spread, loads even,
judges matched to entries; seeded swaps then keep panel rules and mix the judges, so that results compare.
"""

from judging.allocation.parts import Allocation, Entry, Judge, Key, Pair, Rules
from judging.allocation.solve import allocate

__all__ = ["Allocation", "Entry", "Judge", "Key", "Pair", "Rules", "allocate"]
