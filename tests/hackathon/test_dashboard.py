import pytest

from events.models import Application, Phase
from hackathon.dashboard import stages
from tests.world import challenge_of, draft_of, event_in, revision_of, team_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        (Phase.FORMING, ["Challenges", "Applications", "Rubric"]),
        (Phase.BUILDING, ["Applications", "Screening", "Rubric"]),
        (Phase.JUDGING, ["Screening", "Rubric"]),
    ],
)
def test_to_do_is_what_can_still_be_done(phase, expected, cal):
    event = event_in(phase)
    Application.objects.create(event=event, user=cal, motivation="To learn", skills="Design")
    challenge_of(event, title="Not decided", decision="")
    if phase is not Phase.FORMING:
        revision_of(draft_of(team_of(event, "ben")))

    waiting = [row["title"] for _, rows in stages(event) for row in rows if row["text"]]

    assert waiting == expected
