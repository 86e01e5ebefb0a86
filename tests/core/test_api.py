import pytest

from accounts.models import Token

pytestmark = pytest.mark.django_db
KEYS = "/api/v1/you/keys/"


@pytest.mark.parametrize("body", ['{"\\ud800": 1}', '{"name": "\\ud800"}', '{"name": ["\\udfff"]}'])
def test_send_half_of_a_surrogate_pair_is_a_bad_request(api_as, ben, body):
    response = api_as(ben).post(KEYS, body, content_type="application/json")

    assert (response.status_code, response.json()) == (
        400,
        {"detail": "JSON parse error - half of a surrogate pair is not text"},
    )
    assert not Token.objects.exists()


def test_send_json_nested_too_deeply_is_a_bad_request(api_as, ben):
    response = api_as(ben).post(KEYS, "[" * 100_000, content_type="application/json")

    assert (response.status_code, response.json()) == (
        400,
        {"detail": "JSON parse error - nested too deeply"},
    )
