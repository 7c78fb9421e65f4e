"""The service for a quarter of an hour at a steady rate, on a real Kafka and a real
Redis, with a model that needs texts for a third of the events. Run by `make soak`.

Every ten seconds it asks the service for its memory, goroutines and files, and prints
them as docs/soak.md has them. It fails when one of them grows over the last two thirds,
or when an event is lost or doubled.
"""

import argparse
import contextlib
import pathlib
import re
import tempfile
import time

import numpy

import broker
import faults
import feed
import recap
import rig

EVERY = 10  # seconds between two looks
# What is looked at: the metric, its factor, and by how much the line fitted to the last
# two thirds may rise: a share of its mean, or so much if that is more.
MEASURES = {
    "RSS MiB": ("process_resident_memory_bytes", 2**-20, 0.05, 8),
    "heap MiB": ("go_memstats_heap_inuse_bytes", 2**-20, 0.10, 8),
    "goroutines": ("go_goroutines", 1, 0.05, 10),
    "open files": ("process_open_fds", 1, 0.05, 3),
}
BEHIND = "revscore_consume_lag_records"


def look(service):
    """One value of each measure, and the records behind."""
    metrics = dict.fromkeys([m[0] for m in MEASURES.values()] + [BEHIND], 0.0)
    for line in service.get("/metrics").splitlines():
        name = re.match(r"\w*", line)[0]
        if name in metrics:
            metrics[name] += float(line.rsplit(" ", 1)[1])
    return [metrics[metric] * factor for metric, factor, _, _ in MEASURES.values()] + [metrics[BEHIND]]


def watch(service, events, seconds):
    """Rows of seconds since the start, events fed, the measures and the records behind."""
    rows, began = [], time.monotonic()
    while len(rows) < seconds / EVERY:
        time.sleep(max(0, began + (len(rows) + 1) * EVERY - time.monotonic()))
        assert service.process.running(), service.process.text()[-2000:]
        rows.append([time.monotonic() - began, events.count, *look(service)])
    return rows


def drift(rows):
    """By how much the fitted line of each measure rises over the last two thirds, and what
    of it is too much."""
    last = numpy.array(rows[len(rows) // 3:])
    found = {}
    for i, (name, (_, _, share, floor)) in enumerate(MEASURES.items(), start=2):
        rise = numpy.polyfit(last[:, 0], last[:, i], 1)[0] * (last[-1, 0] - last[0, 0])
        mean = last[:, i].mean()
        found[name] = mean, rise, rise > max(share * mean, floor)
    return found


def report(rows, found):
    columns = ["minute", "events", *MEASURES, "behind"]
    print("\n| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    for row in rows[60 // EVERY - 1::60 // EVERY]:
        print(f"| {row[0] / 60:.0f} | {row[1]:,} | " + " | ".join(f"{value:.0f}" for value in row[2:]) + " |")
    lines = [(name, f"{mean:.1f}", f"{rise:+.1f}", "GROWS" if grows else "flat") for name, (mean, rise, grows) in found.items()]
    print("\nlast two thirds:")
    print("\n".join(recap.table(lines, ("", "mean", "rise", ""))))


def count(kafka, topic):
    """Messages and distinct revisions of a topic."""
    total, revisions = 0, set()
    for m in kafka.messages(topic):
        total += 1
        revisions.add(int(re.search(rb'"rev_id":(\d+)', m.value())[1]))
    return total, len(revisions)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--seconds", type=int, default=900)
    args.add_argument("--rate", type=int, default=1000, help="events a second")
    args.add_argument("--delivery", choices=faults.MODES, default="at_least_once")
    args = args.parse_args()
    with contextlib.ExitStack() as stack:
        def part(p):
            stack.callback(p.close)
            return p

        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kafka, redis = part(broker.Kafka(folder)), part(rig.Redis(folder))
        wiki = part(rig.EndlessWiki(folder, feed.PAGES))
        kafka.create(feed.TOPIC, partitions=faults.PARTITIONS)
        # What is remembered for two minutes, else Redis alone would take a gigabyte.
        cfg = faults.config(kafka, redis, wiki, args.delivery)
        cfg["dedupe"] |= {"sent_ttl": "2m", "score_ttl": "2m", "negative_ttl": "1m"}
        topics = [route["topic"] for route in cfg["routes"]]
        kafka.create(*topics)
        service = part(rig.Streamer(folder, cfg))
        service.ready()
        events = feed.Feed(kafka, args.rate)
        stack.callback(events.stop)
        rows = watch(service, events, args.seconds)
        events.stop()
        rig.wait_for("the last commit", lambda: kafka.committed(args.delivery, feed.TOPIC, faults.PARTITIONS) >= events.count)
        service.stop()
        found = drift(rows)
        report(rows, found)
        articles = sum(feed.event(n)["page_namespace"] == 0 for n in range(feed.FIRST, feed.FIRST + events.count))
        for topic, want in zip(topics, (events.count, articles)):
            total, distinct = count(kafka, topic)
            print(f"{topic}: {total:,} messages of {distinct:,} revisions, {want:,} fed")
            assert total == distinct == want and not events.failed, "events were lost or doubled"
        grown = [name for name, (_, _, grows) in found.items() if grows]
        if grown:
            raise SystemExit(f"grows: {', '.join(grown)}")


if __name__ == "__main__":
    main()
