"""Judges of a run under faults, by what confluent-kafka reads when it is over and by
when that came: nothing lost, nothing doubled but what a fault may double, pages in
their order, and how long services took to recover.
"""

import bisect
import collections
import itertools
import json

import expect
import feed
import recap

# Time that what a process has sent when it dies may take to be in the log.
UNDER_WAY = 0.5


def unscorable(n):
    """tools/wikisim has not every text."""
    return n % 97 == 0 or n % 101 == 0


def wanted(model, e):
    return model == "revid" or e["page_namespace"] == 0


def check(run, service):
    """Every revision has its events on the service's topics, each of the official schema and
    a page's in their order. Returns the number of repeats."""
    repeats = 0
    for model, topic in service.topics.items():
        sources = [e for e in run.feed.sent if wanted(model, e)]
        messages = run.kafka.read(topic)
        events, again = expect.check_scores(messages, model, sources)
        expect.check_page_order(messages, sources)
        failed = {n for (_, n), e in events.items() if "errors" in e}
        want = {e["rev_id"] for e in sources if unscorable(e["rev_id"]) or unscorable(e["rev_parent_id"])} if model == "reverted" else set()
        assert failed == want, f"{topic}: error events of {sorted(failed ^ want)[:5]}… do not go with what the wiki has"
        repeats += again
    return repeats


class Doubles:
    """Repeated messages of a service by the fault that is to blame. A repeat has the
    meta.id of its twin and says the same."""

    def __init__(self, service, places):
        self.blamed = collections.Counter()  # faults, by their place in the list
        self.possible = collections.Counter()  # had a kill repeated all that was sent and not committed
        self.faults, self.places = service.faults, places
        for messages in service.tail.messages.values():
            self.count(messages)
        self.by_cause = collections.Counter()
        for (i, unmarked), n in self.blamed.items():
            self.by_cause["nothing" if i is None else self.faults[i].name + unmarked] += n

    def count(self, messages):
        first = {}
        for m in messages:
            e, when = json.loads(m.value()), m.timestamp()[1] / 1000
            twin, before = first.setdefault(e["meta"]["id"], (e, when))
            if twin is not e:
                assert expect.undated(e) == expect.undated(twin), f"{e['meta']['id']} says two things"
                cause = self.cause(e["rev_id"], before, when)
                self.blamed[cause, self.unmarked(cause, before)] += 1
                continue
            self.possible.update(i for i, f in enumerate(self.faults)
                                 if f.name == "kill" and self.open(f, e["rev_id"]) and when <= f.at + UNDER_WAY)

    def open(self, fault, rev_id):
        """Whether an event was fed and not committed when a kill or a stop struck."""
        partition, offset = self.places[rev_id]
        return fault.committed is not None and offset >= fault.committed[partition] and rev_id < feed.FIRST + fault.before

    def cause(self, rev_id, first, again):
        """The last kill or stop before the repeat that can have caused it, or else the last
        fault. What a stopped process had at hand leaves when it goes on, before or behind
        its twin."""
        past = [i for i, f in enumerate(self.faults) if f.at <= again]
        for i in reversed(past):
            f = self.faults[i]
            if self.open(f, rev_id) and (f.name == "stop" or first <= f.at + UNDER_WAY):
                return i
        return past[-1] if past else None


    def unmarked(self, cause, sent):
        """Whether Redis has lost its memory since a message was sent that a kill repeats."""
        if cause is None or self.faults[cause].name != "kill":
            return ""
        lost = any(f.name in ("redis flushed", "redis lost") and sent <= f.over + UNDER_WAY for f in self.faults[:cause])
        return ", marks lost" if lost else ""


class Recovery:
    """When revisions came out, for each fault: how long after it struck the next did, and
    how long after its cause was gone none was behind. While a wiki or a gate is away
    only what needs them is held up, so they are judged by all revisions and other
    faults by those without texts."""

    def __init__(self, service, sent):
        self.again, self.caught = [], []
        arrivals = [self.arrival(service, e) for e in sent]
        every = list(itertools.accumulate(arrivals, max))
        plain = list(itertools.accumulate((0 if wanted("reverted", e) else a for e, a in zip(sent, arrivals)), max))
        arrivals.sort()
        for f in service.faults:
            latest = every if f.name.startswith(("wiki", "gate")) else plain
            self.again.append(arrivals[bisect.bisect(arrivals, f.at)] - f.at)
            self.caught.append(max(0, latest[f.fed - 1] - f.over))

    @staticmethod
    def arrival(service, e):
        return max(service.tail.seen[topic][expect.score_id(model, e["database"], e["rev_id"])]
                   for model, topic in service.topics.items() if wanted(model, e))


def report(run, service, name):
    """A row for the recap, and on the way a line for each fault."""
    doubles, recovery = Doubles(service, run.feed.places), Recovery(service, run.feed.sent)
    killed = [again for f, again in zip(service.faults, recovery.again) if f.name == "kill"]
    row = recap.Row(f"{name}, {service.mode}", len(run.feed.sent), len(killed), len(service.faults) - len(killed),
                    doubles.possible.total(), doubles.by_cause, again=killed or recovery.again, caught=recovery.caught)
    recap.ROWS.append(row)
    doubled = collections.Counter()
    for (i, _), n in doubles.blamed.items():
        doubled[i] += n
    lines = [(f"{f.at - run.began:.0f}", f.name, f"{again:.1f}", f"{caught:.1f}", str(doubled[i]), str(doubles.possible[i]))
             for i, (f, again, caught) in enumerate(zip(service.faults, recovery.again, recovery.caught))]
    print(f"\n{service.mode}")
    print("\n".join(recap.table(lines, ("at s", "fault", "first output s", "caught up s", "doubled", "possible"))))
    return row


def check_gate(gate, service, model, places):
    """What the gate took of a model's stream is what Kafka has; it took again what it had
    not answered, and what a kill or a stop repeats."""
    doubles = Doubles(service, places)
    want = {}
    for m in service.tail.messages[service.topics[model]]:
        e = json.loads(m.value())
        want[e["meta"]["id"]] = e

    def excused(e):
        return any(doubles.open(f, e["rev_id"]) for f in doubles.faults)

    again, pardoned = expect.check_gate(gate.accepted(), {expect.stream(model): want}, excused)
    stats = gate.stats()
    print(f"\nEventGate: {len(want):,} events in {stats['requests']:,} requests, {stats['errors']} refused for a while, {stats['unanswered']} "
          f"taken without an answer, {again} taken again, {pardoned} of them after an answer and a kill or stop, {stats['invalid']} invalid")
    assert stats["invalid"] == 0
    assert stats["errors"] > 0 and stats["unanswered"] > 0, "the gate had no faults"
