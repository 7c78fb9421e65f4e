"""What a backfill at full speed costs live traffic: the latency of the live service at
500 events/s with and without a backfill of a large dump beside it, on one machine with
a real Kafka and a real Redis. Run by `make bench-backfill`, which fails when the p99
with a backfill exceeds 1.5 times that without.

The backfill is one process, stopped (SIGSTOP) and continued by turns of some seconds in
a random order, so that whatever else the machine does falls on both. The p99s are those
of all slices of a kind together.
"""

import argparse
import json
import pathlib
import random
import signal
import tempfile
import threading
import time

import numpy
from confluent_kafka import Consumer, Producer, TopicPartition

import bench_stream
import broker
import history
import rig

TOPIC, OUT = bench_stream.TOPIC, "mediawiki.revision-score-revid"
SUFFIX = ".backfill"
BEARABLE = 1.5


class Live:
    """Live traffic at a steady rate, and how long its scores take."""

    def __init__(self, kafka, rate):
        self.rate, self.next = rate, 1
        self.sent, self.took = {}, []
        self.consumer = Consumer(broker.QUIET | {"bootstrap.servers": kafka.bootstrap, "group.id": "latency", "fetch.wait.max.ms": 5,
                                              "enable.auto.commit": False})
        self.consumer.assign([TopicPartition(OUT, 0, 0)])
        self.producer = Producer(broker.QUIET | {"bootstrap.servers": kafka.bootstrap, "linger.ms": 0, "acks": "all"})
        self.over = threading.Event()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while not self.over.is_set():
            for m in self.consumer.consume(500, 0.01):
                if not m.error():
                    self.took.append(time.monotonic() - self.sent[json.loads(m.value())["rev_id"]])

    def measure(self, seconds, skip=0.0):
        """Milliseconds from handing each event to the producer to having its score. Those
        of the first seconds are left out."""
        before, n, began = len(self.took), int(self.rate * seconds), time.monotonic()
        for i in range(n):
            pause = began + i / self.rate - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            self.sent[self.next] = time.monotonic()
            self.producer.produce(TOPIC, bench_stream.event(self.next))
            self.producer.poll(0)
            self.next += 1
        self.producer.flush(30)
        rig.wait_for("all scores", lambda: len(self.took) >= before + n, every=0.002)
        return numpy.array(self.took[before + int(self.rate * skip):before + n]) * 1000

    def close(self):
        self.over.set()
        self.reader.join()
        self.consumer.close()


def config(kafka, redis):
    return {
        "kafka": {"brokers": [kafka.bootstrap]},
        "consume": {"group": "bench", "start": "earliest", "topics": [TOPIC]},
        # The dump's wiki has a model with features of texts, too.
        "routes": [{"model": "revid"}, {"model": "reverted", "match": {"database": "simplewiki"}}],
        "models": [{"bundle": "embedded:revid"}, {"bundle": "embedded:enwiki.reverted", "wikis": ["*"]}],
        "dedupe": {"redis": {"addresses": [f"127.0.0.1:{redis.port}"]}},
        "log": {"level": "warn", "format": "console"},
    }


def slices(live, backfill, kafka, n, seconds):
    """Latencies by whether the backfill ran, and how fast it was."""
    order = [True, False] * n
    random.Random(1).shuffle(order)
    took, done, spent = {True: [], False: []}, 0, 0.0
    for runs in order:
        assert backfill.running(), "the backfill ended before its time: a larger --revisions is needed\n" + backfill.text()[-2000:]
        backfill.signal(signal.SIGCONT if runs else signal.SIGSTOP)
        began, before = time.monotonic(), kafka.end(OUT + SUFFIX)
        took[runs].append(live.measure(seconds, skip=0.3))
        if runs:
            done, spent = done + kafka.end(OUT + SUFFIX) - before, spent + time.monotonic() - began
    backfill.signal(signal.SIGCONT)
    return took[False], took[True], done / spent


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--revisions", type=int, default=200_000, help="of the dump; must last longer than the slices")
    args.add_argument("--slices", type=int, default=15, help="of each kind")
    args.add_argument("--seconds", type=float, default=2, help="length of a slice")
    args.add_argument("--rate", type=int, default=500, help="live events/s")
    args.add_argument("--same-session", action="store_true", help="of the backfill and the service: the kernel weighs sessions first")
    args.add_argument("--flag", action="append", default=[], help="further flags of streamer backfill")
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        dump = folder / "history.xml"
        history.write(dump, args.revisions)
        redis, kafka = rig.Redis(folder), broker.Kafka(folder)
        service = live = backfill = None
        try:
            kafka.create(TOPIC, OUT, *(s + SUFFIX for s in (OUT, "mediawiki.revision-score-reverted", "revscore.error")))
            service = rig.Streamer(folder, config(kafka, redis))
            service.ready()
            live = Live(kafka, args.rate)
            live.measure(3)  # warms up
            own = {"start_new_session": not args.same_session}
            backfill = rig.Process([str(rig.require(rig.BINARY)), "backfill", "--config", str(service.path), "--dump", str(dump),
                                    "--offline", "--rate", "0", "--to-streams", SUFFIX, *args.flag], folder / "backfill.log", **own)
            live.measure(6)  # until it is at speed
            idle, busy, rate = slices(live, backfill, kafka, args.slices, args.seconds)
        finally:
            for part in (live, backfill, service, kafka):
                if part:
                    part.close()
            redis.close()
    report(numpy.concatenate(idle), numpy.concatenate(busy), rate)


def report(idle, busy, rate):
    for name, ms in (("idle", idle), ("backfill", busy)):
        p50, p90, p99, worst = numpy.percentile(ms, [50, 90, 99, 100])
        print(f"{name:9} p50 {p50:6.1f} ms, p90 {p90:6.1f}, p99 {p99:6.1f}, worst {worst:6.1f}   of {len(ms):,} events")
    ratio = numpy.percentile(busy, 99) / numpy.percentile(idle, 99)
    print(f"live p99 with a backfill is {ratio:.2f} times that without (target {BEARABLE}); the backfill made {rate:,.0f} revisions/s")
    if ratio > BEARABLE:
        raise SystemExit("target missed")


if __name__ == "__main__":
    main()
