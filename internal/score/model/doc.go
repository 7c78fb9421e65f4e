// Package model loads models and lets them answer.
//
// A model is a bundle: one folder, complete but for the system's spelling
// dictionaries, which the card names with their checksums.
//
//	model.yaml       the card: what it is, its features, its checksum, its origin
//	estimator.json   its numbers, see package tree; not for kind revid
//	examples.jsonl   answers recorded from the original
//	info.json        the original's info tree, as ORES publishes it
//	lexicons/, …     what its features look for, named by the card
//
// Guarantees: a bundle whose card has an unknown key, whose estimator does not
// have the checksum of the card, or whose parts contradict each other does not
// load. A [Set] holds only models that answered all their examples as the
// original did. A model never changes once loaded and may be used by many
// goroutines.
//
// Limits: features are compiled to find faults at load, and computed elsewhere:
// see package feature. A bundle is trusted to be what its owner wants: the checksum finds
// damage, not forgery.
package model
