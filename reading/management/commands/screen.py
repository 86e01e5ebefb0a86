"""`manage.py screen FILE...`: screen documents as an event would, without touching the database."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from reading.framework import DEFAULT, KEYS, load
from reading.llm import open_llm
from reading.management import cli
from reading.reader.read import Outcome, failed, read_file
from reading.report import FINDINGS, HINTS, SIGNALS


class Command(cli.Command):
    help = "Screen documents without touching the database"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--framework", default=DEFAULT, choices=KEYS)
        parser.add_argument("--engine", help="offline or openai; the configured one if left out")
        parser.add_argument("--format", default="text", choices=["text", "json"])
        parser.add_argument("--show-text", action="store_true", help="add the text that offsets refer to")

    def handle(self, *args: Any, **options: Any) -> None:
        framework = load(options["framework"])
        rows = []
        with open_llm(cli.configured(options["engine"])) as llm:
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
                    cli.say(f"{name}: {outcome.report.error}")
                elif outcome.error:
                    cli.say(f"{name}: {outcome.report.mode}: {outcome.error}")
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
