#!/usr/bin/env python3
"""Record what ONNX Runtime answers for models as the known converters write them.

    python3.11 -m venv VENV && VENV/bin/pip install --only-binary=:all: -r tools/onnx/requirements.txt
    VENV/bin/python tools/onnx/record.py internal/onnx/testdata
    VENV/bin/python tools/onnx/record.py FOLDER --full

FOLDER gets rows.json, the feature values; a NAME.onnx for each case; cases.json
with the probabilities and labels of each, row by row as one thread reckons them;
and refused/NAME.onnx, models whose probabilities are no business of ours. The
small set is kept beside the tests, the full one has large models and many rows.

Features are doubles. A model that takes floats gets them rounded, as ours does.
"""
import argparse
import json
import os
import warnings

import numpy as np

warnings.simplefilter("ignore")

import lightgbm
import onnx
import onnxruntime
import xgboost
from onnx import TensorProto, helper
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
from skl2onnx import to_onnx, update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (AdaBoostClassifier, ExtraTreesClassifier, GradientBoostingClassifier,
                              RandomForestClassifier, RandomForestRegressor, VotingClassifier)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, Normalizer, RobustScaler, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

WIDTH = 8
OPTIONS = {"nocl": [True, False], "zipmap": [True, False, "columns"], "raw_scores": [True, False]}
update_registered_converter(xgboost.XGBClassifier, "XGBoostXGBClassifier", calculate_linear_classifier_output_shapes,
                            convert_xgboost, options=OPTIONS)
update_registered_converter(lightgbm.LGBMClassifier, "LightGbmLGBMClassifier", calculate_linear_classifier_output_shapes,
                            convert_lightgbm, options=OPTIONS)


def features(rng, count):
    """Counts, shares, lengths and flags, as features of revisions are; many equal a threshold."""
    columns = [rng.poisson(3, count), rng.poisson(40, count) - 20, rng.random(count), rng.lognormal(6, 2, count),
               rng.integers(0, 2, count), rng.normal(0, 1, count).round(2), rng.normal(0, 1e-3, count), rng.normal(1e6, 1e5, count)]
    return np.stack([column.astype(np.float64) for column in columns], axis=1)


def answers(rng, x, classes):
    score = x[:, 0] / 3 + x[:, 1] / 30 + 2 * x[:, 2] - x[:, 4] + x[:, 5] + 300 * x[:, 6] + rng.normal(0, 0.7, len(x))
    return np.searchsorted(np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1] ** 0.7), score)


class Recorder:
    """One run: the data, and what has been recorded."""

    def __init__(self, folder, full):
        self.folder, self.full, self.cases = folder, full, []
        rng = np.random.default_rng(6)
        self.train = features(rng, 4000 if full else 600)
        self.rows = features(rng, 1500 if full else 24)
        self.targets = {n: answers(rng, self.train, n) for n in (2, 3, 4, 6)}
        os.makedirs(os.path.join(folder, "refused"), exist_ok=True)

    def trees(self, small, large):
        return large if self.full else small

    def fit(self, model, classes=2, labels=None):
        target = self.targets[classes]
        return model.fit(self.train, target if labels is None else np.array(labels)[target])

    def convert(self, model, opset=None, double=False, **options):
        kind = DoubleTensorType if double else FloatTensorType
        opset = opset or {"": 18, "ai.onnx.ml": 3}  # what all the converters know
        last = model.steps[-1][1] if hasattr(model, "steps") else model
        return to_onnx(model, initial_types=[("X", kind([None, WIDTH]))], target_opset=opset,
                       options={id(last): options} if options else None)

    def add(self, name, proto, double=False):
        """Record a model: every output as ONNX Runtime gives it, one row at a time on one thread."""
        path = os.path.join(self.folder, name + ".onnx")
        onnx.save(proto, path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        inputs = session.get_inputs()
        labels, rows = [], []
        for row in self.rows.astype(np.float64 if double else np.float32):
            if len(inputs) == 1:
                fed = {inputs[0].name: row[None, :]}
            else:
                fed = {given.name: row[None, i:i + 1] for i, given in enumerate(inputs)}
            label, *rest = session.run(None, fed)
            if isinstance(rest[0], list):
                probabilities = np.array(list(rest[0][0].values()), dtype=np.float32)
            else:
                probabilities = np.concatenate([part.reshape(-1) for part in rest])
            labels.append(np.asarray(label).reshape(-1)[0])
            rows.append(probabilities)
        rows = np.array(rows)
        labels = [label if isinstance(label, str) else int(label) for label in labels]
        self.cases.append({"name": name, "single": rows.dtype == np.float32, "labels": labels,
                           "probabilities": [[shortest(value) for value in row] for row in rows]})

    def sklearn(self, name, model, classes=2, labels=None, opset=None, double=False, **options):
        self.add(name, self.convert(self.fit(model, classes, labels), opset, double, **options), double)

    def refuse(self, name, proto):
        onnx.save(proto, os.path.join(self.folder, "refused", name + ".onnx"))

    def close(self, quiet=False):
        write(os.path.join(self.folder, "rows.json"), [[float(value) for value in row] for row in self.rows])
        write(os.path.join(self.folder, "cases.json"), self.cases)
        if not quiet:
            print(f"{self.folder}: {len(self.cases)} models, {len(self.rows)} rows, onnxruntime {onnxruntime.__version__}")


def shortest(value):
    """The fewest digits that read back as the same float, or double."""
    return float(np.format_float_scientific(value)) if value.dtype == np.float32 else float(value)


def write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(line) for line in lines) + "\n]\n")


