// Package analysis keeps what is made of a text, its tokens, its markup and what
// lexicons find in it, with the text: it lives as long as the text stays in the
// cache of the fetch stage. The parent of an edit is usually the revision of the
// edit before, so most texts are asked for twice and analysed once.
//
// And most of a text was analysed before: an edit changes little of a page.
// Whoever asks for something of a text may name another, its base, and what was
// made of the base is shared where that provably gives the same result: see
// Revise in packages wikitext, parse and pattern. A base makes the answer
// cheaper, never different.
//
// Guarantees: a [Text] is safe for concurrent use. Each part is made at most once
// while the text is kept, when it is first asked for; two who ask at the same time
// share the work. What was made is never changed.
//
// Why not one struct with everything in it: an edit that no model judges by its
// markup must not pay for the parser, the most expensive part.
package analysis
