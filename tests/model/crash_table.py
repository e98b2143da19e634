"""The crash table of docs/extending.md: how often each of its rows was reached."""

from collections import Counter

from tests.model.faults import Frame

ROWS = {
    "producer": "producer, before the append answered",
    "doorbell": "appended, doorbell lost",
    "entries": "entries claimed, worker dies",
    "batch": "batch claimed, doorbell lost or worker dies before `begin`",
    "late": "batch claimed, doorbell answered too late for its permit",
    "twice": "the same batch running twice",
    "not sent": "call not sent",
    "unknown": "call sent, answer lost or late",
    "store down": "answered, Redis or SQL down",
    "recorded": "recorded in SQL, not settled in Redis",
    "restart": "Redis restarted",
}


class Reached(Counter[str]):
    """Counts by row."""

    def died(self, frame: Frame, *, recorded: bool) -> None:
        """Note where a process died."""
        if frame.step == "produce":
            self["producer"] += 1
        elif frame.step == "accept" and "claim_intake" in frame.done:
            since = frame.done[len(frame.done) - frame.done[::-1].index("claim_intake") :]
            self["entries"] += "accept" not in since
        elif frame.step == "deliver":
            begun = "begin" in frame.done
            self["batch"] += not begun
            self["recorded"] += begun and recorded
            self["unknown"] += begun and not recorded and "settle" not in frame.done

    def survived(self, frame: Frame) -> None:
        """Note what a process got over."""
        if frame.step == "deliver" and frame.struck and "HTTP" in frame.struck:
            self["store down"] += 1

    def met(self, behaviour: str, silent: bool) -> None:
        """Note what a call met."""
        self["not sent"] += behaviour == "unreachable"
        self["unknown"] += silent

    def table(self) -> str:
        """Show the counts."""
        return "\n".join(f"{self[key]:>9,}  {text}" for key, text in ROWS.items())
