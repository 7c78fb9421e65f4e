"""Model files of the original, from the file to scores on a stream; many of them at
once; and swapped while events flow. Run by `make e2e`.
"""

import collections
import json
import math
import pathlib
import shutil
import signal
import subprocess
import threading
import time

import rig
from test_stream import TOPIC, config, finished, values

FILES = sorted(rig.SHARED.glob("models/*.model")) + sorted(rig.SHARED.glob("models/releases/*.model*"))
FILES = [f for f in FILES if not f.name.endswith(".gz")]


def import_model(file, out, *more):
    """The command that the README shows; returns what it says."""
    return subprocess.run([str(rig.require(rig.BINARY)), "import", str(file), "--out", str(out), *more],
                          check=True, capture_output=True, text=True, timeout=60).stdout


def resident(service):
    """Megabytes of memory that the process holds now."""
    status = pathlib.Path(f"/proc/{service.process.child.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def serving(streamer, cfg):
    """Starts the service and returns it with the seconds until it was ready."""
    began = time.monotonic()
    service = streamer(cfg)
    rig.wait_for("readiness", lambda: service.get("/readyz"), every=0.01)
    return service, time.monotonic() - began


def test_a_model_file_gives_scores_on_a_stream(tmp_path, kafka, redis, wiki, streamer):
    """enwiki.damaging as the original wrote it, with its 80 features, lexicons and
    dictionaries: every revision of English Wikipedia gets one score."""
    import_model(rig.SHARED / "models/enwiki.damaging.gb80_scale_center.model", tmp_path / "models/enwiki.damaging")
    events = [e for e in wiki.events if e["database"] == "enwiki"]
    assert len(events) > 100
    kafka.create(TOPIC)
    kafka.produce(TOPIC, values(events))
    service = streamer(config(kafka, redis, wiki.api, models=[{"bundle": str(tmp_path / "models/enwiki.damaging")}],
                              routes=[{"model": "damaging"}]))
    finished(kafka, len(events))
    scored = [json.loads(m.value()) for m in kafka.read("mediawiki.revision-score-damaging")]
    assert collections.Counter(e["rev_id"] for e in scored) == collections.Counter(e["rev_id"] for e in events)
    chances = [e["scores"]["damaging"]["probability"]["true"] for e in scored if "scores" in e]
    errors = collections.Counter(e["errors"]["damaging"]["type"] for e in scored if "errors" in e)
    print(f"\n{len(chances)} of {len(events)} revisions scored, the others have {dict(errors)}")
    assert errors.keys() <= {"UserDeleted", "TextDeleted", "CommentDeleted", "UnexpectedContentType"}, errors
    assert len(chances) > 0.7 * len(events) and all(0 < p < 1 for p in chances) and len(set(chances)) > 50
    service.stop()


def test_forty_bundles(tmp_path, kafka, redis, wiki, streamer):
    """All kinds of estimators, 40 bundles: under 2 s to ready and 500 MB resident."""
    chosen = FILES[:20] + FILES[20::math.ceil(len(FILES[20:]) / 20)][:20]
    chosen += FILES[-(40 - len(chosen)):] if len(chosen) < 40 else []
    for i, file in enumerate(chosen):
        import_model(file, tmp_path / f"models/enwiki.m{i}")
    bundles = list((tmp_path / "models").glob("*/model.yaml"))
    assert len(bundles) == 40
    kafka.create(TOPIC)
    events = [e for e in wiki.events if e["database"] == "enwiki"][:50]
    kafka.produce(TOPIC, values(events))
    service, seconds = serving(streamer, config(
        kafka, redis, wiki.api, models=[{"bundle": str(tmp_path / "models/*")}], routes=[{"model": f"m{i}"} for i in range(40)]))
    at_start = resident(service)
    finished(kafka, len(events))
    print(f"\n40 bundles: ready after {seconds:.2f} s with {at_start:.0f} MB, {resident(service):.0f} MB after "
          f"{len(events)} revisions through all of them")
    assert seconds < 2 and resident(service) < 500
    service.stop()


def test_swap_under_load(tmp_path, kafka, redis, wiki, streamer):
    """A bundle is replaced again and again, by the watched folder and by SIGHUP, while
    events flow: every revision has one score, by a version that was in service."""
    models = tmp_path / "models"
    file = rig.SHARED / "models/enwiki.reverted.gb6_nolex_scale_center.model"
    versions = ["1.0.0", "1.1.0"]
    for version in versions:
        import_model(file, tmp_path / version, "--wiki", "*", "--name", "reverted", "--version", version)
    shutil.copytree(tmp_path / versions[0], models / "reverted")
    kafka.create(TOPIC)
    many = wiki.events
    service = streamer(config(kafka, redis, wiki.api, models=[{"bundle": str(models / "reverted")}], routes=[{"model": "reverted"}],
                              reload_interval="100ms"))
    service.ready()
    over = threading.Event()
    swaps = 0

    def swap():
        nonlocal swaps
        while not over.is_set():
            swaps += 1
            new = models / "new"
            shutil.copytree(tmp_path / versions[swaps % 2], new)
            shutil.rmtree(models / "reverted")
            new.rename(models / "reverted")
            if swaps % 2:
                service.process.signal(signal.SIGHUP)
            time.sleep(0.15)

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        for start in range(0, len(many), 50):  # a stream, not a heap: events come while models change
            kafka.produce(TOPIC, values(many[start:start + 50]))
            time.sleep(0.1)
        finished(kafka, len(many))
    finally:
        over.set()
        swapping.join()
    scored = [json.loads(m.value()) for m in kafka.read("mediawiki.revision-score-reverted")]
    assert collections.Counter((e["database"], e["rev_id"]) for e in scored) == \
        collections.Counter((e["database"], e["rev_id"]) for e in many)
    by_version = collections.Counter(next(iter((e.get("scores") or e["errors"]).values()))["model_version"] for e in scored)
    print(f"\n{len(scored)} revisions while the bundle was replaced {swaps} times: {dict(by_version)}")
    assert set(by_version) == set(versions) and swaps > 5
    service.stop()
