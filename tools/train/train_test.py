"""Tests of the training. They need the Python of tools/train/.venv and `make build`."""
import contextlib
import filecmp
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import numpy
import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import cards
import data
import learn
import train
import training

STREAMER = os.environ.get("STREAMER", str(HERE.parents[1] / "bin" / "streamer"))
CARD = {"name": "small", "wiki": "testwiki", "version": "1",
        "features": [{"name": f"f{i}", "expression": f"len(revision.text) + {i}"} for i in range(3)]}


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def lines(self, name, documents):
        path = self.folder / name
        path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
        return str(path)

    def card(self, file="card.yaml", **more):
        path = self.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump({**CARD, **more}), encoding="utf-8")
        return str(path)

    def sample(self, labels, count=120, first=1, seed=6):
        """Files of features that tell something of the labels, and of the labels."""
        rng = random.Random(seed)
        features, labelled = [], []
        for i in range(first, first + count):
            k = i % len(labels)
            values = [rng.gauss(k, 1), rng.randrange(9 + 3 * k), rng.random() < 0.2 + 0.3 * k]
            features.append({"rev_id": i, "features": {f"f{j}": value for j, value in enumerate(values)}})
            labelled.append({"rev_id": i, "is": labels[k]})
        return self.lines(f"features{first}.jsonl", features), self.lines(f"labels{first}.jsonl", labelled)


def quietly(run, *args):
    with contextlib.redirect_stderr(io.StringIO()) as err, contextlib.redirect_stdout(io.StringIO()):
        return run(*args), err.getvalue()


class JoinTest(Case):
    def join(self, features, labels):
        return quietly(data.join, self.lines("f.jsonl", features), self.lines("l.jsonl", labels), "is", ["b", "a"])

    def test_rules(self):
        table, told = self.join(
            [{"rev_id": i, "features": {"a": i, "b": i > 3, "c": None}} for i in (5, 1, 2, 3, 4, 5, 9)] + [{"rev_id": 6, "error": {}}],
            [{"rev_id": i, "is": i % 2 == 0} for i in (1, 2, 3, 4, 5, 6)] + [{"rev_id": 9, "is": None}])
        self.assertEqual(table.ids, [5, 1, 2, 3, 4])  # in the order of the features
        self.assertEqual(table.values[:2], [[True, 5], [False, 1]])  # in that of the columns
        self.assertEqual(table.rows.tolist()[0], [1, 5])
        self.assertEqual(table.keys(), ["false", "false", "true", "false", "true"])
        self.assertIn("5 revisions, 1 more without a label, 1 without features, 1 more than once", told)

    def test_kinds_of_labels(self):
        for labels, classes in (([True, False], [False, True]), ([10, 9, 0], [0, 9, 10]), ([1, 0], [0, 1]), (["b", "a", "true"], ["a", "b", "true"])):
            table, _ = self.join([{"rev_id": i, "features": {"a": 1, "b": 2}} for i in range(9)],
                                 [{"rev_id": i, "is": labels[i % len(labels)]} for i in range(9)])
            self.assertEqual([(type(c), c) for c in table.classes()], [(type(c), c) for c in classes])

    def test_refused(self):
        features = [{"rev_id": i, "features": {"a": 1, "b": 2}} for i in range(6)]
        labels = [{"rev_id": i, "is": i % 2 == 0} for i in range(6)]
        for want, f, l in (
            ('no rev_id of the labels is among the features (labels: "3", features: 3)', features[3:], [{"rev_id": "9", "is": True}, {"rev_id": "3", "is": True}]),
            ("no rev_id of the labels is among the features (labels: 7, features: 0)", features, [{"rev_id": 7, "is": True}]),
            ("f.jsonl, line 1: rev_id is null", [{"features": {}}], labels),
            ("f.jsonl, line 1: rev_id is true", [{"rev_id": True, "features": {}}], labels),
            ("f.jsonl, line 1: no feature b", [{"rev_id": 1, "features": {"a": 1}}], labels),
            ("f.jsonl, line 1: b is null", [{"rev_id": 1, "features": {"a": 1, "b": None}}], labels),
            ("f.jsonl, line 1: b is NaN", [{"rev_id": 1, "features": {"a": 1, "b": float("nan")}}], labels),
            ('f.jsonl, line 1: b is "2"', [{"rev_id": 1, "features": {"a": 1, "b": "2"}}], labels),
            ("f.jsonl, line 1: features have no names", [{"rev_id": 1, "features": [1, 2]}], labels),
            ("f.jsonl, line 1: is [1]", [[1]], labels),
            ("l.jsonl, line 1: has no is, only rev_id", features, [{"rev_id": 1}]),
            ('l.jsonl, line 1: is is ["a"]: a model of any number of labels', features, [{"rev_id": 1, "is": ["a"]}]),
            ("l.jsonl, line 1: is is 0.5, must be", features, [{"rev_id": 1, "is": 0.5}]),
            ("l.jsonl, line 2: is is 1, those before are of type bool", features, [{"rev_id": 1, "is": True}, {"rev_id": 2, "is": 1}]),
            ("l.jsonl, line 2: revision 1 has two labels", features, [{"rev_id": 1, "is": True}, {"rev_id": 1, "is": False}]),
            ("labels {'false': 1, 'true': 1}: two classes of two", features[:2], labels),
        ):
            with self.subTest(want), self.assertRaises(ValueError) as caught:
                self.join(f, l)
            self.assertIn(want, str(caught.exception))


