"""Events by an EventGate that fails, beside Kafka. Run by `make e2e`."""

import json

import bench_stream
import expect
import faults
import recap
import rig
from test_stream import TOPIC, finished, values

OUT = expect.stream("revid")


def config(kafka, redis, **more):
    return {
        "kafka": {"brokers": kafka.brokers},
        "consume": {"group": "delivery", "start": "earliest", "window": 256, "commit_interval": "200ms", "member": "one"},
        "routes": [{"model": "revid"}], "models": [{"bundle": "embedded:revid"}],
        "dedupe": {"redis": {"addresses": [f"127.0.0.1:{redis.port}"], "timeout": rig.PATIENCE}},
        "log": {"format": "console"},
    } | more


def test_eventgate_and_kafka(tmp_path, kafka, redis, streamer):
    """Every event to Kafka and to a gate that answers 500 and 207 and breaks connections:
    the gate has each once, or again after a request that it did not answer; all valid,
    canaries and dead letters too."""
    gate = rig.Gate(tmp_path, f"seed={faults.SEED} fail=0.1 error=0.03 gone=0.1")
    try:
        kafka.create(TOPIC)
        events = [json.loads(bench_stream.event(n, 300)) for n in range(2_000_000, 2_003_000)]
        kafka.produce(TOPIC, values(events))
        sinks = {"eventgate": {"url": gate.url, "retry_min": "50ms", "timeout": "5s"}, "default": ["kafka", "eventgate"]}
        service = streamer(config(kafka, redis, sinks=sinks))
        finished(kafka, len(events), "delivery")
        _, repeats = expect.check_scores(kafka.read(OUT), "revid", events)
        assert repeats == 0, "a gate's fault doubled a message in Kafka"
        canary = events[0] | {"meta": events[0]["meta"] | {"domain": "canary", "id": "c-1"}}
        kafka.produce(TOPIC, values([canary]) + [b"{"])
        finished(kafka, len(events) + 2, "delivery")
        service.stop()
        judges = {OUT: expect.SCORE, "revscore.error": expect.ERROR}
        want = {stream: {e["meta"]["id"]: e for e in expect.decode(kafka.read(stream), judge)} for stream, judge in judges.items()}
        assert len(want[OUT]) == len(events) + 1 and len(want["revscore.error"]) == 1
        again, _ = expect.check_gate(gate.accepted(), want)
        stats = gate.stats()
        recap.add("EventGate 500, 207, broken", len(events), repeats, faults=1)
        print(f"\nEventGate: {len(events) + 2:,} events in {stats['requests']} requests, {stats['errors']} refused for a while, "
              f"{stats['unanswered']} taken without an answer, {again} taken again, 0 invalid, 0 lost")
        assert stats["invalid"] == 0
        assert stats["errors"] > 0 and stats["unanswered"] > 0, "the gate had no faults"
    finally:
        gate.close()
