"""What the service promises about delivery, kept through faults and judged by
clients that are not ours: the same events exactly once, at least once, through a
gate, and as Avro. Run by `make e2e`; the figures are printed.
"""

import collections
import io
import json
import random
import statistics
import struct
import threading
import time

import fastavro
import pytest

import expect
import rig
from bench_stream import event
from test_stream import folder, kafka, redis, stop, streamer, wiki  # noqa: F401 (fixtures)
from test_stream import config as wiki_config, finished, values

TOPIC, OUT = "eqiad.mediawiki.revision-create", expect.stream("revid")
PAGES, PARTITIONS = 300, 3
SEED = 7
KILLS = 10
# Faults in their order; before each passes a moment drawn from SEED.
FAULTS = ["kill"] * 4 + ["flush", "kill", "join", "kill", "kill", "leave"] + ["kill"] * 3


def config(kafka, redis, **more):
    return {
        "kafka": {"brokers": [kafka.bootstrap]},
        "consume": {"group": "delivery", "start": "earliest", "window": 256, "commit_interval": "200ms", "member": "one",
                    "session_timeout": "6s", "drain_timeout": "3s"},
        "routes": [{"model": "revid"}], "models": [{"bundle": "embedded:revid"}],
        "dedupe": {"redis": {"addresses": [f"127.0.0.1:{redis.port}"]}},
        "log": {"format": "console"},
    } | more


def ids(messages):
    return [json.loads(m.value())["meta"]["id"] for m in messages]


