"""What the commands of this app share: how they speak of errors, and the configured model."""

import logging
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from reading.llm import LLMConfig
from reading.readings import config_of

ENGINES = ("offline", "openai")


def say(line: str) -> None:
    """One error, one line, on standard error."""
    sys.stderr.write(" ".join(line.split()) + "\n")


def stop(line: str) -> NoReturn:
    """The arguments cannot be used."""
    say(line)
    raise SystemExit(2)


def configured(engine: str | None) -> LLMConfig:
    """The model of the settings, or none for `offline`."""
    config = config_of("main")
    if engine not in (None, *ENGINES):
        stop(f"--engine: {engine} is unknown. Use one of: {', '.join(ENGINES)}")
    if engine == "openai" and not config.is_set:
        stop("--engine: no model is configured. Set LLM_BASE_URL and LLM_MODEL")
    return LLMConfig() if engine == "offline" else config


class Parser(CommandParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        stop(message)


class Command(BaseCommand):
    """Touches no database, so that it runs where there is none."""

    requires_system_checks = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Standard error is for errors: what workers note of each call is not for a shell."""
        noted = logging.getLogger("reading")
        level = noted.level
        noted.setLevel(logging.WARNING)
        try:
            return super().execute(*args, **options)
        finally:
            noted.setLevel(level)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = Parser
        return parser
