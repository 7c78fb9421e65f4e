// Package phrase finds the phrases of a long list, such as idioms, in a text:
// the same ones in the same order as flashtext 2.7's KeywordProcessor, through
// which the reference asks (revscoring/datasources/meta/extractors.py, trie).
//
// What counts as a hit is flashtext's own (flashtext/keyword.py,
// extract_keywords): behind a phrase there is something else than A-Z, a-z, 0-9
// and _, or nothing, the longest wins and hits do not overlap. So é ends a word.
// A phrase may begin at a word or at another character, but not at the one that
// stands behind a hit, or behind a word that begins no phrase or only part of
// one: that one is passed over, whatever it is. The text is looked through in
// lower case, all of it, also where that has more characters (İ), and its end
// counts as the end of a word.
//
// Guarantees:
//   - Finding takes time linear in the text: at each word at most as many bytes
//     are looked at as the longest phrase has, and that is [MaxPhrase] at most.
//     flashtext has no such bound.
//   - Memory is in proportion to the list; see [New].
//   - Any number of goroutines may use a [Set].
//
// The phrases lie in a radix tree: flat, without a pointer or a map per letter,
// as flashtext's tree of dicts would need gigabytes for such a list.
//
// Limits. Python has no text with broken UTF-8: here a byte that belongs to no
// character is a character that no phrase has.
package phrase
