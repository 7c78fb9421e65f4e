"""What the runs under faults have shown, for the table at the end of all tests."""

import collections
import dataclasses
import statistics

ROWS = []


@dataclasses.dataclass
class Row:
    run: str
    events: int
    kills: int = 0
    faults: int = 0  # besides the kills
    possible: int = 0  # doubles, had every kill met all that was in flight
    doubles: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # by cause
    lost: int = 0
    again: list = dataclasses.field(default_factory=list)  # seconds from a fault to the first new output
    caught: list = dataclasses.field(default_factory=list)  # seconds from its end until nothing was behind


def add(run, events, doubles=0, *, kills=0, faults=0):
    """A row of a test that looks at one thing: what is doubled has one cause."""
    cause = "kill" if kills else "fault"
    ROWS.append(Row(run, events, kills, faults, doubles=collections.Counter({cause: doubles} if doubles else {})))


HEAD = ("run", "events", "kills", "other faults", "lost", "doubled", "by cause", "first output s", "caught up s")


def seconds(times):
    """Median and maximum."""
    return f"{statistics.median(times):.1f} / {max(times):.1f}" if times else ""


def cells(row):
    causes = ", ".join(f"{cause} {n}" for cause, n in sorted(row.doubles.items())) or "none"
    doubled = f"{row.doubles.total():,}" + (f" of {row.possible:,} possible" if row.possible else "")
    return (row.run, f"{row.events:,}", str(row.kills), str(row.faults), str(row.lost), doubled, causes,
            seconds(row.again), seconds(row.caught))


def table(rows=None, head=HEAD):
    """Lines of a table whose columns are as wide as they must be."""
    lines = [head, *(rows if rows is not None else map(cells, ROWS))]
    widths = [max(map(len, column)) for column in zip(*lines)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
