// Package feature computes what models are fed with: the features of
// revscoring 2.11, with the values and types the Python library gives them.
//
// [Compile] turns lists of feature names, one list a model, into a [Plan]. A plan
// holds each distinct feature once, however many models ask for it, and
// [Plan.Evaluate] computes it once for a revision. A list's values are then
// columns of the result.
//
// A feature is a node: a name, the sources it reads, and a function. Sources
// (source.go) are the parts of the input and what is made of them: documents,
// the difference. They are computed when the first feature asks and kept for
// the others, so what no list asks for costs nothing: a plan that only looks at
// the user never sees the texts. What the nodes' sources are, [Plan.NeedsText] and
// the like tell, so that a caller need not fetch the rest.
//
// To add features, write their functions in the file of their subject
// (edit.go, user.go) and name them in catalog.go; a new kind of input is a new
// source. Names with arguments are parsed there too.
//
// Guarantees: a plan is immutable and safe for concurrent use. A feature yields
// a value or an [*Error] that carries the name the reference gives the fault,
// never a number made up for lack of data.
package feature
