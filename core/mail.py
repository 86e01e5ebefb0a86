from core.models import Mail


def post(to: str, subject: str, body: str, *, key: str, secret: bool = False) -> None:
    """Put a mail into the outbox, in the caller's transaction. The same key again changes nothing.

    A worker sends it within seconds, and keeps trying when the mail server is down. The text of a
    `secret` mail (a sign-in code) is wiped once it is sent.
    """
    Mail.objects.bulk_create(
        [Mail(key=key, to=to, subject=" ".join(subject.split())[:200], body=body, is_secret=secret)],
        ignore_conflicts=True,
    )
