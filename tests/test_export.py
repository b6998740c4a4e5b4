"""Exports read back by each format's own library; what is in a file is what is in the store. On both databases."""

from __future__ import annotations

import csv
import errno
import io
import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import typer
from jsonschema import Draft202012Validator

import dabir
from dabir.commands.common import lines
from dabir.errors import InputError
from dabir.export import polecat
from dabir.export.formats import FORMATS, named
from dabir.export.kinds import Format, state_codes
from dabir.resources import table
from dabir.store.details import Detail, PartyDetail
from dabir.store.filters import EVERYTHING, Filter, asked
from dabir.store.ids import version_id
from dabir.store.merged import MergedEvent
from dabir.store.query import EventRow
from dabir.store.store import Store

ROOT = Path(__file__).resolve().parent.parent
NEEDS = {"frames": "pyarrow", "calendar": "icalendar", "network": "networkx"}


@pytest.fixture
def store(filled: Store) -> Store:
    return filled


def written(store: Store, name: str, f: Filter = EVERYTHING) -> bytes:
    form = named(name)
    if form.extra:
        pytest.importorskip(NEEDS[form.extra], reason=f"the {form.extra} extra is not installed")
    return b"".join(c.encode() if isinstance(c, str) else c for c in form.chunks(store, f))


def rows(store: Store) -> list[EventRow]:
    return list(store.each_event())


@pytest.mark.parametrize("form", FORMATS, ids=lambda f: f.name)
def test_the_same_store_gives_the_same_file_and_a_filter_narrows_it(store: Store, form: Format) -> None:
    whole = written(store, form.name)
    assert whole == written(store, form.name)
    some = written(store, form.name, asked(dyad=["RUS", "USA"]))
    assert len(some) < len(whole)
    none = written(store, form.name, Filter(states=("ATA",)))
    assert len(none) < len(some) or form.name == "parquet"


def test_jsonl_has_every_event_with_all_its_reports(store: Store) -> None:
    found = [msgspec.json.decode(line, type=MergedEvent) for line in written(store, "jsonl").splitlines()]
    assert found == [store.merged(r.id) for r in rows(store)]
    statements = [json.loads(line)["id"] for line in written(store, "statements").splitlines()]
    assert statements == [s.id for s in store.each_statement()]


def test_csv_is_read_back_by_csv(store: Store) -> None:
    found = list(csv.DictReader(io.StringIO(written(store, "csv").decode(), newline="")))
    assert [(r["id"], r["act"], r["words"]) for r in found] == [(r.id, r.act, r.words) for r in rows(store)]
    assert all(not v.startswith(("=", "+", "@")) for r in found for v in r.values())


def test_parquet_is_read_back_by_arrow(store: Store) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="the frames extra is not installed")
    found = pq.read_table(io.BytesIO(written(store, "parquet"))).to_pylist()
    assert found == [msgspec.json.decode(msgspec.json.encode(r)) for r in rows(store)]
    assert pq.read_table(io.BytesIO(written(store, "parquet", Filter(states=("ATA",))))).num_rows == 0


def test_polecat_has_its_forty_columns_and_plover_events_alone(store: Store) -> None:
    text = written(store, "polecat").decode()
    lines = [line.split("\t") for line in text.splitlines()]
    assert {len(cells) for cells in lines} == {40}
    assert lines[0][:3] == ["Event ID", "Event Date", "Event Type"] and lines[0][-1] == "Version"
    found = list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
    coded = [r for r in rows(store) if r.plover and r.status != "denied"]
    assert [r["Event ID"] for r in found] == [r.id for r in coded]
    for cells, row in zip(found, coded, strict=True):
        assert (cells["Event Type"], cells["Event Mode"], cells["Event Date"]) == (row.plover, row.mode or "", row.since or "")
        assert (float(cells["Intensity"]), int(cells["Quad Code"])) == (row.intensity, row.quad)
    assert any(r["Actor Name"] == "Sergey Lavrov" or "Lavrov" in r["Actor Name"] for r in found)
    assert any(r["Latitude"] and r["City"] for r in found)


def detail(mode: str | None, *parties: tuple[str, str]) -> Detail:
    event = EventRow(
        id="e", act="visit", status="held", begin=None, end=None, since=None, until=None, plover="CONSULT", mode=mode, quad=1, intensity=4.0,
        place=None, country=None, main=True, first_report=None, last_report=None, reports=1, outlets=1, parties=(), words="سفر", version="v",
        outlet=None, title=None, url=None,
    )  # fmt: skip
    return Detail(event, tuple(PartyDetail(s, r) for s, r in parties), None, (), (), (), None)


