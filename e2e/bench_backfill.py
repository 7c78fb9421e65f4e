"""What a backfill at full speed costs live traffic: the latency of the live service at
500 events/s with and without a backfill of a large dump beside it, on one machine with
a real Kafka and a real Redis. Run by `make bench-backfill`, which fails when the median
of the p99s with a backfill exceeds 1.5 times that without.

Rounds with and without take turns, so that whatever else the machine does falls on
both. Each round of backfill begins with an empty Redis, so that nothing is known.
"""

import argparse
import json
import pathlib
import statistics
import tempfile
import threading
import time

import numpy
from confluent_kafka import Consumer, Producer, TopicPartition

import bench_stream
import history
import rig

TOPIC, OUT = bench_stream.TOPIC, "mediawiki.revision-score-revid"
BEARABLE = 1.5


class Live:
    """Live traffic at a steady rate, and how long its scores take."""

    def __init__(self, kafka, rate):
        self.rate, self.next = rate, 1
        self.sent, self.took = {}, []
        self.consumer = Consumer(rig.QUIET | {"bootstrap.servers": kafka.bootstrap, "group.id": "latency", "fetch.wait.max.ms": 5,
                                              "enable.auto.commit": False})
        self.consumer.assign([TopicPartition(OUT, 0, 0)])
        self.producer = Producer(rig.QUIET | {"bootstrap.servers": kafka.bootstrap, "linger.ms": 0, "acks": "all"})
        self.over = threading.Event()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while not self.over.is_set():
            for m in self.consumer.consume(500, 0.01):
                if not m.error():
                    self.took.append(time.monotonic() - self.sent[json.loads(m.value())["rev_id"]])

    def measure(self, seconds):
        """Milliseconds from handing each event to the producer to having its score."""
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
        rig.wait_for("all scores", lambda: len(self.took) >= before + n)
        return numpy.array(self.took[before + int(self.rate * min(1, seconds / 4)):before + n]) * 1000

    def close(self):
        self.over.set()
        self.reader.join()
        self.consumer.close()


class Backfill:
    """A backfill as its own process."""

    def __init__(self, folder, service, dump, args):
        self.began = time.monotonic()
        self.process = rig.Process([str(rig.require(rig.BINARY)), "backfill", "--config", str(service.path), "--dump", str(dump), "--offline",
                                    "--rate", "0", "--to-streams", ".backfill", *args], folder / "backfill.log")

    def stop(self):
        """Ends it and returns its summary."""
        assert self.process.running(), "the backfill ended before the round:\n" + self.process.text()[-2000:]
        self.process.signal(15)
        self.process.wait()
        return self.process.text()


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


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--revisions", type=int, default=100_000, help="of the dump; must last longer than a round")
    args.add_argument("--rounds", type=int, default=5)
    args.add_argument("--rate", type=int, default=500, help="live events/s")
    args.add_argument("--seconds", type=float, default=10, help="length of a round")
    args.add_argument("--flag", action="append", default=[], help="further flags of streamer backfill")
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        dump = folder / "history.xml"
        history.write(dump, args.revisions)
        redis, kafka = rig.Redis(folder), rig.Kafka(folder)
        service = live = None
        try:
            kafka.create(TOPIC, OUT, *(s + ".backfill" for s in (OUT, "mediawiki.revision-score-reverted", "revscore.error")))
            service = rig.Streamer(folder, config(kafka, redis))
            service.ready()
            live = Live(kafka, args.rate)
            live.measure(3)  # warms up
            idle, busy, rates = [], [], []
            for _ in range(args.rounds):
                idle.append(live.measure(args.seconds))
                redis.flush()
                before = kafka.end(OUT + ".backfill")
                backfill = Backfill(folder, service, dump, args.flag)
                live.measure(3)  # until it is at speed
                start, done = time.monotonic(), kafka.end(OUT + ".backfill")
                busy.append(live.measure(args.seconds))
                rates.append((kafka.end(OUT + ".backfill") - done) / (time.monotonic() - start))
                summary = backfill.stop()
                assert kafka.end(OUT + ".backfill") > before, "the backfill did nothing:\n" + summary
            report(idle, busy, rates)
        finally:
            if live:
                live.close()
            if service:
                service.close()
            kafka.close()
            redis.stop()


def report(idle, busy, rates):
    for name, rounds in (("idle", idle), ("backfill", busy)):
        p50, p99 = (statistics.median(numpy.percentile(r, p) for r in rounds) for p in (50, 99))
        print(f"{name:9} p50 {p50:6.1f} ms, p99 {p99:6.1f} ms   p99 of the rounds: " + " ".join(f"{numpy.percentile(r, 99):.1f}" for r in rounds))
    ratio = (statistics.median(numpy.percentile(r, 99) for r in busy) / statistics.median(numpy.percentile(r, 99) for r in idle))
    print(f"live p99 with a backfill is {ratio:.2f} times that without (target {BEARABLE}); "
          f"the backfill made {statistics.median(rates):,.0f} revisions/s of what was left")
    if ratio > BEARABLE:
        raise SystemExit("target missed")


if __name__ == "__main__":
    main()
