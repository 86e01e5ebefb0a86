"""A screener asks, the team answers, and both stand beside the finding."""

import pytest
from django.core.exceptions import PermissionDenied

from core.models import AuditRow, Mail
from core.refusals import Refused
from events.models import Phase, RoleKind
from screening import actions
from screening.models import Remark
from submissions.models import Revision
from tests.world import entry_of, event_in, give, person, report_of, revision_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Revision:
    return entry_of(event_in(Phase.BUILDING), "ben", "cal")


def test_ask_tells_every_member_and_says_where_to_answer(entry, sam):
    remark = actions.ask(entry, " Who checks the order? ", by=sam, number=4)

    assert (remark.text, remark.number, remark.from_team, remark.by) == (
        "Who checks the order?",
        4,
        False,
        sam,
    )
    mails = Mail.objects.order_by("to")
    assert [mail.to for mail in mails] == ["ben@records.example.org", "cal@rivers.example.org"]
    assert f"/events/summer/screening/{entry.submission.code}/" in mails[0].body
    assert AuditRow.objects.get(verb="screening.asked").details == {"revision": 1, "principle": 4}


def test_answer_tells_who_asked(entry, sam, ben):
    actions.ask(entry, "Who checks the order?", by=sam, number=4)
    Mail.objects.all().delete()

    actions.answer(entry, "A caseworker, every time.", by=ben, number=4)

    assert list(Mail.objects.values_list("to", flat=True)) == [sam.email]
    assert list(Remark.objects.values_list("from_team", "text")) == [
        (False, "Who checks the order?"),
        (True, "A caseworker, every time."),
    ]


def test_answer_needs_no_question(entry, ben):
    actions.answer(entry, "The finding on accuracy misses our table.", by=ben, number=1)

    assert Remark.objects.get().from_team
    assert Mail.objects.count() == 0


def test_saying_the_same_twice_says_it_once(entry, sam):
    first = actions.ask(entry, "Who checks the order?", by=sam)

    assert actions.ask(entry, "Who checks the order?", by=sam) == first
    assert Remark.objects.count() == 1
    assert Mail.objects.count() == 2  # one for each member


@pytest.mark.parametrize("key", ["ada", "ben", "jude", "kit"])
def test_ask_is_for_screeners(entry, key):
    with pytest.raises(PermissionDenied):
        actions.ask(entry, "Why?", by=person(key))


@pytest.mark.parametrize("key", ["ada", "sam", "bea", "jude"])
def test_answer_is_for_the_team(entry, key):
    with pytest.raises(PermissionDenied):
        actions.answer(entry, "Because", by=person(key))


def test_screener_on_the_team_does_not_ask_it(entry):
    give(entry.event, RoleKind.SCREENER, "ben")

    with pytest.raises(PermissionDenied):
        actions.ask(entry, "Why?", by=person("ben"))


@pytest.mark.parametrize("act", [actions.ask, actions.answer])
def test_empty_words_are_refused(entry, act, sam, ben):
    with pytest.raises(Refused) as refusal:
        act(entry, " \n", by=sam if act is actions.ask else ben)

    assert refusal.value.message == "Write something first"


def test_answer_is_refused_once_the_results_are_out(ben):
    entry = entry_of(event_in(Phase.SHOWCASE), "ben")

    with pytest.raises(Refused):
        actions.answer(entry, "Too late", by=ben)


def test_answer_stands_beside_the_finding_on_the_next_revision_too(entry, ben, sam, as_):
    actions.answer(entry, "See the <b>table</b> in part two.", by=ben, number=4)
    later = revision_of(entry.submission, title="Letter Sorter 2")
    report_of(later, "evidenced")

    page = as_(sam).get(f"/events/summer/screening/{entry.submission.code}/").content.decode()

    finding = page.split('id="principle-4"')[1].split("</article>")[0]
    assert "The team answers" in finding
    assert "See the &lt;b&gt;table&lt;/b&gt; in part two." in finding
    assert "on revision 1" in finding


def test_refused_answer_keeps_what_was_typed(ben, as_):
    entry = entry_of(event_in(Phase.SHOWCASE), "ben")
    report_of(entry, "evidenced")
    page = f"/events/summer/screening/{entry.submission.code}/answer/"

    answer = as_(ben).post(page, {"answer-number": "0", "answer-text": "We measured it twice."})

    assert answer.status_code == 200
    words = answer.content.decode()
    assert "Entries are screened from the time building begins" in words
    assert "We measured it twice." in words
    assert Remark.objects.count() == 0


def test_ask_and_answer_over_the_api(entry, sam, ben, api_as):
    root = f"/api/v1/events/summer/screening/{entry.submission.code}/"

    asked = api_as(sam).post(f"{root}ask/", {"text": "Who checks?", "principle": 4}, format="json")
    told = api_as(ben).post(f"{root}answer/", {"text": "A caseworker", "principle": 4}, format="json")

    assert [asked.status_code, told.status_code] == [200, 200]
    assert [(row["principle"], row["from_team"], row["text"]) for row in told.json()["remarks"]] == [
        (4, False, "Who checks?"),
        (4, True, "A caseworker"),
    ]


# Answers worth showing to everyone


@pytest.fixture
def answered(entry, sam, ben) -> Remark:
    actions.ask(entry, "Who checks the order?", by=sam, number=4)
    return actions.answer(entry, "A caseworker, every time.", by=ben, number=4)


def test_share_shows_the_answer_to_every_insider_without_the_team(answered, ada, as_):
    page = "/events/summer/screening/answers/"
    before = as_(person("jude")).get(page).content.decode()

    actions.share(answered, by=ada)
    actions.share(answered, by=ada)

    after = as_(person("jude")).get(page).content.decode()
    assert "A caseworker, every time." not in before
    assert [words in after for words in ("A caseworker, every time.", "Who checks the order?")] == [
        True,
        True,
    ]
    assert [name for name in ("Kingfishers", "Ben Okoro", "Letter Sorter") if name in after] == []
    assert AuditRow.objects.filter(verb="screening.shared").count() == 1
    assert Mail.objects.filter(subject="Your answer is shown to everyone").count() == 2


def test_unshare_takes_it_back(answered, ada, as_):
    actions.share(answered, by=ada)

    actions.unshare(answered, by=ada)

    assert "A caseworker" not in as_(person("jude")).get("/events/summer/screening/answers/").content.decode()
    assert AuditRow.objects.filter(verb="screening.unshared").count() == 1


@pytest.mark.parametrize("key", ["sam", "ben", "kit", "jude"])
def test_share_is_for_organisers(answered, key):
    with pytest.raises(PermissionDenied):
        actions.share(answered, by=person(key))


def test_question_of_a_screener_is_not_shared(answered, ada):
    question = Remark.objects.get(from_team=False)

    with pytest.raises(Refused):
        actions.share(question, by=ada)


def test_share_over_page_and_api_is_the_same(answered, ada, ben, as_, api_as):
    root = f"/events/summer/screening/answers/{answered.pk}/share/"

    as_(ada).post(root, {"then": "share"})
    shown = api_as(ben).get("/api/v1/events/summer/screening/answers/").json()["results"]
    api_as(ada).delete(f"/api/v1{root}")
    hidden = api_as(ben).get("/api/v1/events/summer/screening/answers/").json()["results"]

    assert [(row["asked"], row["answer"]) for row in shown] == [
        ("Who checks the order?", "A caseworker, every time.")
    ]
    assert hidden == []
    assert api_as(ben).post(f"/api/v1{root}").status_code == 403
