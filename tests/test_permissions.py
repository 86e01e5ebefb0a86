"""Verb by person by phase: who may do what, when. Written down by hand; the code must agree."""

import pytest
from django.contrib.auth.models import AnonymousUser

from core import permissions
from events.models import Event, Phase
from judging.models import Conflict, Judge
from teams.models import Membership
from tests import world

EVERYONE = {"ada", "ben", "bea", "cal", "dot", "jude", "kit", "sam", "max"}
INSIDERS = {"ada", "ben", "bea", "jude", "kit", "sam"}
ALWAYS = set(Phase)
D, A, F, B, J, S = Phase

# verb: (what it is asked about, who, when). ben is on the team, whose entry sam has cleared and jude is
# to score; bea takes part without a team; dot owns the challenge; cal and max have no part in the event.
# Moments lie as in tests/world.py: in FORMING and BUILDING teams can change, in JUDGING scores are open.
TABLE = {
    "accounts.administer": ("event", {"max"}, ALWAYS),
    "accounts.change": ("ben", {"ben"}, ALWAYS),
    "challenges.decide": ("challenge", {"ada"}, ALWAYS),
    "challenges.edit": ("challenge", {"dot"}, {A, F}),
    "challenges.propose": ("event", EVERYONE, {A, F}),
    "challenges.see_whole": ("challenge", {"ada", "dot"}, ALWAYS),
    "events.apply": ("event", EVERYONE, {F}),
    "events.appoint": ("event", {"ada"}, ALWAYS),
    "events.audit": ("event", {"ada"}, ALWAYS),
    "events.create": ("event", {"ada"}, ALWAYS),
    "events.decide": ("event", {"ada"}, {F, B}),
    "events.edit": ("event", {"ada"}, ALWAYS),
    "events.move": ("event", {"ada"}, {A, F, B, J}),
    "events.open": ("event", {"ada"}, {D}),
    "events.organise": ("event", {"ada"}, ALWAYS),
    "files.describe": ("file", {"ben"}, ALWAYS),
    "files.remove": ("file", {"ben"}, ALWAYS),
    "files.restore": ("file", {"ben"}, ALWAYS),
    "files.see": ("file", {"ben"}, ALWAYS),
    "files.upload": ("team", {"ben"}, ALWAYS),
    "judging.allocate": ("round", {"ada", "kit"}, {D, A, F, B, J}),
    "judging.answer": ("judge", {"jude"}, {D, A, F, B, J}),
    "judging.declare": ("judge", {"jude"}, {D, A, F, B, J}),
    "judging.declare_for": ("event", {"ada", "kit"}, {D, A, F, B, J}),
    "judging.end_conflict": ("conflict", {"kit"}, {D, A, F, B, J}),
    "judging.invite": ("event", {"ada", "kit"}, {D, A, F, B, J}),
    "judging.judge": ("event", {"jude"}, ALWAYS),
    "judging.score": ("assignment", {"jude"}, {J}),
    "results.see": ("round", {"ada", "kit"}, {S}),
    "results.compute": ("round", {"ada", "kit"}, {S}),
    "judging.set_judge": ("judge", {"ada", "kit"}, {D, A, F, B, J}),
    "judging.set_rubric": ("round", {"ada", "kit"}, {D, A, F, B, J}),
    "judging.watch": ("event", {"ada", "kit"}, ALWAYS),
    "links.overview": ("event", {"ada", "kit", "sam"}, ALWAYS),
    "links.see": ("submission", {"ben"}, ALWAYS),
    "reading.ask_early": ("submission", {"ben"}, {B}),
    "reading.how": ("event", INSIDERS, ALWAYS),
    "reading.ledger": ("event", {"ada"}, ALWAYS),
    "reading.overview": ("event", {"ada", "kit"}, ALWAYS),
    "reading.plan": ("event", {"ada"}, ALWAYS),
    "reading.retry": ("revision", {"sam"}, {B, J}),
    "reading.see_early": ("submission", {"ben"}, ALWAYS),
    "records.edit": ("submission", {"ben"}, ALWAYS),
    "records.export": ("event", {"ada"}, ALWAYS),
    "records.see": ("submission", {"ada", "ben", "kit", "sam"}, ALWAYS),
    "screening.agreement": ("event", {"ada", "kit"}, ALWAYS),
    "screening.answer": ("revision", {"ben"}, {B, J}),
    "screening.answers": ("event", INSIDERS, ALWAYS),
    "screening.share": ("event", {"ada"}, ALWAYS),
    "screening.ask": ("revision", {"sam"}, {B, J}),
    "screening.claim": ("revision", {"sam"}, {B, J}),
    "screening.next": ("event", {"sam"}, {B, J}),
    "screening.find": ("revision", {"sam"}, {B, J}),
    "screening.clear": ("revision", {"sam"}, {B, J}),
    "screening.hold": ("revision", {"sam"}, {B, J}),
    "screening.queue": ("event", {"ada", "kit", "sam"}, ALWAYS),
    "screening.read": ("revision", {"ada", "ben", "kit", "sam"}, ALWAYS),
    "showcase.hide": ("event", {"ada"}, ALWAYS),
    "showcase.publish": ("event", {"ada"}, {S}),
    "showcase.refresh": ("event", {"ada"}, {S}),
    "submissions.admit": ("revision", {"ada"}, {J}),
    "submissions.answer": ("submission", {"ben"}, {B, J}),
    "submissions.bring_back": ("submission", {"ben"}, {B}),
    "submissions.call": ("event", {"ada"}, {D, A, F, B}),
    "submissions.disqualify": ("submission", {"ada", "kit"}, {B, J}),
    "submissions.edit": ("submission", {"ben"}, ALWAYS),
    "submissions.extend": ("team", {"ada"}, {B, J}),
    "submissions.standings": ("event", {"ada", "kit"}, ALWAYS),
    "submissions.start": ("team", {"ben"}, ALWAYS),
    "submissions.submit": ("submission", {"ben"}, {B, J}),
    "submissions.withdraw": ("submission", {"ben"}, {B, J}),
    "teams.found": ("event", {"ben", "bea"}, {F, B}),
    "teams.join": ("team", {"ben", "bea"}, {F, B}),
    "teams.leave": ("team", {"ben"}, {F, B}),
    "teams.move": ("team", {"ben"}, {F, B}),
    "teams.name_me": ("membership", {"ben"}, ALWAYS),
    "teams.see": ("team", INSIDERS, ALWAYS),
}


