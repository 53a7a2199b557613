"""Notes in a Redis or Valkey server, for instances that share nothing else."""

from collections.abc import Callable
from typing import Any, TypeVar

from shishod.errors import SettingsError, Unreachable
from shishod.work.guard import Guarded

T = TypeVar("T")

_READ = "local t = redis.call('TIME') return {t[1], t[2], redis.call('GET', KEYS[1]) or ''}"
_REPLACE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""
KEPT_S = 40 * 86400  # longer than any window
PATIENCE_S = 10.0


class RedisNotes:
    """Shared: by every instance that is given the same server. The time is the server's.

    A text is replaced only where it is still the one that was read; who comes second reads anew. In one process one
    thread at a time tries, so that those who compete are few.
    """

    def __init__(self, url: str, prefix: str = "shishod:") -> None:
        try:
            import redis
        except ModuleNotFoundError as error:
            raise SettingsError(
                "enrich.limits_url: the Redis client is not installed. Run: pip install redis"
            ) from error
        self._fault: type[Exception] = redis.RedisError
        try:
            server: Any = redis.Redis.from_url(url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)
        except ValueError:  # whose text may have a password in it
            raise SettingsError(
                "enrich.limits_url is no address of a Redis server; write it as redis://host:6379/0"
            ) from None
        self._read = server.register_script(_READ)
        self._replace = server.register_script(_REPLACE)
        self._turn = Guarded(server)
        self._prefix = prefix

    def change_note(self, name: str, change: Callable[[str, float], tuple[str, T]]) -> T:
        key = f"{self._prefix}{name}"
        try:
            with self._turn:
                while True:
                    seconds, micros, said = self._read(keys=[key])
                    new, told = change(said.decode(), int(seconds) + int(micros) / 1e6)
                    if self._replace(keys=[key], args=[said, new, KEPT_S]):
                        return told
        except self._fault as error:
            raise Unreachable(
                f"the server of enrich.limits_url does not answer: {error}. Nobody is asked without the limits that it"
                " keeps, and nothing is lost. See whether it runs: redis-cli ping",
                retry_after_s=30.0,
            ) from error

    def close(self) -> None:
        """Give its connections back."""
        with self._turn as server:
            server.close()
