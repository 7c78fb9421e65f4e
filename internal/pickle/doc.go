// Package pickle reads Python pickles, protocols 0 to 5, as inert values.
//
// A pickle is a program for a stack machine that may ask for any function to be
// called. Here nothing is called, imported or looked up: a name is a [Global], and
// what would be made by calling it is an [Object] that says which name and with
// which arguments. Readers of known classes interpret those; see package
// revscore/internal/revscoring.
//
// # Guarantees
//
//   - Whatever a file holds, reading it takes linear time, and memory of some hundred
//     bytes for each of its bytes at worst (deepest nesting, smallest values), up to what
//     [Limits] allow. No length or memo index that the file claims is believed before the
//     bytes are there.
//   - What the pickle shares is one pointer here, and a cycle stays a cycle, so that
//     the identity of feature nodes survives. Every model of revscoring has cycles: a
//     feature's attribute process is a method bound to the feature.
//   - A graph that nests deeper than [Limits].Depth is refused, where depth is that of the
//     longest path that enters no value twice. A recursive reader is therefore safe if it
//     remembers what it has read by pointer (shared parts read naively can be exponential)
//     and refuses a pointer that it is still reading. [Shape] says whether there are cycles.
//
// # How older protocols spell basic types
//
// Protocol 2 has no bytes: Python writes _codecs.encode(text, "latin1"). It writes a set
// as builtins.set(list) and an object without NEWOBJ as copyreg._reconstructor(class,
// object, None), and calls Python 3's names by those of Python 2 (__builtin__.long is int).
// These spellings are undone, as Python undoes them; all else stays as it is written.
// Strings of Python 2 (STRING, BINSTRING) are read as Latin-1 text, which loses nothing.
//
// # Limits
//
// Persistent ids, extension codes and out-of-band buffers name things outside the file
// and are refused. So is calling the result of a call: only a plain name can be a class.
//
// # Why not a library
//
// The one kept library, github.com/nlpodyssey/gopickle, believes claimed lengths,
// recurses without bound, makes some classes itself, and turns dicts into maps that
// panic on keys of slices. A reader of hostile files needs bounds everywhere, and 68
// opcodes are quicker written than fenced in.
package pickle
