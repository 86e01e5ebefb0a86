from results.models.certificates import Certificate
from results.models.decisions import Award, Deliberation, Feedback
from results.models.runs import Cut, Run

__all__ = ["Award", "Certificate", "Cut", "Deliberation", "Feedback", "Run"]
