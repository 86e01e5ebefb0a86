"""Rubrics to start from. Each criterion says what the lowest and the highest score mean."""

from typing import NamedTuple


class Line(NamedTuple):
    name: str
    description: str
    low: str
    high: str
    weight: int = 1


class Template(NamedTuple):
    title: str
    lines: tuple[Line, ...]


TEMPLATES: dict[str, Template] = {
    "value": Template(
        "Impact, feasibility, innovation, clarity",
        (
            Line(
                "Impact",
                "How much better things get, for how many people, if this works.",
                "No clear benefit, or for nobody in particular",
                "A large benefit for people who are named, with a figure behind it",
                2,
            ),
            Line(
                "Feasibility",
                "Whether a department could run this within a year.",
                "Depends on things that do not exist or may not be used",
                "Works today on realistic data, with a plan for what is left",
                2,
            ),
            Line(
                "Innovation",
                "Whether it does something that the tools in use cannot.",
                "Repeats what is already there",
                "A new approach that others would copy",
            ),
            Line(
                "Clarity",
                "Whether someone who was not there understands what it does and what it does not.",
                "Hard to say what was built",
                "Plain, honest about its limits, and shown working",
            ),
        ),
    ),
    "delivery": Template(
        "User need, technical execution, usability, innovation, collaboration",
        (
            Line(
                "User need",
                "Whether it answers a need that real users have.",
                "No user was named or asked",
                "A need that users stated, met from start to finish",
            ),
            Line(
                "Technical execution",
                "Whether what was built works, and was tested.",
                "Mostly drawn, or breaks when used",
                "Works reliably, with its errors measured and handled",
            ),
            Line(
                "Usability",
                "Whether the people it is for could use it, with assistive technology too.",
                "Only its makers could use it",
                "A first-time user gets through it without help",
            ),
            Line(
                "Innovation",
                "Whether it does something that the tools in use cannot.",
                "Repeats what is already there",
                "A new approach that others would copy",
            ),
            Line(
                "Collaboration",
                "Whether it joins up people, professions or departments.",
                "One person's work for one desk",
                "Several professions or departments shaped it, and it serves them",
            ),
        ),
    ),
}
