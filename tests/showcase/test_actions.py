from datetime import timedelta
from functools import partial
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

import screening.actions
from core.clock import arrived_at, now
from core.models import AuditRow
from core.refusals import Refused
from events.models import Event, Phase
from screening.models import Clearance
from showcase import actions
from showcase.models import Exhibit
from submissions.models import Revision
from tests.races import together
from tests.world import cleared_entry, draft_of, event_in, person, revision_of, team_of

pytestmark = pytest.mark.django_db
SHOWN = ("code", "title", "pitch", "team", "challenge", "department", "hidden_because")


def judged(slug: str = "summer") -> Event:
    """An event whose scores have closed."""
    event = event_in(Phase.JUDGING, slug)
    event.scores_close_at = event.submissions_close_at + timedelta(hours=1)
    event.save()
    return event


def hold(revision) -> None:
    Clearance.objects.create(
        revision=revision, outcome=Clearance.Outcome.HELD, reason="A name in it", by=person("sam")
    )


def test_publish_opens_the_showcase_with_frozen_entries(ada):
    event = judged()
    revision = cleared_entry(event, "ben")

    published = actions.publish(event, by=ada)

    assert published.phase is Phase.SHOWCASE
    assert list(Exhibit.objects.shown().values_list(*SHOWN)) == [
        (
            revision.submission.code,
            "Letter Sorter",
            "Sorts letters from the public so that the urgent ones are read today.",
            "Kingfishers",
            "Letters that wait",
            "Rivers and Coasts Agency",
            "",
        )
    ]
    row = AuditRow.objects.get(verb="showcase.published")
    assert (row.by, row.scope, row.details) == (ada, "summer", {"shown": 1, "left_out": 0})


def test_publish_renders_text_once_and_safely(ada):
    event = judged()
    cleared_entry(
        event, "ben", problem="# Loud\n\n<script>alert(1)</script> ```", built="Plain", ai_use="Words"
    )

    actions.publish(event, by=ada)

    body = Exhibit.objects.get().body
    assert body.startswith('<h2 class="govuk-heading-m">The problem and its users</h2><h3')
    assert "<script" not in body
    assert '<h2 class="govuk-heading-m">What you built</h2><p class="govuk-body">Plain</p>' in body


@pytest.mark.parametrize("level", ["official", "official_sensitive", "secret", "unsure", ""])
def test_publish_leaves_out_what_does_not_use_public_data_alone(ada, level):
    event = judged()
    cleared_entry(event, "ben")
    cleared_entry(event, "bea", name="Herons", title="Tide Table", data_level=level)

    actions.publish(event, by=ada)

    assert [exhibit.title for exhibit in Exhibit.objects.all()] == ["Letter Sorter"]


def test_publish_leaves_out_what_nobody_cleared(ada):
    event = judged()
    cleared_entry(event, "ben")
    revision_of(draft_of(team_of(event, "bea", name="Herons"), title="Tide Table"))

    actions.publish(event, by=ada)

    assert [exhibit.title for exhibit in Exhibit.objects.all()] == ["Letter Sorter"]


@pytest.mark.parametrize("key", ["ben", "jude", "kit", "sam", "cal", "max"])
def test_publish_by_anyone_but_an_organiser_is_denied(key):
    event = judged()
    cleared_entry(event, "ben")

    with pytest.raises(PermissionDenied):
        actions.publish(event, by=person(key))

    event.refresh_from_db()
    assert event.published_at is None


def test_publish_by_the_organiser_of_another_event_is_denied(bea, ada):
    event = judged()
    event_in(Phase.JUDGING, "winter").roles.create(user=person("cal"), kind="organiser", given_by=ada)

    with pytest.raises(PermissionDenied):
        actions.publish(event, by=person("cal"))


def test_publish_while_scores_are_open_is_refused(ada):
    event = event_in(Phase.JUDGING)
    cleared_entry(event, "ben")

    with arrived_at(event.scores_close_at - timedelta(microseconds=1)), pytest.raises(Refused) as refusal:
        actions.publish(event, by=ada)

    assert refusal.value.message.startswith("Judges are still scoring. Publish once scores close, at ")
    assert Exhibit.objects.count() == 0


def test_publish_at_the_moment_scores_close_works(ada):
    event = event_in(Phase.JUDGING)
    cleared_entry(event, "ben")

    with arrived_at(event.scores_close_at):
        assert actions.publish(event, by=ada).phase is Phase.SHOWCASE


def test_publish_before_judging_is_refused(ada):
    event = event_in(Phase.BUILDING)

    with pytest.raises(Refused) as refusal:
        actions.publish(event, by=ada)

    assert refusal.value.message.startswith("The showcase can be published once scores close, at ")


def test_publish_twice_is_refused_and_changes_nothing(ada):
    event = judged()
    cleared_entry(event, "ben")
    first = actions.publish(event, by=ada).published_at

    with pytest.raises(Refused):
        actions.publish(event, by=ada)

    event.refresh_from_db()
    assert (event.published_at, Exhibit.objects.count()) == (first, 1)


def test_publish_with_nothing_to_show_is_refused(ada):
    event = judged()

    with pytest.raises(Refused) as refusal:
        actions.publish(event, by=ada)

    assert refusal.value.message.startswith("There is no entry to show.")


