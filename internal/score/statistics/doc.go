// Package statistics is what a model knows about itself: the tree of
// information that revscoring keeps with every model (type, version, parameters,
// environment, fitness, thresholds) and the questions that can be put to it.
//
// The tree holds the numbers as they were computed, and everything that people
// see is made from it on demand, as the original does: FormatJSON is
// json.dumps(info.format(paths, formatting="json")), FormatString is
// info.format(paths, formatting="str"), both to the byte, and a threshold query
// such as "maximum recall @ precision >= 0.9" scans the thresholds with the
// original's arithmetic. Nothing is stored rounded, because a threshold that was
// rounded is another threshold.
//
// # Paths
//
// A path is the original's: names with dots between them, a name with dots or
// spaces in quotes. "true" and "false" also name the labels True and False, and
// digits an integer label:
//
//	statistics.roc_auc.labels.true
//	statistics.thresholds.true."maximum filter_rate @ recall >= 0.9"
//	statistics.'maximum recall @ precision >= 0.9'
//
// # Errors
//
// Where the original raises, an *Error says which exception. ErrNotFound is the
// kind to branch on: there is nothing at that path.
//
// # One difference
//
// ModelInfo.lookup hands the whole path to the part of the tree it came to, not
// the rest of the path (scoring/model_info.py:78), so that revscoring 2.11.13
// answers every path into "statistics" or "environment" with a KeyError. Lookup
// does what its documentation says: Lookup("statistics.counts.n") is the
// original's info["statistics"].lookup("counts.n").
//
// # Limits
//
// The tables of FormatString are those of tabulate 0.9.0 without its care for
// terminal escapes and line breaks, which labels do not have. numpy's numbers are
// float64 here and print alike; the one difference is that a path that goes on
// below such a number is a TypeError, not numpy's IndexError.
//
// A tree is not changed once it is made, so that any number of goroutines may
// ask it.
package statistics
