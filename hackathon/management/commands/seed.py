from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.models import Event, Phase
from hackathon.seeding import seed


class Command(BaseCommand):
    help = "Fill the database with made-up events: one for each phase, or the one asked for."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--phase", choices=[phase.value for phase in Phase], help="only the event in this phase"
        )
        parser.add_argument(
            "--scale",
            choices=["small", "large"],
            default="small",
            help="large: 200 entries and 600 people an event",
        )

    def handle(self, *, phase: str | None, scale: str, **options) -> None:
        if not settings.DEMO and Event.objects.exclude(created_by__email__endswith=".example.org").exists():
            raise CommandError("There are real events here, and made-up ones would stand among them")
        phases = [Phase(phase)] if phase else list(Phase)
        made = seed(phases, large=scale == "large")
        for event in made:
            self.stdout.write(f"{event.phase.value:10} {event.slug}")
        if not made:
            self.stdout.write("Everything was there already")
