"""`manage.py rescreen EVENT --recipe PREFIX`: have entries read again after the recipe has changed.

What people decided stays as it is: only readings are added, none is changed or removed.
"""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from events.models import Event, Phase
from reading.management import cli
from reading.models import Plan, Screening
from reading.reader.recipe import recipe
from reading.readings import frame_of, left_of, to_read_again, usual_costs

SHORTEST = 8


class Command(cli.Command):
    help = "Read the entries of an event again that were read after another recipe than the present one"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", metavar="EVENT", help="the event's name in its address")
        parser.add_argument("--recipe", required=True, metavar="PREFIX", help="how the present recipe begins")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        event = Event.objects.filter(slug=options["event"]).first()
        if event is None:
            cli.stop(f"{options['event']}: there is no such event")
        if event.phase not in (Phase.BUILDING, Phase.JUDGING):
            cli.stop(
                f"{event.slug}: entries are read from the time building begins until results are published"
            )
        present = recipe(frame_of(event))
        prefix = options["recipe"]
        if len(prefix) < SHORTEST or not present.startswith(prefix):
            cli.stop(
                f"--recipe: the present recipe of {event.slug} is {present}. Give {SHORTEST} or more of it"
            )
        with transaction.atomic():
            # Two of these at once would both find the same entries; the second waits and finds none.
            Event.objects.select_for_update().get(pk=event.pk)
            rows = to_read_again(event)
            if not options["dry_run"]:
                Screening.objects.bulk_create(rows, ignore_conflicts=True)
        verb = "would be" if options["dry_run"] else "will be"
        self.stdout.write(f"{len(rows)} {'entry' if len(rows) == 1 else 'entries'} {verb} read again")
        self.say_costs(event, rows)

    def say_costs(self, event: Event, rows: list[Screening]) -> None:
        """What that may cost, going by what readings cost here before; nothing where none is paid for."""
        left = left_of(event, Plan.of(event))
        paid = Counter(row.engine for row in rows if row.provider)
        if left is None or not paid:
            return
        usual = usual_costs(event)
        if unknown := [engine for engine in paid if engine not in usual]:
            self.stdout.write(
                f"No reading by {', '.join(unknown)} has cost anything here, so there is no estimate"
            )
            return
        estimate = sum((usual[engine] * number for engine, number in paid.items()), Decimal(0))
        self.stdout.write(
            f"About £{estimate:.2f}, going by earlier readings; £{left:.2f} of the budget is left"
        )
