"""`manage.py evaluate DIR`: how good the screening is on texts that careful readers have marked."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from reading.framework import DEFAULT, KEYS, load
from reading.llm import open_llm
from reading.management import cli
from reading.reader.evaluation import Unusable, evaluate, read_labels, result
from reading.reader.read import Outcome, read_file


class Command(cli.Command):
    help = "Compare the screening of marked texts with their marks"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", help="holds labels.tsv and texts/<id>.md")
        parser.add_argument("--framework", default=DEFAULT, choices=KEYS)
        parser.add_argument("--engine", help="offline or openai; the configured one if left out")
        parser.add_argument("--format", default="text", choices=["text", "json"])

    def handle(self, *args: Any, **options: Any) -> None:
        place = Path(options["directory"])
        framework = load(options["framework"])
        try:
            labels = read_labels(place / "labels.tsv")
            texts = {label.id: (place / "texts" / f"{label.id}.md").read_bytes() for label in labels}
        except (OSError, UnicodeDecodeError) as error:
            cli.stop(f"{place}: cannot be read: {error}")
        except Unusable as error:
            cli.stop(str(error))
        with open_llm(cli.configured(options["engine"])) as llm:

            def screen(name: str) -> Outcome:
                return read_file(f"{name}.md", texts[name], framework=framework, llm=llm)

            told = result(evaluate(labels, screen))
        for line in told["failed"]:
            cli.say(line)
        if options["format"] == "json":
            self.stdout.write(json.dumps(told, indent=1))
        else:
            for name, value in told.items():
                self.stdout.write(f"{name}: {value}")
        if told["failed"]:
            raise SystemExit(1)
