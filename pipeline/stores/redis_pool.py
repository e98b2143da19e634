"""Keep connections to Redis, without the statistics of redis-py's pool: they take longer than a command."""

from typing import Any

import redis


class Pool(redis.ConnectionPool):
    """Hands a connection that is idle and sound out by itself; redis-py sees to all else."""

    def get_connection(self, *names: Any, **options: Any) -> Any:
        """Return a connection for the caller alone."""
        self._checkpid()  # another process has none
        with self._lock:
            connection = self._available_connections.pop() if self._available_connections else None
            if connection is not None:
                self._in_use_connections.add(connection)
        if connection is not None:
            if sound(connection):
                return connection
            self.release(connection)
        return super().get_connection(*names, **options)

    def release(self, connection: Any) -> None:
        """Take a connection back."""
        self._checkpid()
        with self._lock:
            known = connection.pid == self.pid and connection in self._in_use_connections
            if known and not connection.should_reconnect():
                self._in_use_connections.remove(connection)
                self._available_connections.append(connection)
                return
        super().release(connection)


def sound(connection: Any) -> bool:
    """Tell whether a connection is open, and silent."""
    try:
        return connection.is_connected and not connection.can_read()
    except (redis.ConnectionError, redis.TimeoutError, OSError):
        return False
