// Package bundle makes drafts of bundles out of what others wrote: model files of
// revscoring, classifiers of scikit-learn with a card that says what their columns
// are, and ONNX files with such a card.
//
// Guarantees: what a file says is taken over whole or the import ends with an error
// that names what is not known; nothing is guessed and nothing of a file is run.
// Where recorded answers are given, of the original or another runtime, a draft gives
// each of them again, or there is no draft; the bundle keeps a hundred of them as its
// examples.
//
// Limits: recorded answers are held in memory; the dictionaries that features ask are
// the system's; their checksums are taken at the import, so what changed before it is
// not noticed.
package bundle
