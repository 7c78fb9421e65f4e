"""What must come out, computed without the service: ids by the rule in
docs/guarantees.md, and the official JSON Schemas as judges.
"""

import json
import uuid

import fastjsonschema
import jsonschema
import yaml

from rig import SHARED, require

SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "revscore.mediawiki.revision-score")
VERSIONS = {"reverted": "1.0.0", "revid": "0.0.0"}


def stream(model):
    return f"mediawiki.revision-score-{model}"


def score_id(model, wiki, rev_id):
    parts = (stream(model), wiki, str(rev_id), model, VERSIONS[model])
    return str(uuid.uuid5(SPACE, "".join(p + "\0" for p in parts)))


def revid_probability(rev_id):
    """ORES's test model: the last two digits, padded, read backwards, over 100."""
    return int(f"{rev_id:02d}"[-2:][::-1]) / 100


class Judge:
    """An official schema. One library judges all messages; another one, which is stricter
    about dates and addresses and takes ten times as long, the first of a topic."""

    STRICTLY = 1000

    def __init__(self, path):
        schema = yaml.safe_load(require(SHARED / "contracts/schemas" / f"{path}.yaml").read_text())
        schema.pop("$schema")  # the official URI is not the one the libraries know draft 7 by
        self.quick = fastjsonschema.compile(schema, use_default=False)
        self.strict = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())

    def faults(self, event, strictly):
        try:
            self.quick(event)
        except fastjsonschema.JsonSchemaException as e:
            return [e.message]
        return [f"{e.message} at {list(e.path)}" for e in self.strict.iter_errors(event)] if strictly else []


SCORE = Judge("mediawiki/revision/score/3.0.0")
ERROR = Judge("error/2.1.0")


def decode(messages, judge):
    """Parses messages and fails on the first that the schema refuses."""
    events = []
    for i, m in enumerate(messages):
        event = json.loads(m.value())
        for fault in judge.faults(event, i < Judge.STRICTLY):
            raise AssertionError(f"{m.topic()}@{m.offset()}: {fault}: {m.value()[:500]}")
        events.append(event)
    return events


def check_scores(messages, model, sources):
    """Every source revision has one distinct event of the model among the messages, and
    nothing else is there. Returns {rev key: event} and the number of repeats."""
    events = decode(messages, SCORE)
    want = {score_id(model, e["database"], e["rev_id"]): e for e in sources}
    got = {}
    for m, e in zip(messages, events):
        got.setdefault(e["meta"]["id"], (m, e))
    missing, strange = want.keys() - got.keys(), got.keys() - want.keys()
    assert not missing, f"{len(missing)} revisions have no event, e.g. {want[next(iter(missing))]}"
    assert not strange, f"{len(strange)} events belong to no source event, e.g. {got[next(iter(strange))][1]}"
    for id_, source in want.items():
        m, e = got[id_]
        assert json.loads(m.key()) == {"wiki_id": source["database"], "page_id": source["page_id"]}, m.key()
        assert e["dt"] == e["rev_timestamp"] == source["rev_timestamp"]
        for field in ("page_title", "page_namespace", "rev_parent_id", "database"):
            assert e.get(field) == source.get(field), f"{field}: {e} from {source}"
        assert e.get("performer", {}).get("user_text") == source.get("performer", {}).get("user_text")
        for field in ("domain", "uri", "request_id"):
            assert e["meta"].get(field) == source["meta"].get(field)
        assert ("scores" in e) != ("errors" in e)
        if model == "revid":
            assert e["scores"]["revid"]["probability"]["true"] == revid_probability(source["rev_id"]), e
    return {(e["database"], e["rev_id"]): e for _, e in got.values()}, len(messages) - len(got)


def check_page_order(messages, sources):
    """First deliveries of a page's revisions leave in the order in which they came."""
    order = {}
    for i, e in enumerate(sources):
        order.setdefault((e["database"], e["rev_id"]), i)
    last, seen = {}, set()
    for m in messages:
        e = json.loads(m.value())
        key = (e["database"], e["rev_id"])
        if key in seen:
            continue
        seen.add(key)
        page = (e["database"], e["page_id"])
        assert last.get(page, -1) < order[key], f"revision {key} left after a later one of its page"
        last[page] = order[key]


def check_gate(accepted, want, excused=lambda e: False):
    """The gate took the events wanted, by stream and id, each again at most until it had
    answered, but for those excused; and a page's in their order, which is that of its
    revisions. Returns how many it took again, and how many of these were excused."""
    told, seen, last, again, pardoned = set(), set(), {}, 0, 0
    for a in accepted:
        e, w = a["event"], want[a["stream"]][a["id"]]
        assert undated(e) == undated(w), f"{a['id']} says two things"
        if a["id"] in told:
            assert excused(e), f"{a['id']} was sent again after the gate had answered"
            pardoned += 1
        if a["answered"]:
            told.add(a["id"])
        if a["id"] in seen:
            again += 1
        elif "rev_id" in e and e["meta"]["domain"] != "canary":
            page = a["stream"], e["page_id"]
            assert last.get(page, 0) < e["rev_id"], f"revision {e['rev_id']} came after a later one of its page"
            last[page] = e["rev_id"]
        seen.add(a["id"])
    lost = {id_ for events in want.values() for id_ in events} - told
    assert not lost, f"{len(lost)} events are not at the gate, e.g. {next(iter(lost))}"
    return again, pardoned


def undated(e):
    """An event without the time at which it was made."""
    return e | {"meta": {k: v for k, v in e["meta"].items() if k != "dt"}}
