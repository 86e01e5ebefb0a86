"""What a team declares when it submits, in this project's own words.

A wording is kept for ever under the version that each revision records, so that it can always be
shown what was agreed to. A change of words is a new version.
"""

DECLARATIONS: dict[str, tuple[str, ...]] = {
    "2026-11": (
        "I have used only open, published or made-up data, or data that the organisers have said "
        "may be used.",
        "There is no personal data about real people, other than the names of my team.",
        "There are no passwords, keys or access tokens in the files, code, slides or links.",
        "I understand that a language model may read this submission to prepare a summary, which service "
        "it is, and that people make every decision.",
        "I have the right to share this material with the judges and organisers.",
    ),
}
CURRENT_DECLARATIONS = "2026-11"
