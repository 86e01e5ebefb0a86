import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from challenges import actions
from challenges.classification import LEVELS
from challenges.models import Challenge
from core.models import AuditRow, Mail
from core.refusals import Refused
from events.models import Phase
from tests.challenges.world import WHOLE, audited, kept, proposal
from tests.races import together
from tests.world import department, event_in, person

pytestmark = pytest.mark.django_db


# propose


def test_propose_whole_waits_for_the_organisers(dot):
    event = event_in(Phase.ANNOUNCED)

    challenge = actions.propose(event, by=dot, **WHOLE)

    assert kept(challenge) == WHOLE
    assert (challenge.owner, challenge.department, challenge.decision) == (dot, dot.department, "")
    assert list(Challenge.objects.awaiting()) == [challenge]
    assert audited("challenges.proposed") == (dot, challenge.pk, "summer", {"missing": []})


def test_propose_title_alone_is_saved_and_says_what_is_missing(dot):
    challenge = actions.propose(event_in(Phase.FORMING), by=dot, title="  Letters that wait ")

    assert kept(challenge) == dict.fromkeys(WHOLE, "") | {"title": "Letters that wait"}
    assert challenge.missing == Challenge.GATE


def test_propose_without_a_title_is_refused(dot):
    with pytest.raises(Refused, match="Enter a title"):
        actions.propose(event_in(Phase.FORMING), by=dot, title="  ", problem="Letters wait")

    assert Challenge.objects.count() == 0


def test_propose_by_someone_of_no_department_is_denied(cal):
    User.objects.filter(pk=cal.pk).update(department=None)
    cal.refresh_from_db()

    with pytest.raises(PermissionDenied):
        actions.propose(event_in(Phase.FORMING), by=cal, **WHOLE)


def test_propose_for_a_department_that_does_not_take_part_is_denied(dot):
    event = event_in(Phase.FORMING)
    event.departments.add(department("transport"))

    with pytest.raises(PermissionDenied):
        actions.propose(event, by=dot, **WHOLE)


def test_propose_for_a_department_that_takes_part_is_allowed(dot):
    event = event_in(Phase.FORMING)
    event.departments.add(department("transport"), department("rivers"))

    challenge = actions.propose(event, by=dot, **WHOLE)

    assert challenge.department == department("rivers")


@pytest.mark.parametrize(
    ("phase", "why"),
    [
        (Phase.DRAFT, "This event has not been announced yet"),
        (Phase.BUILDING, "Challenge proposals closed at "),
    ],
)
def test_propose_outside_the_window_is_refused(dot, phase, why):
    with pytest.raises(Refused, match=why):
        actions.propose(event_in(phase), by=dot, **WHOLE)

    assert Challenge.objects.count() == 0


@pytest.mark.parametrize("level", ["official_sensitive", "secret", "unsure"])
def test_propose_with_data_that_must_not_be_here_stores_nothing(dot, level):
    with pytest.raises(Refused) as refusal:
        actions.propose(event_in(Phase.FORMING), by=dot, **(WHOLE | {"data_level": level}))

    assert (refusal.value.message, refusal.value.field) == (LEVELS[level].stop, "data_level")
    assert (Challenge.objects.count(), AuditRow.objects.count()) == (0, 0)


def test_propose_twice_with_one_title_is_refused_the_second_time(dot):
    event = event_in(Phase.FORMING)
    actions.propose(event, by=dot, **WHOLE)

    with pytest.raises(Refused, match="already proposed ‘LETTERS that wait’"):
        actions.propose(event, by=dot, title="LETTERS that wait")

    assert Challenge.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_propose_in_eight_tabs_at_once_is_one_proposal():
    event, dot = event_in(Phase.FORMING), person("dot")

    outcomes = together([lambda: actions.propose(event, by=dot, **WHOLE)] * 8)

    assert outcomes == ["done"] + ["refused"] * 7
    assert Challenge.objects.count() == 1


# edit


def test_edit_by_the_owner_is_kept(dot):
    challenge = proposal()

    actions.edit(challenge, by=dot, version=1, approver="Director", licence="CC BY 4.0")

    found = Challenge.objects.get()
    assert (found.approver, found.licence, found.version) == ("Director", "CC BY 4.0", 2)
    details = {"changed": ["approver", "licence"], "after": "", "version": 2}
    assert audited("challenges.edited") == (dot, challenge.pk, "summer", details)


