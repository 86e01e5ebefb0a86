import json
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import AuditRow
from core.refusals import Refused
from judging.models import Ballot, Criterion, Score
from judging.scoring.ballots import Given, Line, ballots_of
from judging.scoring.places import rank
from results import actions
from results.models import Run
from results.presentation import percent, picture_of, places_of, with_sign
from screening.models import Clearance
from submissions.models import Submission
from teams.models import Team
from tests.results.scene import TEAMS, VALUES, judged_event
from tests.world import challenge_of, entry_of, person, round_of

pytestmark = pytest.mark.django_db
PAGE = "/events/summer/results/"
API = "/api/v1/events/summer/results/"
EVERYONE = ["ada", "kit", "jude", "sam", "ben", "cal", "max", "dot"]


def computed(event=None) -> Run:
    return actions.compute(round_of(event or judged_event()), by=person("kit"))


def code_of(title: str) -> str:
    return Submission.objects.get(team__name=f"Team {title}").code


def test_compute_ranks_by_the_method_on_the_ballots_that_stand(kit):
    run = computed()

    given = [Given(title, judge, "all", value) for (title, judge), value in VALUES.items()]
    ballots, scale, _ = ballots_of(given, {"all": Line(1)})
    expected = rank(ballots, scale, top=3, seed=1)
    found = {place["project"]: place for place in actions.read(run)["projects"]}
    assert {
        place.entry: (place.rank, pytest.approx(place.adjusted, abs=1e-6)) for place in expected.places
    } == {title: (found[code_of(title)]["rank"], found[code_of(title)]["adjusted"]) for title in TEAMS}


def test_compute_twice_on_the_same_ballots_keeps_one_run(kit):
    run = computed()

    again = actions.compute(run.round, by=person("ada"))

    assert (again, Run.objects.count()) == (run, 1)
    row = AuditRow.objects.get(verb="results.computed")
    assert (row.by, row.details["inputs"]) == (kit, run.inputs_sha256)


def test_compute_after_a_ballot_was_voided_keeps_both_runs(kit):
    first = computed()
    Ballot.objects.filter(assignment__judge=person("jim")).update(
        voided_at=timezone.now(), voided_by=kit, voided_because="On the team"
    )

    stale = actions.has_changed_since(first)
    second = actions.compute(first.round, by=kit)

    assert (stale, actions.has_changed_since(second)) == (True, False)
    assert [len(run.inputs["scores"]) for run in Run.objects.order_by("pk")] == [7 * 4, 5 * 4]


def test_the_same_ballots_give_the_same_bytes(kit):
    run = computed()
    before = run.output
    Run.objects.all().delete()

    assert computed(run.event).output == before


def test_compute_leaves_a_withdrawn_entry_out_of_the_places_and_its_ballots_in_the_fit(kit):
    event = judged_event()
    whole = actions.read(computed(event))
    Submission.objects.filter(team__name="Team Tides").update(
        withdrawn_at=timezone.now(), withdrawn_by=person("bea")
    )

    run = computed(event)

    left = {place["project"]: place["adjusted"] for place in actions.read(run)["projects"]}
    before = {place["project"]: place["adjusted"] for place in whole["projects"]}
    assert left == {code_of(title): before[code_of(title)] for title in ("Letters", "Buses")}
    assert (run.inputs["hidden"], len(run.inputs["scores"])) == ([code_of("Tides")], 7 * 4)


def test_criteria_of_one_challenge_count_for_its_entries_alone(kit):
    event = judged_event()
    other = challenge_of(event, "Tides that rise")
    Team.objects.filter(name="Team Tides").update(challenge=other)
    own = Criterion.objects.create(
        round=round_of(event),
        challenge=other,
        position=9,
        name="Own",
        description="d",
        low="l",
        high="h",
        weight=30,
    )
    for ballot in Ballot.objects.filter(assignment__submission__code=code_of("Tides")):
        Score.objects.create(ballot=ballot, criterion=own, value=5)

    run = computed(event)

    event_wide = sum(line["weight"] for line in run.inputs["criteria"] if line["name"] != "Own")
    raw = {place["project"]: place["raw_mean"] for place in actions.read(run)["projects"]}
    tides = ((2 + 4) / 2 * event_wide + 5 * 30) / (event_wide + 30)
    assert raw == {
        code_of("Letters"): pytest.approx(10 / 3, abs=1e-6),
        code_of("Buses"): pytest.approx(3),
        code_of("Tides"): pytest.approx(tides, abs=1e-6),
    }


def test_compute_is_refused_without_a_ballot(kit):
    event = judged_event({("Letters", "jude"): 3})
    Ballot.objects.update(handed_in_at=None)

    with pytest.raises(Refused, match="No ballot has been handed in"):
        computed(event)


def test_compute_before_the_round_closes_is_refused(kit):
    event = judged_event()
    event.scores_close_at = timezone.now() + timedelta(hours=1)
    event.save()

    with pytest.raises(Refused, match="Results are shown to nobody until scores close"):
        computed(event)


@pytest.mark.parametrize("key", ["jude", "sam", "ben", "cal", "max", "dot"])
def test_compute_is_for_chair_and_organisers_alone(key):
    event = judged_event()

    with pytest.raises(PermissionDenied):
        actions.compute(round_of(event), by=person(key))


# The page


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}rounds/1/"])
@pytest.mark.parametrize("key", EVERYONE)
def test_page_opens_for_chair_and_organisers_alone(as_, key, path):
    computed()

    answer = as_(person(key)).get(path)

    expected = {"ada": 200, "kit": 200, "dot": 403}.get(key, 403)
    assert answer.status_code in ({expected} if expected == 200 else {403, 404})


