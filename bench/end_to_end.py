"""Rows per second from ``Producer.activate_many`` to the emulator's acceptance; baselines and floor in turns.

All contenders run once per round, so that what else the machine does meets all of them, and the floor right
behind ours, for it takes no longer than they do; a ratio is the median of the rounds' own ratios.
"""

from collections.abc import Callable, Mapping
from statistics import median

from bench.baselines_env import Unavailable
from bench.contenders import BASELINE, BASELINES, FLOOR, FLOORS, OURS, Contender
from bench.finding import Finding
from bench.floor import Floor
from bench.race import Run
from bench.size import Size

Runs = dict[str, list[Run]]
MATES = {
    BASELINE: "≥ 30",
    FLOOR: "≥ 0.30",
}  # who the others are compared with, and what the best of ours aims at
BEST = "3 workers"


def measure(
    size: Size,
    say: Callable[[str], None],
    *,
    ours: bool = True,
    baselines: bool = True,
    floor: bool = True,
) -> tuple[list[Finding], Runs]:
    """Let the contenders run in turns; return rates and ratios, and all runs."""
    contenders = {**(OURS if ours else {}), **(FLOORS if floor else {}), **(BASELINES if baselines else {})}
    runs: Runs = {name: [] for name in contenders}
    missing: dict[str, str] = {}
    for number in range(size.rounds):
        for name in [name for name in contenders if name not in missing]:
            say(f"round {number + 1} of {size.rounds}: {name}")
            try:
                runs[name].append(contenders[name].run(size))
            except Unavailable as error:
                missing[name] = str(error)
    done = {name: several for name, several in runs.items() if several}
    findings = [one for name, several in done.items() for one in rates(name, contenders[name], several)]
    findings += [Finding(name, 0, "rows/s", why) for name, why in missing.items()]
    return findings + [one for mate in MATES for one in ratios(done, mate)], done


def rates(name: str, contender: Contender, runs: list[Run]) -> list[Finding]:
    """Return the median rate, with its range; of the floor also those of its parts."""
    found = [rate(name, runs, contender.what)]
    floors = [run for run in runs if isinstance(run, Floor)]
    parts = floors[0].parts if floors else ()
    return found + [
        rate(f"{name}: {part}", [one.parts[part] for one in floors], "a part of it") for part in parts
    ]


def rate(name: str, runs: list[Run], what: str) -> Finding:
    """Return the median rate of some runs."""
    several = [run.rate for run in runs]
    spread = f"{min(several):,.0f} to {max(several):,.0f}; " if len(several) > 1 else ""
    return Finding(name, median(several), "rows/s", f"{spread}{what}")


def ratios(runs: Mapping[str, list[Run]], mate: str = BASELINE) -> list[Finding]:
    """Compare everybody with one of them, round by round: in rate, and in CPU time."""
    found = []
    names = [name for name in runs if name in OURS or (mate == BASELINE and name not in MATES)]
    for name in names if mate in runs else ():
        pairs = list(zip(runs[name], runs[mate], strict=True))
        faster = [run.rate / base.rate for run, base in pairs]
        cheaper = [sum(base.cpu.values()) / sum(run.cpu.values()) for run, base in pairs]
        aim = MATES[mate] if name == BEST else ""
        found.append(times(f"{name} : {mate}", faster, aim))
        if name in OURS:
            found.append(times(f"{name} : {mate}, by CPU time", cheaper))
    return found


def times(what: str, several: list[float], aim: str = "") -> Finding:
    """Return the median ratio, with its range."""
    spread = f"{min(several):.3g} to {max(several):.3g}" if len(several) > 1 else ""
    return Finding(what, median(several), "times", spread, aim)


def costs(runs: Runs) -> dict[str, dict[str, float]]:
    """Return the median CPU milliseconds per 1,000 rows, by contender and process."""
    return {
        name: {process: median(run.cpu[process] for run in several) for process in several[0].cpu}
        for name, several in runs.items()
    }
