"""Has the program write a bundle of what the training found out."""
import json
import pathlib
import pickle
import shutil
import subprocess
import sys
import tempfile

import numpy

import cards
import learn

EXAMPLES = 100  # recorded in the bundle: each load scores them again


class Refused(Exception):
    """The program refused, and has said why."""


def check(out, replace, streamer):
    """What would refuse the bundle, as far as it can be told before anything is read."""
    if not shutil.which(streamer):
        raise ValueError(f"{streamer}: no such program: make build, or say where it is with --streamer")
    out = pathlib.Path(out)
    if not out.exists() or out.is_dir() and not any(out.iterdir()):
        return
    if not replace:
        raise ValueError(f"{out} exists; --replace puts the new bundle in its place")
    if not (out / "model.yaml").exists():
        raise ValueError(f"{out} is no bundle, and is not replaced")


def rehearse(args, card, table):
    """Has the program write a bundle of a few rows, elsewhere: whatever it refuses in the
    card, the labels or the rates it refuses now, not after hours of training."""
    keys = table.keys()
    few = sorted(i for label in set(keys) for i in [i for i, k in enumerate(keys) if k == label][:5])
    table = table.select(few)
    model = learn.build("GradientBoosting", {"n_estimators": 1, "random_state": 0}).fit(table.rows, table.labels)
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / pathlib.Path(args.out).resolve().name  # which may be WIKI.NAME
        write(args, card, model, table, list(learn.documents(model, table.rows)), out, quiet=True)


def write(args, card, model, table, scores, out, quiet=False):
    """Writes the bundle of a model, with statistics of the scores of the table's revisions."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        beside = folder / "card"  # not beside the original, whose folder may be read-only, or be replaced
        beside.mkdir()
        copy = cards.copy(card, args.card, beside)
        # The same training leaves the same file, by which the card knows it.
        pickled = folder / (pathlib.Path(args.out).resolve().name + ".pickle")
        with open(pickled, "wb") as file:
            pickle.dump(model, file, protocol=4)
        labels = table.labels.tolist()
        write_lines(folder / "scores.jsonl", ({"score": s, "label": label} for s, label in zip(scores, labels)))
        chosen = numpy.linspace(0, len(labels) - 1, min(EXAMPLES, len(labels))).astype(int)
        write_lines(folder / "examples.jsonl", (
            {"features": table.values[i], "score": s} for i, s in zip(chosen, learn.documents(model, table.rows[chosen]))))
        command = [args.streamer, "import", str(pickled), "--features", str(copy), "--scores", str(folder / "scores.jsonl"),
                   "--examples", str(folder / "examples.jsonl"), "--out", str(out)]
        command += ["--replace"] if args.replace and not quiet else []
        run(command, {str(beside): str(pathlib.Path(args.card).parent), str(folder) + "/": ""}, quiet)


def run(command, names, quiet):
    """Runs the program. Its messages name files as the caller knows them."""
    done = subprocess.run(command, capture_output=True, text=True)
    if not quiet:
        print(done.stdout, end="")
    if done.returncode or not quiet:
        for ours, theirs in names.items():
            done.stderr = done.stderr.replace(ours, theirs)
        print(done.stderr, end="", file=sys.stderr)
    if done.returncode:
        raise Refused


def write_lines(path, documents):
    with open(path, "w", encoding="utf-8") as file:
        for document in documents:
            file.write(json.dumps(document, ensure_ascii=False) + "\n")
