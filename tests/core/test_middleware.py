import re

import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db


def test_request_id_of_a_proxy_is_kept_when_it_is_well_formed(client):
    response = client.get("/health/", headers={"X-Request-ID": "abcd-1234-efgh"})

    assert response["X-Request-ID"] == "abcd-1234-efgh"


def test_request_id_that_could_forge_a_log_line_is_replaced(client):
    response = client.get("/health/", headers={"X-Request-ID": 'x" level=ERROR'})

    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])


def test_headers_keep_pages_out_of_caches_and_scripts_out_of_pages(client):
    response = client.get("/")

    policy = response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    "address",
    ["/showcase/summer/%00/", "/api/v1/showcase/summer/%00/", "/events/?page=%00", "/showcase/?%00=1"],
)
def test_address_with_a_nul_in_it_is_a_bad_request(client, address):
    response = client.get(address)

    assert response.status_code == 400


def test_cookie_with_a_nul_in_it_is_a_bad_request(client):
    response = client.get("/events/", headers={"Cookie": f'{settings.SESSION_COOKIE_NAME}="\\000abcdefgh"'})

    assert response.status_code == 400
