import logging
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import User, digest_of
from core import clock
from core.clock import arrived_at
from core.logs import RequestFilter
from core.models import AuditRow, Mail
from core.refusals import Refused
from core.tasks import send
from events.models import Event, Phase, Role, RoleKind
from judging import actions
from judging.models import Invitation, Invitee, Judge
from tests.races import together
from tests.world import department, event_in, person

pytestmark = pytest.mark.django_db
PAGE = "/events/summer/judging/invitation/"
ME = "/events/summer/judging/me/"
OUTSIDE = "rosa@elsewhere.example.com"


@pytest.fixture(autouse=True)
def fresh_limits():
    """Rate limits are counted in the cache."""
    cache.clear()
    yield
    cache.clear()


def refused(act) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.message


def asked(event: Event, email: str = OUTSIDE, **fields) -> str:
    """Invite somebody; the key of the link that was mailed to them."""
    actions.invite(event, [Invitee(email, "Rosa Adler", **fields)], by=person("ada"))
    return key_mailed_to(email)


def key_mailed_to(email: str) -> str:
    mail = Mail.objects.filter(to=email.lower(), key__startswith="judging.invited:").latest("pk")
    return re.search(r"\?key=([0-9a-f]{64})\s", mail.body)[1]


def user_of(browser: Client) -> User | None:
    pk = browser.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


def judges(event: Event) -> list[str]:
    roles = Role.objects.filter(event=event, kind=RoleKind.JUDGE).order_by("pk")
    return list(roles.values_list("user__email", flat=True))


# Inviting


def test_invite_mails_a_link_and_keeps_only_its_digest(ada):
    event = event_in(Phase.BUILDING)

    key = asked(event, tags=" health ;; Health; data ", max_load=6, is_lead=True)

    invitation = Invitation.objects.get()
    mail = Mail.objects.get(key__startswith="judging.invited:")
    link = f"http://localhost:8000{PAGE}?key={key}"
    kept = (invitation.email, invitation.name, invitation.tags, invitation.max_load, invitation.is_lead)
    assert invitation.digest == digest_of(key)
    assert kept == (OUTSIDE, "Rosa Adler", "health; Health; data", 6, True)
    assert (mail.is_secret, mail.subject) == (True, "Ada Byrne asks you to judge at Summer hackathon")
    assert [link in mail.body, event.say(event.scores_close_at) in mail.body] == [True, True]
    row = AuditRow.objects.get(verb="judging.invited")
    assert (row.by, row.details) == (ada, {"email": OUTSIDE, "outside": True})
    assert key not in f"{row.details}{row.subject_label}{mail.key}"


