"""What people would rather look at than figures: four drawings of a model's scores."""
import textwrap

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({
    "svg.hashsalt": "revscore",  # the same drawing is the same file
    "svg.fonttype": "none",  # text stays text: a third of the size
    "text.parse_math": False,  # a label may have dollars
    "font.size": 9,
})
import matplotlib.pyplot as plot
import numpy
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from data import key
from learn import positive

BINS = 10
MOST = 8  # classes that can be told apart in one drawing
# Hues that the colour-blind tell apart (Okabe and Ito), and dashes for the rest of us on paper.
STYLES = [dict(color=hue, linestyle=line) for hue, line in zip(
    ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#999999"),
    ("-", (0, (5, 2)), (0, (5, 1, 1, 1)), (0, (2, 1)), (0, (8, 2)), (0, (5, 1, 1, 1, 1, 1)), (0, (3, 3)), (0, (8, 2, 2, 2))))]


def draw(path, title, scores, table, sampled=False):
    """Writes one SVG with the curves of each class; of false and true, of true.

    If the sample is known to be otherwise than all edits, the drawings say what they are of."""
    classes = positive(table.classes())
    shown = sorted(sorted(classes, key=lambda c: -numpy.count_nonzero(table.labels == c))[:MOST])
    figure, ((roc, precision), (calibration, histogram)) = plot.subplots(2, 2, figsize=(11, 9.5), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.15, h_pad=0.15, hspace=0.04, wspace=0.04)  # fonts are the viewer's, and may be wider
    if len(shown) < len(classes):
        title += f"; the {MOST} most frequent of {len(classes)} classes"
    figure.suptitle(textwrap.fill(title, 100), fontsize=11)
    sample = ", of the sample" if sampled else ""
    chances = {label: numpy.array([s["probability"][key(label)] for s in scores]) for label in shown}
    curves(roc, precision, chances, table)
    calibrated(calibration, chances, table)
    decorate(roc, "ROC", "false positive rate", "recall")
    decorate(precision, f"Precision and recall{sample}", "recall", "precision (dotted: of chance)")
    decorate(calibration, f"Calibration, tenths of the revisions{sample}", "probability said", "share that is so")
    distributed(histogram, chances, table)
    figure.savefig(path, metadata={"Date": None})
    plot.close(figure)


def curves(roc, precision, chances, table):
    roc.plot([0, 1], [0, 1], ":", color="grey")
    for style, (label, chance) in zip(STYLES, chances.items()):
        truth = table.labels == label
        false_rate, recall, _ = roc_curve(truth, chance)
        roc.plot(false_rate, recall, label=f"{key(label)}: area {roc_auc_score(truth, chance):.3f}", **style)
        precise, recall, _ = precision_recall_curve(truth, chance)
        precision.plot(recall, precise, label=f"{key(label)}: area {average_precision_score(truth, chance):.3f}", **style)
        precision.axhline(truth.mean(), color=style["color"], linestyle=":", linewidth=1)
    for axes in (roc, precision):
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))


def calibrated(axes, chances, table):
    end = 0
    for style, (label, chance) in zip(STYLES, chances.items()):
        # Bins of equally many revisions: most scores are small, and a bin of three revisions says nothing.
        seen, said = calibration_curve(table.labels == label, chance, n_bins=BINS, strategy="quantile")
        axes.plot(said, seen, label=key(label), marker="o", markersize=4, **style)
        end = max(end, *seen, *said)
    end = min(1, end * 1.1)  # of a rare class all points are in one corner
    axes.plot([0, end], [0, end], ":", color="grey", zorder=0)
    axes.set(xlim=(-0.01 * end, 1.01 * end), ylim=(-0.01 * end, 1.01 * end))


def distributed(axes, chances, table):
    """Of false and true the probability of true of either; of several classes each one's own."""
    if len(chances) == 1:
        (asked, chance), = chances.items()
        parts = [(f"is {key(c)}", chance[table.labels == c]) for c in table.classes()][::-1]
        title = f"Probability of {key(asked)}, by the truth"
    else:
        parts = [(f"is {key(c)}", chance[table.labels == c]) for c, chance in chances.items()]
        title = "Probability of the class that is true"
    for style, (name, values) in zip(STYLES, parts):
        axes.hist(values, bins=40 if len(chances) == 1 else 20, range=(0, 1), histtype="step", density=True, label=f"{name}: {len(values):,} revisions", **style)
    decorate(axes, title, "probability said", "density")
    axes.set(xlim=(-0.01, 1.01))


def decorate(axes, title, across, up):
    axes.set_title(title, fontsize=10)
    axes.set(xlabel=across, ylabel=up)
    axes.grid(alpha=0.3)
    axes.legend(handlelength=4)
