"""Who works with whom, on what: plain data in, teams and the reasons for them out.

Two stages. People are given to challenges by an integer programme (wishes, team sizes, skills, departments,
people who want to stay together); then each challenge's people are made into teams, greedily at first, and
bettered by annealed swaps (skills, departments, experience, people to keep apart). The same input and seed
give the same teams.
"""

from teams.matching.measures import Matching, Measures, Team, random_teams
from teams.matching.people import Challenge, Locked, Person
from teams.matching.solve import match

__all__ = ["Challenge", "Locked", "Matching", "Measures", "Person", "Team", "match", "random_teams"]
