"""What a wiki hides is in no event that is made afterwards. Run by `make e2e`."""

import json

import expect
import rig
from test_stream import TOPIC, config, finished, values

VISIBILITY = "eqiad.mediawiki.revision-visibility-change"
AGAIN = "again"  # the group, and what its topics are called


def hidden(e, text, user, comment):
    """The event that says what a wiki shows of a revision from now on."""
    return json.dumps({
        "$schema": "/mediawiki/revision/visibility-change/1.0.0",
        "meta": e["meta"] | {"id": f"v-{e['rev_id']}", "stream": "mediawiki.revision-visibility-change"},
        **{k: e[k] for k in ("database", "page_id", "page_title", "page_namespace", "rev_id", "rev_timestamp")},
        "visibility": {"text": not text, "user": not user, "comment": not comment},
        "prior_state": {"visibility": {"text": True, "user": True, "comment": True}},
    }).encode()


def test_hidden_is_not_shown_again(kafka, redis, wiki, tmp_path):
    """Revisions are scored; then the wiki hides users, comments and texts of some. A second
    group that gets the same events, and has the scores in the cache, does not show what
    is hidden; the others come as they were."""
    events = [e for e in wiki.events if "user_text" in e.get("performer", {})][:60]
    kafka.create(TOPIC, VISIBILITY)
    kafka.produce(TOPIC, values(events))
    cfg = config(kafka, redis, wiki.api, visibility={"topics": [VISIBILITY]})
    routes = [{"model": m, "stream": f"{AGAIN}.{m}"} for m in ("reverted", "revid")]
    one, two = rig.Streamer(tmp_path, cfg, "one"), None
    try:
        finished(kafka, len(events))
        first = {e["rev_id"]: e for e in expect.decode(kafka.read(expect.stream("reverted")), expect.SCORE)}
        kafka.produce(VISIBILITY, [hidden(e, text=i < 20, user=10 <= i < 30, comment=i < 30) for i, e in enumerate(events[:30])])
        rig.wait_for("what is hidden to be noted", lambda: kafka.end(VISIBILITY) == 30 and noted(one) >= 30)
        two = rig.Streamer(tmp_path, cfg | {"consume": cfg["consume"] | {"group": AGAIN}, "routes": routes}, "two")
        finished(kafka, len(events), AGAIN)
        one.stop()
        two.stop()
    finally:
        for service in filter(None, (one, two)):
            service.close()
    for model in ("reverted", "revid"):
        again = {e["rev_id"]: e for e in expect.decode(kafka.read(f"{AGAIN}.{model}"), expect.SCORE)}
        assert len(again) == len(events)
        for i, e in enumerate(events):
            got = again[e["rev_id"]]
            assert ("user_text" in got.get("performer", {})) == (not 10 <= i < 30), f"{i}: {got}"
            if model == "reverted" and i < 20:
                assert got["errors"]["reverted"]["type"] == "TextDeleted", f"{i}: {got}"
            elif model == "reverted" and i >= 30:
                assert got.get("scores") == first[e["rev_id"]].get("scores")


def noted(service):
    """Events that it has read and acted upon."""
    return service.metric("revscore_visibility_events_total") if not service.metric("revscore_visibility_waiting_revisions") else 0
