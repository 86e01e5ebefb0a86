"""What organisers and teams decide around the deadline: more time, late revisions, leaving, ruling out."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.clock import arrived_at
from core.models import AuditRow, Mail
from core.refusals import Refused
from events.models import Event, Phase, RoleKind
from hackathon.needs import needs_of
from judging.models import Assignment
from screening import actions as screening
from submissions import actions
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Admission, Disqualification, Extension, Revision, Submission
from tests.world import draft_of, event_in, give, given, person, revision_of, team_of

pytestmark = pytest.mark.django_db

BASE = "/events/summer/submissions"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
WHY = "The venue’s network was down"


@pytest.fixture
def draft() -> Submission:
    """After the close: one revision in time, one late."""
    submission = draft_of(team_of(event_in(Phase.JUDGING), "ben", "bea"))
    revision_of(submission)
    return submission


def late_revision(submission: Submission, title: str = "Later") -> Revision:
    fresh = Submission.objects.with_people().get(pk=submission.pk)
    actions.save_draft(fresh, by=person("ben"), version=fresh.version, answers={"title": title})
    return actions.submit(fresh, by=person("ben"), key=uuid4(), declared=CURRENT_DECLARATIONS)


def current(submission: Submission) -> int | None:
    entry = Revision.objects.current().filter(submission=submission).first()
    return entry.number if entry else None


def keys(start: str) -> int:
    return Mail.objects.filter(key__startswith=start).count()


# The pages of organisers


@pytest.mark.parametrize(
    ("phase", "said", "of_the_team"),
    [
        (Phase.BUILDING, "Submissions close at", "This team’s entry is in time until"),
        (Phase.JUDGING, "Submissions closed at", "The time of this team ended at"),
    ],
)
def test_pages_speak_of_the_deadline_as_of_what_is_to_come_or_past(client, ada, phase, said, of_the_team):
    team = team_of(event_in(phase), "ben")
    revision_of(draft_of(team))
    client.force_login(ada)

    assert said in client.get(f"{BASE}/standings/").content.decode()
    assert of_the_team in client.get(f"{BASE}/standings/{team.code}/").content.decode()


# Late revisions


def test_admitted_late_revision_is_the_entry_and_the_team_is_told_why(draft, ada):
    late = late_revision(draft)

    actions.decide_late(late, by=ada, outcome="admitted", reason=WHY)

    assert current(draft) == 2
    mail = Mail.objects.filter(key__startswith="decided-late:").first()
    assert mail.subject == "Your late revision counts: Later"
    assert WHY in mail.body
    row = AuditRow.objects.get(verb="submissions.admitted")
    assert (row.by, row.details["reason"], row.details["revision"]) == (ada, WHY, 2)


def test_declined_late_revision_is_kept_and_the_entry_stays(draft, ada):
    late = late_revision(draft)

    actions.decide_late(late, by=ada, outcome="declined", reason=WHY)

    assert (current(draft), draft.revisions.count()) == (1, 2)


def test_decision_can_be_changed_and_both_are_in_the_log(draft, ada):
    late = late_revision(draft)
    actions.decide_late(late, by=ada, outcome="declined", reason=WHY)

    actions.decide_late(late, by=ada, outcome="admitted", reason="It was our network")

    assert (current(draft), Admission.objects.get().reason) == (2, "It was our network")
    verbs = AuditRow.objects.filter(verb__in=["submissions.admitted", "submissions.declined"])
    assert [row.verb for row in verbs.order_by("pk")] == ["submissions.declined", "submissions.admitted"]


def test_same_decision_twice_is_told_once(draft, ada):
    late = late_revision(draft)
    for _ in range(2):
        actions.decide_late(late, by=ada, outcome="admitted", reason=WHY)

    assert keys("decided-late:") == 2  # one for each member


def test_revision_that_came_in_time_has_nothing_to_decide(draft, ada):
    with pytest.raises(Refused, match="came in time"):
        actions.decide_late(draft.revisions.get(), by=ada, outcome="declined", reason=WHY)


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501])
def test_decision_without_a_reason_or_with_too_long_a_one_is_refused(draft, ada, reason):
    late = late_revision(draft)

    with pytest.raises(Refused) as refused:
        actions.decide_late(late, by=ada, outcome="admitted", reason=reason)

    assert (refused.value.field, Admission.objects.count()) == ("reason", 0)


def test_organiser_who_is_on_the_team_decides_nothing_about_it(draft):
    late = late_revision(draft)
    give(draft.event, RoleKind.ORGANISER, "ben")

    for act in (
        lambda: actions.decide_late(late, by=person("ben"), outcome="admitted", reason=WHY),
        lambda: actions.extend(draft.team, by=person("ben"), until=draft.event.scores_close_at, reason=WHY),
        lambda: actions.propose_disqualification(draft, by=person("ben"), reason=WHY),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_screener_cannot_clear_a_late_revision_before_it_is_admitted(draft, sam, ada):
    late = late_revision(draft)
    with pytest.raises(Refused, match="has submitted revision 1"):
        screening.clear(late, by=sam)
    actions.decide_late(late, by=ada, outcome="admitted", reason=WHY)

    screening.clear(late, by=sam)

    assert current(draft) == 2


# More time


def test_more_time_is_told_with_its_reason_and_makes_what_was_late_count(draft, ada):
    late = late_revision(draft)
    until = draft.event.scores_close_at - HOUR

    actions.extend(draft.team, by=ada, until=until, reason=WHY)

    assert Submission.objects.get(pk=draft.pk).window.ends_at == until
    assert (late.side, keys("extended:")) == ("late", 2)
    row = AuditRow.objects.get(verb="submissions.extended")
    assert (row.by, row.details) == (ada, {"until": until.isoformat(), "reason": WHY})


def test_more_time_for_a_team_that_has_not_begun_opens_its_draft(ada, ben):
    team = team_of(event_in(Phase.JUDGING))

    actions.extend(team, by=ada, until=team.event.scores_close_at - HOUR, reason=WHY)

    assert Submission.objects.get().window.is_extended


def test_more_time_again_ends_what_was_given_before(draft, ada):
    first, second = (draft.event.scores_close_at - HOUR * n for n in (2, 1))
    actions.extend(draft.team, by=ada, until=first, reason=WHY)
    actions.extend(draft.team, by=ada, until=second, reason=WHY)
    actions.extend(draft.team, by=ada, until=second, reason=WHY)  # a second click

    rows = Extension.objects.order_by("pk")
    assert [(row.until, row.ended_at is None) for row in rows] == [(first, False), (second, True)]


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (lambda event: event.submissions_close_at - SECOND, "still to come"),
        (lambda event: event.scores_close_at, "before scores close"),
    ],
)
def test_more_time_that_makes_no_sense_is_refused(draft, ada, until, words):
    with pytest.raises(Refused, match=words) as refused:
        actions.extend(draft.team, by=ada, until=until(draft.event), reason=WHY)

    assert (refused.value.field, Extension.objects.count()) == ("until", 0)


def test_more_time_before_the_others_have_to_finish_is_refused(ada):
    team = team_of(event_in(Phase.BUILDING))

    with pytest.raises(Refused, match="open to every team until"):
        actions.extend(team, by=ada, until=team.event.submissions_close_at, reason=WHY)


def test_time_that_is_taken_back_leaves_what_came_in_it(draft, ada, ben):
    actions.extend(draft.team, by=ada, until=draft.event.scores_close_at - HOUR, reason=WHY)
    made = late_revision(draft)

    actions.end_extension(draft.team, by=ada, reason="Given to the wrong team")

    assert (made.side, current(draft)) == ("extension", 2)
    assert late_revision(draft, "Much later").side == "late"
    with pytest.raises(Refused, match="no more time"):
        actions.end_extension(draft.team, by=ada, reason=WHY)


def test_database_keeps_one_lasting_extension(draft, ada):
    row = {"team": draft.team, "until": draft.event.scores_close_at, "reason": WHY, "by": ada}
    Extension.objects.create(at=draft.saved_at, **row)

    with pytest.raises(IntegrityError, match="one_lasting_extension"), transaction.atomic():
        Extension.objects.create(at=draft.saved_at, **row)


# Withdrawing


def test_withdrawn_entry_is_no_entry_until_it_is_brought_back(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING), "ben", "bea"))
    revision_of(submission)

    actions.withdraw(submission, by=ben)
    withdrawn = current(submission)
    actions.withdraw(submission, by=ben)  # a second click
    actions.bring_back(submission, by=person("bea"))

    assert (withdrawn, current(submission)) == (None, 1)
    assert (keys("withdrawn:"), keys("brought-back:")) == (2, 2)
    verbs = AuditRow.objects.filter(subject_id=submission.pk, subject_type="submissions.submission")
    assert [row.verb for row in verbs.order_by("pk")] == ["submissions.withdrawn", "submissions.brought_back"]


def test_withdrawn_after_judging_began_stays_withdrawn(draft, ben):
    actions.withdraw(draft, by=ben)

    with pytest.raises(Refused, match="Submissions closed at"):
        actions.bring_back(draft, by=ben)

    assert current(draft) is None


def test_submit_of_a_withdrawn_entry_is_refused_and_the_draft_is_kept(ben):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    actions.withdraw(submission, by=ben)

    with pytest.raises(Refused, match="The team has withdrawn its entry"):
        actions.submit(submission, by=ben, key=uuid4(), declared=CURRENT_DECLARATIONS)

    assert Submission.objects.get().title == "Letter Sorter"


def test_judge_reads_why_an_entry_is_gone(draft, ben, ada):
    actions.withdraw(draft, by=ben)
    given(draft.event, draft, person("jude"))

    assignment = Assignment.objects.get()

    assert assignment.why_unreadable(assignment.entry) == "The team has withdrawn its entry"


# Disqualifying


def test_disqualification_takes_two_people(draft, ada, kit):
    proposal = actions.propose_disqualification(draft, by=ada, reason=WHY)
    with pytest.raises(Refused, match="two people"):
        actions.agree_to_disqualify(proposal, by=ada)
    before = (current(draft), keys("disqualified:"))

    actions.agree_to_disqualify(proposal, by=kit)
    actions.agree_to_disqualify(proposal, by=kit)  # a second click

    assert (before, current(draft), keys("disqualified:")) == ((1, 0), None, 2)
    assert WHY in Mail.objects.filter(key__startswith="disqualified:").first().body


def test_database_insists_on_two_people(draft, ada):
    with pytest.raises(IntegrityError, match="two_people_disqualify"), transaction.atomic():
        Disqualification.objects.create(
            submission=draft, reason=WHY, proposed_by=ada, proposed_at=draft.saved_at,
            agreed_by=ada, agreed_at=draft.saved_at,
        )  # fmt: skip


def test_team_answers_once_and_both_people_read_it(draft, ada, kit, ben):
    actions.agree_to_disqualify(actions.propose_disqualification(draft, by=ada, reason=WHY), by=kit)

    actions.answer_disqualification(draft, by=ben, text="We used only made-up letters")
    actions.answer_disqualification(draft, by=ben, text="We used only made-up letters")  # a second click
    with pytest.raises(Refused, match="has answered for your team already"):
        actions.answer_disqualification(draft, by=person("bea"), text="Something else")

    told = Mail.objects.filter(key__startswith="disqualification-answered:").order_by("pk")
    assert [mail.to for mail in told] == [ada.email, kit.email]
    assert "We used only made-up letters" in told[0].body


def test_disqualification_that_is_taken_back_leaves_the_entry_as_it_was(draft, ada, kit):
    proposal = actions.propose_disqualification(draft, by=ada, reason=WHY)
    actions.agree_to_disqualify(proposal, by=kit)

    actions.lift_disqualification(proposal, by=ada, reason="We were wrong")

    assert (current(draft), keys("reinstated:")) == (1, 2)


def test_proposal_that_is_dropped_is_told_to_nobody_on_the_team(draft, ada, kit):
    proposal = actions.propose_disqualification(draft, by=ada, reason=WHY)

    actions.lift_disqualification(proposal, by=kit, reason="Not enough")

    assert (current(draft), keys("reinstated:"), keys("disqualified:")) == (1, 0, 0)
    with pytest.raises(Refused, match="has dropped this proposal"):
        actions.agree_to_disqualify(proposal, by=kit)


def test_second_proposal_beside_an_open_one_is_refused(draft, ada, kit):
    actions.propose_disqualification(draft, by=ada, reason=WHY)

    with pytest.raises(Refused, match="a proposal already"):
        actions.propose_disqualification(draft, by=kit, reason="Another reason")


# Pages and API

READERS = {"ada": 200, "kit": 200, "ben": 403, "sam": 403, "jude": 403, "cal": 403}


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("page", ["standings/", "standings/{team}/"])
def test_standings_are_for_those_who_run_the_event(as_, api_as, draft, who, page):
    address = f"{BASE}/{page.format(team=draft.team.code)}"

    assert as_(person(who)).get(address).status_code == READERS[who]
    assert api_as(person(who)).get(f"/api/v1{address}").status_code == READERS[who]


def test_standings_show_no_word_of_a_draft(as_, api_as, ada):
    submission = draft_of(team_of(event_in(Phase.BUILDING)), title="SECRET-TITLE", built="SECRET-BUILT")

    seen = [
        as_(ada).get(f"{BASE}/standings/").content.decode(),
        as_(ada).get(f"{BASE}/standings/{submission.team.code}/").content.decode(),
        api_as(ada).get(f"/api/v1{BASE}/standings/").content.decode(),
    ]

    assert not any("SECRET" in page for page in seen)


def test_standings_cost_the_same_however_many_teams(as_, ada, ben):
    event = event_in(Phase.JUDGING)
    browser = as_(ada)
    late_revision(first := draft_of(team_of(event, "ben")))
    actions.propose_disqualification(first, by=ada, reason=WHY)
    browser.get(f"{BASE}/standings/")
    with CaptureQueriesContext(connection) as for_one:
        browser.get(f"{BASE}/standings/")
    for key, name in (("bea", "Herons"), ("jim", "Terns")):
        other = draft_of(team_of(event, key, name=name))
        revision_of(other)
        actions.propose_disqualification(other, by=ada, reason=WHY)

    with CaptureQueriesContext(connection) as for_three:
        page = browser.get(f"{BASE}/standings/").content.decode()

    assert "Terns" in page
    assert len(for_three) == len(for_one)


def test_organiser_decides_everything_by_the_pages(as_, draft, ada, kit):
    late_revision(draft)
    team = f"{BASE}/standings/{draft.team.code}"
    organiser, chair = as_(ada), as_(kit)
    day = draft.event.scores_close_at - HOUR

    answers = [
        organiser.post(f"{team}/late/2/", {"outcome": "declined", "reason": WHY}),
        organiser.post(
            f"{team}/extend/",
            {
                "until_day": day.day, "until_month": day.month, "until_year": day.year,
                "until_time": f"{day:%H:%M}", "reason": WHY,
            },
        ),
        organiser.post(f"{team}/end/", {"reason": WHY}),
        organiser.post(f"{team}/disqualify/", {"reason": WHY}),
        chair.post(f"{team}/agree/"),
        chair.post(f"{team}/lift/", {"reason": WHY}),
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [302] * 6
    assert {answer.url for answer in answers} == {f"{team}/"}
    assert Admission.objects.get().outcome == "declined"
    assert Extension.objects.get().ended_by == ada
    assert Disqualification.objects.get().lifted_by == kit


def test_page_of_a_decision_keeps_what_was_typed_and_says_what_is_wrong(as_, draft, ada):
    page = as_(ada).post(
        f"{BASE}/standings/{draft.team.code}/extend/",
        {"until_day": "1", "until_month": "1", "until_year": "2020", "until_time": "9am", "reason": WHY},
    )

    assert page.context["form"].errors == {"until": ["Choose a moment that is still to come"]}
    assert WHY in page.content.decode()


@pytest.mark.parametrize("page", ["extend", "late/2", "disqualify"])
def test_decision_of_someone_who_does_not_run_the_event_is_403(as_, draft, page):
    late_revision(draft)

    for key in ("ben", "sam", "cal"):
        answer = as_(person(key)).post(f"{BASE}/standings/{draft.team.code}/{page}/", {"reason": WHY})
        assert answer.status_code == 403


def test_chair_sees_late_revisions_and_does_not_admit_them(as_, api_as, draft, kit):
    late_revision(draft)
    address = f"{BASE}/standings/{draft.team.code}/"

    page = as_(kit).get(address).content.decode()
    answers = [
        as_(kit).post(f"{address}late/2/", {"outcome": "admitted", "reason": WHY}),
        api_as(kit).put(f"/api/v1{address}late/2/", {"outcome": "admitted", "reason": WHY}, format="json"),
    ]

    assert "To decide" in page
    assert [answer.status_code for answer in answers] == [403, 403]


def test_same_over_the_api(api_as, draft, ada, kit, ben):
    late_revision(draft)
    team = f"/api/v1{BASE}/standings/{draft.team.code}"
    until = (draft.event.scores_close_at - HOUR).isoformat()
    organiser, chair, member = api_as(ada), api_as(kit), api_as(ben)

    def put(address, body=None):
        return organiser.put(address, body or {}, format="json")

    admitted = put(f"{team}/late/2/", {"outcome": "admitted", "reason": WHY})
    extended = put(f"{team}/extension/", {"until": until, "reason": WHY})
    ended = organiser.delete(f"{team}/extension/", {"reason": WHY}, format="json")
    proposed = organiser.post(f"{team}/disqualification/", {"reason": WHY}, format="json")
    alone = organiser.post(f"{team}/disqualification/agree/", format="json")
    agreed = chair.post(f"{team}/disqualification/agree/", format="json")
    answered = member.post(f"/api/v1{BASE}/{draft.code}/answer/", {"text": "No"}, format="json")
    lifted = chair.delete(f"{team}/disqualification/", {"reason": WHY}, format="json")
    withdrawn = member.put(f"/api/v1{BASE}/{draft.code}/withdrawal/", format="json")
    back = member.delete(f"/api/v1{BASE}/{draft.code}/withdrawal/", format="json")

    codes = (admitted, extended, ended, proposed, alone, agreed, answered, lifted, withdrawn, back)
    assert [one.status_code for one in codes] == [200, 200, 200, 201, 409, 200, 200, 200, 200, 409]
    assert (admitted.json()["entry"], admitted.json()["late"]) == (2, [])
    assert (extended.json()["extended_until"] is None, ended.json()["extended_until"]) == (False, None)
    assert (agreed.json()["words"], lifted.json()["words"]) == ("Disqualified", "Revision 2, late")
    assert withdrawn.json()["out"] == "The team has withdrawn its entry"


def test_team_withdraws_and_answers_by_the_pages(as_, ben, ada, kit):
    submission = draft_of(team_of(event_in(Phase.BUILDING)))
    revision_of(submission)
    browser, address = as_(ben), f"{BASE}/{submission.code}"

    asked = browser.get(f"{address}/withdraw/").content.decode()
    gone = browser.post(f"{address}/withdraw/", follow=True).content.decode()
    back = browser.post(f"{address}/bring-back/", follow=True).content.decode()
    actions.agree_to_disqualify(actions.propose_disqualification(submission, by=ada, reason=WHY), by=kit)
    empty = browser.post(f"{address}/answer/", {"text": ""})
    said = browser.post(f"{address}/answer/", {"text": "We did not"}, follow=True).content.decode()

    assert "Your team can bring it back until" in asked
    assert "Bring your entry back" in gone
    assert "Your entry is back, as it was." in back
    assert empty.context["form"].errors == {"text": ["Write your answer"]}
    assert "We did not" in said
    assert WHY in said


def test_check_page_after_the_rule_asks_for_the_teams_word_alone(as_, ben):
    submission = draft_of(team_of(event_in(Phase.JUDGING)))
    browser = as_(ben)
    with arrived_at(submission.event.submissions_close_at + HOUR):
        actions.closing.close(submission)

    entry = browser.get(f"{BASE}/mine/").content.decode()
    check = browser.get(f"{BASE}/{submission.code}/check/").content.decode()
    sent = {"key": str(uuid4()), "declared": CURRENT_DECLARATIONS, "confirm": "on"}
    receipt = browser.post(f"{BASE}/{submission.code}/submit/", sent, follow=True).content.decode()

    assert "Your draft became your entry, revision 1" in entry
    assert "Confirm for your team" in check
    assert "confirmed by Ben Okoro" in receipt
    assert Revision.objects.count() == 1


def texts(user) -> list[str]:
    return [need.text for need in needs_of(user)]


def test_needs_say_what_waits_for_whom(draft, ada, kit, ben):
    late_revision(draft)
    actions.propose_disqualification(draft, by=ada, reason=WHY)
    proposed = (texts(ada), texts(kit))
    actions.agree_to_disqualify(Disqualification.objects.get(), by=kit)

    assert "Decide about 1 late revision" in proposed[0]
    assert "Decide whether to disqualify 1 entry" not in proposed[0]
    assert "Decide whether to disqualify 1 entry" in proposed[1]
    assert "Your entry is disqualified: read why, and answer" in texts(ben)


def test_needs_of_a_team_go_by_its_own_deadline(ada, ben):
    submission = draft_of(team_of(event_in(Phase.JUDGING)))
    before = texts(ben)

    actions.extend(submission.team, by=ada, until=submission.event.scores_close_at - HOUR, reason=WHY)

    assert before == []
    assert texts(ben) == ["Submit your entry: every answer is there"]


def test_needs_of_a_team_whose_draft_the_rule_took_ask_for_its_word(ben):
    submission = draft_of(team_of(event_in(Phase.JUDGING)))
    with arrived_at(Event.objects.get().submissions_close_at + HOUR):
        actions.closing.close(submission)

    assert texts(ben) == ["Confirm the declarations for your entry"]
