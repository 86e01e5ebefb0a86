from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import arrived_at
from core.models import AuditRow, Mail
from core.refusals import Refused
from events.models import Event, Phase, Role, RoleKind
from hackathon.needs import needs_of
from judging import actions
from judging.models import Assignment, Ballot, Invitee, Judge, panel_of
from tests.judging.test_conflicts import ballot_of
from tests.world import cleared_entry, department, event_in, give, given, person

pytestmark = pytest.mark.django_db


def part_of(event: Event, key: str = "jude") -> Judge:
    return Judge.objects.by_role(Role.objects.get(event=event, user=person(key), kind=RoleKind.JUDGE))


def refused(act) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.message


def address(event: Event, verb: str = "") -> str:
    return f"/events/{event.slug}/judging/judges/{part_of(event).role_id}/{verb}"


# What organisers say


def test_set_judge_keeps_what_is_known(kit):
    event = event_in(Phase.BUILDING)
    at = datetime(2026, 6, 14, 14, tzinfo=UTC)

    actions.set_judge(
        part_of(event),
        by=kit,
        tags="health ; data",
        max_load=5,
        slots=[at, at],
        is_lead=True,
        is_technical=True,
    )

    judge = Judge.objects.get()
    kept = (judge.tags, judge.max_load, judge.starts, judge.is_lead, judge.is_technical, judge.is_spare)
    assert kept == ("health; data", 5, [at], True, True, False)
    row = AuditRow.objects.get(verb="judging.judge_set")
    assert row.details["now"] == {
        "tags": "health; data",
        "slots": ["2026-06-14T14:00:00+00:00"],
        "max_load": 5,
        "is_lead": True,
        "is_technical": True,
    }


def test_set_judge_to_the_same_records_nothing(kit):
    event = event_in(Phase.BUILDING)

    actions.set_judge(part_of(event), by=kit)

    assert not AuditRow.objects.filter(verb="judging.judge_set").exists()


def test_set_judge_to_a_department_ends_what_is_in_conflict(kit, jude):
    event = event_in(Phase.JUDGING)
    assignment = given(event, cleared_entry(event, "ben").submission, jude)
    ballot_of(assignment)

    actions.set_judge(part_of(event), by=kit, department=department("records"))

    assert Assignment.objects.standing().count() == 0
    assert Ballot.objects.get().voided_because == "A conflict of interest"


@pytest.mark.parametrize("key", ["jude", "ben", "sam", "cal", "max"])
def test_set_pause_and_resume_by_anyone_else_are_denied(key):
    event = event_in(Phase.BUILDING)
    judge, by = part_of(event), person(key)

    for act in (actions.set_judge, actions.pause, actions.resume):
        with pytest.raises(PermissionDenied):
            act(judge, by=by)

    assert Judge.objects.count() == 0


def test_changes_to_judges_are_refused_once_scores_have_closed(ada, jude):
    event = event_in(Phase.JUDGING)
    judge = part_of(event)

    with arrived_at(event.scores_close_at):
        messages = [
            refused(lambda: actions.set_judge(judge, by=ada)),
            refused(lambda: actions.pause(judge, by=ada)),
            refused(lambda: actions.confirm(judge, by=jude)),
            refused(lambda: actions.decline(judge, by=jude, reason="Ill")),
        ]

    assert messages == [f"Scores closed at {event.say(event.scores_close_at)}"] * 4


def test_paused_judge_keeps_what_they_began_and_sees_nothing_else(as_, ada, jude):
    event = event_in(Phase.JUDGING)
    begun = given(event, cleared_entry(event, "ben").submission, jude)
    waiting = given(event, cleared_entry(event, "bea", name="Herons").submission, jude)
    Ballot.objects.create(
        assignment=begun, revision=begun.submission.revisions.get(), saved_at=event.building_at
    )

    actions.pause(part_of(event), by=ada)
    paused = list(Assignment.objects.visible_to(jude))
    sheet = as_(jude).get(f"/events/summer/judging/entries/{waiting.submission.code}/").status_code
    actions.resume(part_of(event), by=ada)

    assert (paused, sheet) == ([begun], 404)
    assert list(Assignment.objects.visible_to(jude)) == [begun, waiting]
    verbs = AuditRow.objects.filter(verb__startswith="judging.judge_").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["judging.judge_paused", "judging.judge_resumed"]


