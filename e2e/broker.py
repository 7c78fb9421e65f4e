"""A real Kafka, and readers of it that are not ours."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

import rig

# Of every client: without the library's own log lines, which tell of every broker that a
# test stops, and back soon when it runs again; by default that takes up to 10 s.
QUIET = {"log_level": 0, "reconnect.backoff.max.ms": 500}
# Errors that pass by themselves: no topic yet, no coordinator yet, no broker.
PASSING = {
    KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_PARTITION, KafkaError._UNKNOWN_TOPIC,
    KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN, KafkaError._WAIT_COORD,
    KafkaError.LEADER_NOT_AVAILABLE, KafkaError.NOT_LEADER_FOR_PARTITION,
}


class Kafka:
    """Real brokers, by the recipe, one or three; secure: they also listen with SASL_SSL
    (SCRAM). Of three, each has every record, and two must have it to take it."""

    def __init__(self, folder, brokers=1, secure=False):
        self.port = rig.free_port(neighbours=10 * brokers)  # the recipe takes ten for each
        self.data = folder / "kafka"
        self.env = os.environ | {"KAFKA_PORT": str(self.port), "KAFKA_DATA": str(self.data),
                                 "KAFKA_BROKERS": str(brokers), "KAFKA_SECURE": str(int(secure))}
        self.brokers = [f"127.0.0.1:{self.port + 10 * i}" for i in range(brokers)]
        self.bootstrap = ",".join(self.brokers)
        self.replicas = 3 if brokers == 3 else 1
        self.consumers = {}
        self.start()
        self.admin = AdminClient(QUIET | {"bootstrap.servers": self.bootstrap})

    def recipe(self, verb):
        subprocess.run(["bash", str(rig.require(rig.SHARED / "recipes/kafka.sh")), verb], env=self.env, check=True, timeout=300)

    def start(self):
        """Starts those that do not run."""
        self.recipe("start")

    def stop(self):
        self.recipe("stop")

    def close(self):
        for consumer in self.consumers.values():
            consumer.close()
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def kill(self, broker=0):
        os.kill(int((self.data / f"{broker}/pid").read_text()), signal.SIGKILL)
        rig.wait_for("the broker's end", lambda: not rig.listening(self.port + 10 * broker))

    def create(self, *topics, partitions=1, **config):
        new = [NewTopic(t, partitions, self.replicas, config={k.replace("_", "."): v for k, v in config.items()}) for t in topics]
        for future in self.admin.create_topics(new).values():
            future.result()

    def in_sync(self, topic):
        """How many brokers have all of the topic, of the partition that fewest have."""
        metadata = self.admin.list_topics(topic, timeout=10).topics[topic]
        return min(len(p.isrs) for p in metadata.partitions.values())

    def produce(self, topic, values, keys=None):
        producer = Producer(QUIET | {"bootstrap.servers": self.bootstrap, "linger.ms": 20,
                             "queue.buffering.max.messages": 2_000_000, "message.max.bytes": 8_000_000})
        failed = []
        for i, value in enumerate(values):
            producer.produce(topic, value, key=keys[i] if keys else None,
                             on_delivery=lambda err, _: failed.append(err) if err else None)
            producer.poll(0)
        assert producer.flush(120) == 0 and not failed, f"could not produce to {topic}: {failed[:1]}"

    def ask(self, group, question):
        """Asks a broker through a consumer of the group; None while it cannot answer."""
        if group not in self.consumers:
            # Of committed offsets one who reads committed is told when no transaction is open.
            self.consumers[group] = Consumer(QUIET | {"bootstrap.servers": self.bootstrap, "group.id": group,
                                                      "enable.auto.commit": False, "isolation.level": "read_uncommitted"})
        try:
            return question(self.consumers[group])
        except KafkaException as e:
            if e.args[0].code() not in PASSING:
                raise
            return None

    def end(self, topic):
        """Records in the one partition of a topic; 0 while it does not exist or the broker is away."""
        ends = self.ask("watch", lambda c: c.get_watermark_offsets(TopicPartition(topic, 0), timeout=10))
        return ends[1] if ends else 0

    def committed(self, group, topic, partitions=1):
        """Records that the group is done with; 0 while no broker can tell."""
        places = [TopicPartition(topic, p) for p in range(partitions)]
        offsets = self.ask(group, lambda c: c.committed(places, timeout=10))
        return sum(max(0, o.offset) for o in offsets or [])

    def positions(self, group, topic, partitions):
        """The offset by partition that the group has committed; it waits for a broker that can tell."""
        places = [TopicPartition(topic, p) for p in range(partitions)]
        offsets = rig.wait_for("committed offsets", lambda: self.ask(group, lambda c: c.committed(places, timeout=10)))
        return [max(0, o.offset) for o in offsets]

    def read(self, topic, isolation="read_committed"):
        """All messages of a topic with one partition."""
        return list(self.messages(topic, isolation))

    def messages(self, topic, isolation="read_committed"):
        """The same one by one, read with a client that is not ours."""
        end = self.end(topic)
        consumer = Consumer(QUIET | {"bootstrap.servers": self.bootstrap, "group.id": "read", "enable.auto.commit": False,
                                     "isolation.level": isolation, "enable.partition.eof": True})
        consumer.assign([TopicPartition(topic, 0, 0)])
        # Offsets are not counts: markers of transactions, and what was aborted, take some.
        at, deadline = 0, time.monotonic() + 60
        while at < end and time.monotonic() < deadline:
            for m in consumer.consume(1000, 1.0):
                if m.error() is None:
                    yield m
                elif m.error().code() == KafkaError._PARTITION_EOF:
                    at = m.offset()
        consumer.close()
        assert at >= end, f"read up to {at} of {end} in {topic}"


class Tail:
    """Follows topics of one partition from their start in a thread, read_committed, and
    keeps what comes, with the time at which an event was first seen."""

    def __init__(self, kafka, *topics):
        # The thread's own until it has appended.
        self.messages = {topic: [] for topic in topics}
        self.seen = {topic: {} for topic in topics}  # meta.id: when
        self.consumer = Consumer(QUIET | {"bootstrap.servers": kafka.bootstrap, "group.id": "tail", "enable.auto.commit": False,
                                          "isolation.level": "read_committed", "fetch.wait.max.ms": 20})
        self.consumer.assign([TopicPartition(topic, 0, 0) for topic in topics])
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.follow)
        self.thread.start()

    def follow(self):
        while not self.over.is_set():
            for m in self.consumer.consume(1000, 0.02):
                if m.error() is None:
                    self.seen[m.topic()].setdefault(json.loads(m.value())["meta"]["id"], time.time())
                    self.messages[m.topic()].append(m)

    def close(self):
        self.over.set()
        self.thread.join()
        self.consumer.close()
