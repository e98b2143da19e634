"""The pace of a worker's timer, which also tells other processes whether a worker lives."""

MAX_BEAT_SECONDS = 1.0  # between two beats
MAX_DOORBELLS = 64  # that wait in the queue for one kind of work; more would only say the same
BEAT = "worker:beat"  # a key that is there while a worker lives
BEAT_TTL = 4.0  # seconds
