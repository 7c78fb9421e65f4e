// Package translate turns the features of a pickled revscoring model into
// expressions of the language of package feature.
//
// A model's file holds each feature as a graph of objects: what is computed from
// what, by functions that are only named. Nothing of that is run. The structure
// is read from inert values (package pickle), each name of a function stands for
// a part of an expression in one closed table, and what a feature asks besides
// the revision (lexicons, stop words, phrases, dictionaries) is taken out of the
// objects into [Assets]. A name that is not in the table is an error that says
// which feature asks it; nothing is guessed.
//
// It is the same translation as tools/reference/expression.py makes of living
// objects, and tested against it on every list of the reference.
//
// # Names
//
// A feature is translated by its structure, whatever it is called. Names matter
// once: inside one list the reference computes what is called the same only once,
// so the first of that name, in the order of computing, stands for all
// (revscoring/dependencies/functions.py, _solve).
//
// # What a pickle does not hold
//
// The reference's functions are pickled by name, so a few of its tables are not in
// the file. Those of a few words stand here: the dictionaries of English and
// Portuguese, patterns that count pictures, important languages of Wikidata. They
// are those of revscoring 2.7.0 (April 2020) and later: until 2.6.1 English, and
// until 2.6.9 Portuguese asked whichever dictionary the system calls "en" or "pt".
// The large ones, Chinese characters and lists of Wikidata's properties, belong to
// others and are given by [Options.Known]; an error says which is asked.
//
// # Limits
//
// A list has at most [MaxFeatures] features, a name [MaxName] bytes, an
// expression what package expr takes. Parts that are shared are read once, so work
// is linear in the size of the values, and in each feature's name and expression.
package translate