def boosting(r):
    few, many = r.trees(6, 300), r.trees(4, 100)
    for name, opset in (("gb_binary", None), ("gb_binary_11_1", {"": 11, "ai.onnx.ml": 1}), ("gb_binary_15_3", {"": 15, "ai.onnx.ml": 3})):
        r.sklearn(name, GradientBoostingClassifier(n_estimators=few, random_state=0), opset=opset)
    r.sklearn("gb_multi", GradientBoostingClassifier(n_estimators=many, max_depth=2, random_state=1), 4)
    r.sklearn("gb_bool", GradientBoostingClassifier(n_estimators=few, random_state=2), labels=[False, True], zipmap=False)
    r.sklearn("gb_string", GradientBoostingClassifier(n_estimators=many, max_depth=2, random_state=3), 3, ["C", "A", "B"])
    r.sklearn("gb_columns", GradientBoostingClassifier(n_estimators=many, max_depth=2, random_state=3), 3, zipmap="columns")
    r.sklearn("gb_exponential", GradientBoostingClassifier(loss="exponential", n_estimators=few, random_state=4))
    r.sklearn("gb_init_zero", GradientBoostingClassifier(init="zero", n_estimators=few, random_state=5))
    r.sklearn("gb_robust", make_pipeline(RobustScaler(), GradientBoostingClassifier(n_estimators=few, random_state=6)))
    r.sklearn("tree_int", DecisionTreeClassifier(max_depth=4, random_state=0), labels=[10, 20])


def forests(r):
    few, depth = r.trees(5, 200), r.trees(4, None)
    r.sklearn("rf_binary", RandomForestClassifier(n_estimators=few, max_depth=depth, random_state=0))
    r.sklearn("rf_multi", RandomForestClassifier(n_estimators=few, max_depth=r.trees(3, 12), random_state=1), 6)
    r.sklearn("rf_string", RandomForestClassifier(n_estimators=few, max_depth=depth, random_state=2), labels=["no", "yes"], zipmap=False)
    r.sklearn("rf_double", RandomForestClassifier(n_estimators=few, max_depth=depth, random_state=2), 3, double=True, zipmap=False)
    r.sklearn("extra_binary", ExtraTreesClassifier(n_estimators=few, max_depth=depth, random_state=3))
    r.sklearn("extra_multi", ExtraTreesClassifier(n_estimators=few, max_depth=r.trees(3, 12), random_state=3), 3)
    r.sklearn("tree_binary", DecisionTreeClassifier(max_depth=r.trees(4, None), random_state=4))
    r.sklearn("tree_multi", DecisionTreeClassifier(max_depth=r.trees(4, None), random_state=5), 4)
    r.sklearn("rf_minmax", make_pipeline(MinMaxScaler(), RandomForestClassifier(n_estimators=few, max_depth=depth, random_state=6)))


