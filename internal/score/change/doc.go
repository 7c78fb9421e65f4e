// Package change answers by how much the counts of tokens differ between a text
// and its parent. A third of all features are sums over the reference's
// frequency tables, `delta(table(old), table(new))` and `prop_delta`
// (revscoring/datasources/meta/frequencies.py). The reference counts both texts
// whole, once for each table; but an edit changes little of a page, and where
// nothing changed the counts cannot differ.
//
// # Method
//
// [Compare] pairs tokens of the old text with tokens of the new one that have
// the same text, each token at most once, in three steps:
//
//   - trim.go: the common beginning and the common end of both texts.
//   - lines.go: equal lines, wherever they stand, so that moved sections and
//     edits at the top and the bottom of a page at once cost little; then the
//     beginnings and ends of lines that were changed in place.
//   - table.go: what remains of both, by the tokens' text, in a hash table.
//
// Whatever the steps pair, the numbers are right. Let P(x) be the number of
// paired tokens with text x, G(x) those left in the old text, C(x) those left in
// the new one. Pairs are one to one and of equal text, so the old text has
// P(x)+G(x) of them and the new one P(x)+C(x); these differ exactly if G(x) and
// C(x) do. Finding more pairs makes it faster and changes nothing. That tokens
// are paired by their bytes and their bounds, not by hashes alone, is therefore
// all that correctness rests on.
//
// A proportional delta also needs the old count itself, hence P(x), and a sum
// of floats depends on the order of its terms: the reference's is that of first
// appearance in the whole new text, then what vanished. Both come from one scan
// of the new text's paired tokens (scan.go) that skips, by length and first
// character, what cannot be one of the changed items. The old text need not be
// scanned: it has the same paired tokens; and an item that vanished has P(x)=0,
// so the order of first appearance among its unpaired tokens is the order in
// the text.
//
// For tables of lower-cased tokens an item is the sum of its spellings. It can
// only have changed if one of its spellings has. The scan finds the spellings
// that stand in unchanged places alone; the filter provides for those that are
// longer or shorter in UTF-8 than the lower-cased form (forms.go).
//
// # Guarantees
//
// Time is linear in the two texts, for every text: the hashes are seeded at
// random, so nobody can write a page whose tokens collide, and no result depends
// on a hash. Memory follows the changed places alone: about 55 bytes for each
// distinct token there, as much again if its lower-cased form is no token there,
// and at most a few megabytes for lines. Two texts of 2 MB of single-character
// tokens take 16 MB; the worst found, 840,000 capitalised words, no two alike,
// has 145 MB allocated in all (TestMemory).
//
// An [Edit] has no goroutine, and the documents are only read.
//
// # Limits
//
// The reference's tables are keyed by text alone, and [wikitext.Token] promises
// that tokens with one text have one kind; this rests on it. In a text with
// broken UTF-8, of which the reference knows nothing, bytes that belong to no
// character are equal if they are the same byte.
package change
