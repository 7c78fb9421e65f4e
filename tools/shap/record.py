"""Records what PyPI shap says of small forests: internal/score/explain/testdata/shap.json.

    pip install numpy==1.23.5 scikit-learn==1.1.3 shap==0.44.1
    python tools/shap/record.py > internal/score/explain/testdata/shap.json

The trees are written beside, as columns, so that the test needs no importer. Data are made
up, from a fixed seed. shap explains gradient boosting of two classes alone.
"""

import json

import numpy as np
import shap
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier

FEATURES = 6


def columns(tree, leaf):
    """A tree of scikit-learn as the Go package has it."""
    split = tree.children_left >= 0
    return {
        "feature": np.where(split, tree.feature, -1).tolist(),
        "threshold": np.where(split, tree.threshold, 0).tolist(),
        "left": np.where(split, tree.children_left, 0).tolist(),
        "right": np.where(split, tree.children_right, 0).tolist(),
        "value": np.where(split[:, None], 0, leaf(tree.value[:, 0, :])).ravel().tolist(),
        "cover": tree.weighted_n_node_samples.tolist(),
    }


def share(counts):
    return counts / counts.sum(axis=1, keepdims=True)


def record(name, model, x, y, asked):
    model.fit(x, y)
    boosted = isinstance(model, GradientBoostingClassifier)
    trees = [t.tree_ for t in np.ravel(model.estimators_)]
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    values = explainer.shap_values(asked)
    base = float(model._raw_predict_init(asked[:1])[0, 0]) if boosted else 0.0
    # Of exponential loss shap has the trees start at the prior's log-odds, as of binomial
    # loss; scikit-learn starts at half of that (shap/explainers/_tree.py, base_offset).
    expected = np.ravel(explainer.expected_value) - (explainer.model.base_offset - base if boosted else 0)
    return {
        "name": name,
        "classes": len(model.classes_),
        "mean": not boosted,
        "rate": model.learning_rate if boosted else 1.0,
        "base": base,
        "trees": [columns(t, (lambda v: v) if boosted else share) for t in trees],
        "values": asked.tolist(),
        "expected": expected.tolist(),
        "contributions": np.array([values] if boosted else values).tolist(),  # of each class; boosting: the second
    }


def main():
    rng = np.random.default_rng(8)
    x = np.round(rng.normal(size=(300, FEATURES)), 2)
    two = (x[:, 0] * x[:, 1] + x[:, 2] + rng.normal(size=300) / 2 > 0).astype(int)
    three = np.digitize(x[:, 0] + x[:, 3] * x[:, 4], [-0.5, 0.7])
    asked = np.round(rng.normal(size=(5, FEATURES)), 2)
    cases = [
        record("binomial", GradientBoostingClassifier(n_estimators=8, max_depth=4, random_state=1), x, two, asked),
        record("exponential", GradientBoostingClassifier(n_estimators=5, max_depth=3, loss="exponential", random_state=2), x, two, asked),
        record("forest", RandomForestClassifier(n_estimators=3, max_depth=7, class_weight="balanced", random_state=3), x, three, asked),
        record("extra trees", ExtraTreesClassifier(n_estimators=2, random_state=4), x, two, asked),
    ]
    print("[" + ",\n".join(json.dumps(c) for c in cases) + "]")


if __name__ == "__main__":
    main()