def linear(r):
    for classes in (2, 3, 6):
        r.sklearn(f"logistic_{classes}", make_pipeline(StandardScaler(), LogisticRegression()), classes)
    r.sklearn("logistic_11_1", make_pipeline(RobustScaler(), LogisticRegression(C=0.1)), 2, opset={"": 11, "ai.onnx.ml": 1})
    r.sklearn("logistic_string", make_pipeline(MinMaxScaler(feature_range=(-1, 2)), LogisticRegression()), 3, ["x", "y", "z"])
    r.sklearn("logistic_clip", make_pipeline(MinMaxScaler(clip=True), LogisticRegression()))
    r.sklearn("logistic_maxabs", make_pipeline(MaxAbsScaler(), LogisticRegression()), 2, [False, True], zipmap=False)
    r.sklearn("logistic_liblinear", make_pipeline(StandardScaler(), LogisticRegression(solver="liblinear", fit_intercept=False)))
    r.sklearn("logistic_bare", LogisticRegression(max_iter=30))
    r.sklearn("logistic_double", make_pipeline(StandardScaler(), LogisticRegression()), double=True, zipmap=False)
    r.sklearn("logistic_double_3", make_pipeline(RobustScaler(), LogisticRegression()), 3, double=True, zipmap=False)
    model = r.fit(make_pipeline(RobustScaler(), LogisticRegression()), 3)
    proto = to_onnx(model, initial_types=[("X", FloatTensorType([None, WIDTH]))], options={id(model.steps[0][1]): {"div": "div_cast"}})
    r.add("robust_div_cast", proto)
    proto = to_onnx(model, initial_types=[("X", FloatTensorType([None, WIDTH]))], options={id(model.steps[0][1]): {"div": "div"}})
    r.add("robust_div", proto)
    model = r.fit(make_pipeline(StandardScaler(), LogisticRegression()), 2)
    r.add("many_inputs", to_onnx(model, initial_types=[(f"f{i}", FloatTensorType([None, 1])) for i in range(WIDTH)]))


def boosters(r):
    few, many = r.trees(6, 300), r.trees(4, 100)
    x, y = r.train, r.targets
    r.sklearn("xgb_binary", xgboost.XGBClassifier(n_jobs=1, n_estimators=few, max_depth=3, random_state=0))
    r.sklearn("xgb_multi", xgboost.XGBClassifier(n_jobs=1, n_estimators=many, max_depth=2, gamma=0.5, random_state=0), 4)
    r.sklearn("xgb_base", xgboost.XGBClassifier(n_jobs=1, n_estimators=few, max_depth=3, base_score=0.2, random_state=0), zipmap=False)
    r.sklearn("xgb_base_multi", xgboost.XGBClassifier(n_jobs=1, n_estimators=many, max_depth=2, base_score=0.7), 3)
    r.sklearn("xgb_exact", xgboost.XGBClassifier(n_jobs=1, n_estimators=few, max_depth=3, tree_method="exact"))
    r.sklearn("xgb_approx", xgboost.XGBClassifier(n_jobs=1, n_estimators=few, max_depth=3, tree_method="approx", grow_policy="lossguide"), zipmap=False)
    early = xgboost.XGBClassifier(n_jobs=1, n_estimators=r.trees(30, 400), max_depth=3, early_stopping_rounds=2, learning_rate=0.8)
    half = len(x) // 2
    r.add("xgb_early", r.convert(early.fit(x[:half], y[2][:half], eval_set=[(x[half:], y[2][half:])], verbose=False)))
    r.sklearn("xgb_robust", make_pipeline(RobustScaler(), xgboost.XGBClassifier(n_jobs=1, n_estimators=few, max_depth=3)))
    quiet = {"n_jobs": 1, "verbose": -1, "num_leaves": 6, "min_child_samples": 5}
    r.sklearn("lgbm_binary", lightgbm.LGBMClassifier(n_estimators=few, **quiet))
    r.sklearn("lgbm_multi", lightgbm.LGBMClassifier(n_estimators=many, **quiet), 3, zipmap=False)
    r.sklearn("lgbm_string", lightgbm.LGBMClassifier(n_estimators=few, **quiet), labels=["bad", "good"])
    r.sklearn("lgbm_dart", lightgbm.LGBMClassifier(n_estimators=few, boosting_type="dart", **quiet))
    r.sklearn("lgbm_rf", lightgbm.LGBMClassifier(n_estimators=r.trees(6, 100), boosting_type="rf", bagging_freq=1, bagging_fraction=0.7, **quiet))
    from onnxmltools import convert_lightgbm as lightgbm_alone, convert_xgboost as xgboost_alone
    from onnxmltools.convert.common.data_types import FloatTensorType as Floats
    types = [("X", Floats([None, WIDTH]))]
    for zipmap in (True, False):
        model = r.fit(lightgbm.LGBMClassifier(n_estimators=few, **quiet), 3 if zipmap else 2)
        r.add(f"lgbm_alone_{zipmap}".lower(), lightgbm_alone(model, initial_types=types, zipmap=zipmap, target_opset=15))
    model = r.fit(xgboost.XGBClassifier(n_jobs=1, n_estimators=few, max_depth=3), 2)
    r.add("xgb_alone", xgboost_alone(model, initial_types=types, target_opset=15))


