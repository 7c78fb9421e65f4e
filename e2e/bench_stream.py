"""How fast the service is, beside the bare loop of tools/loop, on one real Kafka and
one real Redis: the `revid` model, one partition, one process, 5 % repeats. Run by
`make bench-stream`, which fails when a target is missed.

The three (loop, at_least_once, exactly_once) run by turns, for some rounds, on the same
events, so that whatever else the machine does falls on all of them; the ratios are of
medians. Events/s is taken from the broker's own clock, between a tenth of the scores
and the last, so that nothing has to ask the broker meanwhile. Latency is from handing
an event to a producer to having its score from a consumer, at 500 events/s.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import tempfile
import threading
import time

import numpy
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import NewTopic

import broker
import rig

TOPIC = "eqiad.mediawiki.revision-create"
REPEATS = 0.05
TARGETS = {"at_least_once": 0.6, "exactly_once": 0.45}  # of the loop's events/s
SLOWER = 50  # ms by which the p99 of at_least_once may exceed the loop's
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


def event(n, pages=50_000):
    e = EVENT | {"rev_id": n, "rev_parent_id": n - 1, "page_id": n % pages + 1}
    e["meta"] = EVENT["meta"] | {"id": f"{n:08d}-0000-4000-8000-000000000000"}
    return json.dumps(e).encode()


def stream(n, seed=1):
    """n events, of which some come a second time within the last thousand."""
    rng, recent = random.Random(seed), []
    rev = 1_000_000
    for _ in range(n):
        if recent and rng.random() < REPEATS:
            yield recent[rng.randrange(len(recent))]
            continue
        rev += 1
        value = event(rev)
        recent.append(value)
        if len(recent) > 1000:
            recent.pop(0)
        yield value


class Loop:
    """The bare loop as its own process."""

    def __init__(self, folder, kafka, redis, library, out, group, topic):
        self.process = rig.Process(
            [str(folder / "loop"), "-broker", kafka.bootstrap, "-redis", f"127.0.0.1:{redis.port}", "-json", library,
             "-in", topic, "-out", out, "-group", group], folder / "loop.log")

    def terminate(self):
        self.process.signal(15)
        return self.process.wait()

    def close(self):
        self.process.close()


class Service(rig.Streamer):
    def __init__(self, folder, kafka, redis, delivery, out, group, topic):
        super().__init__(folder, {
            "kafka": {"brokers": [kafka.bootstrap]}, "delivery": delivery,
            "consume": {"group": group, "start": "earliest", "topics": [topic]},
            "routes": [{"model": "revid", "stream": out}], "models": [{"bundle": "embedded:revid"}],
            "dedupe": {"redis": {"addresses": [f"127.0.0.1:{redis.port}"]}},
            "log": {"level": "warn", "format": "console"},
        }, name=group)

    def terminate(self):
        return super().terminate()[0]


class Meter:
    """Reads the processor time of processes and of the machine every 50 ms."""

    def __init__(self, **pids):
        self.pids, self.rows, self.mib = pids, [], 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.over.wait(0.05):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                self.rows.append((time.time(), *map(self.seconds, self.pids.values()), self.busy()))
                self.mib = max(self.mib, self.resident())

    @staticmethod
    def seconds(pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def busy():
        fields = [int(f) for f in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        return (sum(fields[:3]) + sum(fields[5:8])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        line = re.search(r"^VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.pids['own']}/status").read_text(), re.MULTILINE)
        return int(line[1]) / 1024 if line else 0.0

    def close(self):
        self.over.set()
        self.thread.join()

    def between(self, start, end):
        """Seconds of processor time of each process, and of all others, in a span."""
        rows = numpy.array(self.rows)
        used = [numpy.interp(end, rows[:, 0], column) - numpy.interp(start, rows[:, 0], column) for column in rows.T[1:]]
        own = dict(zip(self.pids, used))
        return own | {"others": used[-1] - sum(own.values())}


class Bench:
    def __init__(self, folder, library):
        self.folder, self.library, self.runs = folder, library, 0
        subprocess.run(["go", "build", "-o", str(folder / "loop"), "./tools/loop"], cwd=rig.ROOT, check=True, timeout=300)
        self.redis = rig.Redis(folder)
        self.kafka = broker.Kafka(folder)
        self.broker = int((folder / "kafka/0/pid").read_text())

    def close(self):
        self.kafka.close()
        self.redis.close()

    def topic(self, name, **config):
        for future in self.kafka.admin.create_topics([NewTopic(name, 1, 1, config=config)]).values():
            future.result()
        return name

    def start(self, what, topic):
        """Starts one of the three on a topic, with a Redis that knows nothing."""
        self.redis.flush()
        self.runs += 1
        group = f"{what}-{self.runs}"
        out = self.topic(f"out-{group}", **{"message.timestamp.type": "LogAppendTime"})
        if what == "loop":
            return Loop(self.folder, self.kafka, self.redis, self.library, out, group, topic), out, group
        return Service(self.folder, self.kafka, self.redis, what, out, group, topic), out, group

    def throughput(self, what, n, distinct):
        process, out, group = self.start(what, TOPIC)
        meter = Meter(own=process.process.child.pid, broker=self.broker, redis=self.redis.process.child.pid)
        try:
            rig.wait_for(f"the last commit of {what}; see\n{process.process.text()[-2000:]}",
                         lambda: self.kafka.committed(group, TOPIC) >= n, timeout=120, every=0.1)
            time.sleep(0.1)  # one more look of the meter
            meter.close()
            code = process.terminate()
            assert code == 0, f"{what} ended with {code}: {process.process.text()[-2000:]}"
        finally:
            meter.close()
            process.close()
        times = self.read(out, distinct)
        # The first tenth warms up; the figure is of the rest, repeats included.
        first, last = times[distinct // 10], times[-1]
        events = (distinct - distinct // 10) / distinct * n
        cpu = {who: used / events * 1e6 for who, used in meter.between(first, last).items()}
        return {"rate": events / (last - first), "mib": meter.mib, "cpu": cpu}

    def read(self, out, distinct):
        """When each score was appended, after a look that each revision has exactly one."""
        consumer = Consumer(broker.QUIET | {"bootstrap.servers": self.kafka.bootstrap, "group.id": "read", "enable.auto.commit": False,
                                         "isolation.level": "read_committed", "enable.partition.eof": True})
        consumer.assign([TopicPartition(out, 0, 0)])
        times, revisions, more = [], set(), True
        find = re.compile(rb'"rev_id":(\d+)').search
        while more:
            for m in consumer.consume(10_000, 5):
                if m.error():
                    more = False
                    continue
                times.append(m.timestamp()[1] / 1000)
                revisions.add(find(m.value())[1])
        consumer.close()
        assert len(times) == len(revisions) == distinct, f"{len(times)} scores of {len(revisions)} revisions in {out}, not {distinct}"
        return times

    def latency(self, what, rate, seconds):
        """Milliseconds of each event but those of the first second."""
        topic = self.topic(f"in-{what}-{self.runs}")
        process, out, _ = self.start(what, topic)
        try:
            return Latency(self.kafka, topic, out, rate).run(seconds)
        finally:
            process.close()


class Latency:
    """From handing an event to the producer to having its score, at a steady rate."""

    def __init__(self, kafka, topic, out, rate):
        self.topic, self.rate = topic, rate
        self.sent, self.took = {}, []
        self.consumer = Consumer(broker.QUIET | {"bootstrap.servers": kafka.bootstrap, "group.id": "latency", "fetch.wait.max.ms": 5,
                                              "enable.auto.commit": False, "isolation.level": "read_committed"})
        self.consumer.assign([TopicPartition(out, 0, 0)])
        self.producer = Producer(broker.QUIET | {"bootstrap.servers": kafka.bootstrap, "linger.ms": 0, "acks": "all"})
        self.over = threading.Event()

    def read(self):
        while not self.over.is_set():
            for m in self.consumer.consume(500, 0.01):
                if not m.error():
                    self.took.append(time.monotonic() - self.sent[json.loads(m.value())["rev_id"]])

    def send(self, first, n):
        began = time.monotonic()
        for i in range(n):
            pause = began + i / self.rate - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            value = event(first + i)
            self.sent[first + i] = time.monotonic()
            self.producer.produce(self.topic, value)
            self.producer.poll(0)
        self.producer.flush(30)

    def run(self, seconds):
        reader = threading.Thread(target=self.read)
        reader.start()
        try:
            self.send(1, 1)  # its score says that the other side has started
            rig.wait_for("the first score", lambda: self.took)
            n = (1 + seconds) * self.rate
            self.send(2, n)
            rig.wait_for("all scores", lambda: len(self.took) > n)
        finally:
            self.over.set()
            reader.join()
            self.consumer.close()
        return numpy.array(self.took[1 + self.rate:]) * 1000


def median(runs, of):
    return statistics.median(map(of, runs))


def report(results, latencies):
    """Prints what came out and returns what misses its target."""
    missed = []
    reference = median(results["loop"], lambda r: r["rate"])
    p99 = {what: numpy.percentile(ms, 99) for what, ms in latencies.items()}
    print(f"{'':14}{'events/s':>9} {'of loop':>8} {'CPU µs':>7} {'broker':>7} {'Redis':>6} {'MiB':>5} {'p50 ms':>7} {'p99 ms':>7}   runs")
    for what, runs in results.items():
        rate = median(runs, lambda r: r["rate"])
        cpu = {who: median(runs, lambda r: r["cpu"][who]) for who in ("own", "broker", "redis")}
        print(f"{what:14}{rate:9,.0f} {rate / reference:8.2f} {cpu['own']:7.1f} {cpu['broker']:7.1f} {cpu['redis']:6.1f} "
              f"{max(r['mib'] for r in runs):5.0f} {numpy.percentile(latencies[what], 50):7.1f} {p99[what]:7.1f}   "
              + " ".join(f"{r['rate']:,.0f}" for r in runs))
        if rate < TARGETS.get(what, 0) * reference:
            missed.append(f"{what} reaches {rate / reference:.3f} of the loop, target {TARGETS[what]}")
    if p99["at_least_once"] > p99["loop"] + SLOWER:
        missed.append(f"p99 of at_least_once is {p99['at_least_once']:.1f} ms, the loop's {p99['loop']:.1f} ms")
    others = [r["cpu"]["others"] / sum(r["cpu"].values()) for runs in results.values() for r in runs]
    print(f"other programs took {statistics.median(others):.0%} of the processor time used, at most {max(others):.0%}")
    return missed


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--events", type=int, default=200_000)
    args.add_argument("--rounds", type=int, default=5)
    args.add_argument("--rate", type=int, default=500, help="events/s of the latency runs")
    args.add_argument("--seconds", type=int, default=10, help="length of a latency run")
    args.add_argument("--json", default="v2", choices=["v2", "std"], help="JSON library of the loop")
    args.add_argument("--only", help="names of what runs beside the loop", choices=list(TARGETS))
    args = args.parse_args()
    names = ["loop"] + [what for what in TARGETS if args.only in (None, what)]
    results, latencies = {what: [] for what in names}, {}
    with tempfile.TemporaryDirectory() as tmp, contextlib.closing(Bench(pathlib.Path(tmp), args.json)) as bench:
        values = list(stream(args.events))
        distinct = len(set(values))
        bench.topic(TOPIC)
        bench.kafka.produce(TOPIC, values)
        del values
        bench.throughput("loop", args.events, distinct)  # a broker's first minute is slow: it compiles
        for _ in range(args.rounds):
            for what in names:
                results[what].append(bench.throughput(what, args.events, distinct))
        for what in names:
            latencies[what] = bench.latency(what, args.rate, args.seconds)
    print(f"\n{args.rounds} rounds of {args.events:,} events, {args.events - distinct:,} of them repeats; "
          f"{args.seconds} s at {args.rate} events/s; every score there once; JSON of the loop: {args.json}")
    missed = report(results, latencies)
    if missed:
        raise SystemExit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
