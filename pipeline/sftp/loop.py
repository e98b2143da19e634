"""A loop for asyncssh in a thread of its own, so that connections are kept alive between two calls."""

import asyncio
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Result = TypeVar("Result")


class BackgroundLoop:
    """Runs coroutines for a thread that waits for them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def run(self, work: Awaitable[Result], seconds: float) -> Result:
        """Return the result of ``work``; raises TimeoutError after ``seconds``."""
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, seconds), self._loop).result()


@contextmanager
def background_loop() -> Iterator[BackgroundLoop]:
    """Run a loop for as long as the context lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sftp", daemon=True)
    thread.start()
    try:
        yield BackgroundLoop(loop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(end_tasks())
        loop.close()


async def end_tasks() -> None:
    """Cancel the tasks that are left, and wait for their ends."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
