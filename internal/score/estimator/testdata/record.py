"""Records what scikit-learn predicts with a small estimator of each kind.

    python record.py        (scikit-learn 1.1.3, numpy 1.24.4)

writes NAME.safetensors, an estimator file as docs/formats/estimator.md has it, and
NAME.jsonl, lines {"features": [...], "probability": [...], "chosen": [...]}. The data
are invented.
"""
import json
import struct
import warnings

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.preprocessing import RobustScaler
from sklearn.svm import SVC

warnings.filterwarnings('ignore')
NUMPY = {'F64': '<f8', 'I32': '<i4', 'U32': '<u4'}


def write(path, head, tensors):
    header = {'__metadata__': {'format': '1', 'estimator': json.dumps(head)}}
    blobs, at = [], 0
    for name, (dtype, values) in tensors.items():
        values = np.ascontiguousarray(values, dtype=NUMPY[dtype])
        blobs.append(values.tobytes())
        header[name] = {'dtype': dtype, 'shape': values.shape, 'data_offsets': [at, at + len(blobs[-1])]}
        at += len(blobs[-1])
    header = json.dumps(header).encode()
    header += b' ' * (-len(header) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(header)) + header + b''.join(blobs))


def trees(list_of_trees, tensors, prefix, shares):
    columns = {name: [] for name in ('feature', 'threshold', 'left', 'right', 'value', 'cover')}
    offsets = [0]
    for t in list_of_trees:
        leaf = t.children_left < 0
        values = t.value[:, 0, :]
        if shares:
            values = values / values.sum(axis=1)[:, np.newaxis]
        columns['feature'].append(np.where(leaf, -1, t.feature))
        columns['threshold'].append(np.where(leaf, 0, t.threshold))
        columns['left'].append(np.where(leaf, 0, t.children_left))
        columns['right'].append(np.where(leaf, 0, t.children_right))
        columns['value'].append(values[leaf])
        columns['cover'].append(t.weighted_n_node_samples)
        offsets.append(offsets[-1] + t.node_count)
    tensors[prefix + 'tree'] = 'U32', offsets
    for name, dtype in zip(columns, ('I32', 'F64', 'U32', 'U32', 'F64', 'F64')):
        tensors[prefix + name] = dtype, np.concatenate(columns[name])


def part(m, tensors, prefix):
    def put(**columns):
        for name, values in columns.items():
            tensors[prefix + name] = 'F64', values

    if isinstance(m, GradientBoostingClassifier):
        outputs = m.estimators_.shape[1]
        trees([t.tree_ for t in m.estimators_.ravel()], tensors, prefix, False)
        prior = np.clip(m.init_.class_prior_, np.finfo(np.float32).eps, 1 - np.finfo(np.float32).eps)
        base = np.log(prior) if outputs > 1 else np.log(prior[1:] / (1 - prior[1:]))
        put(base=base / 2 if m.loss == 'exponential' else base)
        link = 'softmax' if outputs > 1 else 'logistic2' if m.loss == 'exponential' else 'logistic'
        return dict(kind='ensemble', width=1, outputs=outputs, rate=m.learning_rate, mean=False, single=False,
                    link=link, decision='argmax')
    if isinstance(m, RandomForestClassifier):
        trees([t.tree_ for t in m.estimators_], tensors, prefix, True)
        put(base=np.zeros(m.n_classes_))
        return dict(kind='ensemble', width=m.n_classes_, outputs=m.n_classes_, rate=1.0, mean=True, single=False,
                    link='identity', decision='argmax')
    if isinstance(m, LogisticRegression):
        put(coef=m.coef_, intercept=m.intercept_)
        one = len(m.coef_) == 1
        link = ('binary_softmax' if one else 'softmax') if m.multi_class == 'multinomial' else 'one_vs_rest'
        return dict(kind='linear', single=False, link=link, decision='raw_above' if one else 'raw_max')
    if isinstance(m, GaussianNB):
        put(theta=m.theta_, var=m.var_, prior=m.class_prior_)
        return dict(kind='gaussian_nb')
    if isinstance(m, BernoulliNB):
        put(log_prob=m.feature_log_prob_, log_prior=m.class_log_prior_)
        return dict(kind='bernoulli_nb') if m.binarize is None else dict(kind='bernoulli_nb', binarize=m.binarize)
    put(support=m.support_vectors_, dual=m._dual_coef_, intercept=m._intercept_, prob_a=m.probA_, prob_b=m.probB_)
    tensors[prefix + 'per_class'] = 'U32', m.n_support_
    return dict(kind='svc', kernel=m.kernel, gamma=float(m._gamma), coef0=float(m.coef0), degree=m.degree)