def test_resting_at_one_event_hides_nothing_at_another(ada, jude):
    event, other = event_in(Phase.JUDGING), event_in(Phase.JUDGING, slug="winter")
    elsewhere = given(other, cleared_entry(other, "ben").submission, jude)

    actions.pause(part_of(event), by=ada)

    assert list(Assignment.objects.visible_to(jude)) == [elsewhere]


# What judges say


def test_confirm_keeps_the_answer_and_what_the_judge_knows(jude):
    event = event_in(Phase.BUILDING)

    actions.confirm(part_of(event), by=jude, tags="rivers", max_load=7)
    actions.confirm(part_of(event), by=jude, tags="rivers", max_load=7)

    judge = Judge.objects.get()
    assert (judge.answer, judge.tags, judge.max_load, judge.answered_at is None) == (
        "confirmed", "rivers", 7, False,
    )  # fmt: skip
    assert AuditRow.objects.get(verb="judging.judge_confirmed").by == jude


@pytest.mark.parametrize("key", ["ada", "kit", "ben", "jim"])
def test_answer_by_anyone_but_that_judge_is_denied(key):
    event = event_in(Phase.BUILDING)
    give(event, RoleKind.JUDGE, "jim")
    judge = part_of(event)

    with pytest.raises(PermissionDenied):
        actions.confirm(judge, by=person(key))
    with pytest.raises(PermissionDenied):
        actions.decline(judge, by=person(key), reason="Ill")


def test_decline_frees_what_is_not_handed_in_and_tells_who_runs_it(ada, kit, jude):
    event = event_in(Phase.JUDGING)
    done = given(event, cleared_entry(event, "ben").submission, jude)
    drafted = given(event, cleared_entry(event, "bea", name="Herons").submission, jude)
    waiting = given(event, cleared_entry(event, "cal", name="Terns").submission, jude)
    ballot_of(done)
    Ballot.objects.create(
        assignment=drafted, revision=drafted.submission.revisions.get(), saved_at=event.building_at
    )

    actions.decline(part_of(event), by=jude, reason="I am ill")
    actions.decline(part_of(event), by=jude, reason="I am ill")

    waiting.refresh_from_db()
    mails = Mail.objects.filter(key__startswith="judging.declined:")
    assert list(Assignment.objects.standing()) == [done]
    assert Ballot.objects.counted().get().assignment == done
    assert (waiting.ended_because, Ballot.objects.filter(voided_at=None).count()) == ("The judge declined", 2)
    assert sorted(mails.values_list("to", flat=True)) == sorted([ada.email, kit.email])
    assert "I am ill" in mails.first().body
    assert "- the entry of Herons\n- the entry of Terns" in mails.first().body
    assert AuditRow.objects.get(verb="judging.judge_declined").details == {"reason": "I am ill", "freed": 2}
    for one in (ada, kit):
        assert "Find another judge for 2 entries" in [need.text for need in needs_of(one)]


def test_decline_without_a_reason_is_refused(jude):
    event = event_in(Phase.BUILDING)

    assert refused(lambda: actions.decline(part_of(event), by=jude, reason=" ")) == "Say why you cannot judge"


# Pages


def test_judges_page_shows_everyone_how_far_and_no_score(as_, kit, jude):
    event = event_in(Phase.JUDGING)
    give(event, RoleKind.JUDGE, "jim")
    done = given(event, cleared_entry(event, "ben").submission, jude)
    given(event, cleared_entry(event, "bea", name="Herons").submission, jude)
    ballot_of(done)
    actions.declare(done.submission.team, person("jim"), by=kit, kind="mentor", reason="Helped")

    seats = panel_of(event)
    page = as_(kit).get("/events/summer/judging/judges/").content.decode()

    assert [(seat.judge.user, seat.given, seat.handed_in, seat.declared) for seat in seats] == [
        (person("jim"), 0, 0, 1),
        (jude, 2, 1, 0),
    ]
    assert [words in page for words in ("Jim Okafor", "Jude Amin", "Transport Office", "Helped")] == [
        True
    ] * 4


@pytest.mark.parametrize(("key", "code"), [("jude", 403), ("ben", 403), ("cal", 403), ("ada", 200)])
def test_judges_page_is_for_who_runs_the_judging(as_, key, code):
    event_in(Phase.JUDGING)

    assert as_(person(key)).get("/events/summer/judging/judges/").status_code == code


