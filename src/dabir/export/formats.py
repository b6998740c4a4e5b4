"""The formats, each once."""

from __future__ import annotations

from dabir.errors import InputError
from dabir.export import annotation, calendar, geojson, graph, jsonld, money, polecat, rows, spans, timeline
from dabir.export.kinds import Format

FORMATS: tuple[Format, ...] = (
    Format("jsonl", ".jsonl", "events, with every value and report", rows.jsonl),
    Format("statements", ".jsonl", "statements, as JSON Lines", rows.statements),
    Format("csv", ".csv", "events, for spreadsheets", rows.csv_),
    Format("parquet", ".parquet", "events, for data frames", rows.parquet, "frames"),
    Format("polecat", ".tsv", "PLOVER events in POLECAT's 40 columns", polecat.chunks),
    Format("jsonld", ".jsonld", "events and statements in schema.org's words", jsonld.chunks),
    Format("ftm", ".ftm.json", "events and who takes part, as FollowTheMoney entities", money.chunks),
    Format("geojson", ".geojson", "events at their places", geojson.chunks),
    Format("ical", ".ics", "meetings, talks and visits by day", calendar.chunks, "calendar"),
    Format("timelinejs", ".json", "dated events as slides of TimelineJS", timeline.chunks),
    Format("gexf", ".gexf", "the network of states, for Gephi", graph.gexf, "network"),
    Format("graphml", ".graphml", "the network of states, for graph libraries", graph.graphml, "network"),
    Format("gold", ".jsonl", "articles as annotation, with analysts' values in place", annotation.chunks),
    Format("conll", ".conll", "articles' words with BIO columns", spans.conll),
    Format("webannotation", ".jsonld", "articles' spans as W3C Web Annotations", spans.web_annotations),
)


def named(name: str) -> Format:
    """The format of a name. Raises InputError with the names that there are."""
    for one in FORMATS:
        if one.name == name:
            return one
    raise InputError(f"«{name}» is no format; there are {', '.join(f.name for f in FORMATS)}")
