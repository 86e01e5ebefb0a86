import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import arrived_at
from events.models import Event, Phase, RoleKind
from judging import actions
from judging.models import Assignment, Ballot, Criterion
from screening import actions as screening
from tests.judging.test_actions import LINE, all_of, event_to_score, given_to, refused, sheet
from tests.world import cleared_entry, event_in, give, person, report_of, round_of

pytestmark = pytest.mark.django_db
BASE = "/events/summer/judging/"
API = "/api/v1/events/summer/judging/"


def fields(assignment: Assignment, value: int | str = 4, **changes) -> dict:
    """What the browser posts from a sheet where every criterion has this score."""
    scores = {f"criterion_{key}": value for key in all_of(assignment.event, 1)}
    base = {"version": 0, "revision": 1, "note": "", "comment": "", "then": "hand_in"}
    return {key: value for key, value in (base | scores | changes).items() if value != ""}


def sheet_of(assignment: Assignment) -> str:
    return f"{BASE}entries/{assignment.submission.code}/"


def close(event: Event) -> None:
    event.scores_close_at = event.submissions_close_at + timedelta(hours=1)
    event.save()


def queries(client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def judged_event() -> Event:
    """Two entries scored by two judges, before scores close: ben's 5 and 2, bea's 4 and 4."""
    event = event_to_score()
    give(event, RoleKind.JUDGE, "max", "dot")
    herons = cleared_entry(event, "bea", name="Herons", title="Tide Table").submission
    kingfishers = given_to("jude", event).submission
    for entry, key, value in (
        (kingfishers, "jude", 5),
        (kingfishers, "dot", 2),
        (herons, "jude", 4),
        (herons, "max", 4),
    ):
        assignment = actions.assign(round_of(entry.event), entry, person(key), by=person("ada"))
        actions.score(assignment, **sheet(assignment, value=value, comment="canary", note="canary"))
    return event


# Who may open what

EVERYONE = ["ada", "kit", "jude", "sam", "ben", "cal", "max"]
RUNNERS = {"ada", "kit"}


@pytest.mark.parametrize("key", EVERYONE)
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("", {"jude"}),
        ("rubric/", RUNNERS),
        ("rubric/add/", RUNNERS),
        ("rubric/{criterion}/change/", RUNNERS),
        ("rubric/{criterion}/remove/", RUNNERS),
        ("allocation/", RUNNERS),
        ("allocation/{code}/assign/", RUNNERS),
        ("allocation/{assignment}/end/", RUNNERS),
        ("coverage/", RUNNERS),
    ],
)
def test_pages_open_for_those_whose_work_it_is(as_, key, path, allowed):
    assignment = given_to("jude", event_to_score())
    place = path.format(
        criterion=Criterion.objects.first().pk, code=assignment.submission.code, assignment=assignment.pk
    )

    answer = as_(person(key)).get(BASE + place)

    assert answer.status_code == (200 if key in allowed else 403)


@pytest.mark.parametrize(
    ("key", "status"), [("jude", 200), *((key, 404) for key in EVERYONE if key != "jude")]
)
def test_sheet_is_there_for_its_judge_alone(as_, api_as, key, status):
    assignment = given_to("jude", event_to_score())

    page = as_(person(key)).get(sheet_of(assignment))
    post = as_(person(key)).post(sheet_of(assignment), fields(assignment, then="nothing"))
    api = api_as(person(key)).get(f"{API}entries/{assignment.submission.code}/")

    assert (page.status_code, api.status_code) == (status, status)
    assert post.status_code == (302 if key == "jude" else 404)


def test_list_names_no_entry_before_scores_open(as_, api_as, jude):
    assignment = given_to("jude", event_to_score())
    event_in(Phase.BUILDING)

    page = as_(jude).get(BASE).content.decode()
    (row,) = api_as(jude).get(API).json()["results"]

    assert "Letter Sorter" not in page
    assert row == {
        "entry": assignment.submission.code,
        "title": None,
        "pitch": None,
        "team": "Kingfishers",
        "started": False,
        "handed_in": False,
    }