def nouns(event: Event) -> dict:
    """One of each thing that a verb is asked about."""
    world.person("max", is_administrator=True)
    challenge = world.challenge_of(event)
    team = world.team_of(event, "ben", challenge=challenge)
    draft = world.draft_of(team)
    revision = world.revision_of(draft)
    return {
        "event": event,
        "ben": world.person("ben"),
        "challenge": challenge,
        "team": team,
        "membership": Membership.objects.get(team=team),
        "file": world.file_of(team),
        "submission": draft,
        "revision": revision,
        "round": world.round_of(event),
        "judge": Judge.objects.all_of(event)[0],
        # Declared by ada; not kept, or jude could not score
        "conflict": Conflict(
            event=event, judge=world.person("jude"), team=team, declared_by=event.created_by
        ),
        "assignment": world.given(event, draft, world.person("jude")),
    }


def test_table_has_every_verb():
    assert sorted(TABLE) == permissions.names()


@pytest.mark.django_db
@pytest.mark.parametrize("phase", list(Phase))
def test_every_verb_is_open_to_these_people_in_these_phases(phase):
    things = nouns(world.event_in(phase))
    people = {key: world.person(key) for key in sorted(EVERYONE)}

    allowed = {
        verb: {key for key, user in people.items() if permissions.may(user, verb, things[noun])}
        for verb, (noun, _, _) in TABLE.items()
    }

    assert allowed == {verb: who if phase in when else set() for verb, (_, who, when) in TABLE.items()}


@pytest.mark.django_db
def test_stranger_may_do_nothing():
    things = nouns(world.event_in(Phase.BUILDING))

    allowed = [
        verb for verb, (noun, _, _) in TABLE.items() if permissions.may(AnonymousUser(), verb, things[noun])
    ]

    assert allowed == []


@pytest.mark.django_db
def test_roles_of_one_event_open_nothing_at_another():
    world.event_in(Phase.BUILDING)
    elsewhere = Event.objects.create(
        slug="winter",
        name="Winter",
        summary="Another one",
        created_by=world.person("max"),
        **world.moments(Phase.BUILDING),
    )
    of_an_event = [verb for verb, (noun, who, _) in TABLE.items() if noun == "event" and who < INSIDERS]

    allowed = {
        verb: {key for key in INSIDERS if permissions.allowed_ever(world.person(key), verb, elsewhere)}
        for verb in of_an_event
        if verb != "events.create"
    }

    assert set().union(*allowed.values()) == set()