@pytest.mark.parametrize(
    ("given", "actors", "recipients"),
    [
        (detail("visit", ("RUS", "actor"), ("IRN", "host")), ["RUS"], ["IRN"]),
        (detail("visit", ("RUS", "participant"), ("IRN", "host")), ["RUS"], ["IRN"]),
        (detail("third-party", ("RUS", "participant"), ("USA", "participant"), ("TUR", "host")), ["RUS", "USA"], []),
        (detail(None, ("IRN", "participant"), ("OMN", "participant")), ["IRN", "OMN"], []),
        (detail(None, ("USA", "actor"), ("RUS", "recipient")), ["USA"], ["RUS"]),
        (detail(None, ("OMN", "mediator"), ("IRN", "participant")), ["OMN", "IRN"], []),
        (detail(None), [], []),
    ],
)
def test_who_is_actor_and_who_recipient(given: Detail, actors: list[str], recipients: list[str]) -> None:
    found = polecat.sides(given)
    assert ([p.state for p in found[0]], [p.state for p in found[1]]) == (actors, recipients)


def test_polecat_cells_stay_in_their_column() -> None:
    given = detail("visit")
    odd = msgspec.structs.replace(given, event=msgspec.structs.replace(given.event, outlet="a\tb\nc"), contexts=("x;y", "z"))
    found = polecat.row(odd, polecat.Names())
    assert (found["Source"], found["Contexts"]) == ("a b c", "x,y;z")


def test_codes_of_states() -> None:
    assert set(state_codes()) == {r["code"] for r in table("kb/states.tsv")}
    known = {"IRN": ("IR", "630"), "USA": ("US", "2"), "RUS": ("RU", "365"), "DEU": ("DE", "255"), "SRB": ("RS", "345"), "PSE": ("PS", None)}
    for code, (iso2, cow) in known.items():
        assert (state_codes()[code].iso2, state_codes()[code].cow) == (iso2, cow)
    assert all(c.iso2 and len(c.iso2) == 2 for c in state_codes().values())


def test_json_ld_is_expanded_and_read_as_rdf(store: Store) -> None:
    jsonld = pytest.importorskip("pyld.jsonld", reason="pyld is not installed")
    document = json.loads(written(store, "jsonld"))
    graph = jsonld.flatten(document)
    kinds = [t.removeprefix("https://schema.org/") for node in graph for t in node.get("@type", ())]
    assert kinds.count("Event") == len(rows(store))
    statements = list(store.each_statement())
    assert (kinds.count("Quotation"), kinds.count("Claim")) == (sum(s.direct for s in statements), sum(not s.direct for s in statements))
    rdflib = pytest.importorskip("rdflib", reason="rdflib is not installed")
    triples = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    schema = rdflib.Namespace("https://schema.org/")
    dated = {str(s).rpartition(":")[2]: str(o) for s, o in triples.subject_objects(schema.startDate)}
    assert dated == {r.id: r.since for r in rows(store) if r.since}
    assert {str(o) for o in triples.objects(None, schema.text)} == {s.content for s in statements}


def test_follow_the_money_takes_every_entity(store: Store) -> None:
    ftm = pytest.importorskip("followthemoney", reason="followthemoney is not installed")
    entities = [json.loads(line) for line in written(store, "ftm").splitlines()]
    ids = [e["id"] for e in entities]
    assert len(ids) == len(set(ids))
    proxies = {e["id"]: ftm.model.get_proxy(e) for e in entities}
    for given in entities:
        clean = ftm.model.make_entity(given["schema"])
        clean.id = given["id"]
        for name, values in given["properties"].items():
            for value in values:
                clean.add(name, value)
            plain = sorted(str(v).replace("\u200c", "") for v in values)  # its cleaning takes half-spaces out
            assert sorted(v.replace("\u200c", "") for v in clean.get(name)) == plain, (given["id"], name)
        ftm.model.get(given["schema"]).validate(given)
        for other in given["properties"].get("involved", ()):
            assert other in proxies
    events = [e for e in entities if e["schema"] == "Event"]
    assert [e["id"].removeprefix("dabir-event-") for e in events] == [r.id for r in rows(store)]
    assert {"name": ["اوکراین", "Ukraine"], "country": ["ua"]} in [e["properties"] for e in entities]


def test_geojson_is_valid_and_where_the_places_are(store: Store) -> None:
    geojson = pytest.importorskip("geojson", reason="geojson is not installed")
    found = geojson.loads(written(store, "geojson").decode())
    assert found.is_valid and isinstance(found, geojson.FeatureCollection)
    assert [f.id for f in found.features] == [r.id for r in rows(store)]
    points = {f.properties["place"]: tuple(f.geometry.coordinates) for f in found.features if f.geometry}
    assert len(points) > 2
    longitude, latitude = points["استانبول"]
    assert 28 < longitude < 30 and 40 < latitude < 42, "longitude first"


