"""Revisions at a steady rate."""

import json
import threading
import time

from confluent_kafka import Producer

import bench_stream
import broker

TOPIC = "eqiad.mediawiki.revision-create"
PAGES = 300
FIRST = 1_000_000  # the first revision


def event(n):
    """The event of revision n of tools/wikisim. Every third page is an article, whose texts
    are scored."""
    e = json.loads(bench_stream.event(n, PAGES))
    return e | {"rev_parent_id": n - PAGES, "page_namespace": 0 if e["page_id"] % 3 == 0 else 2}


class Feed:
    """Produces new revisions in a thread until it is stopped, each page's in their order to
    one partition. It waits for a broker that is away."""

    def __init__(self, kafka, rate):
        self.rate, self.count = rate, 0
        self.failed = []
        self.pause = threading.Lock()  # held: nothing is produced
        self.over = threading.Event()
        self.producer = Producer(broker.QUIET | {"bootstrap.servers": kafka.bootstrap, "enable.idempotence": True, "linger.ms": 5,
                                                 "message.timeout.ms": 300_000})
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        owed, last = 0.0, time.monotonic()
        while not self.over.wait(0.05):
            now = time.monotonic()
            if self.pause.acquire(blocking=False):
                owed += self.rate * (now - last)
                while owed >= 1:
                    self.produce(event(FIRST + self.count))
                    owed -= 1
                self.pause.release()
            last = now
            self.producer.poll(0)
        self.producer.flush(60)

    def produce(self, e):
        def delivered(err, m):
            if err:
                self.failed.append(err)
            else:
                self.took(e, m)

        self.producer.produce(TOPIC, json.dumps(e).encode(), str(e["page_id"]), on_delivery=delivered)
        self.count += 1

    def took(self, e, message):
        """The broker has an event."""

    def stop(self):
        self.over.set()
        self.thread.join()


class Record(Feed):
    """A feed that remembers its events and their partitions and offsets."""

    def __init__(self, kafka, rate):
        self.sent, self.places = [], {}
        super().__init__(kafka, rate)

    def produce(self, e):
        self.sent.append(e)
        super().produce(e)

    def took(self, e, message):
        self.places[e["rev_id"]] = message.partition(), message.offset()
