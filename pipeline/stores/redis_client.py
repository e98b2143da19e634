"""A client for a Redis server that is full, or that does not serve now.

A full server (``maxmemory``, noeviction) refuses every command that may need memory, also those by which rows
leave and make room. But it lets a script go on that has begun to change something by a command that needs
none, as Redis 6.2, later ones and Valkey agree. So a refused command is repeated in a script that begins by
deleting nothing. Producers' appends are not repeated, which keeps the server from growing (appender.py).

A server that cannot write its file, or was demoted, is treated as one that is away (unready.py).
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import redis
from hiredis import pack_command
from redis.client import Pipeline
from redis.connection import DefaultParser

from pipeline.stores.unready import BY_CODE, code_in_script

GO_ON = "redis.call('DEL', '')  -- needs no memory, so later commands may\n"
RUN = f"""{GO_ON}
local answers, at = {{}}, 1
while at <= #ARGV do
  local size = tonumber(ARGV[at])
  table.insert(answers, redis.call(unpack(ARGV, at + 1, at + size)))
  at = at + size + 1
end
return answers
"""
SCRIPTS = ("EVAL", "EVALSHA")  # a full server refuses these from within; see scripts.py


class Parser(DefaultParser):  # type: ignore[misc, valid-type]
    """Reads answers, and takes a server that does not serve now for one that cannot be reached."""

    EXCEPTION_CLASSES: ClassVar = {**DefaultParser.EXCEPTION_CLASSES, **BY_CODE}

    @classmethod
    def parse_error(cls, response: str) -> redis.RedisError:
        """Return the exception for the text of an error."""
        error: redis.RedisError = super().parse_error(code_in_script(response) or response)
        return error


class RedisPipeline(Pipeline):
    """Several commands at one go. A transaction that a full server refused did nothing and is repeated."""

    def __init__(
        self, pool: Any, response_callbacks: Any, transaction: bool = True, shard_hint: Any = None
    ) -> None:
        super().__init__(pool, response_callbacks, transaction, shard_hint)
        self.is_transaction = transaction

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Run the commands that were collected and return their answers."""
        commands = [args for args, _ in self.command_stack]
        try:
            return super().execute(raise_on_error)
        except redis.TimeoutError:
            give_up_idle(self.connection_pool)
            raise
        except redis.OutOfMemoryError:
            if not self.is_transaction:
                raise
            return RedisClient(connection_pool=self.connection_pool).go_on(commands)


class RedisClient(redis.Redis):
    """Repeats commands that a full server refused, but for scripts (see scripts.py)."""

    replicas = 0  # that lasting changes wait for (see replicas.py)

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Run one command and return its answer."""
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except redis.TimeoutError:
            give_up_idle(self.connection_pool)
            raise
        except redis.OutOfMemoryError:
            if args[0] in SCRIPTS:
                raise
            return self.go_on([args])[0]

    def exchange(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Send commands at one go and return their answers as they are; raise the first error among them.

        It repeats nothing. ``execute_command`` takes twice as long, and a pipeline three times.
        """
        pool = self.connection_pool
        connection: Any = pool.get_connection()
        try:
            connection.send_packed_command([b"".join(map(pack_command, commands))])
            answers: list[Any] = []
            for _ in commands:
                try:
                    answers.append(connection.read_response())
                except redis.ResponseError as error:
                    answers.append(error)
        except BaseException as error:
            connection.disconnect()  # an answer that is still to come belongs to no later command
            if isinstance(error, redis.TimeoutError):
                give_up_idle(pool)
            raise
        finally:
            pool.release(connection)
        for answer in answers:
            if isinstance(answer, redis.ResponseError):
                raise answer
        return answers

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> RedisPipeline:
        """Return a pipeline that repeats a refused transaction."""
        return RedisPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)

    def go_on(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Run commands together, however full the server is, and return the answer of each."""
        answers = super().execute_command(*on_full_server(commands))  # type: ignore[no-untyped-call]
        read = self.response_callbacks
        return [
            read[command[0]](answer) if command[0] in read else answer
            for command, answer in zip(commands, answers, strict=True)
        ]


def give_up_idle(pool: Any) -> None:
    """Close the connections that no thread uses: if one got no answer the rest are likely dead too."""
    pool.disconnect(inuse_connections=False)


def on_full_server(commands: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return one command that runs these, however full the server is; its answer lists theirs."""
    return ("EVAL", RUN, 0, *(part for command in commands for part in (len(command), *command)))
