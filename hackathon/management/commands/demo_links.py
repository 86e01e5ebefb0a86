from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.actions import demo_link
from accounts.models import User
from hackathon.seeding import load

# Who stands for each kind of person, by name in demo/event.yaml, and one participant.
KINDS = {
    "organiser": "organiser",
    "owner": "challenge owner",
    "screener": "screener",
    "judge": "judge",
    "chair": "chair",
    "facilitator": "facilitator",
    "stakeholder": "stakeholder",
    "administrator": "administrator",
    "newcomer": "newcomer (no role yet)",
}


class Command(BaseCommand):
    help = "Print one sign-in link for each kind of person. Demo only."

    def handle(self, **options) -> None:
        if not settings.DEMO:
            raise CommandError("Sign-in links exist in the demo alone")
        names = {row["key"]: row["name"] for row in load("event.yaml")["people"]}
        links = [("participant", load("entries.yaml")[0]["members"][0])]
        links += [(words, names[key]) for key, words in KINDS.items()]
        for words, name in links:
            user = User.objects.get(name=name)
            self.stdout.write(f"  {words:24} {settings.BASE_URL}{demo_link(user)}")
