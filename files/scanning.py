"""What the virus scanner says of a file, and what follows. One that is down refuses and clears nothing."""

import logging
from typing import BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from core import clock
from core.mail import post
from files.clamd import NoVerdict, what_is_found
from files.models import File, Scan
from files.storage import shelf
from teams.models import Membership

logger = logging.getLogger(__name__)


def is_on() -> bool:
    return bool(settings.CLAMAV_SOCKET)


def open_for(file: File) -> None:
    """Its scan, in the transaction that enters the file."""
    Scan.objects.create(file=file, asked_at=clock.now())


def perform(pk: int) -> None:
    """Scan one file. Deliver this as often as you like: one claim wins."""
    scan = Scan.objects.claim(pk)
    if scan is None:
        return
    try:
        found = _verdict(scan.file)
    except NoVerdict as fault:
        logger.warning("scan %s has no verdict: %s (%s)", pk, fault, type(fault.__cause__).__name__)
        scan.postpone(str(fault))
        return
    with transaction.atomic():
        if not scan.finish():
            return
        if not found:
            File.objects.filter(pk=scan.file_id).update(state=File.State.CLEAN, why="")
            return
        File.objects.filter(pk=scan.file_id).update(
            state=File.State.REFUSED, why=f"The virus scanner found {found}"[:200]
        )
        _tell(scan.file, found)


def _verdict(file: File) -> str:
    if not is_on():
        raise NoVerdict("No virus scanner is set up any more")
    try:
        with shelf().open(file.stored) as source:
            return what_is_found(cast(BinaryIO, source), settings.CLAMAV_SOCKET)
    except FileNotFoundError as fault:
        raise NoVerdict("The stored file is missing") from fault


def _tell(file: File, found: str) -> None:
    """Each member, since any of them may have relied on it."""
    address = reverse("files:shelf", args=[file.scope])
    body = "\n".join(
        [
            f"The virus scanner refused ‘{file.name}’, which {file.by} uploaded for team {file.team} "
            f"at {file.event}.",
            "",
            f"It found: {found}",
            "",
            "Nobody can download the file, and it cannot be part of your entry. Check the computer "
            "that it came from, then upload a clean copy.",
            "",
            f"See your team's files: {settings.BASE_URL}{address}",
        ]
    )
    for member in Membership.objects.filter(team=file.team).select_related("user"):
        post(
            member.user.email,
            f"Refused by the virus scan: {file.name}",
            body,
            key=f"refused:{file.pk}:{member.user_id}",
        )
