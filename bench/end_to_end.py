"""Rows per second from ``Producer.activate_many`` to the emulator's acceptance, and the baselines' in turns.

All contenders run once per round, so that what else the machine does meets all of them; the ratio is the
median of the rounds' own ratios.
"""

from collections.abc import Callable, Mapping
from statistics import median

from bench.baselines_env import Unavailable
from bench.contenders import BASELINE, BASELINES, OURS, Contender
from bench.finding import Finding
from bench.race import Run
from bench.size import Size

Runs = dict[str, list[Run]]


def measure(
    size: Size, say: Callable[[str], None], *, ours: bool = True, baselines: bool = True
) -> tuple[list[Finding], Runs]:
    """Let the contenders run in turns; return rates and ratios, and all runs."""
    contenders = {**(OURS if ours else {}), **(BASELINES if baselines else {})}
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
    findings = [rate(name, contenders[name], several) for name, several in done.items()]
    findings += [Finding(name, 0, "rows/s", why) for name, why in missing.items()]
    return findings + ratios(done), done


def rate(name: str, contender: Contender, runs: list[Run]) -> Finding:
    """Return the median rate, with its range."""
    rates = [run.rate for run in runs]
    spread = f"{min(rates):,.0f} to {max(rates):,.0f}; " if len(rates) > 1 else ""
    return Finding(name, median(rates), "rows/s", f"{spread}{contender.what}")


def ratios(runs: Mapping[str, list[Run]]) -> list[Finding]:
    """Compare everybody with the baseline, round by round: in rate, and in CPU time."""
    found = []
    for name in runs.keys() - {BASELINE} if BASELINE in runs else ():
        pairs = list(zip(runs[name], runs[BASELINE], strict=True))
        faster = [run.rate / base.rate for run, base in pairs]
        cheaper = [sum(base.cpu.values()) / sum(run.cpu.values()) for run, base in pairs]
        note = f"{min(faster):.1f} to {max(faster):.1f}; {median(cheaper):.1f} times less CPU time per row"
        found.append(Finding(f"{name} : {BASELINE}", median(faster), "times", note))
    return sorted(found, key=lambda finding: -finding.value)


def costs(runs: Runs) -> dict[str, dict[str, float]]:
    """Return the median CPU milliseconds per 1,000 rows, by contender and process."""
    return {
        name: {process: median(run.cpu[process] for run in several) for process in several[0].cpu}
        for name, several in runs.items()
    }
