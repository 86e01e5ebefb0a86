import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from challenges import actions
from challenges.classification import LEVELS
from challenges.models import Challenge
from core.models import AuditRow
from events.models import Phase
from tests.challenges.world import WHOLE, kept, proposal
from tests.world import challenge_of, department, event_in, person

pytestmark = pytest.mark.django_db
BOARD = "/events/summer/challenges/"


def text(answer) -> str:
    """The page's main part, as a line of words."""
    main = answer.content.decode().split("<main")[1].split("</main>")[0]
    return " ".join(main.replace("&#x27;", "'").split())


# The board


def test_board_shows_a_stranger_the_approved_ones_alone(as_):
    event = event_in(Phase.ANNOUNCED)
    challenge_of(event, title="Letters that wait")
    for title, decision in (("Undecided", ""), ("Sent back", "changes"), ("Turned down", "declined")):
        challenge_of(event, title=title, decision=decision)
    challenge_of(event_in(Phase.ANNOUNCED, slug="winter"), title="Elsewhere")

    answer = as_(None).get(BOARD)

    assert answer.status_code == 200
    assert [challenge.title for challenge in answer.context["page"]] == ["Letters that wait"]
    page = text(answer)
    shown = ("Rivers and Coasts Agency", "Open, published or made-up data only", "wait three weeks")
    assert [words for words in shown if words not in page] == []
    assert "dot@" not in page
    assert "Dot Haines" not in page


def test_board_of_an_event_that_is_not_announced_is_not_there(as_, cal, ada):
    challenge_of(event_in(Phase.DRAFT))

    answers = [as_(user).get(BOARD).status_code for user in (None, cal, ada)]

    assert answers == [404, 404, 200]


def test_board_without_challenges_says_what_happens_next(as_, dot):
    event_in(Phase.ANNOUNCED)

    assert "No challenges yet" in text(as_(None).get(BOARD))
    assert f'href="{BOARD}propose/"' in text(as_(dot).get(BOARD))


def test_board_asks_as_often_for_three_as_for_one(as_, dot):
    event = event_in(Phase.ANNOUNCED)
    challenge_of(event, title="One")
    browser = as_(dot)
    browser.get(BOARD)
    with CaptureQueriesContext(connection) as one:
        browser.get(BOARD)
    challenge_of(event, title="Two")
    challenge_of(event, title="Three")

    with CaptureQueriesContext(connection) as three:
        answer = browser.get(BOARD)

    assert len(answer.context["page"]) == 3
    assert len(three) == len(one)


@pytest.mark.parametrize("address", ["mine/", "review/"])
def test_lists_of_proposals_ask_as_often_for_three_as_for_one(as_, ada, dot, address):
    event = proposal(title="One", licence="").event
    browser = as_(ada if address == "review/" else dot)
    browser.get(BOARD + address)
    with CaptureQueriesContext(connection) as one:
        browser.get(BOARD + address)
    challenge_of(event, title="Two", decision="changes", approver="")
    challenge_of(event, title="Three")

    with CaptureQueriesContext(connection) as three:
        answer = browser.get(BOARD + address)

    assert len(answer.context["page"]) == 3
    assert len(three) == len(one)


# A challenge's page


def test_page_of_an_approved_challenge_is_public_without_its_people(as_):
    challenge = challenge_of(event_in(Phase.ANNOUNCED))

    page = text(as_(None).get(f"{BOARD}{challenge.code}/"))

    assert "wait three weeks" in page
    assert [hidden for hidden in ("Dot Haines", "Head of Casework", "History") if hidden in page] == []


def test_page_of_a_proposal_is_for_its_owner_and_organisers(as_, max_):
    challenge = proposal()
    people = [None, *map(person, ("ada", "ben", "cal", "dot", "jude")), max_]

    answers = {str(user): as_(user).get(f"{BOARD}{challenge.code}/").status_code for user in people}

    assert answers == {
        "None": 404,
        "Ada Byrne": 200,
        "Ben Okoro": 404,
        "Cal Reyes": 404,
        "Dot Haines": 200,
        "Jude Amin": 404,
        "Max Stone": 404,
    }


def test_page_under_another_event_is_not_there(as_, dot):
    challenge = proposal()
    event_in(Phase.FORMING, slug="winter")

    assert as_(dot).get(f"/events/winter/challenges/{challenge.code}/").status_code == 404


