// Package model reads and writes model bundles and lets models answer.
//
// A bundle is a folder that a person can read, complete but for the system's
// spelling dictionaries, which its card names with their checksums. It is
// described in docs/formats/bundle.md:
//
//	model.yaml             the card: what it is, its features, where it comes from
//	estimator.safetensors  its numbers, see package estimator; not of RevIdScorer
//	info.json              what the original knows of itself, see package statistics
//	examples.jsonl         answers recorded from the original
//	lexicons/, words/, …   what its features look for
//
// [Load] reads one, [Write] and [Replace] make one of a [Draft]. What Load accepts
// can be written and comes back the same, and Write puts nothing in place that
// Load would refuse.
//
// Guarantees: the card has the checksum of every other file and, as written, of
// itself, so that a bundle damaged anywhere does not load; neither does one whose
// card has an unknown key or whose parts contradict each other. Nothing outside
// the folder is read, but dictionaries: symbolic links in it are refused. What a
// file may hold is bounded before it is read. A [Model] never changes and may be
// used by many goroutines. [Model.Verify] tells whether it answers its examples
// as the original did; package registry puts no other into service.
//
// Limits: features are compiled to find faults at load, and computed elsewhere:
// see package feature. A bundle is trusted to be what its owner wants: checksums
// find damage, not forgery.
package model
