import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class Cache(RedisCache):
    """Redis, and how to do without: while it is down nothing is kept or found, and pages still answer.

    Libraries count tries at signing in here. They are not counted then, and people still get in: a
    code is worth three guesses either way.
    """

    def _ask(self, verb: Callable, otherwise: Any, *given: Any, **named: Any) -> Any:
        try:
            return verb(*given, **named)
        except (RedisError, OSError) as fault:
            logger.warning("the cache does not answer: %s", type(fault).__name__)
            return otherwise

    def get(self, key, default=None, version=None):
        return self._ask(super().get, default, key, default, version=version)

    def get_many(self, keys, version=None):
        return self._ask(super().get_many, {}, keys, version=version)

    def set(self, key, value, *given, **named):
        return self._ask(super().set, None, key, value, *given, **named)

    def add(self, key, value, *given, **named):
        return self._ask(super().add, True, key, value, *given, **named)

    def delete(self, key, version=None):
        return self._ask(super().delete, False, key, version=version)
