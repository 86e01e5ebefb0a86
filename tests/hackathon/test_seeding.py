import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from core.models import AuditRow
from events.models import Event, Phase
from hackathon.seeding import load, many, seed
from reading.models import Screening
from showcase.models import Exhibit
from submissions.models import Revision
from tests.world import event_in

pytestmark = pytest.mark.django_db


def test_seed_makes_one_event_in_each_phase_and_nothing_twice():
    made = seed(list(Phase))
    again = seed(list(Phase))

    assert [event.phase for event in made] == list(Phase)
    assert again == []


def test_seed_of_judging_has_an_entry_in_each_state():
    (event,) = seed([Phase.JUDGING])

    states = sorted(
        Screening.objects.filter(revision__in=Revision.objects.of_event(event).current()).values_list(
            "status", flat=True
        )
    )
    assert states == ["complete"] * 7 + ["held"] * 2
    assert (
        Revision.objects.of_event(event).count() == 11
    )  # one team submitted three times, the last too late; one never
    assert Exhibit.objects.filter(event=event).count() == 0


def test_seed_of_a_showcase_hides_what_is_held():
    (event,) = seed([Phase.SHOWCASE])

    assert sorted(Exhibit.objects.filter(event=event).values_list("title", flat=True)) == [
        "Letter Sorter",
        "Nothing works yet",
        "Plain Warning",
        "Read Me First",
        "Timetable Whisperer",
        "Which Bus Now",
    ]


def test_seed_is_audited_like_anyone_else():
    (event,) = seed([Phase.ANNOUNCED])

    assert AuditRow.objects.filter(scope=event.slug, verb="events.opened").count() == 1


def test_seed_large_gives_each_entry_a_team_of_its_own():
    entries = many(load("entries.yaml"), 190)

    people = [name for entry in entries for name in entry["members"]]
    assert (len({entry["team"] for entry in entries}), len(set(people))) == (190, 570)


def test_demo_links_exist_in_the_demo_alone(settings, capsys):
    seed([Phase.DRAFT])
    with pytest.raises(CommandError):
        call_command("demo_links")

    settings.DEMO = True
    seed([Phase.FORMING])
    call_command("demo_links")

    assert capsys.readouterr().out.count("/demo/sign-in/") == 10


def test_seed_command_says_what_it_made(capsys):
    call_command("seed", phase="announced")

    assert capsys.readouterr().out.split() == ["announced", Event.objects.get().slug]
    assert User.objects.filter(is_administrator=True).count() == 1


def test_seed_command_keeps_made_up_events_away_from_real_ones():
    event = event_in(Phase.BUILDING)
    User.objects.filter(pk=event.created_by_id).update(email="ada@records.example.gov")

    with pytest.raises(CommandError):
        call_command("seed", phase="announced")

    assert list(Event.objects.all()) == [event]