def test_icalendar_reads_the_meetings(store: Store) -> None:
    icalendar = pytest.importorskip("icalendar", reason="the calendar extra is not installed")
    raw = written(store, "ical")
    calendar = icalendar.Calendar.from_ical(raw)
    assert not calendar.errors
    assert all(len(line) <= 75 for line in raw.split(b"\r\n")), "RFC 5545, 3.1"
    entries = {str(e["uid"]).partition("@")[0]: e for e in calendar.walk("VEVENT")}
    by_id = {r.id: r for r in rows(store)}
    assert entries and set(entries) <= set(by_id)
    for id_, entry in entries.items():
        row = by_id[id_]
        assert entry.decoded("dtstart") == date.fromisoformat(row.since or "") and not isinstance(entry.decoded("dtstart"), datetime)
        assert entry.decoded("dtend") == date.fromisoformat(row.until or "")
        assert entry.decoded("dtstamp").utcoffset() == timedelta(0)
        assert (str(entry["status"]) == "CANCELLED") == (row.status in ("cancelled", "postponed"))
    assert {r.id for r in by_id.values() if r.act == "meet" and r.status == "held" and r.since == r.begin} <= set(entries)


TIMELINE = {
    "type": "object", "required": ["events"], "additionalProperties": False,
    "properties": {"events": {"type": "array", "items": {
        "type": "object", "required": ["start_date", "text"], "additionalProperties": False,
        "properties": {
            "start_date": {"$ref": "#/$defs/date"}, "end_date": {"$ref": "#/$defs/date"}, "display_date": {"type": "string"},
            "group": {"type": "string"}, "unique_id": {"type": "string"},
            "text": {"type": "object", "required": ["headline"], "additionalProperties": False,
                     "properties": {"headline": {"type": "string"}, "text": {"type": "string"}}}}}}},
    "$defs": {"date": {"type": "object", "required": ["year"], "additionalProperties": False, "properties": {
        "year": {"type": "integer"}, "month": {"type": "integer", "minimum": 1, "maximum": 12},
        "day": {"type": "integer", "minimum": 1, "maximum": 31}}}},
}  # fmt: skip
"""What https://timeline.knightlab.com/docs/json-format.html says of the parts that we use."""


def test_timelinejs_has_the_documented_shape(store: Store) -> None:
    found = json.loads(written(store, "timelinejs"))
    Draft202012Validator(TIMELINE).validate(found)
    assert [e["unique_id"] for e in found["events"]] == [r.id for r in rows(store) if r.since]
    from dabir.export.timeline import slide

    given = msgspec.structs.replace(detail(None).event, since="2025-02-27", until="2025-02-28", words="<script>", url="javascript:x()", title="<b>")
    shown = json.dumps(slide(given))
    assert "<script>" not in shown and "<b>" not in shown and "javascript" not in shown
    assert slide(given)["display_date"] == "1403/12/09"


def test_networks_are_read_back_by_networkx(store: Store) -> None:
    nx = pytest.importorskip("networkx", reason="the network extra is not installed")
    ml = nx.read_graphml(io.BytesIO(written(store, "graphml")))
    ge = nx.read_gexf(io.BytesIO(written(store, "gexf")))
    assert set(ml.nodes) == set(ge.nodes) and {frozenset(e) for e in ml.edges} == {frozenset(e) for e in ge.edges}
    both = [r for r in rows(store) if {"RUS", "USA"} <= {p.state for p in r.parties if p.role != "host"}]
    scores = [r.intensity for r in both if r.intensity is not None]
    edge = ml.edges["RUS", "USA"]
    assert edge["weight"] == ge.edges["RUS", "USA"]["weight"] == len(both)
    assert edge["intensity"] == pytest.approx(sum(scores) / len(scores), abs=0.001)
    assert ml.nodes["RUS"]["label"] == "Russia"
    assert b"lastmodified" not in written(store, "gexf")


def test_conll_columns_are_the_articles_own_words(store: Store) -> None:
    conllu = pytest.importorskip("conllu", reason="conllu is not installed")
    sentences = conllu.parse(written(store, "conll").decode())  # CoNLL-U Plus: the first line names the columns
    texts = {v: store.record(v) for v in (s.metadata["newdoc id"] for s in sentences if "newdoc id" in s.metadata)}
    assert len(texts) == len(list(store.each_record()))
    version, spans = "", 0
    for sentence in sentences:
        version = sentence.metadata.get("newdoc id", version)
        text = texts[version].article.text
        assert [t["id"] for t in sentence] == list(range(1, len(sentence) + 1))
        for token in sentence:
            assert text[int(token["start"]) : int(token["end"])] == token["form"]
            tag = token["event"]
            if tag.startswith("B-"):
                spans += 1
                assert any(e.act == tag[2:] and e.trigger.start < int(token["end"]) and int(token["start"]) < e.trigger.end for e in texts[version].events)
    assert spans > 20


