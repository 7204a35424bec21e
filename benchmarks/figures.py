"""Figures, their targets, and how they are shown and kept."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured.

    Attributes:
        unit: what the value counts; "x" for a ratio within this run.
        at_most: the target, if small is good.
        at_least: the target, if large is good.
    """

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def target(self) -> str:
        """The target in words; empty if there is none."""
        if self.at_most is not None:
            return f"at most {self.at_most:g}"
        return "" if self.at_least is None else f"at least {self.at_least:g}"

    @property
    def met(self) -> bool:
        """Whether the target is met; so it is if there is none."""
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)


def percentile(values: Sequence[float], share: float) -> float:
    """The value under which a share of the values lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(console: Console, figures: Sequence[Figure]) -> None:
    """Print the figures as a table."""
    table = Table("what", "measured", "target", "", title="Benchmarks")
    for one in figures:
        mark = "" if not one.target else "met" if one.met else "[red]missed[/]"
        table.add_row(one.name, f"{one.value:,.3g} {one.unit}", one.target, mark)
    console.print(table)
    console.print(f"Load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


def keep(file: Path, figures: Sequence[Figure]) -> None:
    """Write the figures as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(one) | {"met": one.met} for one in figures]
    kept = {"load": os.getloadavg()[0], "cores": os.cpu_count(), "figures": rows}
    file.write_text(json.dumps(kept, indent=1) + "\n")
