import pytest
from django.http import Http404

from events.models import Phase
from files.serving import serve
from files.storage import shelf
from tests.files import samples
from tests.world import event_in, file_of, person, team_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(ben):
    return team_of(event_in(Phase.BUILDING), "ben")


@pytest.mark.parametrize(
    ("fields", "disposition"),
    [
        ({}, 'attachment; filename="notes.txt"'),
        (
            {"name": "Übersicht – naïve.txt"},
            "attachment; filename*=utf-8''%C3%9Cbersicht%20%E2%80%93%20na%C3%AFve.txt",
        ),
        (
            {
                "kind": "image",
                "name": "a.png",
                "content_type": "image/png",
                "look": {"width": 1, "height": 1},
            },
            'attachment; filename="a.png"',
        ),
        ({"kind": "pdf", "name": "a.pdf", "content_type": "application/pdf"}, 'attachment; filename="a.pdf"'),
    ],
)
def test_serve_gives_the_bytes_to_be_saved_and_never_run(as_, team, ben, fields, disposition):
    data = b"<script>alert(1)</script>" * 10_000
    file = file_of(team, data, **fields)

    answer = as_(ben).get(f"/events/summer/files/{file.code}/download/")

    wanted = {
        "Content-Type": file.content_type,
        "Content-Disposition": disposition,
        "Content-Length": str(len(data)),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
    assert {name: answer.headers[name] for name in wanted} == wanted
    assert b"".join(answer.streaming_content) == data


def test_serve_what_has_no_bytes_any_more_is_not_found(as_, team, ben):
    file = file_of(team)
    shelf().delete(file.stored)

    assert as_(ben).get(f"/events/summer/files/{file.code}/download/").status_code == 404


@pytest.mark.parametrize(
    ("state", "who", "is_served"),
    [("clean", "cal", True), ("waiting", "ben", True), ("waiting", "cal", False), ("refused", "ben", False)],
)
def test_serve_gives_what_the_scan_lets_this_person_have(team, rf, state, who, is_served):
    """Who may see the file at all, its caller has asked: here is the last word on the scan."""
    file = file_of(team, samples.pdf(), state=state)
    request = rf.get("/")
    request.user = person(who)

    if is_served:
        assert b"".join(serve(file, request).streaming_content) == samples.pdf()
    else:
        with pytest.raises(Http404):
            serve(file, request)