def test_page_tells_the_owner_what_is_missing_and_what_looks_like_a_marking(as_, dot):
    challenge = proposal(licence="", approver="", problem="OFFICIAL-SENSITIVE: letters wait")

    page = text(as_(dot).get(f"{BOARD}{challenge.code}/"))

    wanted = ("Say which licence", "Name who in the department", "‘OFFICIAL-SENSITIVE’", "In review")
    assert [words for words in wanted if words not in page] == []


def test_page_shows_the_history_to_the_owner(as_, ada, dot):
    event = event_in(Phase.FORMING)
    challenge = actions.propose(event, by=dot, **WHOLE)
    actions.ask_for_changes(challenge, by=ada, version=1, reason="Whom does it affect?")
    actions.edit(challenge, by=dot, version=2, affected="Everyone")
    actions.approve(challenge, by=ada, version=3)

    answer = as_(dot).get(f"{BOARD}{challenge.code}/")

    history = [(row["title"], str(row["by"]), row["text"]) for row in answer.context["history"]]
    assert history == [
        ("Approved", "Ada Byrne", ""),
        ("Changed", "Dot Haines", ""),
        ("Changes asked for", "Ada Byrne", "Whom does it affect?"),
        ("Proposed", "Dot Haines", ""),
    ]


def test_page_shows_markdown_and_never_runs_it(as_):
    problem = (
        "**Slow** letters <script>alert(1)</script> [here](javascript:alert(1)) ![x](https://e.example/p.png)"
    )
    challenge = challenge_of(event_in(Phase.ANNOUNCED), problem=problem)

    page = text(as_(None).get(f"{BOARD}{challenge.code}/"))

    assert "<strong>Slow</strong>" in page
    assert [bad for bad in ("<script", 'href="javascript', "<img") if bad in page] == []


# Propose


def test_propose_saves_and_leads_to_its_page(as_, dot):
    event_in(Phase.FORMING)

    answer = as_(dot).post(f"{BOARD}propose/", WHOLE)

    challenge = Challenge.objects.get()
    assert (answer.status_code, answer.url) == (302, f"{BOARD}{challenge.code}/")
    assert kept(challenge) == WHOLE


def test_propose_without_a_title_keeps_everything_typed(as_, dot):
    event_in(Phase.FORMING)

    answer = as_(dot).post(f"{BOARD}propose/", WHOLE | {"title": ""})

    page = text(answer)
    assert answer.content.decode().count("<title>Error: ") == 1
    assert '<a href="#id_title">Enter a title</a>' in page
    assert [
        words for words in WHOLE.values() if words and words not in page and words != WHOLE["title"]
    ] == []
    assert Challenge.objects.count() == 0


@pytest.mark.parametrize("level", ["official_sensitive", "secret", "unsure"])
def test_propose_with_data_that_must_not_be_here_says_what_to_do_and_stores_nothing(as_, dot, level):
    event_in(Phase.FORMING)

    answer = as_(dot).post(f"{BOARD}propose/", WHOLE | {"data_level": level})

    assert answer.context["form"].errors == {"data_level": [LEVELS[level].stop]}
    assert WHOLE["problem"] in text(answer)
    assert (Challenge.objects.count(), AuditRow.objects.count()) == (0, 0)


def test_propose_after_the_window_says_so_and_keeps_everything_typed(as_, dot):
    event = event_in(Phase.BUILDING)

    answer = as_(dot).post(f"{BOARD}propose/", WHOLE)

    page = text(answer)
    assert answer.status_code == 200
    assert f"Challenge proposals closed at {event.say(event.building_at)}" in page
    assert WHOLE["problem"] in page
    assert Challenge.objects.count() == 0


def test_propose_page_outside_the_window_shows_no_form(as_, dot):
    event_in(Phase.BUILDING)

    page = text(as_(dot).get(f"{BOARD}propose/"))

    assert "Challenge proposals closed at" in page
    assert "<form" not in page


def test_propose_by_a_department_that_does_not_take_part_is_forbidden(as_, dot):
    event_in(Phase.FORMING).departments.add(department("transport"))

    answers = [as_(dot).get(f"{BOARD}propose/"), as_(dot).post(f"{BOARD}propose/", WHOLE)]

    assert [answer.status_code for answer in answers] == [403, 403]


# Edit


def test_edit_saves_and_leads_to_its_page(as_, dot):
    challenge = proposal()

    answer = as_(dot).post(
        f"{BOARD}{challenge.code}/edit/", WHOLE | {"title": "Post that waits", "version": 1}
    )

    assert (answer.status_code, answer.url) == (302, f"{BOARD}{challenge.code}/")
    assert kept(challenge) == WHOLE | {"title": "Post that waits"}