class LearnTest(Case):
    def table(self, labels, count=90):
        return quietly(data.join, *self.sample(labels, count), "is", ["f0", "f1", "f2"])[0]

    def test_cross_validation(self):
        for labels in ([False, True], ["a", "b", "c"], [0, 1], [3, 10, 7]):
            table = self.table(labels)
            fitted = []

            def make():
                fitted.append(learn.build("GradientBoosting", {"n_estimators": 3, "random_state": 0}))
                return fitted[-1]

            scores = learn.cross_validated(make, table, 5)
            self.assertEqual((len(scores), len(fitted)), (90, 5))
            for score in scores:
                self.assertEqual(sorted(score["probability"]), sorted(map(data.key, labels)))
                self.assertAlmostEqual(sum(score["probability"].values()), 1)
                self.assertIn((type(score["prediction"]), score["prediction"]), [(type(c), c) for c in labels])
            figures = learn.headline(scores, table, {})
            self.assertTrue(all(0.5 < figure <= 1 for figure in figures.values()), figures)

    # What rows say of themselves would be chance: labels that follow no feature.
    def test_nobody_is_asked_about_what_it_saw(self):
        table = self.table([False, True], 200)
        numpy.random.RandomState(1).shuffle(table.labels)
        make = lambda: learn.build("RandomForest", {"n_estimators": 30, "random_state": 0})
        seen = learn.headline(list(learn.documents(make().fit(table.rows, table.labels), table.rows)), table, {})
        self.assertGreater(seen["roc_auc"], 0.99)
        self.assertLess(learn.headline(learn.cross_validated(make, table, 5), table, {})["roc_auc"], 0.65)

    def test_headline_knows_the_population(self):
        table = self.table([False, True])
        scores = learn.cross_validated(lambda: learn.build("LogisticRegression", {}), table, 3)
        plain, rare = learn.headline(scores, table, {}), learn.headline(scores, table, {"true": 0.01, "false": 0.99})
        self.assertEqual(plain["roc_auc"], rare["roc_auc"])
        self.assertLess(rare["pr_auc"], plain["pr_auc"] / 2)
        self.assertEqual(plain, learn.headline(scores, table, {"true": 0.5, "false": 0.5}))

    def test_refused(self):
        with self.assertRaisesRegex(ValueError, "--set n_estimator: GradientBoosting has no such parameter, only .*n_estimators"):
            learn.build("GradientBoosting", {"n_estimator": 5})
        with self.assertRaisesRegex(ValueError, "45 revisions are .*--folds 45"):
            learn.check_folds(self.table([False, True]), 46)


