"""The service in both modes of delivery, side by side on one Kafka, one Redis and one
wiki, under faults. When they strike is drawn from a seed. What came out is kept for
the judges in verdict.py.
"""

import contextlib
import dataclasses
import os
import random
import signal
import time

import broker
import feed
import rig
from feed import TOPIC

SEED = int(os.environ.get("SEED", "7"))
PARTITIONS = 3
CALM, BUSY = 90, 900  # events a second
MODES = ("exactly_once", "at_least_once")


@dataclasses.dataclass
class Fault:
    name: str
    at: float  # when it struck
    before: int  # events fed until then
    committed: list = None  # by partition, the offset committed then; of kills and stops
    over: float = 0.0  # when its cause was gone
    fed: int = 0  # events fed until that


class Service:
    """The service in one mode, with a second instance at times, and its output."""

    def __init__(self, folder, kafka, mode, cfg):
        self.kafka, self.mode, self.folder = kafka, mode, folder
        self.topics = {route["model"]: route["topic"] for route in cfg["routes"]}
        kafka.create(*self.topics.values(), message_timestamp_type="LogAppendTime")
        self.faults = []
        self.tail = broker.Tail(kafka, *self.topics.values())
        self.cfg, self.two, self.all = cfg, None, 0
        self.one = rig.Streamer(folder, cfg, f"{mode}-1")

    def committed(self):
        return self.kafka.committed(self.mode, TOPIC, PARTITIONS)

    def out(self):
        """Revisions whose every message has come out."""
        return len(self.tail.seen[self.topics["revid"]])

    def join(self):
        self.all = self.share(self.one)
        # A member without a name leaves the group when it stops.
        cfg = self.cfg | {"consume": self.cfg["consume"] | {"member": ""}}
        self.two = rig.Streamer(self.folder, cfg, f"{self.mode}-2")
        rig.wait_for("a share for the second instance", lambda: self.share(self.two) > 0)

    def leave(self):
        self.two.stop()
        self.two = None
        rig.wait_for("the first instance's having all", lambda: self.share(self.one) == self.all)

    @staticmethod
    def share(instance):
        """Partitions that it works on, those of retry topics too."""
        return instance.metric("revscore_consume_assigned_partitions")

    def close(self):
        self.tail.close()
        for instance in filter(None, (self.one, self.two)):
            instance.close()


class Run:
    """Services, what they are fed, and what befalls them."""

    def __init__(self, folder, kafka, configs, rate=CALM):
        print(f"\nSEED={SEED}")
        self.kafka, self.rng = kafka, random.Random(SEED)
        kafka.create(TOPIC, partitions=PARTITIONS)
        self.services = []
        self.feed = feed.Record(kafka, rate)
        self.began = time.time()
        try:
            for mode, cfg in configs.items():
                self.services.append(Service(folder, kafka, mode, cfg))
            for s in self.services:
                s.one.ready()
        except BaseException:
            self.close()
            raise

    def behind(self):
        """Events that some service has not committed or not sent."""
        n = self.feed.count
        return max(n - min(s.committed(), s.out()) for s in self.services)

    def goes_on(self):
        """Waits until every service has sent all that was fed by now, and more."""
        n = self.feed.count
        rig.wait_for("the services to go on", lambda: min(s.out() for s in self.services) > n, every=0.1, timeout=120)

    def settle(self):
        """Waits, without new events, until all that was fed is committed and has come out:
        what is doubled from now on is not owed to what was before."""
        with self.feed.pause:
            rig.wait_for("the services to catch up", lambda: self.behind() == 0, every=0.1, timeout=120)

    def say(self, name):
        print(f"{time.time() - self.began:5.0f} s  {name}", flush=True)

    def moment(self, least=0.05, most=1.3):
        time.sleep(self.rng.uniform(least, most))

    @contextlib.contextmanager
    def fault(self, name, *modes):
        """What befalls services, all or those of some modes, while the body runs."""
        self.say(name)
        f = Fault(name, time.time(), self.feed.count)
        for s in self.services:
            if not modes or s.mode in modes:
                s.faults.append(f)
        yield
        f.over, f.fed = time.time(), self.feed.count

    def strike(self, service, name):
        """A fault that leaves work of the service's first instance undone."""
        at, fed = time.time(), self.feed.count
        service.faults.append(Fault(name, at, fed, self.kafka.positions(service.mode, TOPIC, PARTITIONS)))
        return service.faults[-1]

    def kill(self):
        """Kills each service at a moment of its own and starts it again."""
        self.say("kill")
        for s in self.services:
            self.moment()
            s.one.kill()
            f = self.strike(s, "kill")
            s.one.start()
            f.over, f.fed = f.at, f.before

    def join(self):
        with self.fault("join"):
            for s in self.services:
                s.join()

    def leave(self):
        with self.fault("leave"):
            for s in self.services:
                s.leave()

    @contextlib.contextmanager
    def stopped(self):
        """The first instances do nothing while the body runs, and then find that they were
        thrown out of their group."""
        self.say("stop")
        faults = []
        for s in self.services:
            s.one.process.signal(signal.SIGSTOP)
            faults.append(self.strike(s, "stop"))
        yield
        for s, f in zip(self.services, faults):
            assert s.share(s.two) == s.all, f"{s.mode}: the stopped instance still has a share"
            s.one.process.signal(signal.SIGCONT)
            f.over, f.fed = time.time(), self.feed.count
        for s in self.services:
            rig.wait_for(f"{s.mode}: a share for the instance that was stopped; see {s.one.process.log}",
                         lambda: s.one.process.running() and s.share(s.two) < s.all)

    def end(self):
        self.feed.stop()
        self.settle()
        for s in self.services:
            s.one.stop()

    def close(self):
        self.feed.stop()
        for s in self.services:
            s.close()


def config(kafka, redis, wiki, mode, **more):
    """Both modes use one Redis, each in a database of its own; texts are asked for as
    long as a wiki may be away."""
    return {
        "kafka": {"brokers": kafka.brokers},
        "delivery": mode,
        "consume": {"group": mode, "start": "earliest", "commit_interval": "200ms", "member": "one",
                    "session_timeout": "10s", "drain_timeout": "9s"},
        "routes": [{"model": "revid", "topic": f"{mode}.revid"},
                   {"model": "reverted", "topic": f"{mode}.reverted", "match": {"page_namespace": 0}}],
        "models": [{"bundle": "embedded:revid"}, {"bundle": "embedded:enwiki.reverted"}],
        "fetch": {"wikis": [{"match": "enwiki", "api": wiki.api}], "user_agent": "revscore-e2e/1 (tests)",
                  "deadline": "10m", "tries": 10_000, "retry_max": "2s"},
        "retry": {"stream": f"{mode}.retry"},
        "dedupe": {"redis": {"addresses": [f"127.0.0.1:{redis.port}"], "timeout": rig.PATIENCE, "db": MODES.index(mode)}},
        "log": {"format": "console"},
    } | more
