"""Charts as SVG: geometry alone, computed on the server; templates draw it, the style sheet colours it.

Time runs in the reader's direction: in Persian from right to left. The SVG itself stays left to right, since browsers misplace
text in SVG inside right-to-left pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from dabir.store.series import Bucket, Series
from dabir.store.tracks import Moment

WIDTH, HEIGHT, EDGE = 720, 220, 28
_LABELS = 6
_MOST = 120  # bars that can still be told apart


class Bar(Struct, frozen=True):
    """A month's bar: `up` cooperation and `down` conflict, in pixels from the middle line; `x` and `width` in pixels."""

    bucket: Bucket
    x: float
    width: float
    up: float
    down: float
    labelled: bool

    @property
    def middle(self) -> float:
        """Where the bar's label stands."""
        return round(self.x + self.width / 2, 1)


class Bars(Struct, frozen=True):
    """A dyad over time; `zero` is the middle line's height, `most` the count that fills a half, `left_out` the earlier months
    that the chart has no room for (the table has them)."""

    bars: tuple[Bar, ...]
    zero: float
    most: int
    left_out: int
    width: int = WIDTH
    height: int = HEIGHT


def bars(series: Series, rtl: bool) -> Bars:
    """The chart of a series: cooperation (PLOVER quads 1, 2) upwards, conflict (3, 4) downwards."""
    shown: Sequence[Bucket] = series.buckets[-_MOST:]
    most = max((max(b.quads[0] + b.quads[1], b.quads[2] + b.quads[3]) for b in shown), default=0)
    zero, half = (HEIGHT - EDGE) / 2, (HEIGHT - EDGE) / 2 - 8
    step = (WIDTH - 2 * EDGE) / max(len(shown), 12)
    every = max(1, -(-len(shown) // _LABELS))
    found = []
    for n, b in enumerate(shown):
        x = EDGE + n * step
        x = WIDTH - x - step if rtl else x
        up, down = (half * (b.quads[i] + b.quads[i + 1]) / most if most else 0.0 for i in (0, 2))
        found.append(Bar(b, round(x + step * 0.1, 1), round(step * 0.8, 1), round(up, 1), round(down, 1), n % every == 0))
    return Bars(tuple(found), zero, most, len(series.buckets) - len(shown))


class Dot(Struct, frozen=True):
    """A moment of a timeline, in pixels; moments close to each other stand above one another."""

    moment: Moment
    x: float
    y: float


class Line(Struct, frozen=True):
    """A timeline with its first and last day."""

    dots: tuple[Dot, ...]
    begin: str
    end: str
    width: int = WIDTH
    height: int = 120


def line(moments: Sequence[Moment], rtl: bool) -> Line:
    """The timeline of moments that each have a day; none gives no dots."""
    if not moments:
        return Line((), "", "")
    days = [date.fromisoformat(m.day[:10]) for m in moments]
    first, last = min(days), max(days)
    length = max((last - first).days, 1)
    levels: dict[int, int] = {}
    found = []
    for m, day in sorted(zip(moments, days, strict=True), key=lambda x: x[1]):
        x = EDGE + (WIDTH - 2 * EDGE) * (day - first).days / length
        x = WIDTH - x if rtl else x
        level = levels[int(x / 14)] = levels.get(int(x / 14), -1) + 1
        found.append(Dot(m, round(x, 1), 84 - 14 * min(level, 5)))
    return Line(tuple(found), first.isoformat(), last.isoformat())