class Feed:
    """Produces new revisions at a steady rate in a thread until it is stopped, each page's
    in their order to one partition."""

    def __init__(self, kafka, rate=1000):
        self.kafka, self.rate = kafka, rate
        self.sent = []  # the thread's own until it has appended
        self.pause = threading.Lock()  # held: nothing is produced
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.over.wait(0.1):
            with self.pause:
                self.produce(self.rate // 10)

    def produce(self, count):
        first = 1_000_000 + len(self.sent)
        new = [event(n, PAGES) for n in range(first, first + count)]
        parsed = [json.loads(value) for value in new]
        self.kafka.produce(TOPIC, new, [str(e["page_id"]) for e in parsed])
        self.sent += parsed

    def stop(self):
        self.over.set()
        self.thread.join()


class Run:
    """The service under the faults of FAULTS, with what comes out and when each fault was."""

    def __init__(self, folder, kafka, redis, cfg):
        self.kafka, self.redis, self.rng = kafka, redis, random.Random(SEED)
        self.faults = []  # (time, name, events fed by then); of a kill the time of the new start
        self.exposed = 0  # scores that were out at a kill while their events were not committed
        self.folder, self.two = folder, None
        self.second = cfg | {"consume": cfg["consume"] | {"member": ""}}  # leaves the group when it stops
        self.one = rig.Streamer(folder, cfg, "one")
        self.tail, self.feed = rig.Tail(kafka, OUT), Feed(kafka)

    def scored(self):
        return len(set(ids(self.tail.messages)))

    def committed(self):
        return self.kafka.committed("delivery", TOPIC, PARTITIONS)

    def settle(self):
        """Waits, without new events, until all that was fed is committed and has come out."""
        with self.feed.pause:
            n = len(self.feed.sent)
            rig.wait_for(f"{n} committed events", lambda: self.committed() >= n)
            rig.wait_for(f"{n} scores", lambda: self.scored() >= n, every=0.2)

    def fault(self, name):
        if name != "kill":
            self.settle()  # what comes twice from now on is not a kill's
        time.sleep(self.rng.uniform(0.05, 1.3))
        if name == "kill":
            self.one.kill()
            committed = self.committed()
            time.sleep(0.1)  # by then the tail has what was sent before
            self.exposed += max(0, self.scored() - committed)
        self.faults.append((time.monotonic(), name, len(self.feed.sent)))
        if name == "kill":
            self.one.start()
        elif name == "flush":
            self.redis.flush()
        elif name == "join":
            self.two = rig.Streamer(self.folder, self.second, "two")
            rig.wait_for("a share for the second", lambda: self.two.metric("revscore_consume_assigned_partitions") > 0)
            self.settle()
        else:
            stop(self.two)
            self.settle()

    def before(self, when):
        """The fault that was the last at a time."""
        return next((name for t, name, _ in reversed(self.faults) if t <= when), "none")

    def close(self):
        self.feed.stop()
        self.tail.close()
        self.one.close()
        if self.two:
            self.two.close()


def doubles(run):
    """Repeated events by the fault that came before them. A repeat has the meta.id of
    its twin and says the same."""
    first, id_of, by_fault = {}, {}, collections.Counter()
    for when, m in zip(run.tail.times, run.tail.messages):
        e = json.loads(m.value())
        id_ = e["meta"]["id"]
        e["meta"].pop("dt")  # when it was made
        assert id_of.setdefault(e["rev_id"], id_) == id_, f"revision {e['rev_id']} has two ids"
        if first.setdefault(id_, e) is not e:
            assert e == first[id_], f"{id_} says two things"
            by_fault[run.before(when)] += 1
    return by_fault


def recoveries(run):
    """Seconds from each new start after a kill until all that was fed before it was scored."""
    first = {}
    for when, m in zip(run.tail.times, run.tail.messages):
        first.setdefault(json.loads(m.value())["rev_id"], when)
    arrival = [first[e["rev_id"]] for e in run.feed.sent]
    return [max(0, max(arrival[:fed]) - started) for started, name, fed in run.faults if name == "kill"]


@pytest.mark.parametrize("delivery", ["exactly_once", "at_least_once"])
def test_kills_rebalances_and_a_flush(tmp_path, kafka, redis, delivery):
    """Ten times SIGKILL at random moments, a second instance that joins and leaves, Redis
    flushed: nothing is lost, pages keep their order, and what comes twice comes after a
    kill, under the same id; in transactions nothing does."""
    kafka.create(TOPIC, partitions=PARTITIONS)
    kafka.create(OUT)
    run = Run(tmp_path, kafka, redis, config(kafka, redis, delivery=delivery))
    try:
        run.one.ready()
        for fault in FAULTS:
            run.fault(fault)
        run.feed.stop()
        run.settle()
        stop(run.one)
        events = run.feed.sent
        _, repeats = expect.check_scores(kafka, "revid", events)
        expect.check_page_order(kafka, "revid", events)
        rig.wait_for("the tail's end", lambda: len(run.tail.messages) >= len(events) + repeats)
        by_fault, seconds = doubles(run), recoveries(run)
        unseen = len(kafka.read(OUT, "read_uncommitted")) - len(events) - repeats
    finally:
        run.close()
    exactly = delivery == "exactly_once"
    doubled = f"{repeats} doubled" + (f", {unseen} in aborted transactions" if exactly else f" of {run.exposed} possible")
    print(f"\n{delivery}: {len(events):,} events, {FAULTS.count('kill')} kills, 1 join, 1 leave, 1 flush of Redis: 0 lost, "
          f"{doubled}; caught up after a kill in {statistics.median(seconds):.1f} s, at worst {max(seconds):.1f} s")
    assert len(events) > 3000 and FAULTS.count("kill") == KILLS
    if exactly:
        assert repeats == 0
        assert unseen > 0, "no kill met an open transaction"
        return
    assert by_fault.keys() <= {"kill"}, f"doubles without a kill: {dict(by_fault)}"
    assert repeats <= run.exposed


def test_eventgate_and_kafka(tmp_path, kafka, redis, streamer):
    """Every event to Kafka and to a gate that answers 500 and 207 and breaks connections:
    the gate has each once, or again after a request that it did not answer; all valid,
    canaries and dead letters too."""
    gate = rig.Gate(tmp_path, f"seed={SEED} fail=0.1 error=0.03 gone=0.1")
    try:
        kafka.create(TOPIC)
        events = [json.loads(event(n, PAGES)) for n in range(2_000_000, 2_003_000)]
        kafka.produce(TOPIC, values(events))
        sinks = {"eventgate": {"url": gate.url, "retry_min": "50ms", "timeout": "5s"}, "default": ["kafka", "eventgate"]}
        service = streamer(config(kafka, redis, sinks=sinks))
        finished(kafka, len(events), "delivery")
        _, repeats = expect.check_scores(kafka, "revid", events)
        assert repeats == 0, "a gate's fault doubled a message in Kafka"
        canary = events[0] | {"meta": events[0]["meta"] | {"domain": "canary", "id": "c-1"}}
        kafka.produce(TOPIC, values([canary]) + [b"{"])
        finished(kafka, len(events) + 2, "delivery")
        stop(service)
        again = check_gate(gate, kafka, events)
        stats = gate.stats()
        print(f"\nEventGate: {len(events) + 2:,} events in {stats['requests']} requests, {stats['errors']} refused for a while, "
              f"{stats['unanswered']} taken without an answer, {again} taken again, 0 invalid, 0 lost")
        assert stats["invalid"] == 0
        assert stats["errors"] > 0 and stats["unanswered"] > 0, "the gate had no faults"
    finally:
        gate.close()


def check_gate(gate, kafka, sources):
    """The gate took what Kafka has, each again at most until it had answered, and a page's
    in their order. Returns how many it took again."""
    judges = {OUT: expect.SCORE, "revscore.error": expect.ERROR}
    want = {stream: {e["meta"]["id"]: e for e in expect.decode(kafka.read(stream), judge)} for stream, judge in judges.items()}
    assert len(want[OUT]) == len(sources) + 1 and len(want["revscore.error"]) == 1
    place = {e["rev_id"]: i for i, e in enumerate(sources)}
    told, seen, last, again = set(), set(), {}, 0
    for a in gate.accepted():
        e = a["event"]
        assert e == want[a["stream"]][a["id"]]
        assert a["id"] not in told, f"{a['id']} was sent again after the gate had answered"
        if a["answered"]:
            told.add(a["id"])
        if a["id"] in seen:
            again += 1
        elif a["stream"] == OUT and e["meta"]["domain"] != "canary":
            assert last.get(e["page_id"], -1) < place[e["rev_id"]], f"revision {e['rev_id']} came after a later one of its page"
            last[e["page_id"]] = place[e["rev_id"]]
        seen.add(a["id"])
    lost = {id_ for events in want.values() for id_ in events} - told
    assert not lost, f"{len(lost)} events are not at the gate, e.g. {next(iter(lost))}"
    return again


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
    plain = wiki_config(kafka, redis, wiki.api)
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
        stop(one)
        stop(two)
    finally:
        for service in filter(None, (refused, one, two)):
            service.close()
    schemas, kinds = {}, collections.Counter()
    for m in models:
        expect.check_scores(kafka, m, events)
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
