// Package model loads models and lets them answer.
//
// A model is a bundle: one folder, complete without Python and without any
// other file.
//
//	model.yaml       the card: what it is, its features, its checksum, its origin
//	estimator.json   its numbers, see package tree; not for kind revid
//	examples.jsonl   answers recorded from the original
//	info.json        the original's info tree, as ORES publishes it
//
// Guarantees: a bundle whose card has an unknown key, whose estimator does not
// have the checksum of the card, or whose parts contradict each other does not
// load. A [Set] holds only models that answered all their examples as the
// original did. A model never changes once loaded and may be used by many
// goroutines.
//
// Limits: the features are carried as text, in order; computing them is not
// done here. A bundle is trusted to be what its owner wants: the checksum finds
// damage, not forgery.
package model
