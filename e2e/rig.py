"""Real components for the end-to-end tests: each starts on a free port and is
stopped again. SHARED names the folder that has the recipes, the corpus and the
official schemas; without it nothing here works, and says so.
"""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tarfile
import threading
import time
import urllib.parse
import urllib.request

import yaml
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("SHARED", ROOT.parent / "shared")).resolve()
BINARY = pathlib.Path(os.environ.get("BINARY", ROOT / "bin" / "streamer"))


def require(path):
    if not path.exists():
        raise SystemExit(f"{path} is missing: set SHARED to the folder with corpus, contracts and recipes")
    return path


def free_port(neighbours=0):
    """A port that nobody listens on, and so many after it. Below the range from which
    the kernel takes the ports of outgoing connections: one of those, picked between
    this look and a server's start, made a broker fail."""
    while True:
        first = random.randrange(15_000, 32_000)
        try:
            for port in range(first, first + 1 + neighbours):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue


def wait_for(what, check, timeout=60.0, every=0.05):
    """Polls until check() is true and returns its value; names what it waited for if not."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(every)
    raise AssertionError(f"waited {timeout:.0f} s for {what}")


def listening(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


# The library's own log lines, which tell of every broker that a test stops.
QUIET = {"log_level": 0}
# Errors that pass by themselves: no topic yet, no coordinator yet, no broker.
PASSING = {
    KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_PARTITION, KafkaError._UNKNOWN_TOPIC,
    KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN, KafkaError._WAIT_COORD,
    KafkaError.LEADER_NOT_AVAILABLE, KafkaError.NOT_LEADER_FOR_PARTITION,
}


class Process:
    """A child process whose output goes to a file, ended at close."""

    def __init__(self, args, log, **kw):
        self.log = pathlib.Path(log)
        self.out = self.log.open("ab")
        self.child = subprocess.Popen(args, stdout=self.out, stderr=subprocess.STDOUT, **kw)

    def signal(self, sig):
        self.child.send_signal(sig)

    def wait(self, timeout=40):
        code = self.child.wait(timeout)
        self.out.close()
        return code

    def running(self):
        return self.child.poll() is None

    def close(self):
        if self.running():
            self.signal(signal.SIGKILL)
        self.wait()

    def text(self):
        return self.log.read_text(errors="replace")


class Kafka:
    """One real broker, by the recipe; secure: it also listens with SASL_SSL (SCRAM)."""

    def __init__(self, folder, secure=False):
        self.port = free_port(neighbours=3)  # the recipe takes the three after it too
        self.env = os.environ | {"KAFKA_PORT": str(self.port), "KAFKA_DATA": str(folder / "kafka"),
                                 "KAFKA_SECURE": str(int(secure))}
        self.bootstrap = f"127.0.0.1:{self.port}"
        self.consumers = {}
        self.start()
        self.admin = AdminClient(QUIET | {"bootstrap.servers": self.bootstrap})

    def recipe(self, verb):
        subprocess.run(["bash", str(require(SHARED / "recipes/kafka.sh")), verb], env=self.env, check=True, timeout=300)

    def start(self):
        self.recipe("start")

    def stop(self):
        self.recipe("stop")

    def close(self):
        for consumer in self.consumers.values():
            consumer.close()
        self.stop()

    def kill(self):
        os.kill(int((pathlib.Path(self.env["KAFKA_DATA"]) / "0/pid").read_text()), signal.SIGKILL)
        wait_for("the broker's end", lambda: not listening(self.port))

    def create(self, *topics, partitions=1):
        for future in self.admin.create_topics([NewTopic(t, partitions, 1) for t in topics]).values():
            future.result()

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
            self.consumers[group] = Consumer(QUIET | {"bootstrap.servers": self.bootstrap, "group.id": group,
                                                      "enable.auto.commit": False})
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

    def read(self, topic, isolation="read_committed"):
        """All messages of a topic with one partition, read with a client that is not ours."""
        end = self.end(topic)
        consumer = Consumer(QUIET | {"bootstrap.servers": self.bootstrap, "group.id": "read", "enable.auto.commit": False,
                                     "isolation.level": isolation, "enable.partition.eof": True})
        consumer.assign([TopicPartition(topic, 0, 0)])
        # Offsets are not counts: markers of transactions, and what was aborted, take some.
        out, at, deadline = [], 0, time.monotonic() + 60
        while at < end and time.monotonic() < deadline:
            for m in consumer.consume(1000, 1.0):
                if m.error() is None:
                    out.append(m)
                elif m.error().code() == KafkaError._PARTITION_EOF:
                    at = m.offset()
        consumer.close()
        assert at >= end, f"read up to {at} of {end} in {topic}"
        return out


class Tail:
    """Follows a topic from its start in a thread, read_committed, and keeps what comes
    with the time at which it came."""

    def __init__(self, kafka, topic):
        self.messages, self.times = [], []  # the thread's own until it has appended
        self.consumer = Consumer(QUIET | {"bootstrap.servers": kafka.bootstrap, "group.id": "tail", "enable.auto.commit": False,
                                          "isolation.level": "read_committed", "fetch.wait.max.ms": 20})
        self.consumer.assign([TopicPartition(topic, 0, 0)])
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.follow)
        self.thread.start()

    def follow(self):
        while not self.over.is_set():
            for m in self.consumer.consume(1000, 0.02):
                if m.error() is None:
                    self.times.append(time.monotonic())
                    self.messages.append(m)

    def close(self):
        self.over.set()
        self.thread.join()
        self.consumer.close()


class Redis:
    def __init__(self, folder):
        self.port, self.folder = free_port(), folder
        self.start()

    def start(self):
        assert shutil.which("redis-server"), "redis-server is not installed"
        self.process = Process(["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no",
                                "--dir", str(self.folder)], self.folder / "redis.log")
        wait_for("redis", lambda: listening(self.port))

    def flush(self):
        with socket.create_connection(("127.0.0.1", self.port), 5) as s:
            s.sendall(b"FLUSHALL\r\n")
            assert s.recv(64) == b"+OK\r\n"

    def stop(self):
        self.process.close()


class Registry:
    """A real schema registry, Apicurio, in memory, with Confluent's API. Maven brings
    it (109 MB), once per machine."""

    VERSION = "3.0.9"

    def __init__(self, folder):
        jars = self.jars()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
        self.process = Process(
            ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dquarkus.http.host=127.0.0.1",
             f"-Dquarkus.http.port={port}", "-jar", str(jars / f"apicurio-registry-app-{self.VERSION}-runner.jar")],
            folder / "registry.log", cwd=folder)
        wait_for("the registry; see " + str(self.process.log), lambda: self.get("/subjects") is not None)

    @classmethod
    def jars(cls):
        cache = pathlib.Path.home() / ".cache/apicurio-registry"
        done = cache / cls.VERSION
        if not done.exists():
            part = cache / f"{cls.VERSION}.part"
            shutil.rmtree(part, ignore_errors=True)
            subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-DoutputDirectory={part}",
                            f"-Dartifact=io.apicurio:apicurio-registry-app:{cls.VERSION}:tar.gz:all"], check=True, timeout=300)
            packed = part / f"apicurio-registry-app-{cls.VERSION}-all.tar.gz"
            with tarfile.open(packed) as tar:
                tar.extractall(part, filter="data")
            packed.unlink()
            part.rename(done)
        return done

    def get(self, path):
        """The answer to a question, decoded; None while there is none."""
        with contextlib.suppress(OSError), urllib.request.urlopen(self.url + path, timeout=5) as r:
            return json.load(r)
        return None

    def close(self):
        self.process.close()


class Gate:
    """The stand-in for EventGate as its own process; it validates by the official schemas."""

    def __init__(self, folder, faults=""):
        subprocess.run(["go", "build", "-o", str(folder / "gatesim"), "./tools/gatesim"], cwd=ROOT, check=True, timeout=300)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = Process([str(folder / "gatesim"), "-listen", f"127.0.0.1:{port}", "-faults", faults,
                                "-schemas", str(require(SHARED / "contracts/schemas"))], folder / "gate.log")
        wait_for("the gate", lambda: listening(port))

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}/_sim/{path}", timeout=30) as r:
            return r.read()

    def stats(self):
        return json.loads(self.get("stats"))

    def accepted(self):
        """What it took, in order: id, stream, whether the client was told, and the event."""
        return [json.loads(line) for line in self.get("accepted").splitlines()]

    def close(self):
        self.process.close()


class Streamer:
    """The service as its own process."""

    def __init__(self, folder, config, name="streamer"):
        self.folder, self.name = folder, name
        self.path = folder / f"{name}.yaml"
        self.admin = free_port()
        config = config | {"admin": {"listen": f"127.0.0.1:{self.admin}"}}
        self.path.write_text(yaml.safe_dump(config))
        self.start()

    def start(self):
        self.process = Process([str(require(BINARY)), "run", "--config", str(self.path)], self.folder / f"{self.name}.log")

    def ready(self):
        wait_for("readiness; see\n" + self.process.text()[-2000:], lambda: self.process.running() and self.get("/readyz"))

    def get(self, path):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.admin}{path}", timeout=5) as r:
            return r.read().decode()
        return ""

    def metric(self, name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics").splitlines() if line.startswith(name))

    def kill(self):
        self.process.signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self):
        """SIGTERM; returns the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.signal(signal.SIGTERM)
        return self.process.wait(), time.monotonic() - began

    def close(self):
        self.process.close()