def test_judges_page_takes_as_many_queries_for_more(as_, ada, jude):
    event = event_in(Phase.JUDGING)
    given(event, cleared_entry(event, "ben").submission, jude)
    browser = as_(ada)
    actions.invite(event, [actions_invitee(1)], by=ada)
    browser.get("/events/summer/judging/judges/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/events/summer/judging/judges/")

    give(event, RoleKind.JUDGE, "jim", "dot")
    entry = cleared_entry(event, "bea", name="Herons").submission
    for key in ("jude", "jim"):
        given(event, entry, person(key))
    actions.declare(entry.team, person("dot"), by=ada, kind="mentor", reason="Helped")
    actions.confirm(part_of(event, "jim"), by=person("jim"))
    actions.invite(event, [actions_invitee(2), actions_invitee(3)], by=ada)
    with CaptureQueriesContext(connection) as more:
        browser.get("/events/summer/judging/judges/")

    assert len(few) == len(more)


def actions_invitee(number: int):
    return Invitee(f"guest{number}@example.com", f"Guest {number}")


def test_organiser_edits_pauses_and_resumes_on_pages(as_, ada):
    event = event_in(Phase.BUILDING)
    browser = as_(ada)

    browser.post(address(event), {"tags": "data", "slots": "14/6/2026 3pm", "is_spare": "on"})
    browser.post(address(event, "pause/"))
    paused = part_of(event).paused_at
    browser.post(address(event, "resume/"))

    judge = part_of(event)
    assert (judge.tags, judge.is_spare, judge.slots) == ("data", True, ["2026-06-14T14:00:00+00:00"])
    assert (paused is None, judge.paused_at) == (False, None)
    assert "14/06/2026 15:00" in browser.get(address(event)).content.decode()


def test_slots_that_are_no_moments_are_named_by_line(as_, jude):
    event_in(Phase.BUILDING)

    page = as_(jude).post("/events/summer/judging/me/", {"slots": "14/6/2026 3pm\nlate\n"})

    assert page.context["form"].errors == {"slots": ["Line 2: enter a date and time such as 14/6/2026 3pm"]}


def test_judge_confirms_and_declines_on_pages(as_, jude):
    event = event_in(Phase.BUILDING)
    browser = as_(jude)

    browser.post("/events/summer/judging/me/", {"tags": "data", "max_load": "4", "slots": ""})
    confirmed = part_of(event)
    browser.post("/events/summer/judging/me/decline/", {"reason": "Away that week"})
    declined = part_of(event)

    assert (confirmed.answer, confirmed.max_load) == ("confirmed", 4)
    assert (declined.answer, declined.declined_because) == ("declined", "Away that week")


@pytest.mark.parametrize("key", ["ada", "ben", "cal"])
def test_judges_own_page_is_for_judges(as_, key):
    event_in(Phase.BUILDING)

    codes = [
        as_(person(key)).get(f"/events/summer/judging/me/{verb}").status_code
        for verb in ("", "decline/", "conflict/")
    ]

    assert codes == [403, 403, 403]


def test_judges_over_the_api(api_as, ada, jude, ben):
    event = event_in(Phase.BUILDING)
    base = "/api/v1/events/summer/judging"
    pk = part_of(event).role_id
    department("skills")
    body = {"department": "skills", "tags": "data", "max_load": 3, "slots": ["2026-06-14T15:00:00+01:00"]}

    saved = api_as(ada).put(f"{base}/judges/{pk}/", body, format="json").json()
    paused = api_as(ada).post(f"{base}/judges/{pk}/pause/").json()["paused_at"]
    resumed = api_as(ada).post(f"{base}/judges/{pk}/resume/").json()["paused_at"]
    confirmed = api_as(jude).put(f"{base}/me/", {"tags": "data"}, format="json").json()["answer"]
    declined = api_as(jude).post(f"{base}/me/decline/", {"reason": "Ill"}, format="json").json()["answer"]
    listed = api_as(ada).get(f"{base}/judges/").json()["results"]
    denied = [
        api_as(ben).get(f"{base}/judges/").status_code,
        api_as(jude).put(f"{base}/judges/{pk}/", body, format="json").status_code,
        api_as(ada).get(f"{base}/me/").status_code,
    ]

    assert (saved["tags"], saved["max_load"], saved["slots"]) == ("data", 3, ["2026-06-14T14:00:00Z"])
    assert (paused is None, resumed, confirmed, declined) == (False, None, "confirmed", "declined")
    assert [(row["judge"]["name"], row["given"], row["handed_in"]) for row in listed] == [("Jude Amin", 0, 0)]
    assert denied == [403, 403, 403]
