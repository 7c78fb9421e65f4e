#!/usr/bin/env python3
"""Compare our time for a row of features with ONNX Runtime's: same model files, same rows, one run.

    VENV/bin/python tools/onnx/bench.py [--seconds 2] [--json]

VENV as for record.py. Trained on invented rows: gradient boosting of 700 trees of
depth 5 behind a robust scaler and a forest of 300 trees, the settings of the largest
models that revscoring has, and logistic regression. Each row is predicted by itself
on one thread. A figure is the median over rows of the least time that a row took in
repeated passes. ONNX Runtime is called twice over: through run(), which is what a
program does, and with inputs and outputs bound beforehand; "call" is a graph that does
nothing, bound too, and what is left of the time without it is the model's.

Go is found as `go`, and the module around this file is measured, after it has been
compared with the recorded answers.
"""
import argparse
import json
import os
import subprocess
import tempfile
import time

import numpy as np

from record import WIDTH, Recorder, onnxruntime

from onnx import TensorProto, helper
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

MODULE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ROWS = 500


def models(recorder):
    boosting = GradientBoostingClassifier(n_estimators=700, max_depth=5, max_features="log2", learning_rate=0.01, random_state=0)
    forest = RandomForestClassifier(n_estimators=300, criterion="entropy", max_features="log2", min_samples_leaf=5, random_state=0)
    recorder.sklearn("gradient boosting, 700 trees", make_pipeline(RobustScaler(), boosting), zipmap=False)
    recorder.sklearn("random forest, 300 trees", forest, zipmap=False)
    recorder.sklearn("logistic regression", make_pipeline(RobustScaler(), LogisticRegression()), zipmap=False)


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def nothing():
    """A graph that hands its input on."""
    row = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, WIDTH]) for name in "XY"]
    graph = helper.make_graph([helper.make_node("Identity", ["X"], ["Y"])], "nothing", row[:1], row[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8).SerializeToString()


def median_us(step, rows, seconds, before=lambda row: None):
    """Rows take turns, so that the processor does not learn the way of one through the trees."""
    least = np.full(len(rows), np.inf)
    began = time.process_time()
    while time.process_time() - began < seconds:
        for i, row in enumerate(rows):
            before(row)
            start = time.perf_counter_ns()
            step(row)
            least[i] = min(least[i], time.perf_counter_ns() - start)
    return float(np.median(least)) / 1000


def bound_us(model, rows, seconds):
    s = session(model)
    binding = s.io_binding()
    place = onnxruntime.OrtValue.ortvalue_from_numpy(rows[0])
    binding.bind_ortvalue_input(s.get_inputs()[0].name, place)
    for output in s.get_outputs():
        binding.bind_output(output.name)
    return median_us(lambda row: s.run_with_iobinding(binding), rows, seconds, place.update_inplace)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2, help="CPU seconds of a figure, at least")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each model, no table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(folder, True)
        recorder.rows = recorder.rows[:ROWS]
        models(recorder)
        recorder.close(quiet=True)
        rows = [row[None, :] for row in recorder.rows.astype(np.float32)]
        call = bound_us(nothing(), rows, options.seconds)
        figures = {}
        for case in recorder.cases:
            path = os.path.join(folder, case["name"] + ".onnx")
            s = session(path)
            name = s.get_inputs()[0].name
            figures[case["name"]] = {
                "run_us": median_us(lambda row: s.run(None, {name: row}), rows, options.seconds),
                "bound_us": bound_us(path, rows, options.seconds), "call_us": call,
            }
        done = subprocess.run(["go", "run", "./tools/onnx", "-seconds", str(options.seconds), folder],
                              cwd=MODULE, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"bench: tools/onnx ended with {done.returncode}")
    for line in done.stdout.splitlines():
        ours = json.loads(line)
        figures[ours.pop("model")].update(ours)
    if not options.json:
        print(f"microseconds a row, onnxruntime {onnxruntime.__version__}, one thread\n{'model':<32}{'run()':>8}{'bound':>8}{'call':>8}{'ours':>8}"
              f"{'ratio':>8}{'without call':>14}{'allocations':>13}")
    for name, f in figures.items():
        if options.json:
            print(json.dumps({"model": name, **f}))
        else:
            print(f"{name:<32}{f['run_us']:>8.2f}{f['bound_us']:>8.2f}{f['call_us']:>8.2f}{f['ours_us']:>8.2f}"
                  f"{f['run_us'] / f['ours_us']:>8.1f}{(f['bound_us'] - call) / f['ours_us']:>14.1f}{f['allocations']:>13.0f}")


if __name__ == "__main__":
    main()