class Wiki:
    """The stand-in wiki as its own process; its events are in self.events."""

    def __init__(self, folder, corpus):
        self.port = free_port()
        events = folder / "events.jsonl"
        self.process = Process([str(require(BINARY)), "wiki", "--corpus", str(require(corpus)), "--count", "0",
                                "--listen", f"127.0.0.1:{self.port}", "--events", str(events)], folder / "wiki.log")
        wait_for("the stand-in wiki", lambda: listening(self.port), timeout=120)
        self.events = [json.loads(line) for line in events.open(encoding="utf-8")]
        self.api = f"http://127.0.0.1:{self.port}/{{wiki}}/w/api.php"

    def close(self):
        self.process.close()


class MediaWiki:
    """A real MediaWiki with an imported history, by the recipe."""

    def __init__(self, folder, dump):
        self.port = free_port()
        self.env = os.environ | {"MW_DATA": str(folder / "mediawiki"), "MW_PORT": str(self.port)}
        self.api = f"http://127.0.0.1:{self.port}/api.php"
        self.recipe("start")
        self.recipe("import", str(require(dump)))

    def recipe(self, *args):
        subprocess.run(["bash", str(require(SHARED / "recipes/mediawiki.sh")), *args], env=self.env, check=True, timeout=600)

    def ask(self, **params):
        query = urllib.parse.urlencode(params | {"action": "query", "format": "json", "formatversion": 2})
        with urllib.request.urlopen(f"{self.api}?{query}", timeout=60) as r:
            return json.load(r)

    def revisions(self):
        """Every revision with its page, read through list=allrevisions."""
        out, more = [], {}
        while True:
            answer = self.ask(list="allrevisions", arvlimit=500, arvdir="newer",
                              arvprop="ids|timestamp|user|userid|comment|flags|size", **more)
            for page in answer["query"]["allrevisions"]:
                out += [(page, r) for r in page["revisions"]]
            more = answer.get("continue")
            if not more:
                return sorted(out, key=lambda pair: pair[1]["revid"])

    def close(self):
        self.recipe("stop")