def test_refresh_adds_replaces_and_takes_down_then_changes_nothing(ada):
    event = judged()
    stays = cleared_entry(event, "ben")
    goes = cleared_entry(event, "bea", name="Herons", title="Tide Table")
    actions.publish(event, by=ada)
    late = cleared_entry(event, "dot", name="Otters", title="Form Filler")
    newer = revision_of(stays.submission, title="Letter Sorter 2")
    Clearance.objects.create(revision=newer, outcome=Clearance.Outcome.CLEARED, by=person("sam"))
    hold(goes)

    first = actions.refresh(event, by=ada)
    second = actions.refresh(event, by=ada)

    assert (first, second) == (3, 0)
    assert list(Exhibit.objects.values_list("title", "hidden_because")) == [
        ("Form Filler", ""),
        ("Letter Sorter 2", ""),
        ("Tide Table", "Not cleared any more"),
    ]
    assert AuditRow.objects.get(verb="showcase.refreshed").details == {
        "added": [late.submission.code],
        "replaced": [stays.submission.code],
        "taken_down": [goes.submission.code],
    }


def test_refresh_leaves_hidden_entries_hidden(ada):
    event = judged()
    cleared_entry(event, "ben")
    actions.publish(event, by=ada)
    actions.hide(Exhibit.objects.get(), by=ada, reason="The team asked for it")

    changes = actions.refresh(event, by=ada)

    assert (changes, Exhibit.objects.shown().count()) == (0, 0)


def test_refresh_of_an_unpublished_event_is_refused(ada):
    with pytest.raises(Refused) as refusal:
        actions.refresh(judged(), by=ada)

    assert refusal.value.message == "This event has not been published yet"


def test_refresh_by_someone_else_is_denied(ada, kit):
    event = judged()
    cleared_entry(event, "ben")
    actions.publish(event, by=ada)

    with pytest.raises(PermissionDenied):
        actions.refresh(event, by=kit)


def test_hide_and_show_again_are_audited_and_harmless_twice(ada):
    event = judged()
    cleared_entry(event, "ben")
    actions.publish(event, by=ada)
    exhibit = Exhibit.objects.get()

    actions.hide(exhibit, by=ada, reason=" A name in it ")
    actions.hide(exhibit, by=ada, reason="Again")
    hidden = Exhibit.objects.shown().count()
    actions.show(exhibit, by=ada)
    actions.show(exhibit, by=ada)

    assert (hidden, Exhibit.objects.shown().count()) == (0, 1)
    assert list(AuditRow.objects.filter(subject_type="showcase.exhibit").values_list("verb", "details")) == [
        ("showcase.shown", {"had_been_hidden_because": "A name in it"}),
        ("showcase.hidden", {"reason": "A name in it"}),
    ]


def test_hide_without_a_reason_is_refused(ada):
    event = judged()
    cleared_entry(event, "ben")
    actions.publish(event, by=ada)

    with pytest.raises(Refused) as refusal:
        actions.hide(Exhibit.objects.get(), by=ada, reason=" ")

    assert refusal.value.field == "reason"


@pytest.mark.parametrize("key", ["ben", "jude", "kit", "sam", "cal", "max"])
def test_hide_and_show_by_anyone_but_an_organiser_are_denied(ada, key):
    event = judged()
    cleared_entry(event, "ben")
    actions.publish(event, by=ada)
    exhibit = Exhibit.objects.get()

    for act in (
        lambda: actions.hide(exhibit, by=person(key), reason="Mine"),
        lambda: actions.show(exhibit, by=person(key)),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_show_of_an_entry_that_is_cleared_no_more_is_refused(ada):
    event = judged()
    revision = cleared_entry(event, "ben")
    actions.publish(event, by=ada)
    exhibit = Exhibit.objects.get()
    actions.hide(exhibit, by=ada, reason="A name in it")
    hold(revision)

    with pytest.raises(Refused) as refusal:
        actions.show(exhibit, by=ada)

    assert refusal.value.message == "This entry is not cleared any more, so it cannot be shown"


def test_hold_on_a_page_from_before_the_showcase_opened_is_refused(ada, sam):
    event = judged()
    opened_before = Revision.objects.with_people().get(pk=cleared_entry(event, "ben").pk)
    actions.publish(event, by=ada)

    with pytest.raises(Refused, match="until the results are published"):
        screening.actions.hold(opened_before, "A name in it", by=sam)


@pytest.mark.django_db(transaction=True)
def test_publish_waits_for_a_hold_that_is_being_made(ada, sam):
    event = judged()
    revision = cleared_entry(event, "ben")
    outcomes: list[str] = []
    publishing = Thread(target=lambda: outcomes.extend(together([lambda: actions.publish(event, by=ada)])))
    with transaction.atomic():
        screening.actions.hold(revision, "A name in it", by=sam)
        publishing.start()
        publishing.join(0.5)
        waited = publishing.is_alive()

    publishing.join(10)

    assert (waited, outcomes) == (True, ["refused"])
    assert not Exhibit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_hold_that_waits_for_the_showcase_to_open_is_refused(ada, sam):
    event = judged()
    revision = cleared_entry(event, "ben")
    outcomes: list[str] = []
    act = partial(screening.actions.hold, revision, "A name in it", by=sam)
    holding = Thread(target=lambda: outcomes.extend(together([act])))
    with transaction.atomic():
        actions.publish(event, by=ada)
        holding.start()
        holding.join(0.5)
        waited = holding.is_alive()

    holding.join(10)

    assert (waited, outcomes) == (True, ["refused"])
    assert Exhibit.objects.shown().count() == 1


def test_hold_that_arrived_before_the_showcase_opened_and_is_late_is_refused(ada, sam):
    event = judged()
    revision = cleared_entry(event, "ben")
    arrived = now()
    actions.publish(event, by=ada)

    with arrived_at(arrived), pytest.raises(Refused, match="have just been published"):
        screening.actions.hold(revision, "A name in it", by=sam)
