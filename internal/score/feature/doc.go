// Package feature computes what models are fed with: the features of
// revscoring 2.11, with the values and types the Python library gives them.
//
// A feature is a name and an expression that says what is computed, such as
//
//	log(float(len(revision.parent.text)) + 1)
//
// The syntax is package expr's; what functions there are, what they take and
// which part of the reference they stand for is listed in the file of their
// subject: tokens.go, edit.go, markup.go, strings.go, table.go, number.go,
// arithmetic.go, fact.go, language.go, item.go. The inputs are in source.go. docs/formats/features.md
// tells all of it to those who write expressions.
//
// [Compile] turns lists of features, one list a model, into a [Plan]: a graph in
// which equal expressions are one node, whoever asks for them and under whatever
// name. [Plan.Evaluate] computes each node at most once for a revision, and only
// what some list asks for: a plan that looks at the user alone never sees the
// texts. Equality is that of expressions and not of names, because in the
// reference two lists may mean different things by one name.
//
// What is made of a text, tokens, markup and finds, is kept with it: see package
// analysis. Nothing is made twice for the revision of one event and the parent of
// the next, and what a revision shares with its parent is not made again either.
//
// Three shortcuts carry the speed, each giving what the plain reading of the
// expression gives. Lists of tokens and nodes are not built: they are a document
// and what selects from it, so that lengths and sums are counts. Frequency tables
// are not built either: a difference of tables is asked of package change, which
// looks at what changed. And all lists of an evaluation are cut from two arrays
// that the plan keeps for the next one.
//
// Guarantees: a plan is immutable and safe for concurrent use. A feature yields
// a value or an [*Error] that carries the name the reference gives the fault,
// never a number made up for lack of data. A fault of one source fails the features
// that depend on it and no others.
//
// Limits. Ints are bounded by 64 bits and infinities are errors. The logarithm may
// differ from C's in the last bit (in 0.8 % of the whole numbers to 300,000).
package feature
