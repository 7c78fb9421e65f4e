"""What a wiki cannot give for now comes again through retry topics: a wiki that stands
still for longer than it is waited for, and a service that is killed meanwhile. Run by
`make e2e`.
"""

import json
import signal

import pytest

import expect
import recap
import rig
from test_stream import TOPIC, config, values

DELAYS = ["2s", "5s", "20s"]
EVENTS = 300


@pytest.mark.parametrize("delivery", ["at_least_once", "exactly_once"])
def test_outage_of_the_wiki(kafka, redis, wiki, streamer, delivery):
    """The wiki stands still, the service waits in retry topics, is killed and comes back,
    and so does the wiki. Nobody has made the retry topics."""
    events = wiki.events[:EVENTS]
    kafka.create(TOPIC, expect.stream("reverted"))
    kafka.produce(TOPIC, values(events))
    cfg = config(kafka, redis, wiki.api, delivery=delivery, retry={"delays": DELAYS}, transactions={"timeout": "5s"})
    cfg["fetch"] |= {"timeout": "500ms", "deadline": "1s"}
    cfg["consume"] |= {"window": 2048, "session_timeout": "6s", "drain_timeout": "3s"}
    topics = [f"revscore.retry.{d}" for d in DELAYS]
    wiki.process.signal(signal.SIGSTOP)
    try:
        service = streamer(cfg)
        rig.wait_for("all events in the first retry topic", lambda: kafka.end(topics[0]) >= EVENTS, every=0.2)
        assert len(kafka.read(expect.stream("revid"))) == EVENTS, "what needs no text has waited"
        assert not kafka.read(expect.stream("reverted"))
        service.kill()
        service.start()
        rig.wait_for("events that wait again", lambda: kafka.end(topics[1]) > 0, every=0.2)
    finally:
        wiki.process.signal(signal.SIGCONT)
    rig.wait_for("all answers", lambda: kafka.end(expect.stream("reverted")) >= EVENTS and len(
        {(m.key(), json.loads(m.value())["rev_id"]) for m in kafka.read(expect.stream("reverted"))}) == EVENTS, timeout=120, every=1)
    service.stop()
    repeats = {}
    for model in ("revid", "reverted"):
        answers, repeats[model] = expect.check_scores(kafka.read(expect.stream(model)), model, events)
        assert len(answers) == EVENTS
    late = [e for e in answers.values() if e.get("errors", {}).get("reverted", {}).get("type") == "CaughtDependencyError"]
    assert not late, late[0]
    recap.add(f"wiki away, retry topics, {delivery}", EVENTS, sum(repeats.values()), kills=1, faults=1)
    print(f"\n{delivery}: {EVENTS} events, put off {[len(kafka.read(t)) for t in topics]} times, repeats {repeats}")
    if delivery == "exactly_once":
        assert repeats == {"reverted": 0, "revid": 0}
        assert len(kafka.read(topics[0])) == EVENTS
