"""From labelled revisions to a bundle."""
import pathlib
import sys

import bundles
import cards
import data
import learn
import report
from bundles import Refused


def held_out(args, table, columns):
    """The other revisions; none that the training has."""
    test = data.join(args.test_features, args.test_labels, args.label, columns)
    known = set(table.ids)
    others = [i for i, revision in enumerate(test.ids) if revision not in known]
    if not others:
        raise ValueError(f"{args.test_features}: all of its revisions are among those to train on")
    if len(others) < len(test.ids):
        print(f"{args.test_features}: {len(test.ids) - len(others)} are among those to train on, and left out", file=sys.stderr)
        test = test.select(others)
    if test.classes() != table.classes():
        raise ValueError(f"{args.test_labels}: labels are {test.classes()}, those to train on {table.classes()}")
    return test


def run(args):
    """All of it. What can be told before the training is told before it."""
    bundles.check(args.out, args.replace, args.streamer)
    card, labels = cards.read(args.card)
    columns = [feature["name"] for feature in card["features"]]
    params = {"random_state": 0, **dict(args.params)}
    learn.build(args.estimator, params)
    table = data.join(args.features, args.labels, args.label, columns)
    test = held_out(args, table, columns) if args.test_features else None
    cards.check_labels(args.card, labels, table.classes())
    learn.check_folds(table, args.folds)
    if args.version:
        card["version"] = args.version
    if args.population_rate:
        card["population_rates"] = dict(args.population_rate)
    bundles.rehearse(args, card, table)
    rates = cards.rates(card, table.classes())

    scores = learn.cross_validated(lambda: learn.build(args.estimator, params), table, args.folds)
    shown, about = (scores, table), f"{args.folds}-fold cross-validation on {len(table.ids):,} revisions"
    print(f"{about}: {learn.headline(*shown, rates)}")
    told = f"cross-validated on {len(table.ids):,} ({args.label}, {args.folds} folds)"
    model = learn.build(args.estimator, params).fit(table.rows, table.labels)
    if test:
        shown, about = (list(learn.documents(model, test.rows)), test), f"{len(test.ids):,} revisions held out"
        card["statistics"] = learn.headline(*shown, rates)
        print(f"{about}: {card['statistics']}")
        told += f"; roc_auc and pr_auc are over {len(test.ids):,} held out"
    card["trained_on"] = "; ".join(filter(None, (args.trained_on or card.get("trained_on"), told)))
    # No estimator has these: the program enters them in the bundle's information.
    model.training_ = {"written_by": "tools/train", "label": args.label, "folds": args.folds}
    bundles.write(args, card, model, table, scores, args.out)
    written = cards.named(args.out)
    report.draw(pathlib.Path(args.out) / "report.svg", f"{written}, {about}", *shown, sampled=bool(rates))
