"""The API holds what its OpenAPI description says: schemathesis asks what it allows, and what it does not, and checks every answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from dabir import Reader, open_store, samples
from dabir.model import Record
from dabir.parallel import read_raw

pytest.importorskip("fastapi", reason="the desk extra is not installed")
schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from dabir.desk.app import create  # noqa: E402
from dabir.desk.guard import Desk  # noqa: E402
from dabir.desk.tokens import Token  # noqa: E402

NOW = "2025-03-01T08:00:00+00:00"
SECRET = "known-to-this-test-alone"
TOKEN = Token("test", "analyst", hashlib.sha256(SECRET.encode()).hexdigest(), NOW)
# What is allowed may still be no state or date, so that a 400 is no fault: that valid input is accepted is not checked here.
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, negative_data_rejection]
CALM = settings(max_examples=10, derandomize=True, database=None, deadline=None, phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck))  # fmt: skip


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    reader = Reader()
    with open_store(tmp_path_factory.mktemp("api") / "news.db") as store:
        for raw in samples.articles():
            record = read_raw(reader, raw)
            assert isinstance(record, Record)
            store.add(record)
        store.merge()
        app = create(Desk(store, lambda: NOW, (TOKEN,), rate=10**9), ["*"])
        yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("mode", [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE], ids=str)
def test_every_operation_answers_as_it_is_described(described: object, mode: object) -> None:
    for operation in described.get_all_operations():  # type: ignore[attr-defined]
        if mode is schemathesis.GenerationMode.NEGATIVE and not (len(operation.ok().query) or len(operation.ok().body)):
            continue  # any path is a text: there is nothing to be wrong

        @CALM
        @given(case=operation.ok().as_strategy(generation_mode=mode))
        def asked(case: object) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {SECRET}"}, checks=CHECKS)  # type: ignore[attr-defined]

        asked()


def test_every_operation_is_asked(described: object) -> None:
    operations = {(o.ok().method.upper(), o.ok().path) for o in described.get_all_operations()}  # type: ignore[attr-defined]
    assert {("POST", "/api/v1/read"), ("POST", "/api/v1/articles"), ("GET", "/api/v1/events"), ("GET", "/api/v1/tracks")} < operations
    assert len(operations) >= 14
