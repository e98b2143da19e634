"""How much is measured: numbers of rows, and how often."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """One choice of numbers; rates are compared, so that the slow ones may do less."""

    rounds: int  # of all contenders, in turns
    rows: int  # for the pipeline
    warm: int  # before its clock starts
    batched: int  # for celery-batches
    plain: int  # for plain Celery
    waiting: int  # rows that wait while memory is measured
    destinations: int  # with a batch each, per round of the delay
    lanes: tuple[int, ...] = (1, 100, 10_000)  # that hold rows, of one destination
    owners: tuple[int, ...] = (1, 100)  # destinations whose lanes hold rows
    events: int = 10_000_000  # in event files
    records: int = 1_000_000  # of Salesforce
    writes: int = 100_000  # rows for Salesforce
    singles: int = 5_000  # of them by a call for each
    leads: int = 300  # saved in an org, each nudges
    letters: int = 1_000_000  # open dead letters while an operator looks
    days: int = 365  # of statistics
    traced: int = 10_000_000  # rows with an outcome
    window: float = 15  # seconds that a minute lasts where limits are measured
    limit: int = 100  # calls in that time: 400 per minute
    minutes: int = 2  # measured at their true length
    steady: float = 20  # seconds of a trickle


FULL = Size(
    rounds=3, rows=120_000, warm=4_000, batched=8_000, plain=3_000, waiting=1_000_000, destinations=40
)
QUICK = Size(
    rounds=1,
    rows=20_000,
    warm=2_000,
    batched=3_000,
    plain=1_000,
    waiting=50_000,
    destinations=20,
    lanes=(1, 1_000),
    owners=(1, 20),
    letters=50_000,
    events=200_000,
    records=20_000,
    writes=4_000,
    singles=300,
    leads=30,
    days=20,
    traced=200_000,
    window=6,
    limit=40,
    minutes=0,
    steady=12,
)
