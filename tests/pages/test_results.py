"""The results of a round in a browser: worked out at the press of a button, readable on a phone."""

import pytest
from playwright.sync_api import expect

from judging.models import Ballot
from tests.pages.checks import Inspector
from tests.results.scene import judged_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("script", [True, False])
def test_chair_works_the_results_out_and_again_after_a_ballot_is_gone(page_as, kit, axe, live_server, script):
    judged_event()
    width = 1280 if script else 320
    page = page_as(kit, script=script, width=width)
    inspector = Inspector(axe, live_server.url)
    page.goto("/events/summer/results/")

    page.get_by_role("button", name="Work out the results").click()
    expect(page.get_by_role("img", name="A line for each entry")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(1 + 3 + 1 + 3)  # entries and judges, with their heads
    problems = inspector.problems(page) if script else []
    Ballot.objects.filter(assignment__judge__name="Jim Okafor").update(handed_in_at=None)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("have changed since these results were worked out")
    page.get_by_role("button", name="Work out the results again").click()

    expect(page.get_by_role("row")).to_have_count(1 + 3 + 1 + 2)
    expect(page.get_by_role("main")).to_contain_text("Earlier results of this round")
    assert problems == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
