import logging

import pytest

from core.logs import RequestFilter

pytestmark = pytest.mark.django_db


def test_line_about_an_unknown_address_has_the_requests_number(client, caplog):
    with caplog.at_level(logging.WARNING, "django.request"):
        answer = client.get("/nowhere/", headers={"X-Request-ID": "abcd-1234-efgh"})
    (line,) = caplog.records

    RequestFilter().filter(line)

    assert (answer.status_code, line.request_id) == (404, "abcd-1234-efgh")


def test_line_outside_a_request_says_so():
    line = logging.makeLogRecord({"msg": "sweep"})

    RequestFilter().filter(line)

    assert line.request_id == "-"
