"""The clock: new files in regular intervals, as a scheduled job of Responsys brings them."""

import asyncio
from datetime import timedelta

from emulators.sftp.files.job import ExportJob


async def write_by_clock(job: ExportJob, seconds: float) -> None:
    """Write files every ``seconds``, until it is cancelled; 0: never."""
    while seconds:
        await asyncio.sleep(seconds)
        await asyncio.to_thread(job.run, None, timedelta(seconds=seconds))