def assembled(r):
    """A regressor of means, of which a graph like those written by hand makes probabilities."""
    forest = RandomForestRegressor(n_estimators=r.trees(5, 100), max_depth=4, random_state=0)
    proto = r.convert(forest.fit(r.train, r.targets[2]))
    graph, scores = proto.graph, proto.graph.output[0].name
    del graph.output[:]
    for name, values in (("slope", [5.0]), ("shift", [-2.0]), ("one", [1.0])):
        graph.initializer.append(helper.make_tensor(name, TensorProto.FLOAT, [1], values))
    graph.initializer.append(helper.make_tensor("names", TensorProto.STRING, [2], [b"bad", b"good"]))
    for op, given, made, domain, attributes in (
            ("Mul", [scores, "slope"], "steep", "", {}), ("Add", ["steep", "shift"], "moved", "", {}), ("Sigmoid", ["moved"], "p", "", {}),
            ("Sub", ["one", "p"], "rest", "", {}), ("Concat", ["rest", "p"], "probabilities", "", {"axis": 1}),
            ("ArgMax", ["probabilities"], "index", "", {"axis": 1, "keepdims": 0}),
            ("ArrayFeatureExtractor", ["names", "index"], "label", "ai.onnx.ml", {})):
        graph.node.append(helper.make_node(op, given, [made], domain=domain, **attributes))
    graph.output.append(helper.make_tensor_value_info("label", TensorProto.STRING, None))
    graph.output.append(helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2]))
    r.add("regressor", proto)


def refusals(r):
    r.refuse("calibrated", r.convert(r.fit(CalibratedClassifierCV(GaussianNB(), cv=2))))
    r.refuse("gaussian_nb", r.convert(r.fit(GaussianNB())))
    r.refuse("perceptron", r.convert(r.fit(MLPClassifier((4,), max_iter=5))))
    r.refuse("ada_boost", r.convert(r.fit(AdaBoostClassifier(n_estimators=2))))
    r.refuse("linear_svc", r.convert(r.fit(LinearSVC())))
    r.refuse("one_vs_rest", r.convert(r.fit(OneVsRestClassifier(LogisticRegression()), 3)))
    r.refuse("svc", r.convert(r.fit(SVC(probability=True), 2)))
    r.refuse("voting", r.convert(r.fit(VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], voting="soft", flatten_transform=False))))
    r.refuse("normalized", r.convert(r.fit(make_pipeline(Normalizer(), LogisticRegression()))))
    r.refuse("regression", r.convert(r.fit(LinearRegression())))
    r.refuse("raw_scores", r.convert(r.fit(GradientBoostingClassifier(n_estimators=2)), raw_scores=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="where the files go")
    parser.add_argument("--full", action="store_true", help="large models and many rows")
    options = parser.parse_args()
    recorder = Recorder(options.folder, options.full)
    for part in (boosting, forests, linear, boosters, assembled, refusals):
        part(recorder)
    recorder.close()


if __name__ == "__main__":
    main()
