"""What people do with their own account, and what administrators do with everyone's."""

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.text import slugify

from accounts.models import Department, Domain, Token, User, digest_of, new_secret
from core import clock
from core.audit import record
from core.permissions import require
from core.refusals import Refused

MOST_KEYS = 20
# The verbs of the audit rows for a right given, and taken.
RIGHT_VERBS = {
    "can_create_events": ("accounts.let_create_events", "accounts.stopped_creating_events"),
    "is_administrator": ("accounts.made_administrator", "accounts.stopped_administering"),
}
DEMO_SALT = "demo"
DEMO_AGE = 7 * 24 * 60 * 60


# Joining


@transaction.atomic
def sign_up(user: User, *, by: User) -> User:
    """Keep a new account. Its address says which department it belongs to."""
    user.department = Department.objects.for_email(user.email)
    user.save()
    record(by, "accounts.signed_up", user)
    return user


@transaction.atomic
def arrive(user: User, *, by: User, is_first: bool) -> None:
    """On signing in: an address on another department's domain says that the person has moved there.

    And the person whom the settings name becomes administrator. At the first sign-in, or while nobody
    is one; so that taking the right away later holds.
    """
    require(by, "accounts.change", user)
    home = Department.objects.for_email(user.email)
    if home is not None and home != user.department:
        before, user.department = str(user.department or ""), home
        user.save(update_fields=["department"])
        record(by, "accounts.moved", user, before=before, after=str(home))
    if user.is_administrator or not settings.ADMIN_EMAIL or user.email != settings.ADMIN_EMAIL.lower():
        return
    if is_first or not User.objects.administrators().exists():
        user.is_administrator = user.can_create_events = True
        user.save(update_fields=["is_administrator", "can_create_events"])
        record(by, "accounts.made_administrator", user, because="ADMIN_EMAIL")


# One's own account


@transaction.atomic
def change_name(user: User, name: str, *, by: User) -> None:
    user = User.objects.select_for_update().get(pk=user.pk)
    require(by, "accounts.change", user)
    if user.name == name:
        return
    before, user.name = user.name, name
    user.save(update_fields=["name"])
    record(by, "accounts.renamed", user, before=before, after=name)


@transaction.atomic
def make_key(user: User, name: str, *, by: User) -> tuple[Token, str]:
    """A key to the API and its secret, which is nowhere to be had again."""
    user = User.objects.select_for_update().get(pk=user.pk)
    require(by, "accounts.change", user)
    if user.tokens.usable().count() >= MOST_KEYS:
        raise Refused(f"You have {MOST_KEYS} keys. Revoke one that you no longer use first")
    secret = new_secret()
    token = user.tokens.create(name=name, digest=digest_of(secret))
    record(by, "accounts.made_key", token)
    return token, secret


@transaction.atomic
def revoke_key(token: Token, *, by: User) -> None:
    """Once is enough: revoking again changes nothing."""
    token = Token.objects.select_for_update().get(pk=token.pk)
    require(by, "accounts.change", token)
    if token.revoked_at is not None:
        return
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    record(by, "accounts.revoked_key", token)


# Administering


@transaction.atomic
def add_department(name: str, *, by: User) -> Department:
    require(by, "accounts.administer")
    slug = slugify(name)[:60].strip("-")
    if not slug:
        raise Refused("Enter a name with letters or numbers in it", field="name")
    try:
        with transaction.atomic():
            department = Department.objects.create(name=name, slug=slug)
    except IntegrityError as clash:
        raise Refused(f"There is a department called ‘{name}’ already", field="name") from clash
    record(by, "accounts.added_department", department)
    return department


@transaction.atomic
def add_domain(department: Department, name: str, *, by: User) -> Domain:
    """Let the people of an e-mail domain sign up. Those who have no department yet get this one."""
    require(by, "accounts.administer")
    try:
        with transaction.atomic():
            domain = department.domains.create(name=name)
    except IntegrityError as clash:
        holder = Domain.objects.select_related("department").filter(name=name).first()
        raise Refused(
            f"{name} belongs to {holder.department if holder else 'a department'} already", "name"
        ) from clash
    for user in User.objects.of_domain(name).filter(department=None):
        user.department = Department.objects.for_email(user.email)
        user.save(update_fields=["department"])
    record(by, "accounts.added_domain", domain, department=department.name)
    return domain


@transaction.atomic
def remove_domain(domain: Domain, *, by: User) -> None:
    """Nobody new signs up from it. Who has an account keeps it."""
    require(by, "accounts.administer")
    domain = Domain.objects.select_for_update().select_related("department").get(pk=domain.pk)
    record(by, "accounts.removed_domain", domain, department=domain.department.name)
    domain.delete()


@transaction.atomic
def give_right(person: User, right: str, *, by: User) -> None:
    person = User.objects.select_for_update().get(pk=person.pk)
    require(by, "accounts.administer")
    given, _ = RIGHT_VERBS[right]
    if getattr(person, right):
        return
    setattr(person, right, True)
    person.save(update_fields=[right])
    record(by, given, person)


@transaction.atomic
def take_right(person: User, right: str, *, by: User) -> None:
    # Every administrator is locked, so that of the last two each cannot stop the other.
    administrators = list(User.objects.administrators().select_for_update().order_by("pk"))
    person = User.objects.select_for_update().get(pk=person.pk)
    require(by, "accounts.administer")
    _, taken = RIGHT_VERBS[right]
    if not getattr(person, right):
        return
    if right == "is_administrator" and administrators == [person]:
        raise Refused("The site needs an administrator. Make someone else one first")
    setattr(person, right, False)
    person.save(update_fields=[right])
    record(by, taken, person)


@transaction.atomic
def set_rights(person: User, rights: dict[str, bool], *, by: User) -> None:
    """Several at once: all of them, or none."""
    for right, is_held in rights.items():
        (give_right if is_held else take_right)(person, right, by=by)


# The demo


def demo_link(user: User) -> str:
    """The address of a page that signs in as this person. It opens nothing unless DEMO is set."""
    return reverse("accounts:demo", args=[signing.dumps(user.pk, salt=DEMO_SALT)])


def demo_person(token: str) -> User | None:
    """Whom a demo link signs in as; None for a link that is not ours or too old, or outside a demo."""
    if not settings.DEMO:
        return None
    try:
        pk = signing.loads(token, salt=DEMO_SALT, max_age=DEMO_AGE)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()
