from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from events.models import Event, Phase
from reading.framework import load
from reading.models import Plan, Screening
from reading.reader.recipe import recipe
from screening.models import Clearance
from tests.world import entry_of, event_in, person, report_of, revision_of

pytestmark = pytest.mark.django_db
PRESENT = recipe(load("aip-2025"))
MODEL = {
    "kind": "openai",
    "base_url": "http://127.0.0.1:9/v1",
    "api_key": "k",
    "model": "made-up-1",
    "label": "Made up",
    "approved_for": "public",
    "gbp_in": None,
    "gbp_out": None,
}


def rescreen(*options: str) -> str:
    out = StringIO()
    call_command("rescreen", "summer", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def read():
    """Two entries: one read after another recipe, and cleared; one after the present one."""
    event = event_in(Phase.JUDGING)
    old = report_of(entry_of(event, "ben"), provider="", engine="offline")
    report_of(entry_of(event, "bea", name="Terns"), provider="", engine="offline", recipe=PRESENT)
    Clearance.objects.create(revision=old.revision, outcome="cleared", by=person("sam"))
    return old


def test_rescreen_opens_a_reading_for_entries_of_another_recipe_alone(read):
    out = rescreen("--recipe", PRESENT[:12])

    added = Screening.objects.exclude(recipe="r" * 64).get(revision=read.revision)
    assert out == "1 entry will be read again\n"
    assert (added.recipe, added.engine, added.state, added.is_second) == (
        PRESENT,
        "offline",
        "waiting",
        False,
    )
    assert Screening.objects.count() == 3


def test_rescreen_touches_neither_old_readings_nor_what_people_decided(read):
    before = (list(Clearance.objects.values()), Screening.objects.filter(pk=read.pk).values().get())

    rescreen("--recipe", PRESENT)

    assert (list(Clearance.objects.values()), Screening.objects.filter(pk=read.pk).values().get()) == before


def test_rescreen_twice_is_the_same_as_once(read):
    rescreen("--recipe", PRESENT)

    assert rescreen("--recipe", PRESENT) == "0 entries will be read again\n"
    assert Screening.objects.count() == 3


def test_rescreen_leaves_overtaken_revisions_alone(read):
    revision_of(read.revision.submission, built="Something newer.")

    assert rescreen("--recipe", PRESENT) == "0 entries will be read again\n"


def test_rescreen_leaves_entries_of_the_present_recipe_alone_whoever_read_them(read):
    report_of(read.revision, recipe=PRESENT, engine="openai:since-replaced")

    assert rescreen("--recipe", PRESENT) == "0 entries will be read again\n"


def test_rescreen_does_not_count_what_was_tried_already_and_failed(read):
    """The second provider stepped in after another recipe, so that is what the page shows."""
    Screening.objects.filter(pk=read.pk).update(recipe=PRESENT, failed_at=timezone.now(), finished_at=None)
    report_of(read.revision, is_second=True, engine="openai:second")

    assert Screening.objects.shown().get(revision=read.revision).recipe == "r" * 64
    assert rescreen("--recipe", PRESENT) == "0 entries will be read again\n"


def test_dry_run_counts_and_writes_nothing(read):
    assert rescreen("--recipe", PRESENT, "--dry-run") == "1 entry would be read again\n"
    assert Screening.objects.count() == 2


@pytest.mark.parametrize("prefix", ["", PRESENT[:7], "f" * 12])
def test_rescreen_with_another_recipe_names_the_present_one_and_does_nothing(read, capsys, prefix):
    with pytest.raises(SystemExit) as stopped:
        rescreen(f"--recipe={prefix}")

    assert stopped.value.code == 2
    assert PRESENT in capsys.readouterr().err
    assert Screening.objects.count() == 2


@pytest.mark.parametrize("phase", [Phase.FORMING, Phase.SHOWCASE])
def test_rescreen_outside_building_and_judging_is_unusable(read, phase):
    event_in(phase)

    with pytest.raises(SystemExit) as stopped:
        rescreen("--recipe", PRESENT)

    assert (stopped.value.code, Screening.objects.count()) == (2, 2)


def test_rescreen_of_an_event_that_is_not_there_is_unusable(db):
    with pytest.raises(SystemExit) as stopped:
        rescreen("--recipe", PRESENT)

    assert stopped.value.code == 2


def test_rescreen_with_a_budget_prints_what_it_may_cost(read, settings):
    settings.PROVIDERS = {"main": MODEL}
    Event.objects.update(provider="main")
    Screening.objects.all().delete()
    for key, cost in (("ben", "0.20"), ("bea", "0.40")):
        report_of(type(read.revision).objects.get(submission__team__founded_by=person(key)), cost_gbp=cost)
    Plan.objects.update_or_create(event=Event.objects.get(), defaults={"budget_gbp": "5.00"})

    out = rescreen("--recipe", PRESENT, "--dry-run")

    assert out.splitlines() == [
        "2 entries would be read again",
        "About £0.60, going by earlier readings; £4.40 of the budget is left",
    ]
