import pytest
from django.core.cache import cache

pytestmark = pytest.mark.django_db
NOWHERE = {"default": {"BACKEND": "core.cache.Cache", "LOCATION": "unix:///nowhere/valkey.sock"}}


def test_cache_that_is_down_finds_nothing_and_complains_of_nothing(settings):
    settings.CACHES = NOWHERE

    answers = (
        cache.set("a", 1),
        cache.get("a"),
        cache.get("a", "other"),
        cache.get_many(["a", "b"]),
        cache.add("a", 1),
        cache.delete("a"),
    )

    assert answers == (None, None, "other", {}, True, False)


def test_cache_that_is_up_keeps_what_it_is_given():
    cache.set("a", 1, 5)

    answers = (cache.get("a"), cache.get_many(["a", "b"]), cache.add("a", 2, 5), cache.delete("a"))

    assert answers == (1, {"a": 1}, False, True)