def test_web_annotations_select_the_words_that_they_quote(store: Store) -> None:
    page = json.loads(written(store, "webannotation"))
    assert (page["@context"], page["type"]) == ("http://www.w3.org/ns/anno.jsonld", "AnnotationPage")
    Draft202012Validator(ANNOTATION).validate(page)
    texts = {}
    for record in store.each_record():
        for key in (record.article.url, f"urn:dabir:article:{version_id(record.article)}"):
            texts[key] = record.article.text
    assert len(page["items"]) > 100
    assert len({i["id"] for i in page["items"]}) == len(page["items"])
    for item in page["items"]:
        text = texts[item["target"]["source"]]
        position, quote = item["target"]["selector"]
        words = quote.get("prefix", "") + quote["exact"] + quote.get("suffix", "")
        start = position["start"] - len(quote.get("prefix", ""))
        assert text[position["start"] : position["end"]] == quote["exact"] and text[start : start + len(words)] == words


ANNOTATION = {
    "type": "object", "required": ["@context", "id", "type", "items"],
    "properties": {"items": {"type": "array", "items": {
        "type": "object", "required": ["id", "type", "target"],
        "properties": {
            "type": {"const": "Annotation"}, "motivation": {"enum": ["tagging"]},
            "body": {"type": "object", "required": ["type", "value"], "properties": {"type": {"const": "TextualBody"}}},
            "target": {"type": "object", "required": ["source", "selector"], "properties": {"selector": {"prefixItems": [
                {"required": ["type", "start", "end"], "properties": {"type": {"const": "TextPositionSelector"}, "start": {"type": "integer", "minimum": 0}, "end": {"type": "integer"}}},
                {"required": ["type", "exact"], "properties": {"type": {"const": "TextQuoteSelector"}}}]}}}}}}},
}  # fmt: skip
"""The MUSTs of https://www.w3.org/TR/annotation-model/ for annotations of this kind."""


def test_a_format_that_is_none() -> None:
    with pytest.raises(InputError, match="jsonl, statements, csv"):
        named("xlsx")
    assert len({f.name for f in FORMATS}) == len(FORMATS)


def test_every_format_is_documented_and_in_the_help() -> None:
    from dabir.commands.export import _EXAMPLES

    page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    for form in FORMATS:
        assert f"| `{form.name}` |" in page and form.name in _EXAMPLES


def at_the_shell(*command: str, before: str = "") -> subprocess.CompletedProcess[bytes]:
    code = f"import resource, sys; {before or 'pass'}; from dabir.cli import main; sys.argv = ['dabir', *{list(command)!r}]; main()"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory, records: tuple[dabir.Record, ...]) -> str:
    path = str(tmp_path_factory.mktemp("export") / "news.db")
    with dabir.open_store(path) as store:
        for record in records:
            store.add(record)
        store.merge()
    return path


def test_a_file_is_whole_or_not_there(file: str, tmp_path: Path) -> None:
    target = tmp_path / "spans.jsonld"
    command = ["export", "webannotation", "--store", file, "--output", str(target)]
    done = at_the_shell(*command)
    whole = target.read_bytes()
    assert done.returncode == 0 and len(whole) > 60_000
    # A file may have no more than 40,000 bytes: less than the export has, more than SQLite's own shared memory.
    done = at_the_shell(*command, before="resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))")
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert b"cannot be written" in done.stderr
    assert target.read_bytes() == whole and not list(tmp_path.glob("*.part"))


def test_lines_that_cannot_be_written_leave_what_was_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "events.csv"
    with lines(target) as out:
        out.write("گفت‌وگو\n")
    with pytest.raises(typer.Exit) as ended, lines(target) as out:
        out.write("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert ended.value.exit_code == 1 and "No space left on device" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "گفت‌وگو\n" and [p.name for p in tmp_path.iterdir()] == ["events.csv"]


def test_memory_does_not_grow_with_the_store(file: str) -> None:
    """A file of many events is made of pieces, none of which is longer than a page of events."""
    with dabir.open_store(file) as store:
        for name in ("csv", "polecat", "geojson", "ftm", "timelinejs", "jsonld", "jsonl"):
            pieces = list(named(name).chunks(store, EVERYTHING))
            assert len(pieces) >= len([r for r in store.each_event() if r.since]) / 2
