"""What people would rather look at than figures: four drawings of a model's scores."""
import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "revscore"  # the same drawing is the same file
matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text: a third of the size
import matplotlib.pyplot as plot
import numpy
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from data import key

BINS = 10


def draw(path, title, scores, labels):
    """Writes one SVG with the curves of each class; of two classes, of the positive one."""
    classes = sorted(set(labels.tolist()), key=str)
    shown = [True] if classes == [False, True] else classes
    figure, ((roc, precision), (calibration, histogram)) = plot.subplots(2, 2, figsize=(10, 8.5), layout="constrained")
    figure.suptitle(title)
    roc.plot([0, 1], [0, 1], ":", color="grey")
    calibration.plot([0, 1], [0, 1], ":", color="grey")
    for label in shown:
        truth = labels == label
        chance = numpy.array([s["probability"][key(label)] for s in scores])
        false_rate, recall, _ = roc_curve(truth, chance)
        roc.plot(false_rate, recall, label=f"{key(label)}: area {roc_auc_score(truth, chance):.3f}")
        precise, recall, _ = precision_recall_curve(truth, chance)
        precision.plot(recall, precise, label=f"{key(label)}: area {average_precision_score(truth, chance):.3f}")
        # Bins of equally many revisions: most scores are small, and a bin of three revisions says nothing.
        seen, said = calibration_curve(truth, chance, n_bins=BINS, strategy="quantile")
        calibration.plot(said, seen, "o-", label=key(label))
    for label in classes:
        chance = [s["probability"][key(shown[0])] for s, truth in zip(scores, labels.tolist()) if truth == label]
        histogram.hist(chance, bins=40, range=(0, 1), histtype="step", density=True, label=f"{key(label)}, {len(chance)} revisions")
    decorate(roc, "ROC", "false positive rate", "recall")
    decorate(precision, "Precision and recall", "recall", "precision")
    decorate(calibration, "Calibration, tenths of the revisions", "probability said", "share that is so")
    decorate(histogram, f"Probability of {key(shown[0])}, by the truth", "probability said", "density")
    figure.savefig(path, metadata={"Date": None})
    plot.close(figure)


def decorate(axes, title, across, up):
    axes.set(title=title, xlabel=across, ylabel=up)
    axes.grid(alpha=0.3)
    axes.legend()
