"""Throughput and latency of the whole service on one machine with a real Kafka and
a real Redis: the `revid` model, one partition, 5 % repeats. Run by `make bench-stream`.

Prints events/s from the first to the last score, CPU time of the service per event,
its resident memory, and the latency from producing an event to reading its score
at 500 events/s.
"""

import argparse
import json
import os
import pathlib
import random
import tempfile
import threading
import time

import numpy
from confluent_kafka import Consumer, Producer, TopicPartition

import rig

TOPIC, OUT = "eqiad.mediawiki.revision-create", "mediawiki.revision-score-revid"
EVENT = {
    "$schema": "/mediawiki/revision/create/2.0.0",
    "meta": {"stream": "mediawiki.revision-create", "domain": "en.wikipedia.example", "dt": "2026-01-02T03:04:06Z",
             "uri": "https://en.wikipedia.example/wiki/Some_title_of_a_page", "request_id": "0c1b7f0e-5f0d-4d3b-9c55-6f1d2a3b4c5d"},
    "database": "enwiki", "dt": "2026-01-02T03:04:05Z", "page_title": "Some_title_of_a_page", "page_namespace": 0,
    "page_is_redirect": False, "rev_timestamp": "2026-01-02T03:04:05Z", "rev_sha1": "mr0szy90m5qbn6tek7ch3nebaild3tm",
    "rev_minor_edit": False, "rev_len": 4321, "rev_content_model": "wikitext", "rev_content_format": "text/x-wiki",
    "comment": "/* History */ a comment of the usual length, with a [[link]]",
    "parsedcomment": "<span class=\"autocomment\">History: </span> a comment of the usual length, with a <a href=\"/wiki/Link\">link</a>",
    "performer": {"user_text": "Some user", "user_groups": ["extendedconfirmed", "*", "user", "autoconfirmed"], "user_is_bot": False,
                  "user_id": 123456, "user_registration_dt": "2016-01-29T21:13:24Z", "user_edit_count": 1234},
    "rev_slots": {"main": {"rev_slot_content_model": "wikitext", "rev_slot_sha1": "mr0szy90m5qbn6tek7ch3nebaild3tm",
                           "rev_slot_size": 4321, "rev_slot_origin_rev_id": 1}},
    "rev_content_changed": True,
}


def event(n, pages):
    e = EVENT | {"rev_id": n, "rev_parent_id": n - 1, "page_id": n % pages + 1}
    e["meta"] = EVENT["meta"] | {"id": f"{n:08d}-0000-4000-8000-000000000000"}
    return json.dumps(e).encode()


def stream(n, repeats, seed=1):
    """n events, of which the share `repeats` comes a second time within the last thousand."""
    rng, recent = random.Random(seed), []
    rev = 1_000_000
    for _ in range(n):
        if recent and rng.random() < repeats:
            yield recent[rng.randrange(len(recent))]
            continue
        rev += 1
        value = event(rev, 50_000)
        recent.append(value)
        if len(recent) > 1000:
            recent.pop(0)
        yield value


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def config(kafka, redis):
    return {
        "kafka": {"brokers": [kafka.bootstrap]},
        "consume": {"group": "bench", "start": "earliest"},
        "routes": [{"model": "revid"}], "models": [{"bundle": "embedded:revid"}],
        "dedupe": {"redis": {"addresses": [f"127.0.0.1:{redis.port}"]}},
        "log": {"level": "warn", "format": "console"},
    }


def throughput(folder, kafka, redis, n):
    values = list(stream(n, 0.05))
    distinct = len(set(values))
    kafka.create(TOPIC, OUT)
    kafka.produce(TOPIC, values)
    del values
    service = rig.Streamer(folder, config(kafka, redis))
    rig.wait_for("the first scores", lambda: kafka.end(OUT) > 0, every=0.002)
    began, first = time.monotonic(), kafka.end(OUT)
    # The first tenth warms up; the figure is of the rest.
    rig.wait_for("a tenth", lambda: kafka.end(OUT) >= distinct // 10, every=0.002)
    pid = service.process.child.pid
    start, cpu, done = time.monotonic(), cpu_seconds(pid), kafka.end(OUT)
    rig.wait_for("all scores", lambda: kafka.end(OUT) >= distinct, every=0.01, timeout=300)
    seconds, cpu, rest = time.monotonic() - start, cpu_seconds(pid) - cpu, distinct - done
    share = rest / distinct * n  # events behind those scores, repeats included
    rig.wait_for("the last commit", lambda: kafka.committed("bench", TOPIC) >= n, timeout=60)
    extra = kafka.end(OUT) - distinct
    print(f"throughput: {share / seconds:,.0f} events/s ({n:,} events, {n - distinct:,} repeats recognised, {extra} doubled; "
          f"{time.monotonic() - began:.1f} s in all from score {first:,})")
    print(f"cost:       {cpu / share * 1e6:.1f} µs CPU per event, {resident_mib(pid):.0f} MiB resident")
    assert extra == 0, "a repeat was sent twice"
    return service


def latency(kafka, rate, seconds):
    """From handing an event to the producer to having its score, at a steady rate."""
    consumer = Consumer(rig.QUIET | {"bootstrap.servers": kafka.bootstrap, "group.id": "latency", "fetch.wait.max.ms": 5,
                                     "enable.auto.commit": False})
    consumer.assign([TopicPartition(OUT, 0, kafka.end(OUT))])
    sent, took, n = {}, [], rate * seconds
    base = 9_000_000

    def read():
        while len(took) < n and not stop.is_set():
            for m in consumer.consume(500, 0.01):
                took.append(time.monotonic() - sent[json.loads(m.value())["rev_id"]])

    stop = threading.Event()
    reader = threading.Thread(target=read)
    reader.start()
    producer = Producer(rig.QUIET | {"bootstrap.servers": kafka.bootstrap, "linger.ms": 0, "acks": "all"})
    began = time.monotonic()
    for i in range(n):
        pause = began + i / rate - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        value = event(base + i, 50_000)
        sent[base + i] = time.monotonic()
        producer.produce(TOPIC, value)
        producer.poll(0)
    producer.flush(30)
    reader.join(30)
    stop.set()
    reader.join()
    consumer.close()
    assert len(took) == n, f"{len(took)} of {n} scores came back"
    ms = numpy.array(took[rate:]) * 1000  # the first second warms up
    p50, p99, worst = numpy.percentile(ms, [50, 99, 100])
    print(f"latency:    p50 {p50:.1f} ms, p99 {p99:.1f} ms, worst {worst:.1f} ms at {rate} events/s, produced to read")


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--events", type=int, default=400_000)
    args.add_argument("--rate", type=int, default=500)
    args.add_argument("--seconds", type=int, default=20)
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        redis, kafka = rig.Redis(folder), rig.Kafka(folder)
        service = None
        try:
            service = throughput(folder, kafka, redis, args.events)
            latency(kafka, args.rate, args.seconds)
            code, seconds = service.terminate()
            print(f"stop:       exit {code} in {seconds:.1f} s")
            assert code == 0
        finally:
            if service:
                service.close()
            kafka.close()
            redis.stop()


if __name__ == "__main__":
    main()
