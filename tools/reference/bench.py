#!/usr/bin/env python3
"""Compare our revisions per CPU second with the reference's: same revisions, same features, one run.

    VENV/bin/python tools/reference/bench.py CORPUS [--seconds 4]

CORPUS is a folder with mix.jsonl.gz (JSON lines of real revisions with their
parents) and an XML history for the chain. Both sides solve a list afresh for
each revision, from texts in memory, with one process and after a warm-up. The
reference's figure is given twice: for the features that our language has
functions for, which is what is compared, and for its whole list.

Go is found as `go`, and the module around this file is measured.
"""
import argparse
import gzip
import json
import logging
import math
import os
import subprocess
import tempfile
import time
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

from revscoring.dependencies import solve

from expression import translate
from library import Library
from node import live
from solving import datasources, named_list

LISTS = ["editquality.enwiki.damaging", "articlequality.enwiki.wp10"]
SIZES = {"2 kB": (2_000, 12), "20 kB": (20_000, 8), "100 kB": (100_000, 4)}  # bytes of text, revisions
CHAIN = "enwiki-anarchism-history.xml.zst"
MODULE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def chosen(corpus):
    """English revisions whose sizes are nearest to those wanted, at most half of a size from one page.

    The order of the file decides between equals, so the choice is the same every time.
    """
    pairs = []
    with gzip.open(os.path.join(corpus, "mix.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["wiki"] == "enwiki" and row["text"] and row["parent_text"]:
                row["bytes"] = len(row["text"].encode())
                if 0.8 <= row["bytes"] / len(row["parent_text"].encode()) <= 1.25:
                    pairs.append(row)
    for size, (wanted, count) in SIZES.items():
        nearest = sorted(pairs, key=lambda row: abs(math.log(row["bytes"] / wanted)))
        picked, of_page = [], {}
        for row in nearest:
            if len(picked) < count and of_page.get(row["page_id"], 0) < count // 2:
                of_page[row["page_id"]] = of_page.get(row["page_id"], 0) + 1
                picked.append(row)
        if len(picked) < count or not all(0.5 <= row["bytes"] / wanted <= 2 for row in picked):
            raise SystemExit(f"bench: {corpus} has no {count} revisions of about {size}")
        for row in picked:
            yield size, scoring_input(row)


def scoring_input(row):
    """The corpus knows no groups and registrations; what stands for them costs the same."""
    performer = {"user_text": row["user"] or "", "user_is_bot": False}
    if row["user_id"]:
        performer.update(user_id=row["user_id"], user_groups=["*", "user"], user_registration_dt="2001-02-03T04:05:06Z")
    return {
        "event": {"database": row["wiki"], "rev_id": row["rev_id"], "rev_timestamp": row["timestamp"], "comment": row["comment"] or "",
                  "page_id": row["page_id"] or 1, "page_title": row["page_title"],
                  "page_namespace": row["page_namespace"] or 0, "performer": performer},
        "text": row["text"],
        "parent": {"text": row["parent_text"], "timestamp": None, "user_id": None},
        "page": {"creation_timestamp": None, "namespace_name": ""},
        "user": {"last_revision_timestamp": None},
    }


def reference_rate(features, caches, seconds):
    """Revisions per CPU second: whole passes over the revisions, at least one."""
    list(solve(features, cache=dict(caches[0])))
    solved, began, spent = 0, time.process_time(), 0
    while spent < seconds:
        for cache in caches:
            list(solve(features, cache=dict(cache)))
        solved += len(caches)
        spent = time.process_time() - began
    return solved / spent


def our_rates(inputs, lists, chain, seconds):
    """What tools/bench measures: a record a line."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("inputs.jsonl", "lists.json")]
        with open(paths[0], "w", encoding="utf-8") as file:
            file.writelines(json.dumps({"size": size, **row}) + "\n" for size, row in inputs)
        with open(paths[1], "w", encoding="utf-8") as file:
            json.dump(lists, file)
        done = subprocess.run(["go", "run", "./tools/bench", "-seconds", str(seconds), "-chain", chain, *paths],
                              cwd=MODULE, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"bench: tools/bench ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="folder of real revisions")
    parser.add_argument("--seconds", type=float, default=4, help="CPU seconds a figure of the reference takes, at least")
    options = parser.parse_args()

    inputs = list(chosen(options.corpus))
    lists, library, reference = {}, Library(), {}
    for name in LISTS:
        features = named_list(name)
        translated, _ = translate(live(features), library)
        lists[name] = [definition for definition in translated if "expr" in definition]
        both = [feature for feature, definition in zip(features, translated) if "expr" in definition], features
        for size in SIZES:
            caches = [datasources(row) for of, row in inputs if of == size]
            reference[name, size] = [reference_rate(which, caches, options.seconds) for which in both]
        print(f"reference: {name} measured, {len(both[0])} of {len(features)} features have expressions", flush=True)
    ours = our_rates(inputs, {"lists": lists, "assets": vars(library)}, os.path.join(options.corpus, CHAIN), options.seconds / 2)

    print(f"\nrevisions per CPU second\n{'list':<30}{'size':>8}{'reference':>12}{'(all of it)':>13}{'ours':>10}{'ratio':>8}{'allocations':>13}")
    for figure in (figure for figure in ours if "size" in figure):
        name, size, rate = figure["list"], figure["size"], figure["revisions_per_cpu_second"]
        same, whole = reference[name, size]
        print(f"{name:<30}{size:>8}{same:>12.2f}{whole:>13.2f}{rate:>10.0f}{rate / same:>8.0f}{figure['allocations']:>13.0f}")
    for figure in (figure for figure in ours if "chain" in figure):
        kept, unrelated = figure["kept_per_cpu_second"], figure["unrelated_per_cpu_second"]
        print(f"\n{figure['list']}, {figure['chain']} edits of one page: {kept:.0f} with the parent's analysis kept, "
              f"{unrelated:.0f} without: {kept / unrelated:.2f} times")


if __name__ == "__main__":
    main()
