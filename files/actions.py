"""What a team does with its shelf: put something on it, say what an image shows, take it off, put it back."""

import hashlib
from contextlib import ExitStack

from django.conf import settings
from django.db import transaction

from accounts.models import User
from challenges.classification import LEVELS, why_not_taken
from core import clock
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event, Role, RoleKind
from files import scanning
from files.apart import examine_apart
from files.kinds import Unfit, size_words
from files.models import File
from files.names import shown, visible
from files.storage import new_name, shelf
from files.uploads import FIELD, Upload, incoming, settle
from teams.models import Team

KEPT = 5  # times what a shelf may hold: what was removed can be put back, so it is still there


def upload(team: Team, *, by: User, sent: Upload, data_level: str, alt: str = "") -> File:
    """Put a file on the team's shelf, or find it there already.

    It is looked at, stored, and only then entered, in a transaction that is short: the team is locked
    while what it has is counted. Bytes whose row was refused are taken away, by the sweep at the latest.
    """
    require(by, "files.upload", team)
    refuse_data_not_taken(data_level, team.event)
    if already := _on_the_shelf(team, sent):
        return already
    _refuse_over_quota(team, sent.size)
    with ExitStack() as stack:
        made, path = incoming()
        remade = Upload(made, path, sent.given_name, 0, "")
        stack.callback(remade.close)
        try:
            found = examine_apart(
                sent.file, made, size=sent.size, name=sent.given_name, most=settings.FILES_MOST
            )
        except Unfit as fault:
            raise Refused(str(fault), FIELD) from fault
        kept = _settled(remade) if found["remade"] else sent
        stored = shelf().save(new_name(clock.now()), kept)
        undo = stack.enter_context(ExitStack())
        undo.callback(shelf().delete, stored)
        file = File(
            team=team,
            kind=found["kind"],
            name=shown(sent.given_name, found["extension"]),
            alt=tidy(alt) if found["kind"] == "image" else "",
            size=kept.size,
            sha256=kept.sha256,
            sent_size=sent.size,
            sent_sha256=sent.sha256,
            content_type=found["content_type"],
            stored=stored,
            look=found["look"],
            data_level=data_level,
            state=File.State.WAITING if scanning.is_on() else File.State.CLEAN,
            by=by,
            at=clock.now(),
        )
        entered = _enter(file, sent, by=by)
        if entered is file:
            undo.pop_all()
    return entered


@transaction.atomic
def _enter(file: File, sent: Upload, *, by: User) -> File:
    team = Team.objects.select_for_update(of=("self",)).select_related("event").get(pk=file.team_id)
    require(by, "files.upload", team)
    refuse_data_not_taken(file.data_level, team.event)
    if already := _on_the_shelf(team, sent):
        return already
    _refuse_over_quota(team, file.size)
    file.team = team
    file.save(force_insert=True)
    if file.is_waiting:
        scanning.open_for(file)
    record(
        by,
        "files.uploaded",
        file,
        kind=file.kind,
        size=file.size,
        sha256=file.sha256,
        sent_sha256=file.sent_sha256,
        data_level=file.data_level,
    )
    return file


@transaction.atomic
def describe(file: File, *, by: User, alt: str) -> File:
    """Say what an image shows, for those who do not see it."""
    file = _locked(file)
    require(by, "files.describe", file)
    if not file.is_image:
        raise Refused("Only images have an alternative text", "alt")
    alt = tidy(alt)
    if not alt:
        raise Refused("Enter what the image shows", "alt")
    if file.alt == alt:
        return file
    file.alt = alt
    file.save(update_fields=["alt"])
    record(by, "files.described", file)
    return file


@transaction.atomic
def remove(file: File, *, by: User) -> File:
    """Take it off the shelf. Entries that were submitted with it keep it, and it can be put back."""
    file = _locked(file)
    require(by, "files.remove", file)
    if file.is_removed:
        return file
    file.removed_at, file.removed_by = clock.now(), by
    file.save(update_fields=["removed_at", "removed_by"])
    record(by, "files.removed", file)
    return file


@transaction.atomic
def restore(file: File, *, by: User) -> File:
    """Put it back, if there is room and nobody has uploaded it again meanwhile."""
    team = Team.objects.select_for_update(of=("self",)).get(pk=file.team_id)
    file = _locked(file)
    require(by, "files.restore", file)
    if not file.is_removed:
        return file
    on_the_shelf = File.objects.of_team(team).on_the_shelf()
    if again := on_the_shelf.filter(sent_sha256=file.sent_sha256).first():
        raise Refused(f"The same file is on the shelf already, as ‘{again.name}’")
    _refuse_full_shelf(team, file.size)
    file.removed_at = file.removed_by = None
    file.save(update_fields=["removed_at", "removed_by"])
    record(by, "files.restored", file)
    return file


# What the verbs above share


def tidy(text: str) -> str:
    return visible(text)[:500].strip()


def refuse_data_not_taken(level: str, event: Event) -> None:
    """Asked before there is anything to upload with, and again before anything is stored."""
    if level not in LEVELS:
        raise Refused("Choose the highest level of any data in the file", "data_level")
    reason = why_not_taken(level, accepts_official=event.accepts_official)
    if not reason:
        return
    if "nothing on this page was saved" not in reason:
        reason += ". Nothing was uploaded"
    organisers = Role.objects.filter(event=event, kind=RoleKind.ORGANISER).select_related("user")
    names = " or ".join(f"{role.user} ({role.user.email})" for role in organisers[:2])
    raise Refused(f"{reason}. Organiser: {names}" if names else reason, "data_level")


def _locked(file: File) -> File:
    return File.objects.select_for_update(of=("self",)).select_related("team__event").get(pk=file.pk)


def _on_the_shelf(team: Team, sent: Upload) -> File | None:
    same = File.objects.of_team(team).on_the_shelf().filter(sent_sha256=sent.sha256)
    return same.select_related("team__event").first()


def _refuse_over_quota(team: Team, size: int) -> None:
    _refuse_full_shelf(team, size)
    ever = File.objects.of_team(team)
    if (
        ever.count() >= KEPT * settings.FILES_TEAM_FILES
        or ever.bytes() + size > KEPT * settings.FILES_TEAM_BYTES
    ):
        raise Refused(
            "Your team has uploaded and removed so much that there is no room for more. Ask an organiser",
            FIELD,
        )


def _refuse_full_shelf(team: Team, size: int) -> None:
    held = File.objects.of_team(team).on_the_shelf()
    if held.count() >= settings.FILES_TEAM_FILES:
        raise Refused(
            f"Your team has {settings.FILES_TEAM_FILES} files, and may not have more. "
            "Remove one that you do not need",
            FIELD,
        )
    left = settings.FILES_TEAM_BYTES - held.bytes()
    if size > left:
        raise Refused(
            f"The file is {size_words(size)}, and your team has {size_words(max(left, 0))} left. "
            "Remove what you do not need",
            FIELD,
        )


def _settled(remade: Upload) -> Upload:
    """What the other process wrote, on the disk, with its size and hash."""
    settle(remade.file)
    remade.file.seek(0)
    remade.sha256 = hashlib.file_digest(remade.file, "sha256").hexdigest()  # type: ignore[arg-type]
    remade.size = remade.file.tell()
    remade.file.seek(0)
    return remade