def test_mail_with_the_link_is_wiped_once_it_is_sent(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    asked(event_in(Phase.BUILDING))
    mail = Mail.objects.get(key__startswith="judging.invited:")

    send(mail.pk)

    mail.refresh_from_db()
    assert mail.body == ""


def test_link_lasts_fourteen_days_and_never_past_the_close_of_scores():
    event = event_in(Phase.BUILDING)
    asked(event)
    short = Invitation.objects.get().expires_at
    closes = event.scores_close_at
    Event.objects.filter(pk=event.pk).update(scores_close_at=clock.now() + timedelta(days=40))
    event.refresh_from_db()

    with arrived_at(clock.now()):
        asked(event, "paul@elsewhere.example.com")

    long = Invitation.objects.get(email="paul@elsewhere.example.com")
    assert short == closes
    assert long.expires_at - long.sent_at == timedelta(days=14)


@pytest.mark.parametrize("key", ["jude", "ben", "sam", "cal", "max"])
def test_invite_by_anyone_but_chair_and_organiser_is_denied(key):
    event = event_in(Phase.BUILDING)
    asked(event)
    invitation = Invitation.objects.get()

    for act in (
        lambda: actions.invite(event, [Invitee("x@example.com", "X")], by=person(key)),
        lambda: actions.send_again(invitation, by=person(key)),
        lambda: actions.withdraw_invitation(invitation, by=person(key)),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_invite_is_refused_once_scores_have_closed(kit):
    event = event_in(Phase.JUDGING)

    with arrived_at(event.scores_close_at):
        message = refused(lambda: actions.invite(event, [Invitee(OUTSIDE, "Rosa")], by=kit))

    assert message == f"Scores closed at {event.say(event.scores_close_at)}"


def test_invite_sends_nothing_unless_every_person_can_be_asked(ada, jude, ben):
    event = event_in(Phase.BUILDING)
    asked(event, "again@example.com")
    people = [
        Invitee("new@example.com", "New", line=1),
        Invitee(jude.email.upper(), "Jude", line=2),
        Invitee(ben.email, "Ben", line=3),
        Invitee("again@example.com", "Again", line=4),
        Invitee("NEW@example.com", "Twice", line=5),
        Invitee("kim@rivers.example.org", "Kim", department("records"), line=6),
    ]

    with pytest.raises(actions.Faulty) as refusal:
        actions.invite(event, people, by=ada)

    assert refusal.value.faults == [
        "Line 2: jude@transport.example.org judges at this event already",
        "Line 3: ben@records.example.org takes part in this event, so they cannot judge it",
        "Line 4: again@example.com has been invited already. Send that invitation again instead",
        "Line 5: new@example.com is entered twice",
        "Line 6: kim@rivers.example.org is an address of Rivers and Coasts Agency, "
        "not of Department for Public Records",
    ]
    assert Invitation.objects.count() == 1


def test_pasted_lines_become_invitations(as_, kit):
    event_in(Phase.BUILDING)
    transport = department("transport")
    lines = (
        "Name,E-mail,Department,Expertise,Most,Kind\n"
        "Rosa Adler,rosa@elsewhere.example.com,transport office,health; data,8,lead technical\n"
        '"Ng, Paul",paul@elsewhere.example.com\n'
    )

    answer = as_(kit).post("/events/summer/judging/judges/invite/several/", {"lines": lines})

    found = Invitation.objects.order_by("pk").values_list(
        "name", "email", "department", "tags", "max_load", "is_lead", "is_technical", "is_spare"
    )
    assert answer.status_code == 302
    assert list(found) == [
        ("Rosa Adler", OUTSIDE, transport.pk, "health; data", 8, True, True, False),
        ("Ng, Paul", "paul@elsewhere.example.com", None, "", None, False, False, False),
    ]


def test_pasted_lines_with_faults_name_each_and_send_nothing(as_, ada):
    event_in(Phase.BUILDING)
    lines = (
        "Rosa Adler\trosa@elsewhere.example.com\n"
        "\n"
        "Paul Ng\tpaul at example\tNowhere\t\t0\tboss\n"
        "a,b,c,d,e,f,g\n"
    )

    page = as_(ada).post("/events/summer/judging/judges/invite/several/", {"lines": lines})

    assert page.context["form"].errors["lines"] == [
        "Line 3: ‘paul at example’ in the second column is not an e-mail address",
        "Line 3: no department is called ‘Nowhere’",
        "Line 3: ‘0’ in the fifth column is not a whole number from 1 to 500",
        "Line 3: ‘boss’ in the sixth column is not lead, technical or spare",
        "Line 4: there are 7 columns, and 6 at most are known",
    ]
    assert "Rosa Adler" in page.content.decode()
    assert Invitation.objects.count() == 0


def test_send_again_kills_the_old_link(client, ada):
    event = event_in(Phase.BUILDING)
    old = asked(event)

    actions.send_again(Invitation.objects.get(), by=ada)

    new = key_mailed_to(OUTSIDE)
    assert [client.get(PAGE, {"key": key}).status_code for key in (old, new)] == [404, 200]
    assert AuditRow.objects.get(verb="judging.invited_again").details == {"email": OUTSIDE}


def test_invitations_over_the_api(api_as, ada, jude):
    event_in(Phase.BUILDING)
    base = "/api/v1/events/summer/judging/invitations/"
    body = {"people": [{"email": OUTSIDE, "name": "Rosa Adler", "department": "skills", "max_load": 3}]}
    department("skills")

    denied = api_as(jude).post(base, body, format="json").status_code
    made = api_as(ada).post(base, body, format="json")
    pk = made.json()[0]["id"]
    again = api_as(ada).post(f"{base}{pk}/again/")
    listed = api_as(ada).get(base).json()["results"]
    gone = api_as(ada).post(f"{base}{pk}/withdraw/")

    assert (denied, made.status_code, again.status_code, gone.status_code) == (403, 201, 200, 204)
    assert [(row["email"], row["is_open"]) for row in listed] == [(OUTSIDE, True)]
    assert sorted(made.json()[0]) == ["email", "expires_at", "id", "is_open", "name", "sent_at"]
    assert api_as(ada).get(base).json()["results"] == []


# The link


def test_opening_the_link_changes_nothing_and_signs_nobody_in(client):
    event = event_in(Phase.BUILDING)
    key = asked(event)
    before = (User.objects.count(), AuditRow.objects.count(), list(Invitation.objects.values()))

    pages = [client.get(PAGE, {"key": key}), client.head(PAGE, {"key": key}), client.get(PAGE, {"key": key})]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert {page["Referrer-Policy"] for page in pages} == {"strict-origin"}
    assert (User.objects.count(), AuditRow.objects.count(), list(Invitation.objects.values())) == before
    assert user_of(client) is None
    assert "Ada Byrne asks Rosa Adler to judge" in pages[0].content.decode()


def test_link_makes_an_account_and_a_judge_and_signs_in(client):
    event = event_in(Phase.BUILDING)
    skills = department("skills")
    key = asked(event, department=skills, tags="health", max_load=4, is_spare=True)
    client.get(PAGE, {"key": key})
    before = client.session.session_key

    answer = client.post(PAGE, {"key": key})

    user = User.objects.get(email=OUTSIDE)
    judge = Judge.objects.get(role__user=user)
    address = EmailAddress.objects.get(user=user)
    assert (answer.status_code, answer.url) == (302, ME)
    assert user_of(client) == user
    assert client.session.session_key != before
    assert (user.name, user.has_usable_password(), user.can_create_events) == ("Rosa Adler", False, False)
    # The organiser's word on the department bars entries, and opens nothing to the account.
    assert (user.department, judge.department) == (None, skills)
    assert (judge.tags, judge.max_load, judge.is_spare, judge.answer) == ("health", 4, True, "")
    assert (address.email, address.verified, address.primary) == (OUTSIDE, True, True)
    assert judge.role.given_by == person("ada")
    row = AuditRow.objects.get(verb="judging.invitation_used")
    assert (row.by, row.details) == (user, {"role": judge.role_id, "account": "new"})
    assert client.get(ME).status_code == 200


def test_link_of_somebody_with_an_account_signs_that_account_in(client, cal):
    event = event_in(Phase.BUILDING)
    key = asked(event, cal.email)

    client.post(PAGE, {"key": key})

    assert (user_of(client), judges(event)) == (cal, ["jude@transport.example.org", cal.email])
    assert Judge.objects.get(role__user=cal).department is None


def test_link_is_not_a_fresh_proof_for_changing_the_account(client):
    key = asked(event_in(Phase.BUILDING))

    client.post(PAGE, {"key": key})

    assert "account_authentication_methods" not in client.session


def test_link_works_once(client):
    event = event_in(Phase.BUILDING)
    key = asked(event)
    client.post(PAGE, {"key": key})
    stranger = Client()

    again = [stranger.get(PAGE, {"key": key}), stranger.post(PAGE, {"key": key})]

    assert [page.status_code for page in again] == [404, 404]
    assert user_of(stranger) is None
    assert len(judges(event)) == 2
    # The person themselves, who presses the button twice, is where they should be.
    assert client.post(PAGE, {"key": key}).url == ME


def test_links_that_do_not_work_are_answered_alike(client, ada):
    event = event_in(Phase.BUILDING)
    used, withdrawn, old = (asked(event, f"{one}@example.com") for one in ("used", "withdrawn", "old"))
    Client().post(PAGE, {"key": used})
    actions.withdraw_invitation(Invitation.objects.get(email="withdrawn@example.com"), by=ada)
    Invitation.objects.filter(email="old@example.com").update(expires_at=clock.now())
    keys = [used, withdrawn, old, "0" * 64, "", "x" * 500]

    answers = [client.get(PAGE, {"key": key}) for key in keys]
    posted = [client.post(PAGE, {"key": key}) for key in keys]

    words = {re.sub(r'nonce="[^"]+"', "", page.content.decode()) for page in [*answers, *posted]}
    assert {page.status_code for page in [*answers, *posted]} == {404}
    assert len(words) == 1
    assert "ask the person who invited you to send it again" in words.pop()
    assert judges(event) == ["jude@transport.example.org", "used@example.com"]


def test_link_of_one_event_does_nothing_at_another(client):
    event_in(Phase.BUILDING, slug="winter")
    key = asked(event_in(Phase.BUILDING))

    assert client.post("/events/winter/judging/invitation/", {"key": key}).status_code == 404


def test_link_is_dead_once_scores_have_closed_even_if_the_close_was_moved(client):
    event = event_in(Phase.JUDGING)
    key = asked(event)
    moved = clock.now() - timedelta(minutes=1)
    Event.objects.filter(pk=event.pk).update(scores_close_at=moved)

    assert client.post(PAGE, {"key": key}).status_code == 404


def test_link_of_a_participant_says_so_and_is_not_used_up(client, cal):
    event = event_in(Phase.BUILDING)
    key = asked(event, cal.email)
    event.roles.create(user=cal, kind=RoleKind.PARTICIPANT, given_by=event.created_by)

    page = client.post(PAGE, {"key": key})

    said = "Cal Reyes is a participant at this event. Nobody judges an event that they take part in"
    assert page.status_code == 200
    assert said in page.content.decode()
    assert (user_of(client), Invitation.objects.get().used_at) == (None, None)


def test_link_does_not_go_round_a_second_factor(client, cal):
    event = event_in(Phase.BUILDING)
    key = asked(event, cal.email)
    totp.TOTP.activate(cal, totp.generate_totp_secret())

    answer = client.post(PAGE, {"key": key})

    assert (answer.status_code, answer.url) == (
        302,
        "/accounts/login/?next=%2Fevents%2Fsummer%2Fjudging%2Finvitation%2F",
    )
    assert (user_of(client), judges(event)) == (None, ["jude@transport.example.org"])
    # Signed in the ordinary way, they need no key: the address is theirs.
    client.force_login(cal)
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE).url == ME
    assert judges(event) == ["jude@transport.example.org", cal.email]
    assert Authenticator.objects.filter(user=cal).exists()


def test_second_factor_leads_back_to_the_invitation_without_its_key(client, cal):
    event = event_in(Phase.BUILDING)
    key = asked(event, cal.email)
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(cal, secret)
    then = {"next": PAGE}

    client.post(PAGE, {"key": key})
    client.post("/accounts/login/", {"login": cal.email} | then)
    code = re.search(
        r"^\w[\w-]{4,}\w$", Mail.objects.exclude(key__startswith="judging.").latest("pk").body, re.MULTILINE
    )[0]
    client.post("/accounts/login/code/confirm/", {"code": code} | then)
    half = user_of(client)
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    number = totp.format_hotp_value(totp.hotp_value(secret, counter))
    answer = client.post("/accounts/2fa/authenticate/", {"code": number})

    assert half is None
    assert (user_of(client), answer.url) == (cal, PAGE)
    assert client.post(PAGE).url == ME
    assert judges(event) == ["jude@transport.example.org", cal.email]


def test_link_with_somebody_else_signed_in_says_so_and_merges_nothing(as_, cal):
    event = event_in(Phase.BUILDING)
    key = asked(event)
    browser = as_(cal)

    page, posted = browser.get(PAGE, {"key": key}), browser.post(PAGE, {"key": key})

    said = f"You are signed in as {cal.email}. This invitation is for {OUTSIDE}."
    assert [said in one.content.decode() for one in (page, posted)] == [True, True]
    assert (user_of(browser), judges(event)) == (cal, ["jude@transport.example.org"])
    assert Invitation.objects.get().used_at is None


def test_link_of_a_closed_account_is_dead(client, cal):
    event = event_in(Phase.BUILDING)
    key = asked(event, cal.email)
    User.objects.filter(pk=cal.pk).update(is_active=False)

    assert client.post(PAGE, {"key": key}).status_code == 404


def test_link_takes_an_address_that_is_a_persons_second_one(client, cal):
    event = event_in(Phase.BUILDING)
    EmailAddress.objects.create(user=cal, email=OUTSIDE, verified=True)
    key = asked(event)

    client.post(PAGE, {"key": key})

    assert user_of(client) == cal
    assert not User.objects.filter(email=OUTSIDE).exists()


def test_link_of_an_account_that_was_never_signed_in_to_takes_the_invited_name(client):
    key = asked(event_in(Phase.BUILDING))
    User.objects.create_user(OUTSIDE, "Typed By Somebody")

    client.post(PAGE, {"key": key})

    assert user_of(client).name == "Rosa Adler"


def test_link_keeps_what_is_known_of_somebody_who_judges_by_now(client, cal):
    event = event_in(Phase.BUILDING)
    key = asked(event, cal.email, tags="health")
    role = event.roles.create(user=cal, kind=RoleKind.JUDGE, given_by=event.created_by)
    Judge.objects.create(role=role, tags="rivers")

    client.post(PAGE, {"key": key})

    assert Judge.objects.get().tags == "rivers"


def test_link_leads_nowhere_else_whatever_is_asked(client):
    key = asked(event_in(Phase.BUILDING))

    answer = client.post(f"{PAGE}?next=https://evil.example/", {"key": key, "next": "https://evil.example/"})

    assert answer.url == ME


def test_link_is_posted_only_from_our_own_page():
    event = event_in(Phase.BUILDING)
    key = asked(event)

    answer = Client(enforce_csrf_checks=True).post(PAGE, {"key": key})

    assert answer.status_code == 403
    assert Invitation.objects.get().used_at is None


def test_links_are_tried_so_often_and_no_more(client, settings):
    key = asked(event_in(Phase.BUILDING))
    settings.ACCOUNT_RATE_LIMITS = {"judging_invitation": "3/m/ip"}

    codes = [client.get(PAGE, {"key": "0" * 64}).status_code for _ in range(4)]
    later = client.post(PAGE, {"key": key})

    assert codes == [404, 404, 404, 429]
    assert (later.status_code, later["Referrer-Policy"]) == (429, "strict-origin")
    assert Invitation.objects.get().used_at is None


def test_links_are_limited_over_all_addresses_together(settings):
    key = asked(event_in(Phase.BUILDING))
    settings.ACCOUNT_RATE_LIMITS = {"judging_invitation_used": "2/m/key"}
    browsers = [Client(REMOTE_ADDR=f"192.0.2.{number}") for number in range(3)]

    codes = [browser.post(PAGE, {"key": "0" * 64}).status_code for browser in browsers]
    opened = browsers[0].get(PAGE, {"key": key}).status_code

    assert (codes, opened) == ([404, 404, 429], 200)


def test_log_lines_of_the_link_hold_no_key(client, caplog):
    event_in(Phase.BUILDING)
    caplog.handler.addFilter(RequestFilter())

    with caplog.at_level(logging.DEBUG):
        client.get(PAGE, {"key": "abcdef" * 10})

    lines = [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
    assert [line for line in lines if PAGE in line] != []
    assert [line for line in lines if "abcdef" in line] == []


@pytest.mark.django_db(transaction=True)
def test_link_pressed_twice_at_once_makes_one_account_and_one_role():
    event = event_in(Phase.BUILDING)
    asked(event)
    invitation = Invitation.objects.get()

    outcomes = together([lambda: actions.take_up(invitation, by=None)] * 2)

    assert outcomes == ["done", "refused"]
    assert User.objects.filter(email=OUTSIDE).count() == 1
    assert judges(event) == ["jude@transport.example.org", OUTSIDE]
    assert AuditRow.objects.filter(verb="judging.invitation_used").count() == 1
