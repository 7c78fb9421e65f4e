// Package wikibase reads the items of a Wikibase repository, such as Wikidata, and
// finds out what an edit changed of them. A revision's text is then JSON and no
// wikitext.
//
// An item is what mwbase 0.1.5 makes of the JSON, the library that revscoring
// reads items with (revscoring/features/wikibase), and what [Parse] refuses is
// what makes that library raise an exception. The JSON is read as Python's json
// module reads it, and compared, written and turned into strings as Python does:
// NaN is a number, the last of two fields of one name counts, 1 equals 1.0 and
// true, a lone surrogate is a character. That is why the standard library's
// encoding/json does not serve: it knows none of these. Where items have oddities
// of the library, the code names its file.
//
// [Item] holds the parts of an item, [Compare] the differences of one part of two
// items. Both are immutable and safe for concurrent use.
//
// Guarantees: time and memory are linear in the text, up to sorting, whatever it
// holds; 2 MB of the most wasteful JSON take 60 MB while they are read. Arrays and
// objects nest as deeply as the reference bears, and no deeper.
//
// Limits. Three things that the reference accepts, and that no repository writes,
// are refused: an amount that is not a number (NaN), qualifiers in an array whose
// order is given by numbers, and more than 4 GiB of text.
package wikibase