def record(name, models, classes, x, scaler=None, multilabel=False):
    tensors = {}
    if scaler is not None and scaler.center_ is not None:
        tensors['scaler.center'] = 'F64', scaler.center_
    if scaler is not None and scaler.scale_ is not None:
        tensors['scaler.scale'] = 'F64', scaler.scale_
    head = dict(classes=classes, multilabel=multilabel, features=x.shape[1],
                parts=[part(m, tensors, f'part.{i}.') for i, m in enumerate(models)])
    if not multilabel and hasattr(models[0], 'feature_importances_'):
        tensors['importance'] = 'F64', models[0].feature_importances_
        head['importance_of'] = 'impurity decrease'
    write(name + '.safetensors', head, tensors)
    with open(name + '.jsonl', 'w') as f:
        for row in x[:30]:
            scaled = [row] if scaler is None else scaler.transform([row])
            if multilabel:
                p = [m.predict_proba(scaled)[0][1] for m in models]
                chosen = [bool(m.predict(scaled)[0]) for m in models]
            else:
                p = list(models[0].predict_proba(scaled)[0])
                chosen = list(map(bool, models[0].classes_ == models[0].predict(scaled)[0]))
            json.dump(dict(features=list(row), probability=p, chosen=chosen), f)
            f.write('\n')


def main():
    r = np.random.RandomState(6)
    x = np.round(r.randn(300, 6) * [1, 1, 3, 10, 1, 100], 3)
    x[:, 0] = x[:, 0] > 0
    x[:, 3] = np.round(x[:, 3])
    score = x[:, 0] + x[:, 1] + x[:, 2] / 3 + x[:, 3] / 10 + r.randn(300) / 2
    two = score > 0.5
    four = np.digitize(score, [-1, 0.5, 2])
    names = ['B', 'C', 'GA', 'Stub']
    weight = np.where(two, 5.0, 1.0)
    both = RobustScaler().fit(x)
    centred = RobustScaler(with_scaling=False).fit(x)
    scaled = RobustScaler(with_centering=False).fit(x)
    to = lambda m, y, s=None, **kw: m.fit(x if s is None else s.transform(x), y, **kw)

    record('gb_binary', [to(GradientBoostingClassifier(n_estimators=21, random_state=0), two, both)], [False, True], x, both)
    record('gb_exponential', [to(GradientBoostingClassifier(n_estimators=10, loss='exponential', random_state=0), two)], [False, True], x)
    record('gb_four', [to(GradientBoostingClassifier(n_estimators=7, max_depth=2, random_state=0), four, centred)], names, x, centred)
    record('rf_weighted', [to(RandomForestClassifier(n_estimators=7, random_state=0), two, sample_weight=weight)], [False, True], x)
    record('rf_four', [to(RandomForestClassifier(n_estimators=6, class_weight='balanced', random_state=0), four, scaled)], [1, 2, 3, 4], x, scaled)
    record('gb_labels', [to(GradientBoostingClassifier(n_estimators=5, max_depth=2, random_state=0), y, both)
                         for y in (two, four == 3, x[:, 1] > 0)], ['arts', 'history', 'science'], x, both, True)
    record('lr_binary', [to(LogisticRegression(), two, both)], [False, True], x, both)
    record('lr_binary_multinomial', [to(LogisticRegression(multi_class='multinomial'), two, both)], [False, True], x, both)
    record('lr_rest', [to(LogisticRegression(multi_class='ovr'), four, both)], names, x, both)
    record('lr_multinomial', [to(LogisticRegression(multi_class='multinomial', class_weight='balanced'), four, both)], names, x, both)
    record('bernoulli', [to(BernoulliNB(binarize=0.25), four, both)], names, x, both)
    for kernel in 'linear', 'rbf', 'poly', 'sigmoid':
        record('svc_' + kernel, [to(SVC(kernel=kernel, coef0=0.5, probability=True, random_state=0), four, both)], names, x, both)
    record('svc_binary', [to(SVC(probability=True, random_state=0), two, both)], [False, True], x, both)

    # Wide and raw, so that the order of the sums counts.
    x = np.round(r.gamma(0.5, 1000, (300, 150)), 1)
    record('gaussian', [GaussianNB().fit(x, np.digitize(x[:, 0] + x[:, 1], [300, 1500]))], names[:3], x)


main()
