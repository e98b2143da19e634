"""A client for a Redis server that is full, or that cannot write to its disk.

A full server (``maxmemory``, noeviction) refuses every command that may need memory, also those by which rows
leave and make room. But it lets a script go on that has begun to change something by a command that needs
none, as Redis 6.2, later ones and Valkey agree. So what was refused is repeated in a script that begins by
deleting nothing. Producers' appends are not: that is what keeps the server from growing (appender.py).

A server that cannot write its file refuses every change, and even PING. That is treated as one that is away.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import redis
from hiredis import pack_command
from redis.client import Pipeline
from redis.connection import DefaultParser

GO_ON = "redis.call('DEL', '')  -- needs no memory, so what follows may\n"
RUN = f"""{GO_ON}
local answers, at = {{}}, 1
while at <= #ARGV do
  local size = tonumber(ARGV[at])
  table.insert(answers, redis.call(unpack(ARGV, at + 1, at + size)))
  at = at + size + 1
end
return answers
"""
PLAIN = ("EVALSHA", "LRANGE", "LLEN", "HMGET")  # what is asked for most, and answered as it is read
SCRIPTS = ("EVAL", "EVALSHA")  # a full server refuses these from within; see scripts.py


class Unwritable(redis.ConnectionError):
    """The server answers, but takes no change: its disk is full, or it is a replica now."""


class Parser(DefaultParser):  # type: ignore[misc, valid-type]
    """Reads answers, and takes a server that refuses changes for one that cannot be reached."""

    EXCEPTION_CLASSES: ClassVar = {
        **DefaultParser.EXCEPTION_CLASSES,
        "MISCONF": Unwritable,
        "READONLY": Unwritable,
    }


class Transaction(Pipeline):
    """Repeats what a full server refused: of a transaction that is all or nothing."""

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Run what was collected."""
        commands = [args for args, _ in self.command_stack]
        try:
            return super().execute(raise_on_error)
        except redis.OutOfMemoryError:
            return Client(connection_pool=self.connection_pool).go_on(commands)


class Client(redis.Redis):
    """Repeats commands that a full server refused; scripts see to that themselves."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Run one command; with others ``behind`` it that only read, return the answers of all."""
        try:
            if args[0] in PLAIN:
                behind = options.get("behind")
                return self._exchange([args, *behind]) if behind else self._exchange([args])[0]
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except redis.TimeoutError:  # the others are likely dead, too, and each would cost as long
            self.connection_pool.disconnect(inuse_connections=False)
            raise
        except redis.OutOfMemoryError:
            if args[0] in SCRIPTS:
                raise
        return self.go_on([args])[0]

    def _exchange(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Run commands at one go, of which redis-py makes two and a half times as much work."""
        connection: Any = self.connection_pool.get_connection()
        try:
            connection.send_packed_command([b"".join(map(pack_command, commands))])
            answers = [answer_of(connection) for _ in commands]
        except BaseException:
            connection.disconnect()  # nobody shall take an answer that is still to come for their own
            raise
        finally:
            self.connection_pool.release(connection)
        for answer in answers:
            if isinstance(answer, redis.ResponseError):
                raise answer
        return answers

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        """Return a pipeline that, as a transaction, does the same."""
        if not transaction:
            return super().pipeline(transaction, shard_hint)
        return Transaction(self.connection_pool, self.response_callbacks, transaction, shard_hint)

    def go_on(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Run commands together, however full the server is; return what each of them would."""
        parts = [part for command in commands for part in (len(command), *command)]
        answers = super().execute_command("EVAL", RUN, 0, *parts)  # type: ignore[no-untyped-call]
        read = self.response_callbacks
        return [
            read[command[0]](answer) if command[0] in read else answer
            for command, answer in zip(commands, answers, strict=True)
        ]


def answer_of(connection: Any) -> Any:
    """Read one answer; a refusal is one, too."""
    try:
        return connection.read_response()
    except redis.ResponseError as refusal:
        return refusal
