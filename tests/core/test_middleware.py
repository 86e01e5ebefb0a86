import re

import pytest

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
