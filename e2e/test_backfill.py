"""A backfill beside the live service, killed again and again, against a real Kafka and a
real Redis: in the end every revision has its one score. Run by `make e2e`.
"""

import collections
import json
import random
import time

import bench_stream
import history
import recap
import rig

TOPIC, OUT = "eqiad.mediawiki.revision-create", "mediawiki.revision-score-revid"


def backfill(folder, service, *flags):
    return rig.Process([str(rig.require(rig.BINARY)), "backfill", "--config", str(service.path), "--offline", *flags], folder / "backfill.log")


def records(state):
    """How far a job is."""
    return json.loads(state.read_text())["position"]["records"] if state.exists() else 0


def test_backfill_killed_beside_live(kafka, redis, tmp_path):
    dump, state = tmp_path / "history.xml", tmp_path / "state"
    ids = history.write(dump, 6000, sentences=3)
    kafka.create(TOPIC, OUT)
    service = rig.Streamer(tmp_path, {
        "kafka": {"brokers": [kafka.bootstrap]}, "consume": {"group": "live", "start": "earliest", "topics": [TOPIC]},
        "routes": [{"model": "revid"}], "models": [{"bundle": "embedded:revid"}],
        "dedupe": {"redis": {"addresses": [f"127.0.0.1:{redis.port}"], "timeout": rig.PATIENCE}}, "log": {"level": "warn", "format": "console"},
    })
    rng, kills = random.Random(7), 0
    try:
        service.ready()
        # The live service gets some of the same revisions at the same time.
        both = rng.sample(ids, 1000)
        events = []
        for rev in both:
            e = json.loads(bench_stream.event(rev))
            events.append(json.dumps(e | {"database": "simplewiki", "page_id": (rev - ids[0]) // 25 + 1}).encode())
        flags = ["--dump", str(dump), "--state", str(state), "--rate", "800"]
        for i in range(5):
            process = backfill(tmp_path, service, *flags)
            kafka.produce(TOPIC, events[200 * i:200 * (i + 1)])
            time.sleep(rng.uniform(0.8, 1.6))
            if process.running():
                kills += 1
                process.close()  # SIGKILL
        before = records(state)
        process = backfill(tmp_path, service, *flags)
        rig.wait_for("the state to move", lambda: records(state) > before)
        began = time.monotonic()
        process.signal(15)
        code, took = process.wait(), time.monotonic() - began
        assert code == 1 and took < 10, f"SIGTERM: exit {code} after {took:.1f} s\n{process.text()}"
        process = backfill(tmp_path, service, *flags)
        assert process.wait(300) == 0, process.text()  # it yields to whatever else the machine does
        rig.wait_for("the live service", lambda: kafka.committed("live", TOPIC) >= len(events))
    finally:
        service.close()
    messages = [json.loads(m.value()) for m in kafka.read(OUT)]
    seen = collections.Counter(m["meta"]["id"] for m in messages)
    revs = {m["rev_id"] for m in messages}
    doubles = sum(seen.values()) - len(seen)
    recap.ROWS.append(recap.Row("backfill beside live", len(ids), kills, possible=64 * kills, lost=len(set(ids) - revs),
                                doubles=collections.Counter({"kill of the backfill": doubles} if doubles else {})))
    assert revs == set(ids) and len(seen) == len(ids)
    assert kills >= 3, "killed too seldom to show anything"
    # A kill between acknowledgement and mark repeats what was in flight then.
    assert doubles <= 64 * kills
    assert "nothing left to do" in again(tmp_path, service, flags)


def again(folder, service, flags):
    process = backfill(folder, service, *flags)
    assert process.wait(120) == 0, process.text()
    return process.text()
