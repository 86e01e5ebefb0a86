"""`manage.py screen FILE...`: screen documents as an event would, without touching the database."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from screening.framework import DEFAULT, KEYS, load
from screening.llm import LLMConfig, open_llm
from screening.reader.read import Outcome, failed, read_file
from screening.report import FINDINGS, HINTS, SIGNALS

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
    config = LLMConfig(
        kind=settings.LLM_KIND,
        base_url=settings.LLM_BASE_URL,
        api_key=settings.LLM_API_KEY,
        model=settings.LLM_MODEL,
    )
    if engine not in (None, *ENGINES):
        stop(f"--engine: {engine} is unknown. Use one of: {', '.join(ENGINES)}")
    if engine == "openai" and not config.is_set:
        stop("--engine: no model is configured. Set LLM_BASE_URL and LLM_MODEL")
    return LLMConfig() if engine == "offline" else config


class Plain(CommandParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        stop(message)


class Command(BaseCommand):
    help = "Screen documents without touching the database"
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = Plain
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--framework", default=DEFAULT, choices=KEYS)
        parser.add_argument("--engine", help="offline or openai; the configured one if left out")
        parser.add_argument("--format", default="text", choices=["text", "json"])
        parser.add_argument("--show-text", action="store_true", help="add the text that offsets refer to")

    def handle(self, *args: Any, **options: Any) -> None:
        framework = load(options["framework"])
        rows = []
        with open_llm(configured(options["engine"])) as llm:
            for name in options["files"]:
                path = Path(name)
                try:
                    data = path.read_bytes()
                except OSError as error:
                    outcome, sha = failed(f"Cannot be opened: {error.strerror}", framework), ""
                else:
                    outcome = read_file(path.name, data, framework=framework, llm=llm)
                    sha = hashlib.sha256(data).hexdigest()
                if outcome.report.status == "failed":
                    say(f"{name}: {outcome.report.error}")
                elif outcome.error:
                    say(f"{name}: {outcome.report.mode}: {outcome.error}")
                rows.append(_row(path.name, sha, outcome, show_text=options["show_text"]))
        if options["format"] == "json":
            self.stdout.write(json.dumps({"screenings": rows}, ensure_ascii=False, indent=1))
        else:
            for row in rows:
                self.stdout.write(_told(row))
        if any(row["status"] == "failed" for row in rows):
            raise SystemExit(1)


def _row(source: str, sha: str, outcome: Outcome, *, show_text: bool) -> dict[str, Any]:
    row = {"source": source, "sha256": sha, **outcome.report.model_dump(mode="json")}
    return row | {"text": outcome.text} if show_text else row


def _told(row: dict[str, Any]) -> str:
    lines = [f"{row['source']}: {row['status']}, {row['mode']}. {HINTS[row['hint']]}."]
    lines += [f"  {SIGNALS[s['kind']]} ({s['severity']}): {s['detail']}" for s in row["signals"]]
    lines += [f"  · {' '.join(sentence['text'].split())}" for sentence in row["summary"]]
    for principle in row["principles"]:
        best = " ".join(principle["quotes"][0]["text"].split())[:100] if principle["quotes"] else "no passage"
        lines.append(f"  {principle['number']:>2} {FINDINGS[principle['finding']][0]}: {best}")
    return "\n".join(lines)
