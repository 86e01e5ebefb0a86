import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")
django.setup()

from bench import deadline, judging, run, screening, storm, teams  # noqa: E402

PARTS = {
    "pages": run.main,
    "screening": screening.main,
    "deadline": deadline.main,
    "storm": storm.main,
    "judging": judging.main,
    "teams": teams.main,
}


def main(words: list[str]) -> int:
    """One part by its name, or all of them."""
    if words and words[0] in PARTS:
        return PARTS[words[0]](words[1:])
    return max(
        run.main(words), *(PARTS[name]([]) for name in ("screening", "deadline", "storm", "judging", "teams"))
    )


sys.exit(main(sys.argv[1:]))
