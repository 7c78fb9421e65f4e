// Package wikitext splits wikitext into the typed tokens, sentences and
// paragraphs that the features count, exactly as the tokenizer wikitext_split
// and the segmenter ParagraphsSentencesAndWhitespace of the Python library
// deltas 0.7.0 do. "Exactly" matters because the models were trained on those
// counts: a lexer that is merely reasonable gives other scores.
//
// Guarantees:
//   - Tokens lie end to end: joined they give the text back, for every input.
//   - Time is linear in the text and nothing recurses, whatever the text is.
//   - Any number of goroutines may use a [Document]. Its text and tokens never
//     change; groups and counts are made once, by who asks first.
//
// The reference is one alternation of 38 regular expressions. The lexer is
// written by hand instead, since those expressions backtrack: each "<ref " that
// nothing closes makes them search the rest of the text, so two megabytes of
// "<ref " would take hours. Here the place of the next '>' is searched once and
// remembered, and a protocol is looked up only where a word ends at a colon.
//
// Tokens take most of the time, so they are shared and quick. [Revise] makes the
// tokens of a revision of those of its parent, and lexes what changed. ASCII, most
// of most texts, is lexed by tables that are derived from the rules, and runs of
// letters eight bytes at a time: half the time of the rules alone.
//
// Character classes are those of the reference's Python (Unicode 14), not those
// of the Go release at hand; unicode_table.go pins them.
//
// Limits. Python has no text with broken UTF-8, so the reference says nothing
// about it: here a byte that belongs to no character counts as one character
// of no class, U+FFFD. By itself it is one [Etc] token; inside a tag or a URL
// it is a part of it like any other character. A text may have 4 GiB at most.
package wikitext

//go:generate sh -c "python3.11 ../../../tools/unicode/gen.py > unicode_table.go"