class CardTest(Case):
    def test_yaml_is_the_programs(self):
        path = self.folder / "card.yaml"
        path.write_text("wiki: no\nversion: 2015-01-01\nlabels: [yes, 1:30, true, 007]\npopulation_rates: {true: 1e-3}\nfeatures: [{name: f}]\n")
        card, labels = cards.read(path)
        self.assertEqual((card["wiki"], card["version"], labels), ("no", "2015-01-01", ["yes", "1:30", True, "007"]))
        self.assertEqual(cards.rates(card, [False, True]), {"true": 0.001, "false": 0.999})

    def test_of_a_bundle(self):
        card, labels = cards.read(self.card(
            format=3, type="RandomForest", labels=[False, True], statistics={"roc_auc": 1}, trained_on="other", licence="other",
            population_rates={"true": 0.1}, estimator={"file": "e"}, checksum="a",
            words=[{"name": "w", "file": "w.txt", "sha256": "ab"}], dictionaries=[{"name": "d", "dictionaries": [{"tag": "xx", "sha256": "ab"}]}]))
        self.assertEqual(sorted(card), ["dictionaries", "features", "name", "wiki", "words"])
        self.assertEqual(card["dictionaries"][0]["dictionaries"], [{"tag": "xx"}])
        self.assertEqual(labels, [False, True])

    def test_links_are_not_followed(self):
        (self.folder / "secret.txt").write_text("secret\n")
        path = self.card("a/card.yaml", words=[{"name": "w", "file": "w.txt"}])
        os.symlink(self.folder / "secret.txt", self.folder / "a" / "w.txt")
        with self.assertRaisesRegex(ValueError, "w.txt is a symbolic link"):
            cards.copy(cards.read(path)[0], path, self.folder)