def test_page_before_close_says_when(as_, kit):
    event = judged_event()
    event.scores_close_at = timezone.now() + timedelta(hours=1)
    event.save()

    page = as_(kit).get(PAGE).content.decode()

    assert f"until scores close at {event.say(event.scores_close_at)}" in page
    assert "Work out" not in page


def test_page_works_the_results_out_at_the_press_of_a_button(as_, kit):
    judged_event()
    browser = as_(kit)

    before = browser.get(PAGE).content.decode()
    browser.post(PAGE)
    after = browser.get(PAGE).content.decode()

    assert ("Work out the results" in before, "Adjusted score" in before) == (True, False)
    assert ("Work out the results" in after, "Adjusted score" in after) == (False, True)


def test_page_shows_each_entry_as_the_run_has_it(as_, kit):
    run = computed()
    page = as_(kit).get(PAGE).content.decode()

    rows = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).split()
        for row in re.findall(r"<tr>\s*<td.*?</tr>", page, re.DOTALL)
    ]
    expected = []
    for place in actions.read(run)["projects"]:
        title = next(title for title in TEAMS if code_of(title) == place["project"])
        ballots = sum(1 for of, _ in VALUES if of == title)
        raw = sum(value for (of, _), value in VALUES.items() if of == title) / ballots
        expected.append(
            [str(place["rank"]), title, "Team", f"{title},", str(ballots), "ballots", f"{raw:.2f}"]
        )
    assert [row[:7] for row in rows] == expected
    assert "canary" not in page


def test_page_says_when_ballots_have_changed_since(as_, kit):
    computed()
    Ballot.objects.filter(assignment__judge=person("jim")).delete()

    page = as_(kit).get(PAGE).content.decode()

    assert "have changed since these results were worked out" in page
    assert "Work out the results again" in page


def test_page_says_when_another_entry_has_the_highest_raw_average(as_, kit):
    # max is generous and jude is strict: Tides is better than Letters to both judges who know both.
    values = {("Letters", "max"): 5, ("Letters", "jim"): 5, ("Buses", "max"): 5, ("Buses", "jude"): 3}
    values |= {("Tides", "jude"): 4, ("Tides", "jim"): 5, ("Buses", "jim"): 4}
    run = computed(judged_event(values))

    page = as_(kit).get(PAGE).content.decode()

    places = places_of(run, actions.read(run))
    best = max(places, key=lambda place: place.numbers["raw_mean"])
    assert (best.title, "has the highest raw average" in page) == ("Letters", best.title != places[0].title)


def test_page_costs_the_same_for_one_and_three_entries(as_, kit):
    event = judged_event()
    late = Ballot.objects.exclude(assignment__submission__team__name="Team Letters")
    late.update(handed_in_at=None)
    browser = as_(kit)

    def queries() -> int:
        computed(event)
        with CaptureQueriesContext(connection) as found:
            assert browser.get(PAGE).status_code == 200
        return len(found)

    one = queries()
    Ballot.objects.update(handed_in_at=timezone.now())

    assert queries() == one


def test_an_entry_that_nobody_scored_is_listed_last(kit):
    event = judged_event()
    run = computed(event)
    Clearance.objects.create(
        revision=entry_of(event, "sam", name="Team Late", title="Late"), outcome="cleared", by=person("sam")
    )

    places = places_of(run, actions.read(run))

    assert [(place.title, place.numbers["rank"]) for place in places][-1] == ("Late", None)


def test_picture_shows_the_ranges_of_the_table(kit):
    run = computed()
    places = places_of(run, actions.read(run))

    picture = picture_of(places)

    unit = (picture["last"] - picture["first"]) / (picture["last_rank"] - 1)
    shown = [
        tuple(round(1 + (row[key] - picture["first"]) / unit) for key in ("from", "at", "to"))
        for row in picture["rows"]
    ]
    assert shown == [
        (place.numbers["rank_low"], place.numbers["rank"], place.numbers["rank_high"]) for place in places
    ]


@pytest.mark.parametrize(
    ("points", "words"), [(0.314, "+0.31"), (-0.314, "−0.31"), (-0.001, "0.00"), (0.0, "0.00"), (None, "–")]
)
def test_sign_is_shown_where_there_is_one(points, words):
    assert with_sign(points) == words


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0"), (0.004, "under 1"), (0.5, "50"), (0.996, "over 99"), (1, "100")]
)
def test_what_is_only_unlikely_is_not_called_impossible(share, words):
    assert percent(share) == words


# The API


def test_api_works_out_and_shows_the_run(api_as, kit):
    judged_event()
    api = api_as(kit)

    none = api.get(API)
    made = api.post(API)
    shown = api.get(API)

    assert (none.status_code, none.json()["detail"]) == (
        409,
        "The results of this round have not been worked out yet",
    )
    run = Run.objects.get()
    assert made.json() == shown.json()
    assert (shown.json()["inputs_sha256"], shown.json()["output"]) == (
        run.inputs_sha256,
        json.loads(run.output),
    )


@pytest.mark.parametrize("key", ["jude", "sam", "ben", "cal", "max", "dot"])
def test_api_is_for_chair_and_organisers_alone(api_as, key):
    computed()
    api = api_as(person(key))

    assert {api.get(API).status_code, api.post(API).status_code} <= {403, 404}
    assert Run.objects.count() == 1
