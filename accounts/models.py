import hashlib
import secrets
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now

# What an administrator gives people and takes from them.
RIGHTS = {"can_create_events": "Create events", "is_administrator": "Administer this site"}


class DepartmentQuerySet(models.QuerySet):
    def for_email(self, email: str) -> "Department | None":
        """The department whose domain the address belongs to: the domain itself or one below it."""
        labels = email.rpartition("@")[2].lower().split(".")
        suffixes = [".".join(labels[start:]) for start in range(len(labels))]
        domains = Domain.objects.filter(name__in=suffixes).select_related("department")
        longest = max(domains, key=lambda domain: len(domain.name), default=None)
        return longest.department if longest else None

    def administered_by(self, user) -> Self:
        return self if user.is_active and user.is_administrator else self.none()


class Department(models.Model):
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=60, unique=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    """An e-mail domain whose people belong to a department and may sign in."""

    name = models.CharField(max_length=120, unique=True)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="domains")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(name=Lower("name")), name="domain_in_lower_case")
        ]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet):
    def administrators(self) -> Self:
        return self.filter(is_administrator=True, is_active=True)

    def administered_by(self, user) -> Self:
        return self if user.is_active and user.is_administrator else self.none()

    def of_domain(self, name: str) -> Self:
        """The people whose address belongs to a domain or to one below it."""
        return self.filter(models.Q(email__endswith=f"@{name}") | models.Q(email__endswith=f".{name}"))

    def matching(self, words: str) -> Self:
        """By name or address, as an administrator types it."""
        return self.filter(models.Q(name__icontains=words) | models.Q(email__icontains=words))


ManagerOfPeople = BaseUserManager.from_queryset(UserQuerySet)


class UserManager(ManagerOfPeople):  # type: ignore[misc, valid-type]
    def create_user(self, email: str, name: str = "", **fields) -> "User":
        """A person who signs in by code: there is no password to guess or to lose."""
        email = email.strip().lower()
        fields.setdefault("department", Department.objects.for_email(email))
        user = User(email=email, name=name, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    email = models.EmailField(unique=True)
    name = models.CharField("full name", max_length=120)
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    can_create_events = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_in_lower_case")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


class TokenQuerySet(models.QuerySet["Token"]):
    def usable(self) -> Self:
        return self.filter(revoked_at=None, user__is_active=True)

    def of(self, user) -> Self:
        return self.filter(user=user) if user.is_authenticated else self.none()

    def for_secret(self, secret: str) -> "Token | None":
        return self.usable().select_related("user").filter(digest=digest_of(secret)).first()


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """Recognisable to scanners for leaked keys, and too long to guess."""
    return "hackathon_" + secrets.token_urlsafe(32)


class Token(models.Model):
    """A key to the API, shown once; only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField("what it is for", max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name
