// Parity compares what this repository computes with what the reference computed:
// tokens, segments, operations, markup and features, on every row of a folder of
// recorded data. It exits with 1 unless all is equal.
//
//	go run ./tools/parity [--shared DIR] [--golden DIR] [--assets FILE | --lists FILE [--dictionaries FOLDERS]]
//
// A check is one field of the structure, or one feature of one list, over all
// rows. Equal means identical for what is no float, and a relative difference of
// at most 1e-9 for floats; an int is never equal to a float. Where the reference
// recorded an error, an error is what is asked of us too.
//
// The features are those of the catalogue, in which the reference wrote down its
// expression trees; catalog.go and construct.go turn them into our language. What
// a feature needs that we do not have yet (a dictionary, say) is named in the
// table missing there, and counted in the output: nothing is left out silently.
// To add such a kind, move its entry to the table constructors.
//
// With --lists, the lists of that file are compared in place of the catalogue's, with
// the system's dictionaries, and then what is recorded of single words: verdicts of
// dictionaries, stems, stop words. A list is one check there, and so is a column of
// the words; verdicts may differ for one word of 10,000, as dictionaries have versions.
//
// It is a program and no test, since the data is not ours to keep here: it takes
// any folder of the same files.
package main