def test_edit_after_changes_were_asked_for_hands_it_back(ada, dot):
    challenge = proposal()
    actions.ask_for_changes(challenge, by=ada, version=1, reason="Whom does it affect?")

    actions.edit(challenge, by=dot, version=2, affected="90,000 people")

    found = Challenge.objects.get()
    assert (found.decision, found.reason, found.decided_by, found.decided_at) == ("", "", None, None)
    assert list(Challenge.objects.awaiting()) == [found]


def test_edit_after_changes_were_asked_for_that_changes_nothing_is_refused(ada, dot):
    challenge = proposal()
    actions.ask_for_changes(challenge, by=ada, version=1, reason="Whom does it affect?")

    with pytest.raises(Refused, match="Nothing is different yet"):
        actions.edit(challenge, by=dot, version=2, title=challenge.title)

    assert Challenge.objects.get().decision == "changes"


def test_edit_twice_with_the_same_words_is_one_edit(dot):
    challenge = proposal()
    actions.edit(challenge, by=dot, version=1, approver="Director")

    actions.edit(challenge, by=dot, version=1, approver="Director")

    assert Challenge.objects.get().version == 2
    assert AuditRow.objects.filter(verb="challenges.edited").count() == 1


def test_edit_from_an_older_page_is_refused(dot):
    challenge = proposal()
    actions.edit(challenge, by=dot, version=1, approver="Director")

    with pytest.raises(Refused, match="changed after you opened this page"):
        actions.edit(challenge, by=dot, version=1, approver="Deputy")

    assert Challenge.objects.get().approver == "Director"


@pytest.mark.parametrize("key", ["ada", "ben", "cal", "jude"])
def test_edit_by_anyone_but_the_owner_is_denied(key):
    challenge = proposal()

    with pytest.raises(PermissionDenied):
        actions.edit(challenge, by=person(key), version=1, title="Mine")


@pytest.mark.parametrize(("decision", "why"), [("approved", "is approved"), ("declined", "declined this")])
def test_edit_of_a_closed_challenge_is_refused(ada, dot, decision, why):
    challenge = proposal(decision=decision, decided_by=ada)

    with pytest.raises(Refused, match=why):
        actions.edit(challenge, by=dot, version=1, title="Another")

    assert Challenge.objects.get().title == "Letters that wait"


def test_edit_once_building_has_begun_is_refused(dot):
    challenge = proposal()
    event_in(Phase.BUILDING)

    with pytest.raises(Refused, match="Challenge proposals closed at "):
        actions.edit(challenge, by=dot, version=1, title="Another")


def test_edit_to_data_that_must_not_be_here_keeps_what_was_there(dot):
    challenge = proposal()

    with pytest.raises(Refused, match="SECRET and TOP SECRET data must never"):
        actions.edit(challenge, by=dot, version=1, title="Another", data_level="secret")

    found = Challenge.objects.get()
    assert (found.title, found.data_level) == ("Letters that wait", "public")


# approve


def test_approve_opens_it_to_teams_and_tells_its_owner(ada, dot, settings):
    challenge = proposal()

    actions.approve(challenge, by=ada, version=1)

    found = Challenge.objects.approved().get()
    assert (found.decided_by, found.version) == (ada, 2)
    assert audited("challenges.approved") == (ada, challenge.pk, "summer", {"reason": "", "version": 2})
    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == (dot.email, "Your challenge ‘Letters that wait’ is approved")
    assert f"{settings.BASE_URL}/events/summer/challenges/{challenge.code}/" in mail.body


@pytest.mark.parametrize("name", ["problem", "data_level", "licence", "approver"])
def test_approve_with_something_missing_is_refused(ada, name):
    challenge = proposal(**{name: ""})

    with pytest.raises(Refused) as refusal:
        actions.approve(challenge, by=ada, version=1)

    assert refusal.value.message == f"You cannot approve this yet. {Challenge.GATE[name]}"
    assert (Challenge.objects.approved().count(), Mail.objects.count()) == (0, 0)


def test_approve_official_data_is_refused_where_the_event_does_not_take_it(ada):
    challenge = proposal(data_level="official")

    with pytest.raises(Refused, match="takes open, published or made-up data only"):
        actions.approve(challenge, by=ada, version=1)

    assert Challenge.objects.approved().count() == 0


def test_approve_official_data_is_allowed_where_the_event_takes_it(ada):
    challenge = proposal(data_level="official")
    challenge.event.accepts_official = True
    challenge.event.save(update_fields=["accepts_official"])

    actions.approve(challenge, by=ada, version=1)

    assert Challenge.objects.approved().get() == challenge


