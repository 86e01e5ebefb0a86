import secrets

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ValidationError

from accounts import actions
from accounts.models import Department, User
from core import mail

LONGEST = User._meta.get_field("email").max_length or 0


class AccountAdapter(DefaultAccountAdapter):
    """Who may have an account, what happens when they arrive, and how mails to them leave."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": "Enter the code from the mail. This one is not right",
        "too_many_login_attempts": "You have tried too often. Wait a few minutes, then try again",
        "rate_limited": "You have asked too often. Wait a few minutes, then try again",
        "duplicate_email": "This address is on your account already",
    }

    def clean_email(self, email: str) -> str:
        """An address on a department's domain, or the first administrator's.

        Asked of new addresses alone; signing in with a known one does not come here. So the answer
        depends on the domain and never on whether someone has an account.
        """
        email = email.lower()
        if len(email) > LONGEST:
            raise ValidationError(f"E-mail address must be {LONGEST} characters or fewer")
        if email != settings.ADMIN_EMAIL.lower() and Department.objects.for_email(email) is None:
            raise ValidationError(
                "Enter your work e-mail address. This one does not belong to a department that takes part"
            )
        return email

    def save_user(self, request, user: User, form, commit: bool = True) -> User:
        user = super().save_user(request, user, form, commit=False)
        return actions.sign_up(user, by=user) if commit else user

    def login(self, request, user: User) -> None:
        is_first = user.last_login is None
        super().login(request, user)
        actions.arrive(user, by=user, is_first=is_first)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """A row that a worker sends, like every mail; its text is wiped then, since it holds a code."""
        if len(email) > LONGEST:  # typed by someone who signs in: nobody has it, and nothing could keep it
            return
        known = {"request": self.request, "email": email, "current_site": get_current_site(self.request)}
        message = self.render_mail(template_prefix, email, known | context)
        key = f"{template_prefix}:{secrets.token_hex(8)}"
        mail.post(email, message.subject, message.body, key=key, secret=True)