def test_edit_opens_with_what_is_there(as_, dot):
    challenge = proposal(problem="Letters & parcels wait")

    answer = as_(dot).get(f"{BOARD}{challenge.code}/edit/")

    assert "Letters &amp; parcels wait" in text(answer)


def test_edit_from_an_older_page_keeps_what_was_typed(as_, dot):
    challenge = proposal()
    actions.edit(challenge, by=dot, version=1, title="From the other tab")

    answer = as_(dot).post(
        f"{BOARD}{challenge.code}/edit/", WHOLE | {"title": "Post that waits", "version": 1}
    )

    assert "changed after you opened this page" in text(answer)
    assert 'value="Post that waits"' in text(answer)
    assert Challenge.objects.get().title == "From the other tab"


def test_edit_is_for_the_owner(as_, ada, ben, dot):
    challenge = proposal()
    address = f"{BOARD}{challenge.code}/edit/"

    answers = [as_(user).get(address).status_code for user in (ada, ben, dot)]

    assert answers == [403, 404, 200]


def test_edit_of_an_approved_challenge_shows_why_not(as_, dot):
    challenge = proposal(decision="approved")

    page = text(as_(dot).get(f"{BOARD}{challenge.code}/edit/"))

    assert "This challenge is approved" in page
    assert "<form" not in page


# Review and decide


def test_review_lists_what_waits_first(as_, ada):
    event = event_in(Phase.FORMING)
    challenge_of(event, title="Approved")
    challenge_of(event, title="Second", decision="", decided_at=None)
    challenge_of(event, title="Third", decision="", decided_at=None)

    answer = as_(ada).get(f"{BOARD}review/")

    assert [challenge.title for challenge in answer.context["page"]] == ["Second", "Third", "Approved"]


def test_review_and_decide_are_for_organisers(as_, ada, ben, dot, kit):
    challenge = proposal()
    pages = (f"{BOARD}review/", f"{BOARD}{challenge.code}/decide/")

    answers = {
        str(user): [as_(user).get(page).status_code for page in pages] for user in (ada, ben, dot, kit)
    }

    assert answers == {
        "Ada Byrne": [200, 200],
        "Ben Okoro": [403, 404],
        "Dot Haines": [403, 403],
        "Kit Moss": [403, 404],
    }


@pytest.mark.parametrize("decision", ["approved", "changes", "declined"])
def test_decide_is_kept_and_leads_back_to_the_queue(as_, ada, decision):
    challenge = proposal()

    answer = as_(ada).post(
        f"{BOARD}{challenge.code}/decide/", {"decision": decision, "reason": "Because", "version": 1}
    )

    assert (answer.status_code, answer.url) == (302, f"{BOARD}review/")
    assert (Challenge.objects.get().decision, Challenge.objects.get().reason) == (decision, "Because")


def test_decide_to_approve_with_something_missing_keeps_what_was_typed(as_, ada):
    challenge = proposal(licence="")

    answer = as_(ada).post(
        f"{BOARD}{challenge.code}/decide/", {"decision": "approved", "reason": "Good work", "version": 1}
    )

    assert answer.context["form"].errors == {
        "decision": ["You cannot approve this yet. Say which licence the data is under"]
    }
    assert "Good work" in text(answer)
    assert Challenge.objects.approved().count() == 0


def test_decide_against_without_a_reason_asks_for_one(as_, ada):
    challenge = proposal()

    answer = as_(ada).post(f"{BOARD}{challenge.code}/decide/", {"decision": "declined", "version": 1})

    assert answer.context["form"].errors == {"reason": ["Enter why you decline this challenge"]}


@pytest.mark.parametrize("version", ["", "0", "x", str(2**40)])
def test_decide_on_a_tampered_page_says_what_to_do(as_, ada, version):
    challenge = proposal()

    answer = as_(ada).post(f"{BOARD}{challenge.code}/decide/", {"decision": "approved", "version": version})

    assert (answer.status_code, Challenge.objects.get().decision) == (200, "")
    assert "Something went wrong with this page" in text(answer)


def test_decide_shows_markings_to_the_organiser(as_, ada):
    challenge = proposal(success="All SECRET letters read")

    assert "‘SECRET’" in text(as_(ada).get(f"{BOARD}{challenge.code}/decide/"))


def test_page_leads_those_with_a_part_in_the_event_to_its_teams(as_, ben, dot):
    challenge = challenge_of(event_in(Phase.FORMING))
    link = f'href="/events/summer/teams/?challenge={challenge.code}"'

    shown = [link in text(as_(user).get(f"{BOARD}{challenge.code}/")) for user in (None, dot, ben)]

    assert shown == [False, False, True]