def test_sheet_at_another_events_address_is_not_there(as_, jude):
    assignment = given_to("jude", event_to_score())
    event_in(Phase.JUDGING, "winter")

    answer = as_(jude).get(sheet_of(assignment).replace("summer", "winter"))

    assert answer.status_code == 404


def test_sheet_of_an_ended_assignment_is_not_there(as_, api_as, ada, jude):
    assignment = given_to("jude", event_to_score())
    actions.end_assignment(assignment, by=ada, reason="They know the team")

    answers = [
        as_(jude).get(sheet_of(assignment)),
        as_(jude).post(sheet_of(assignment), fields(assignment)),
        api_as(jude).put(f"{API}entries/{assignment.submission.code}/", {}, format="json"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert Ballot.objects.count() == 0


def test_sheet_of_a_judge_who_lost_the_role_is_forbidden(as_, api_as, jude):
    assignment = given_to("jude", event_to_score())
    assignment.event.roles.filter(user=jude).delete()
    event_in(Phase.JUDGING, "winter")  # where jude still judges

    answers = [
        as_(jude).get(sheet_of(assignment)),
        as_(jude).post(sheet_of(assignment), fields(assignment)),
        api_as(jude).get(f"{API}entries/{assignment.submission.code}/"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3


# Scoring


def test_list_counts_and_names_the_next(as_, jude):
    event = event_to_score()
    first = given_to("jude", event)
    entry = cleared_entry(event, "bea", name="Herons", title="Tide Table").submission
    actions.assign(round_of(entry.event), entry, jude, by=person("ada"))
    actions.score(first, **sheet(first))

    page = as_(jude).get(BASE).content.decode()

    assert "You have handed in 1 of 2." in page
    assert re.search(r"<h2[^>]*>Tide Table</h2>", page)


def test_list_of_a_judge_with_nothing_says_so(as_, jude):
    event_in(Phase.JUDGING)

    assert "No entry has been given to you yet" in as_(jude).get(BASE).content.decode()


def test_list_costs_the_same_for_one_and_three(as_, jude):
    event = event_to_score()
    given_to("jude", event)
    one = queries(as_(jude), BASE)
    for key, name in (("bea", "Herons"), ("dot", "Otters")):
        actions.assign(
            round_of(event), cleared_entry(event, key, name=name).submission, jude, by=person("ada")
        )

    assert queries(as_(jude), BASE) == one


def test_sheet_shows_entry_anchors_and_team(as_, jude):
    assignment = given_to("jude", event_to_score())

    page = as_(jude).get(sheet_of(assignment)).content.decode()

    assert page.count("<h1") == 1
    for words in (
        "Caseworkers read 400 letters a day",
        "No clear benefit, or for nobody in particular",
        "Works today on realistic data, with a plan for what is left",
        "Ben Okoro",
        "Save draft",
    ):
        assert words in page
    assert page.count('type="radio"') == 4 * 5


def test_sheet_saves_a_draft_with_gaps_then_hands_in(as_, jude):
    assignment = given_to("jude", event_to_score())
    first = Criterion.objects.first().pk
    draft = {"version": 0, "revision": 1, "note": "Look again", "then": "draft", f"criterion_{first}": 2}

    saved = as_(jude).post(sheet_of(assignment), draft)
    handed = as_(jude).post(sheet_of(assignment), fields(assignment, version=1, note="Look again"))

    assert (saved.headers["Location"], handed.headers["Location"]) == (sheet_of(assignment), BASE)
    ballot = Ballot.objects.get()
    assert (ballot.version, ballot.note, ballot.handed_in_at is None) == (2, "Look again", False)
    assert ballot.scores_by_criterion() == all_of(assignment.event, 4)


def test_hand_in_with_gaps_keeps_what_was_typed_and_names_each(as_, jude):
    assignment = given_to("jude", event_to_score())
    first, second, *_ = all_of(assignment.event, 1)

    page = as_(jude).post(
        sheet_of(assignment), fields(assignment, note="My note", **{f"criterion_{second}": ""})
    )

    words = page.content.decode()
    assert "<title>Error: " in words
    assert f'<a href="#id_criterion_{second}">Score ‘Feasibility’ before you hand in</a>' in words
    assert "My note" in words
    assert re.search(rf'id="id_criterion_{first}-4"[^>]*checked', words)
    assert Ballot.objects.count() == 0


def test_late_scores_are_refused_with_what_was_typed_kept(as_, jude):
    assignment = given_to("jude", event_to_score())
    close(assignment.event)

    page = as_(jude).post(sheet_of(assignment), fields(assignment, comment="Worth keeping")).content.decode()

    assert f"Scores closed at {assignment.event.say(Event.objects.get().scores_close_at)}" in page
    assert "Worth keeping" in page
    assert "Hand in" not in page
    assert Ballot.objects.count() == 0


def test_second_tab_overwrites_nothing_and_sees_both(as_, jude):
    assignment = given_to("jude", event_to_score())
    browser = as_(jude)
    browser.post(sheet_of(assignment), fields(assignment, 2, comment="From the first tab"))

    page = browser.post(sheet_of(assignment), fields(assignment, 5, comment="From the second tab"))
    again = browser.post(
        sheet_of(assignment), fields(assignment, 5, comment="From the second tab", version=1)
    )

    words = page.content.decode()
    assert "Nothing was overwritten" in words
    assert ("From the first tab" in words, "From the second tab" in words) == (True, True)
    assert 'name="version" value="1"' in words
    assert again.status_code == 302
    assert Ballot.objects.get().comment == "From the second tab"


def test_conflict_hides_the_entry_and_says_why(as_, jude, ben):
    assignment = given_to("jude", event_to_score())
    jude.department = ben.department
    jude.save()

    get = as_(jude).get(sheet_of(assignment)).content.decode()
    post = as_(jude).post(sheet_of(assignment), fields(assignment, comment="Typed")).content.decode()

    assert "so you cannot score this entry" in get
    assert ("Caseworkers read 400" in get, "Caseworkers read 400" in post) == (False, False)
    assert "Typed" in post
    assert Ballot.objects.count() == 0


def test_sheet_before_scores_open_shows_no_entry(as_, api_as, jude):
    event = event_in(Phase.BUILDING)
    actions.adopt(round_of(event), by=person("ada"), template="value")
    cleared_entry(event, "ben")
    assignment = given_to("jude", event)

    page = as_(jude).get(sheet_of(assignment)).content.decode()
    listed = as_(jude).get(BASE).content.decode()
    api = api_as(jude).get(f"{API}entries/{assignment.submission.code}/")

    assert "Scores open at" in page
    assert ("Letter Sorter" in page, "Letter Sorter" in listed) == (False, False)
    assert api.status_code == 409


def test_sheet_after_close_shows_the_judges_own_scores(as_, jude):
    assignment = given_to("jude", event_to_score())
    actions.score(assignment, **sheet(assignment, note="Mine alone"))
    close(assignment.event)

    page = as_(jude).get(sheet_of(assignment)).content.decode()

    assert ("Mine alone" in page, "You handed in this ballot at" in page, "<form" in page) == (
        True,
        True,
        False,
    )


# Nothing leaks


def test_nobody_sees_a_score_while_scores_are_open(as_, api_as):
    judged_event()
    paths = ["", "rubric/", "allocation/", "coverage/"]

    seen = {
        (key, base + path)
        for key in (*EVERYONE, "dot")
        for base, browser in ((BASE, as_(person(key))), (API, api_as(person(key))))
        for path in paths
        if re.search(r"canary|raw_mean|3\.50|>4\.00|Raw average", browser.get(base + path).content.decode())
    }

    assert seen == set()


def test_no_judge_sees_another_judges_words_ever(as_, api_as):
    event = judged_event()
    kingfishers = Assignment.objects.get(judge=person("dot")).submission
    Ballot.objects.filter(assignment__judge=person("dot")).update(comment="canary-dot", note="canary-dot")

    for stage in ("open", "closed"):
        if stage == "closed":
            close(event)
        for browser, base in ((as_(person("jude")), BASE), (api_as(person("jude")), API)):
            page = browser.get(f"{base}entries/{kingfishers.code}/").content.decode()
            assert ("canary-dot" in page, "canary" in page) == (False, True)


def test_private_notes_and_comments_stand_in_no_page_of_chair_or_organiser(as_, api_as):
    close(judged_event())

    pages = [
        browser.get(base + path).content.decode()
        for key in ("ada", "kit")
        for base, browser in ((BASE, as_(person(key))), (API, api_as(person(key))))
        for path in ("coverage/", "allocation/")
    ]

    assert [page for page in pages if "canary" in page] == []


# Running the judging


def test_rubric_page_adopts_adds_changes_and_removes(as_, kit):
    event_in(Phase.FORMING)
    browser = as_(kit)

    empty = browser.get(f"{BASE}rubric/").content.decode()
    browser.post(f"{BASE}rubric/", {"template": "delivery"})
    browser.post(f"{BASE}rubric/add/", LINE)
    pk = Criterion.objects.get(name="Care").pk
    browser.post(f"{BASE}rubric/{pk}/change/", LINE | {"weight": 7})
    page = browser.get(f"{BASE}rubric/").content.decode()
    browser.post(f"{BASE}rubric/{Criterion.objects.first().pk}/remove/")

    assert "No criteria yet" in empty
    assert "7 of 12" in page
    assert list(Criterion.objects.values_list("name", flat=True)) == [
        "Technical execution",
        "Usability",
        "Innovation",
        "Collaboration",
        "Care",
    ]


def test_criterion_form_says_what_is_missing_and_keeps_the_rest(as_, ada):
    event_in(Phase.FORMING)

    page = as_(ada).post(f"{BASE}rubric/add/", LINE | {"low": "", "weight": 0}).content.decode()

    assert "Say what the lowest score means" in page
    assert "Weight must be 1 or more" in page
    assert 'value="Much"' in page


def test_rubric_page_with_a_ballot_says_why_it_is_frozen(as_, ada):
    assignment = given_to("jude", event_to_score())
    actions.score(assignment, **sheet(assignment))

    page = as_(ada).get(f"{BASE}rubric/").content.decode()
    post = as_(ada).post(f"{BASE}rubric/", {"template": "delivery"}).content.decode()

    assert ("The rubric cannot change any more" in page, "Adopt this template" in page) == (True, False)
    assert "There is a problem" in post


def test_allocation_page_proposes_names_shortages_and_edits_by_hand(as_, ada):
    event = event_to_score()
    code = cleared_entry(event, "bea", name="Herons", title="Tide Table").submission.code
    browser = as_(ada)

    short = browser.post(f"{BASE}allocation/", {"per_entry": 2}).content.decode()
    give(event, RoleKind.JUDGE, "max")
    browser.post(f"{BASE}allocation/{code}/assign/", {"judge": person("max").pk})
    pk = Assignment.objects.get(judge=person("max")).pk
    unsaid = browser.post(f"{BASE}allocation/{pk}/end/", {"reason": ""}).content.decode()
    browser.post(f"{BASE}allocation/{pk}/end/", {"reason": "Left early"})

    assert "Letter Sorter (Kingfishers) lacks 1" in short
    assert "Say why this judge is not to score this entry" in unsaid
    assert [str(one.judge) for one in Assignment.objects.standing()] == ["Jude Amin", "Jude Amin"]


def test_assign_page_offers_only_those_who_may(as_, ada):
    event = event_to_score()
    give(event, RoleKind.JUDGE, "max", "cal")
    code = given_to("jude", event).submission.code

    page = as_(ada).get(f"{BASE}allocation/{code}/assign/").content.decode()

    offered = re.findall(r"<option[^>]*>\s*([^<]*?)\s*</option>", page)
    assert offered == ["Choose one", "Cal Reyes"]
    assert re.search(r"may not score this entry.*Max Stone", page, re.DOTALL)


def test_coverage_counts_ballots(as_, kit):
    event = event_to_score()
    assignment = given_to("jude", event)
    cleared_entry(event, "bea", name="Herons", title="Tide Table")
    actions.score(assignment, **sheet(assignment, hand_in=False))

    page = as_(kit).get(f"{BASE}coverage/").content.decode()

    assert "of 1 ballots handed in" in page
    assert "(started)" in page
    assert "No judge yet" in page


@pytest.mark.parametrize("path", ["allocation/", "coverage/"])
def test_pages_cost_the_same_for_one_and_three_entries(as_, ada, path):
    event = event_to_score()
    assignment = given_to("jude", event)
    actions.score(assignment, **sheet(assignment))
    close(event)
    one = queries(as_(ada), BASE + path)
    event_in(Phase.JUDGING)
    for key, name in (("bea", "Herons"), ("dot", "Otters")):
        more = actions.assign(
            round_of(event), cleared_entry(event, key, name=name).submission, person("jude"), by=ada
        )
        actions.score(more, **sheet(more))
    close(event)

    assert queries(as_(ada), BASE + path) == one


# The API, by the same actions


def test_api_walks_from_rubric_to_coverage(api_as, ada, kit, jude):
    event = event_in(Phase.JUDGING)
    cleared_entry(event, "ben")
    give(event, RoleKind.JUDGE, "cal")
    organiser, chair = api_as(ada), api_as(kit)

    adopted = chair.post(f"{API}rubric/template/", {"template": "value"}, format="json").json()
    added = chair.post(f"{API}rubric/", LINE, format="json").json()
    chair.patch(f"{API}rubric/{added['id']}/", {"weight": 9}, format="json")
    listed = chair.get(f"{API}rubric/").json()["results"]
    removed = chair.delete(f"{API}rubric/{added['id']}/")
    proposed = organiser.post(f"{API}allocation/propose/", {"per_entry": 2}, format="json").json()
    mine = api_as(jude).get(API).json()["results"]
    code = mine[0]["entry"]
    opened = api_as(jude).get(f"{API}entries/{code}/").json()
    scores = {str(line["id"]): 4 for line in opened["criteria"]}
    ballot = {"version": 0, "revision": opened["entry"]["number"], "scores": scores, "hand_in": True}
    saved = api_as(jude).put(f"{API}entries/{code}/", ballot, format="json").json()
    stale = api_as(jude).put(
        f"{API}entries/{code}/", ballot | {"scores": scores | {min(scores): 1}}, format="json"
    )
    api_as(person("cal")).put(f"{API}entries/{code}/", ballot, format="json")
    coverage = chair.get(f"{API}coverage/").json()

    assert (len(adopted), listed[-1]["weight"], removed.status_code) == (4, 9, 204)
    assert proposed == {"added": 2, "shortages": []}
    assert (mine[0]["title"], mine[0]["handed_in"], opened["ballot"]) == ("Letter Sorter", False, None)
    assert (saved["version"], saved["scores"]) == (1, scores)
    assert (stale.status_code, stale.json()["ballot"]["scores"]) == (409, scores)
    assert [(row["entry"], row["handed_in"]) for row in coverage["entries"]] == [(code, 2)]


def test_api_assigns_and_ends_by_hand(api_as, ada, jude):
    event = event_to_score()
    code = cleared_entry(event, "bea", name="Herons").submission.code
    api = api_as(ada)

    made = api.post(f"{API}allocation/assign/", {"entry": code, "judge": jude.email}, format="json")
    nobody = api.post(f"{API}allocation/assign/", {"entry": code, "judge": "x@example.org"}, format="json")
    nothing = api.post(f"{API}allocation/assign/", {"entry": "zzzzzzzz", "judge": jude.email}, format="json")
    ended = api.post(f"{API}allocation/{made.json()['id']}/end/", {"reason": "Left early"}, format="json")

    assert (made.status_code, made.json()["judge"], ended.status_code) == (201, jude.email, 204)
    assert (nobody.json()["field"], nothing.json()["field"]) == ("judge", "entry")
    assert Assignment.objects.standing().count() == 0


@pytest.mark.parametrize("key", [key for key in EVERYONE if key not in RUNNERS])
def test_api_of_those_who_run_the_judging_is_shut_to_others(api_as, key):
    assignment = given_to("jude", event_to_score())
    api, pk = api_as(person(key)), Criterion.objects.first().pk
    judge = {"entry": assignment.submission.code, "judge": "jude@transport.example.org"}

    answers = [
        api.get(f"{API}rubric/"),
        api.post(f"{API}rubric/", LINE, format="json"),
        api.post(f"{API}rubric/template/", {"template": "value"}, format="json"),
        api.patch(f"{API}rubric/{pk}/", {"weight": 2}, format="json"),
        api.delete(f"{API}rubric/{pk}/"),
        api.post(f"{API}allocation/propose/", {}, format="json"),
        api.post(f"{API}allocation/assign/", judge, format="json"),
        api.post(f"{API}allocation/{assignment.pk}/end/", {"reason": "Mine"}, format="json"),
        api.get(f"{API}coverage/"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 9


def test_api_late_ballot_is_a_409_with_the_reason(api_as, jude):
    assignment = given_to("jude", event_to_score())
    close(assignment.event)
    ballot = {"version": 0, "revision": 1, "scores": {}}

    answer = api_as(jude).put(f"{API}entries/{assignment.submission.code}/", ballot, format="json")

    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("Scores closed at ")


@pytest.mark.parametrize(
    "wrong",
    [
        {"scores": {"x": 3}},
        {"scores": {"1": 11}},
        {"scores": [1]},
        {"scores": {"²": 3}},
        {"version": -1},
        {"version": None},
        {"revision": 0},
        {"judge": "kit"},
        {"comment": "x" * 4001},
    ],
)
def test_api_bad_ballot_is_a_400(api_as, jude, wrong):
    assignment = given_to("jude", event_to_score())
    ballot = {"version": 0, "revision": 1, "scores": {}} | wrong

    answer = api_as(jude).put(f"{API}entries/{assignment.submission.code}/", ballot, format="json")

    assert (answer.status_code, Ballot.objects.count()) == (400, 0)


def test_arrival_before_the_close_counts_however_long_the_upload_takes(jude):
    assignment = given_to("jude", event_to_score())
    closes = assignment.event.scores_close_at

    with arrived_at(closes - timedelta(microseconds=1)):
        saved = actions.score(assignment, **sheet(assignment))
    with arrived_at(closes):
        said = refused(lambda: actions.score(assignment, **sheet(assignment, value=1, version=1)))

    assert (saved.version, said) == (1, f"Scores closed at {assignment.event.say(closes)}")


def test_sheet_shows_what_people_found_and_the_team_answered_and_nothing_only_a_model_said(
    as_, jude, sam, ben
):
    assignment = given_to("jude", event_to_score())
    entry = assignment.entry
    report = report_of(entry, "concern", "evidenced")
    screening.find(entry, {2: ("evidenced", "Page two shows it")}, by=sam, screening=report)
    screening.answer(entry, "We measured it twice.", by=ben, number=1)

    page = as_(jude).get(sheet_of(assignment)).content.decode()

    assert "Page two shows it" in page
    assert "We measured it twice." in page
    assert "Concern" not in page
