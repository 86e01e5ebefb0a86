from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.actions import make_key, revoke_key
from accounts.models import User
from hackathon.seeding import World
from hackathon.walking import Astray, Person, Walk

# Who walks: the demo's people, by the short names that the walk uses.
CAST = {
    "ada": "organiser",
    "dot": "owner",
    "sam": "screener",
    "jude": "judge",
    "jim": "judge3",
    "kit": "chair",
}


class Command(BaseCommand):
    help = "Walk one entry from draft to showcase through the service at BASE_URL. Demo only."

    def handle(self, **options) -> None:
        if not settings.DEMO:
            raise CommandError("This makes people and an event, so it walks through a demo alone")
        world = World()
        cast = {key: world.people[role] for key, role in CAST.items()}
        cast |= {"ben": world.person("Ben Okoro", "records"), "bea": world.person("Bea Lund", "rivers")}
        keys = {key: make_key(user, "Walk-through", by=user) for key, user in cast.items()}
        people = {key: Person(settings.BASE_URL, secret) for key, (_, secret) in keys.items()}
        people["stranger"] = Person(settings.BASE_URL)
        try:
            emails = {key: user.email for key, user in cast.items()}
            Walk(people, emails, say=lambda text: self.stdout.write(f"· {text}")).go()
        except (Astray, OSError) as fault:
            raise CommandError(str(fault)) from fault
        finally:
            for token, _ in keys.values():
                revoke_key(token, by=User.objects.get(pk=token.user_id))
        self.stdout.write("Walked from announcement to showcase")
