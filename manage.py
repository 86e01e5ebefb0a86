#!/usr/bin/env python3
"""Django's command line for this project."""

import importlib.util
import os
import sys
from pathlib import Path

VENV_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"

# These read and write files alone. They touch no database and serve nobody, so they run where nothing
# is configured: the settings that a service must have are filled in with what leads nowhere.
WITHOUT_A_SERVICE = {"screen", "evaluate", "help", "--help"}
NOWHERE = {
    "SECRET_KEY": "serves nobody",
    "DATABASE_URL": "postgres://nobody@localhost:1/none",
    "REDIS_URL": "redis://localhost:1/0",
    "ALLOWED_HOSTS": "localhost",
    "BASE_URL": "http://localhost",
    "EMAIL_FILE_PATH": os.devnull,
}


def main() -> None:
    if importlib.util.find_spec("django") is None:
        if not VENV_PYTHON.exists():
            sys.exit("manage.py: run ‘python3 run.py demo’ first. It makes the environment that this needs")
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])
    if sys.argv[1:] and sys.argv[1] in WITHOUT_A_SERVICE:
        for name, value in NOWHERE.items():
            os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as missing:
        sys.exit(f"manage.py: {missing}")


if __name__ == "__main__":
    main()
