"""Asynchronous calls of Responsys: requests that are taken on and answered later."""

POLL_REQUESTS = "pollRequests"  # the function by which limits count polls
