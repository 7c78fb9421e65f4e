"""A cluster of three brokers that die one after the other under both modes of
delivery; every record is on all, and two must have it. Run by `make e2e`.
"""

import contextlib

import broker
import faults
import feed
import rig
import verdict

RATE = 250


def test_brokers_die_one_after_the_other(tmp_path):
    """With two of three brokers everything goes on: nothing is lost or doubled, in either
    mode, and pages keep their order."""
    with contextlib.ExitStack() as stack:
        def part(p):
            stack.callback(p.close)
            return p

        kafka, redis = part(broker.Kafka(tmp_path, brokers=3)), part(rig.Redis(tmp_path))
        wiki = part(rig.EndlessWiki(tmp_path, feed.PAGES))
        run = part(faults.Run(tmp_path, kafka, {mode: faults.config(kafka, redis, wiki, mode) for mode in faults.MODES}, RATE))
        topics = [feed.TOPIC, *(topic for s in run.services for topic in s.topics.values())]
        for i in range(3):
            run.moment(2, 4)
            with run.fault(f"broker {i} killed"):
                kafka.kill(i)
                run.goes_on()
                run.moment(1, 3)
                kafka.start()
                rig.wait_for("all replicas", lambda: all(kafka.in_sync(t) == 3 for t in topics), every=0.2)
        run.end()
        for s in run.services:
            repeats = verdict.check(run, s)
            row = verdict.report(run, s, "three brokers")
            assert row.doubles.total() == repeats == 0 and not run.feed.failed
            assert row.events > 5000
