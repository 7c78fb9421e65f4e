// Package comparison tells two models apart by what they say of the same
// revisions: how many predictions flip, how far the probabilities lie apart, how
// many decisions flip at the operating points that people patrol by, and how both
// distribute their scores.
//
// An operating point is a query, as "maximum recall @ precision >= 0.9", which each
// model answers by its own statistics with its own threshold: a new version may
// give other probabilities and still pick out the same edits, and that is what
// counts when it is put in the place of the old one.
//
// It keeps counts, not scores: any number of revisions may be added.
package comparison