class TrainTest(Case):
    """The whole, with the program."""

    def train(self, card, features, labels, out, *more):
        args = train.arguments(["--card", card, "--features", features, "--labels", labels, "--label", "is", "--out", str(out),
                                "--folds", "3", "--streamer", STREAMER, *(() if "LogisticRegression" in more else ("--set", "n_estimators=5")), *more])
        quietly(training.run, args)
        return yaml.safe_load((pathlib.Path(out) / "model.yaml").read_text(encoding="utf-8"))

    def test_kinds_of_labels(self):
        for name, labels in (("bools", [False, True]), ("three", ["a", "b", "c"]), ("ints", [0, 1]), ("words", ["true", "false"])):
            for estimator in train.ESTIMATORS:
                out = self.folder / f"{name}.{estimator}"
                card = self.train(self.card(), *self.sample(labels), out, "--estimator", estimator)
                self.assertEqual((card["labels"], card["type"], card["version"]), (sorted(labels), estimator, "1"))
                self.assertEqual(card["trained_on"], "cross-validated on 120 (is, 3 folds)")
                self.assertEqual(sorted(card["statistics"]), ["pr_auc", "roc_auc"])
                self.assertIn("ROC", (out / "report.svg").read_text(encoding="utf-8"))

    def test_the_same_files_give_the_same_bundle(self):
        sample, card = self.sample(["a", "b", "c"]), self.card()
        for seed in "12":  # of the hashes, by which sets are ordered
            done = subprocess.run([sys.executable, str(HERE / "train.py"), "--card", card, "--features", sample[0], "--labels", sample[1],
                                   "--label", "is", "--folds", "3", "--set", "n_estimators=5", "--set", "subsample=0.5", "--streamer", STREAMER,
                                   "--out", str(self.folder / seed / "testwiki.x")],
                                  env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        one, two = self.folder / "1" / "testwiki.x", self.folder / "2" / "testwiki.x"
        names = sorted(path.name for path in one.iterdir())
        self.assertEqual(names, ["estimator.safetensors", "examples.jsonl", "info.json", "model.yaml", "report.svg"])
        self.assertEqual(filecmp.cmpfiles(one, two, names, shallow=False), (names, [], []))

    def test_held_out(self):
        test = self.sample([False, True], 60, first=101, seed=7)  # 20 of them are trained on
        card = self.train(self.card(trained_on="mine"), *self.sample([False, True]), self.folder / "out",
                          "--test-features", test[0], "--test-labels", test[1], "--population-rate", "true=0.1")
        self.assertEqual(card["trained_on"], "mine; cross-validated on 120 (is, 3 folds); roc_auc and pr_auc are over 40 held out")
        self.assertEqual(card["population_rates"], {"true": 0.1, "false": 0.9})
        self.assertIn("of the sample", (self.folder / "out" / "report.svg").read_text(encoding="utf-8"))

    def test_tells_how_it_was_trained(self):
        card = self.train(self.card(), *self.sample([False, True]), self.folder / "testwiki.told", "--set", "learning_rate=0.5")
        self.assertEqual((card["origin"]["file"], card["origin"]["written_by"]), ("testwiki.told.pickle", "tools/train, scikit-learn 1.5.2"))
        params = json.loads((self.folder / "testwiki.told" / "info.json").read_text(encoding="utf-8"))["info"]["params"]
        self.assertEqual(list(params)[:6], ["scale", "center", "labels", "multilabel", "population_rates", "ccp_alpha"])
        self.assertEqual({name: params[name] for name in ("n_estimators", "learning_rate", "random_state", "label", "folds")},
                         {"n_estimators": 5, "learning_rate": 0.5, "random_state": 0, "label": "is", "folds": 3})

    def test_on_a_bundles_features(self):
        sample, out = self.sample([False, True]), self.folder / "testwiki.first"
        (self.folder / "stop.txt").write_text("the\n")
        self.train(self.card(words=[{"name": "stop", "file": "stop.txt"}], population_rates={"true": 0.1}), *sample, out)
        self.assertTrue((out / "words" / "stop.txt").exists())
        # In its own place: the card is gone before the training ends.
        card = self.train(str(out / "model.yaml"), *sample, out, "--version", "2", "--replace", "--estimator", "LogisticRegression")
        self.assertEqual((card["name"], card["version"], card["type"], card["words"][0]["file"]), ("small", "2", "LogisticRegression", "words/stop.txt"))
        self.assertNotIn("population_rates", card)

    def test_refused_before_the_training(self):
        sample, out = self.sample([False, True]), self.folder / "out"
        taken = self.folder / "taken"
        taken.mkdir()
        (taken / "a").touch()
        unnamed = {"name": "", "wiki": "", "version": ""}
        for want, card, to, more in (
            ("taken exists; --replace", {}, taken, []),
            ("taken is no bundle, and is not replaced", {}, taken, ["--replace"]),
            ("nowhere/streamer: no such program", {}, out, ["--streamer", "nowhere/streamer"]),
            ("there is no version: write it there, or give --version", unnamed, out, []),
            ("there is no name", unnamed, out, []),
            ("there is no wiki", unnamed, out, []),
            ("version is a number to YAML", {"version": 1.0}, out, []),
            ('unknown field "soil"', {"soil": 1}, out, []),
            ("labels are ['a', 'b'], those to train on [False, True]", {"labels": ["a", "b"]}, out, []),
            ("population_rates has a rate of ture, which is no label", {}, out, ["--population-rate", "ture=0.1"]),
            ("has no such parameter", {}, out, ["--set", "n_estimator=5"]),
            ("of which each of 61 folds must have one", {}, out, ["--folds", "61"]),
            ("all of its revisions are among those to train on", {}, out, ["--test-features", sample[0], "--test-labels", sample[1]]),
        ):
            with self.subTest(want):
                done = subprocess.run([
                    sys.executable, str(HERE / "train.py"), "--card", self.card(**card), "--features", sample[0], "--labels", sample[1],
                    "--label", "is", "--out", str(to), "--streamer", STREAMER, "--set", "n_estimators=100000", *more],
                    capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 1)
                self.assertIn(want, done.stderr)
                self.assertNotIn("Traceback", done.stderr)
                self.assertNotIn("non-zero exit status", done.stderr)
                self.assertNotIn(tempfile.gettempdir() + "/tmp", done.stderr.replace(str(self.folder), ""))
                self.assertFalse(out.exists())
        rates = {"a": 0.1, "b": 0.2}
        with self.assertRaises(training.Refused):
            self.train(self.card(population_rates=rates), *self.sample(["a", "b", "c"]), out)

    def test_help_needs_nothing(self):
        done = subprocess.run([sys.executable, "-S", "-I", str(HERE / "train.py"), "--help"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("--population-rate", done.stdout)


if __name__ == "__main__":
    unittest.main()
