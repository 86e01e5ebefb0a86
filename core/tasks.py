import logging
from smtplib import SMTPException

from celery import shared_task
from django.core.mail import EmailMessage

from core.models import Mail

logger = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    for pk in Mail.objects.due().values_list("pk", flat=True)[:200]:
        send.apply_async((pk,), expires=30)


@shared_task
def send(pk: int) -> None:
    """Send one mail. Deliver this as often as you like: one claim wins."""
    mail = Mail.objects.claim(pk)
    if mail is None:
        return
    try:
        EmailMessage(mail.subject, mail.body, to=[mail.to]).send()
    except (SMTPException, OSError) as fault:
        logger.warning("mail %s not sent: %s", pk, type(fault).__name__)
        mail.postpone(type(fault).__name__)
    else:
        mail.finish(**({"body": ""} if mail.is_secret else {}))
