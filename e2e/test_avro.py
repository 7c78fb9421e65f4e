"""Avro of the same events, read by fastavro through a real registry. Run by `make e2e`."""

import collections
import io
import json
import struct

import fastavro
import pytest

import expect
import rig
from test_stream import TOPIC, config, finished, values


@pytest.fixture(scope="module")
def registry(folder):
    r = rig.Registry(folder)
    yield r
    r.close()


def test_avro_by_a_registry(tmp_path, kafka, redis, wiki, registry):
    """One service writes JSON, another one Avro of the same events in transactions:
    fastavro, with the schema that the registry has for the id in each message, reads
    what stands in JSON."""
    kafka.create(TOPIC)
    events = wiki.events[:400]
    kafka.produce(TOPIC, values(events))
    models = ("reverted", "revid")
    plain = config(kafka, redis, wiki.api)
    avro = plain | {
        "consume": plain["consume"] | {"group": "avro"}, "delivery": "exactly_once",
        "dedupe": {},  # what the other service has sent is not its business
        "routes": [{"model": m, "topic": f"avro.{m}"} for m in models],
        "produce": {"error_stream": "avro.error"},
        "sinks": {"avro": {"registry": {"urls": [registry.url]}}, "default": ["kafka_avro"]},
    }
    refused = rig.Streamer(tmp_path, avro, "refused")
    one, two = rig.Streamer(tmp_path, plain, "json"), None
    try:
        assert refused.process.wait() == 1 and registry.get("/subjects") == []
        assert "register" in refused.process.text(), refused.process.text()[-2000:]
        avro["sinks"]["avro"]["registry"]["register"] = True
        two = rig.Streamer(tmp_path, avro, "avro")
        for group in ("e2e", "avro"):
            finished(kafka, len(events), group)
        one.stop()
        two.stop()
    finally:
        for service in filter(None, (refused, one, two)):
            service.close()
    schemas, kinds = {}, collections.Counter()
    for m in models:
        expect.check_scores(kafka.read(expect.stream(m)), m, events)
        want = by_id((m.key(), json.loads(m.value())) for m in kafka.read(expect.stream(m)))
        got = by_id((m.key(), decode(registry, schemas, m.value())) for m in kafka.read(f"avro.{m}"))
        assert got == want
        kinds.update("errors" if "errors" in e else "scores" for _, e in got.values())
    assert {f"avro.{m}-value" for m in models} <= set(registry.get("/subjects"))
    assert kinds.keys() == {"errors", "scores"}
    print(f"\nAvro: {dict(kinds)} equal to JSON, {len(registry.get('/subjects'))} subjects")


def by_id(pairs):
    """Keys and events by meta.id, each of which comes once, without the time at which an
    event was made."""
    out = {}
    for key, e in pairs:
        e["meta"].pop("dt")
        assert out.setdefault(e["meta"]["id"], (key, e))[1] is e, f"{e['meta']['id']} comes twice"
    return out


def decode(registry, schemas, message):
    """An event from Confluent's wire format, as it is in JSON."""
    zero, id_ = struct.unpack(">bI", message[:5])
    assert zero == 0
    if id_ not in schemas:
        schemas[id_] = fastavro.parse_schema(json.loads(registry.get(f"/schemas/ids/{id_}")["schema"]))
    rest = io.BytesIO(message[5:])
    record = fastavro.schemaless_reader(rest, schemas[id_])
    assert not rest.read(), "bytes after the record"
    return as_json(record)


def as_json(value):
    """Absent fields are null in Avro, and its names have no $."""
    if isinstance(value, dict):
        return {"$schema" if k == "_schema" else k: as_json(v) for k, v in value.items() if v is not None}
    return [as_json(v) for v in value] if isinstance(value, list) else value
