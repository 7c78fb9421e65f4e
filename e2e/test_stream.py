"""The service against a real Kafka, a real Redis and wikis, read back and judged
by clients that are not ours. Run by `make e2e`.
"""

import collections
import json
import signal

import pytest

import broker
import expect
import recap
import rig

TOPIC = "eqiad.mediawiki.revision-create"
MODELS = [{"bundle": "embedded:enwiki.reverted", "wikis": ["*"]}, {"bundle": "embedded:revid"}]


def config(kafka, redis, api, **more):
    return {
        "kafka": {"brokers": [kafka.bootstrap]},
        "consume": {"group": "e2e", "start": "earliest", "window": 64, "commit_interval": "200ms", "member": "only"},
        "routes": [{"model": "reverted"}, {"model": "revid"}],
        "models": MODELS,
        "fetch": {"wikis": [{"match": "/^[a-z0-9_]+$/", "api": api}], "user_agent": "revscore-e2e/1 (tests)"},
        "dedupe": {"redis": {"addresses": [f"127.0.0.1:{redis.port}"], "timeout": rig.PATIENCE}},
        "log": {"format": "console"},
    } | more


def values(events):
    return [json.dumps(e, ensure_ascii=False).encode() for e in events]


def finished(kafka, n, group="e2e"):
    rig.wait_for(f"{n} committed events", lambda: kafka.committed(group, TOPIC) >= n, timeout=120, every=0.2)


def by_type(events):
    return collections.Counter(e["errors"]["reverted"]["type"] for e in events.values() if "errors" in e)


