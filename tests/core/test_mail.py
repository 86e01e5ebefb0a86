from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend

from core import tasks
from core.mail import post
from core.models import Mail

pytestmark = pytest.mark.django_db


def test_post_twice_with_one_key_writes_one_row():
    post("ben@records.example.org", "Hello", "Text", key="greeting")
    post("ben@records.example.org", "Hello", "Other text", key="greeting")

    assert [(mail.to, mail.body) for mail in Mail.objects.all()] == [("ben@records.example.org", "Text")]


def test_post_with_a_line_break_in_the_subject_writes_one_line():
    post("ben@records.example.org", "Hello\r\nBcc: all@example.org", "Text", key="greeting")

    assert Mail.objects.get().subject == "Hello Bcc: all@example.org"


def test_send_delivers_once_and_wipes_a_secret():
    post("ben@records.example.org", "Your code", "123456", key="code", secret=True)
    row = Mail.objects.get()

    tasks.send(row.pk)
    tasks.send(row.pk)

    row.refresh_from_db()
    assert [(sent.subject, sent.body, sent.to) for sent in django_mail.outbox] == [
        ("Your code", "123456", ["ben@records.example.org"])
    ]
    assert (row.body, row.finished_at is None) == ("", False)


def test_send_while_the_mail_server_is_down_waits_and_keeps_the_text(settings):
    settings.EMAIL_BACKEND = "tests.core.test_mail.Broken"
    post("ben@records.example.org", "Hello", "Text", key="greeting")
    row = Mail.objects.get()

    tasks.send(row.pk)

    row.refresh_from_db()
    assert (row.error, row.body, row.finished_at) == ("SMTPServerDisconnected", "Text", None)
    assert row.will_try_again


class Broken(BaseEmailBackend):
    def send_messages(self, messages):
        raise SMTPServerDisconnected("gone")


def test_mail_waits_for_a_server_that_is_down_over_a_weekend():
    waits = [Mail(tries=attempt).wait() for attempt in range(1, Mail.TRIES)]

    assert sum(waits, timedelta()) > timedelta(hours=62)
