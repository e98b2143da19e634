"""Charts as SVG, drawn here: stacked bars of rows, a line for batches, and the same numbers as a table.

Colours are classes of the stylesheet. The drawing is stretched to the width of the page, so its words are
HTML around it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import render_template
from markupsafe import Markup

from pipeline.text.plural import counted
from pipeline.web.console.texts import moment

STACKED = ("sent", "removed", "unchanged", "rejected")  # from the bottom
RARE = "unchanged"  # shown where there are any
LINE = "batches"
WIDTH, HEIGHT = 600.0, 120.0  # of the drawing
GAP = 0.2  # of a bar's place
STEPS = (1, 2, 5)  # of the numbers beside the axis
BAR = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
FORMATS = {"minute": "%H:%M", "hour": "%d %b, %H:%M", "day": "%d %b"}

Point = Mapping[str, Any]


@dataclass(frozen=True)
class Chart:
    """One drawing with its words."""

    name: str
    step: str  # minute, hour, day
    points: Sequence[Point]

    @cached_property
    def stacked(self) -> tuple[str, ...]:
        """The names of the rows that are shown, from the bottom."""
        rare = any(point.get(RARE) for point in self.points)
        return tuple(name for name in STACKED if rare or name != RARE)

    @cached_property
    def sentence(self) -> str:
        """The totals: "1,940 sent, 0 removed, 48 rejected in 11 batches"."""
        sums = {name: sum(point[name] for point in self.points) for name in (*self.stacked, LINE)}
        rows = ", ".join(f"{sums[name]:,} {name}" for name in self.stacked)
        return f"{rows} in {counted(sums[LINE], 'batch', 'batches')}"

    @cached_property
    def top(self) -> int:
        """The number at the upper end of the bars."""
        return rounded_up(max(map(self.height, self.points), default=0))

    @cached_property
    def top_of_line(self) -> int:
        """The number at the upper end of the line."""
        return rounded_up(max((point[LINE] for point in self.points), default=0))

    def height(self, point: Point) -> int:
        """Return the rows of a point."""
        return sum(point[name] for name in self.stacked)

    def label(self, point: Point) -> str:
        """The time of a point, in UTC."""
        at = moment(point["at"])
        return "" if at is None else at.strftime(FORMATS[self.step])

    def svg(self) -> Markup:
        """Return the drawing."""
        inner = Markup("").join([*self.grid(), *map(self.bar, range(len(self.points))), self.line()])
        return Markup(
            '<svg class="chart" viewBox="0 0 {:.0f} {:.0f}" preserveAspectRatio="none" role="img"'
            ' aria-label="{}: {}">{}</svg>'
        ).format(WIDTH, HEIGHT, self.name, self.sentence, inner)

    def grid(self) -> list[Markup]:
        """Return the lines behind the bars."""
        heights = (0.5, HEIGHT / 2, HEIGHT - 0.5)
        return [Markup('<path class="grid" d="M0 {:g}H{:g}"/>').format(y, WIDTH) for y in heights]

    def bar(self, at: int) -> Markup:
        """Return the stack of one point."""
        point, place = self.points[at], WIDTH / len(self.points)
        parts, y = [], HEIGHT
        for name in self.stacked:
            tall = HEIGHT * point[name] / self.top
            y -= tall
            if tall:
                left, wide = place * (at + GAP / 2), place * (1 - GAP)
                parts.append(BAR.format(name, left, y, wide, tall))
        return Markup("").join(parts)

    def line(self) -> Markup:
        """Return the line of batches."""
        place = WIDTH / max(1, len(self.points))
        spots = (
            f"{place * (at + 0.5):.1f} {HEIGHT * (1 - point[LINE] / self.top_of_line):.1f}"
            for at, point in enumerate(self.points)
        )
        path = Markup('<path class="batches" d="M{}"/>')
        return path.format("L".join(spots)) if self.points else Markup("")


def rounded_up(value: int) -> int:
    """Return the next number that reads well: 1, 2, 5, 10, 20, 50, ..."""
    power = 1
    while True:
        for step in STEPS:
            if value <= step * power:
                return step * power
        power *= 10


def chart(name: str, step: str, points: Sequence[Point]) -> Markup:
    """Return a figure of ``points``: each has ``at``, ``batches`` and the rows of STACKED."""
    figure = render_template("console/chart.html", chart=Chart(name, step, points))
    return Markup(figure)  # noqa: S704  a template of ours