def test_real_revisions_survive_sigkill(kafka, redis, wiki, streamer):
    """1,043 revisions of 98 wikis; the service is killed halfway and started again;
    afterwards all of them once more, which must change nothing."""
    kafka.create(TOPIC)
    n = len(wiki.events)
    kafka.produce(TOPIC, values(wiki.events))
    service = streamer(config(kafka, redis, wiki.api))
    rig.wait_for("half of the scores", lambda: kafka.end(expect.stream("reverted")) >= n // 3, every=0.005)
    service.kill()
    at_kill = kafka.end(expect.stream("reverted"))
    committed = kafka.committed("e2e", TOPIC)
    service.start()
    finished(kafka, n)
    for model in ("reverted", "revid"):
        events, repeats = expect.check_scores(kafka.read(expect.stream(model)), model, wiki.events)
        expect.check_page_order(kafka.read(expect.stream(model)), wiki.events)
        recap.add(f"killed halfway, {model}", n, repeats, kills=1)
        print(f"\n{model}: {len(events)} revisions, killed at {at_kill} scores and {committed} committed events, {repeats} repeats")
        if model == "reverted":
            errors = by_type(events)
            print(f"reverted: {len(events) - errors.total()} scored, {dict(errors)}")
            assert errors.keys() <= {"UnexpectedContentType", "TextDeleted", "UserDeleted"}, errors
            assert len(events) - errors.total() > 900
    before = kafka.end(expect.stream("reverted")), kafka.end(expect.stream("revid"))
    kafka.produce(TOPIC, values(wiki.events))
    finished(kafka, 2 * n)
    assert before == (kafka.end(expect.stream("reverted")), kafka.end(expect.stream("revid"))), "a second delivery sent something"
    service.stop()


def test_real_mediawiki(tmp_path, kafka, redis, streamer):
    """All revisions of an imported wiki, through MediaWiki's own API."""
    mediawiki = rig.MediaWiki(tmp_path, rig.SHARED / "corpus/aawiki-20260101-pages-meta-history.xml.bz2")
    try:
        events = [event_of(page, r) for page, r in mediawiki.revisions()]
        assert len(events) > 1300
        kafka.create(TOPIC)
        kafka.produce(TOPIC, values(events))
        service = streamer(config(kafka, redis, mediawiki.api))
        finished(kafka, len(events))
        scored, repeats = expect.check_scores(kafka.read(expect.stream("reverted")), "reverted", events)
        expect.check_page_order(kafka.read(expect.stream("reverted")), events)
        errors = by_type(scored)
        print(f"\nMediaWiki: {len(scored) - errors.total()} scored, {dict(errors)}, {repeats} repeats, "
              f"{service.metric('revscore_fetch_calls_total'):.0f} API calls")
        assert repeats == 0
        assert errors.keys() <= {"UnexpectedContentType"}, errors
        assert service.metric("revscore_fetch_calls_total") < len(events) / 4, "texts were not batched"
        service.stop()
    finally:
        mediawiki.close()


def event_of(page, r):
    """The revision-create event of a revision that list=allrevisions shows."""
    e = {
        "$schema": "/mediawiki/revision/create/2.0.0",
        "meta": {"stream": "mediawiki.revision-create", "domain": "aa.wikipedia.example", "id": f"m-{r['revid']}", "dt": r["timestamp"]},
        "database": "aawiki", "dt": r["timestamp"], "page_id": page["pageid"], "page_title": page["title"].replace(" ", "_"),
        "page_namespace": page["ns"], "page_is_redirect": False, "rev_id": r["revid"], "rev_timestamp": r["timestamp"],
        "rev_minor_edit": r.get("minor", False),
        "performer": {"user_text": r["user"], "user_groups": ["*"], "user_is_bot": False},
    }
    if r["parentid"]:
        e["rev_parent_id"] = r["parentid"]
    if r["userid"]:
        e["performer"]["user_id"] = r["userid"]
    return e


def test_bad_records_become_dead_letters(kafka, redis, wiki, streamer):
    """What cannot be read is kept with its place and reason, and the partition moves on."""
    kafka.create(TOPIC)
    good = wiki.events[0]
    canary = good | {"meta": good["meta"] | {"domain": "canary", "id": "c-1"}}
    bad = [
        None,
        b"",
        b"{",
        b"\xff\xfe not utf-8",
        b"x" * (700 << 10),
        json.dumps(good | {"$schema": "/mediawiki/page/delete/1.0.0"}).encode(),
        json.dumps({k: v for k, v in good.items() if k != "rev_id"}).encode(),
        json.dumps(good | {"rev_id": "17"}).encode(),
        json.dumps(canary).encode(),
    ]
    kafka.produce(TOPIC, bad + values([good]))
    service = streamer(config(kafka, redis, wiki.api))
    finished(kafka, len(bad) + 1)
    letters = expect.decode(kafka.read("revscore.error"), expect.ERROR)
    assert [e["error_type"] for e in sorted(letters, key=lambda e: e["message"])] == [
        "EmptyRecord", "InvalidJSON", "InvalidJSON", "InvalidJSON", "UnknownSchema", "MissingField", "WrongType"]
    assert all(f"{TOPIC}/0@" in e["message"] for e in letters)
    for model in ("reverted", "revid"):
        events = expect.decode(kafka.read(expect.stream(model)), expect.SCORE)
        assert sorted(e["meta"]["domain"] for e in events) == sorted(["canary", good["meta"]["domain"]])
    service.stop()


def test_redis_dies_and_comes_back(kafka, redis, wiki, streamer):
    """Without Redis scoring goes on; nothing is lost and, in one instance, nothing doubled."""
    kafka.create(TOPIC)
    n = len(wiki.events)
    service = streamer(config(kafka, redis, wiki.api))
    service.ready()
    third, most = n // 3, 2 * n // 3
    kafka.produce(TOPIC, values(wiki.events[:third]))
    finished(kafka, third)
    redis.close()
    kafka.produce(TOPIC, values(wiki.events[:most]))  # the first third again
    finished(kafka, third + most)
    redis.start()
    kafka.produce(TOPIC, values(wiki.events[most:]))
    finished(kafka, third + n)
    _, repeats = expect.check_scores(kafka.read(expect.stream("reverted")), "reverted", wiki.events)
    recap.add("Redis away", n, repeats, faults=1)
    assert repeats == 0
    assert service.process.text().count("redis does not answer") >= 1
    service.stop()


def test_broker_dies_and_comes_back(kafka, redis, wiki, streamer):
    """A broker killed in mid-run is waited for; nothing is lost."""
    kafka.create(TOPIC)
    n = len(wiki.events)
    kafka.produce(TOPIC, values(wiki.events))
    service = streamer(config(kafka, redis, wiki.api))
    rig.wait_for("some scores", lambda: kafka.end(expect.stream("reverted")) >= 20, every=0.005)
    kafka.kill()
    kafka.start()
    finished(kafka, n)
    _, repeats = expect.check_scores(kafka.read(expect.stream("reverted")), "reverted", wiki.events)
    recap.add("broker killed", n, repeats, faults=1)
    assert repeats == 0
    service.stop()


def test_broker_gone_at_start(redis, wiki, streamer, tmp_path):
    """A service that starts before its broker waits, is not ready, and then works."""
    kafka = broker.Kafka(tmp_path)
    try:
        kafka.create(TOPIC)
        kafka.produce(TOPIC, values(wiki.events[:10]))
        kafka.stop()
        service = streamer(config(kafka, redis, wiki.api))
        rig.wait_for("a word about the broker", lambda: "no broker answers yet" in service.process.text())
        assert service.get("/healthz") and not service.get("/readyz")
        kafka.start()
        finished(kafka, 10)
        assert service.get("/readyz")
        service.stop()
    finally:
        kafka.close()


def test_sigterm_under_load(kafka, redis, wiki, streamer):
    """SIGTERM in the middle: exit 0 within the deadline, every event in flight
    finished and committed, so the next start repeats nothing."""
    kafka.create(TOPIC)
    n = len(wiki.events)
    kafka.produce(TOPIC, values(wiki.events))
    service = streamer(config(kafka, redis, wiki.api))
    rig.wait_for("some scores", lambda: kafka.end(expect.stream("reverted")) >= 20, every=0.005)
    service.stop()
    assert kafka.committed("e2e", TOPIC) <= kafka.end(expect.stream("reverted")), "an event was committed without a message"
    redis.close()
    redis.start()  # forgets all: what is repeated now was not committed
    service.start()
    finished(kafka, n)
    _, repeats = expect.check_scores(kafka.read(expect.stream("reverted")), "reverted", wiki.events)
    recap.add("SIGTERM, Redis forgets", n, repeats, faults=2)
    assert repeats == 0
    service.stop()


def test_two_instances_share_nothing_but_redis(kafka, redis, wiki, tmp_path):
    """A second instance joins and the first is killed: each revision has its event."""
    kafka.create(TOPIC)
    n = len(wiki.events)
    cfg = config(kafka, redis, wiki.api)
    cfg["consume"] = cfg["consume"] | {"session_timeout": "6s", "drain_timeout": "3s", "member": ""}
    one, two = rig.Streamer(tmp_path, cfg, "one"), rig.Streamer(tmp_path, cfg, "two")
    try:
        one.ready()
        two.ready()
        kafka.produce(TOPIC, values(wiki.events))
        rig.wait_for("some scores", lambda: kafka.end(expect.stream("reverted")) >= 20, every=0.005)
        busy, idle = (one, two) if one.metric("revscore_consume_assigned_partitions") else (two, one)
        busy.process.signal(signal.SIGKILL)
        finished(kafka, n)
        _, repeats = expect.check_scores(kafka.read(expect.stream("reverted")), "reverted", wiki.events)
        recap.add("one of two instances killed", n, repeats, kills=1)
        idle.stop()
    finally:
        one.close()
        two.close()


@pytest.mark.parametrize("mechanism", ["scram-sha-256", "scram-sha-512"])
def test_tls_and_scram(redis, wiki, streamer, tmp_path, monkeypatch, mechanism):
    """Over TLS with SCRAM, the password from the environment; a wrong one is said and not printed."""
    kafka = broker.Kafka(tmp_path, secure=True)
    try:
        kafka.create(TOPIC)
        kafka.produce(TOPIC, values(wiki.events[:20]))
        cfg = config(kafka, redis, wiki.api)
        cfg["kafka"] = {
            "brokers": [f"localhost:{kafka.port + 2}"], "start_timeout": "4s",
            "tls": {"enabled": True, "ca_file": str(tmp_path / "kafka/tls/ca.pem")},
            "sasl": {"mechanism": mechanism, "user": "alice"},
        }
        monkeypatch.setenv("REVSCORE_KAFKA_PASSWORD", "not-the-secret")
        refused = streamer(cfg)
        assert refused.process.wait() == 1
        said = refused.process.text()
        assert "SASL" in said and "not-the-secret" not in said, said[-2000:]
        monkeypatch.setenv("REVSCORE_KAFKA_PASSWORD", "alice-secret")
        service = streamer(cfg)
        finished(kafka, 20)
        assert "alice-secret" not in service.process.text()
        service.stop()
    finally:
        kafka.close()