@pytest.mark.parametrize("key", ["dot", "ben", "jude", "kit", "sam", "cal"])
@pytest.mark.parametrize("verb", [actions.approve, actions.ask_for_changes, actions.decline])
def test_decide_by_anyone_but_an_organiser_is_denied(key, verb):
    challenge = proposal()

    with pytest.raises(PermissionDenied):
        verb(challenge, by=person(key), version=1, reason="Because")

    assert Challenge.objects.get().decision == ""


def test_decide_as_organiser_of_another_event_is_denied(cal):
    challenge = proposal()
    other = event_in(Phase.FORMING, slug="winter")
    other.roles.create(user=cal, kind="organiser", given_by=cal)

    with pytest.raises(PermissionDenied):
        actions.approve(challenge, by=cal, version=1)


def test_approve_twice_is_one_approval(ada):
    challenge = proposal()
    actions.approve(challenge, by=ada, version=1)

    actions.approve(challenge, by=ada, version=1)

    assert (Mail.objects.count(), AuditRow.objects.filter(verb="challenges.approved").count()) == (1, 1)


def test_approve_a_text_that_has_changed_since_is_refused(ada, dot):
    challenge = proposal()
    actions.edit(challenge, by=dot, version=1, problem="Something else entirely")

    with pytest.raises(Refused, match="after you opened this page"):
        actions.approve(challenge, by=ada, version=1)

    assert Challenge.objects.approved().count() == 0


# ask_for_changes, decline


@pytest.mark.parametrize(
    ("verb", "name", "decision", "outcome"),
    [
        (actions.ask_for_changes, "challenges.returned", "changes", "needs changes"),
        (actions.decline, "challenges.declined", "declined", "was declined"),
    ],
)
def test_decide_with_a_reason_tells_the_owner_why(verb, name, decision, outcome):
    ada, dot = person("ada"), person("dot")
    challenge = proposal()

    verb(challenge, by=ada, version=1, reason=" Whom does it affect? ")

    found = Challenge.objects.get()
    assert (found.decision, found.reason, found.decided_by) == (decision, "Whom does it affect?", ada)
    details = {"reason": "Whom does it affect?", "version": 2}
    assert audited(name) == (ada, challenge.pk, "summer", details)
    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == (dot.email, f"Your challenge ‘Letters that wait’ {outcome}")
    assert "Ada Byrne wrote:\n\nWhom does it affect?" in mail.body


@pytest.mark.parametrize("verb", [actions.ask_for_changes, actions.decline])
def test_decide_against_without_a_reason_is_refused(ada, verb):
    challenge = proposal()

    with pytest.raises(Refused) as refusal:
        verb(challenge, by=ada, version=1, reason="  ")

    assert refusal.value.field == "reason"
    assert (Challenge.objects.get().decision, Mail.objects.count()) == ("", 0)


@pytest.mark.parametrize("verb", [actions.ask_for_changes, actions.decline])
def test_decide_against_twice_is_one_decision(ada, verb):
    challenge = proposal()
    verb(challenge, by=ada, version=1, reason="Whom does it affect?")

    verb(challenge, by=ada, version=1, reason="Whom does it affect?")

    assert (Mail.objects.count(), Challenge.objects.get().version) == (1, 2)


@pytest.mark.parametrize("verb", [actions.ask_for_changes, actions.decline])
def test_decide_against_an_approved_challenge_is_refused(ada, verb):
    challenge = proposal()
    actions.approve(challenge, by=ada, version=1)

    with pytest.raises(Refused, match="Ada Byrne approved this challenge at "):
        verb(challenge, by=ada, version=2, reason="On second thoughts")

    assert Challenge.objects.get().decision == "approved"


def test_approve_after_declining_is_allowed_to_whoever_saw_the_decline(ada):
    challenge = proposal()
    actions.decline(challenge, by=ada, version=1, reason="Too big")

    actions.approve(challenge, by=ada, version=2)

    assert Challenge.objects.get().decision == "approved"


@pytest.mark.django_db(transaction=True)
def test_two_organisers_deciding_at_once_decide_once():
    challenge, ada, max_ = proposal(), person("ada"), person("max")
    challenge.event.roles.create(user=max_, kind="organiser", given_by=ada)

    outcomes = together(
        [
            lambda: actions.approve(challenge, by=ada, version=1),
            lambda: actions.decline(challenge, by=max_, version=1, reason="Too big"),
        ]
    )

    assert outcomes == ["done", "refused"]
    assert Mail.objects.count() == 1
