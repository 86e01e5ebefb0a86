from core.models import Mail


def post(to: str, subject: str, body: str, *, key: str, secret: bool = False) -> None:
    """Put a mail into the outbox, in the caller's transaction. The same key again changes nothing.

    A worker sends it within seconds, and keeps trying when the mail server is down. The text of a
    `secret` mail (a sign-in code) is wiped once it is sent.
    """
    post_all([(to, key)], subject, body, secret=secret)


def post_all(to: list[tuple[str, str]], subject: str, body: str, *, secret: bool = False) -> None:
    """The same mail to several people, each as (address, key)."""
    subject = " ".join(subject.split())[:200]
    Mail.objects.bulk_create(
        [Mail(key=key, to=address, subject=subject, body=body, is_secret=secret) for address, key in to],
        ignore_conflicts=True,
    )
