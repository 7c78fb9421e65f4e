// Package pattern is Python's re as features use it: single patterns tested
// against names, comments and paragraphs, and lexicons of some hundred
// alternatives searched for in whole wikitexts. The answers are those of Python
// 3.11 on str patterns, match for match and place for place.
//
// # The same answers
//
// Go's regexp is another language: its \w and \b are ASCII, its (?i) folds
// other characters, it has no look-around, and it treats an empty round of a
// repetition differently. So parser, classes and matchers are our own. The
// parser follows Lib/re/_parser.py; what a class holds under IGNORECASE follows
// _compiler.py, oddities above U+FFFF included; \w, \d, \s and changes of case
// are tables asked of the interpreter (tools/pattern/gen.py, Unicode 14).
// What the syntax has and the package has not (possessive repeats, atomic and
// conditional groups, \N{name}, the flags a and L) is a *SyntaxError, never
// read as something else.
//
// Texts are UTF-8. A byte that is not part of a valid sequence is one character
// U+FFFD, a surrogate written as UTF-8 thus three of them; such a text matches
// as Python matches the text that Go's decoding of it gives.
//
// # The way of a search
//
// A pattern becomes one program (compile.go) for three matchers, and the
// choice between them is never seen in the answer:
//
//   - The filter (filter.go) runs over the text at two operations a byte and
//     stops where the left neighbour and the next four characters fit some
//     alternative. It errs on one side only: where it does not stop, no attempt
//     could have matched.
//     Alternatives that could start anywhere but hold a literal, as \w+-like,
//     are left out of the filter where that literal is too far (demand.go): a
//     match by one consumes, between its start and the literal, only characters
//     that its beginning accepts, so it cannot start before the run of those
//     that ends at the literal. Outside of such runs these alternatives fail,
//     and the filter of the others stops wherever a match can start.
//   - There the forward automaton (forward.go) makes one attempt, for all
//     alternatives at once: its states are the ordered threads of a backtracking
//     matcher, so the first match by preference wins, not the longest.
//   - The backward automaton (backward.go) reads a text from its end and knows
//     at every place which instructions can still succeed; with it one pass
//     forth finds every match without ever being wrong (sweep.go). It is how
//     the groups of a match are found, how look-ahead is decided, and where a
//     search goes when attempts have read the text several times over. Its time
//     is linear in the text, all matches together, whatever the pattern; so
//     that is the time of a search. A pattern with look-ahead that is tested
//     at the start of a text needs the way back only, and that goes eight bytes
//     at a time over characters that leave the state as it is: a state is all
//     there is to know of what was read, so they can be skipped.
//   - Look-behind and back-references are left to a backtracker (backtrack.go)
//     with a budget of steps that grows with the text. When it runs out the
//     answer is ErrTooComplex.
//
// Why not only one of them: the sweep alone would be right too, but costs ten
// times the filter on clean text; RE2's way of finding a match by an unanchored
// automaton is linear for one match and quadratic for all of a text.
//
// Both automata make their states when a text first needs them, up to a number
// of bytes, then start again; they are shared by all users of a pattern without
// a lock on the way of a reader.
//
// # An edit
//
// Revise searches only what an edit changed, between two characters that no
// alternative can consume: no attempt gets past those, so what lies beyond
// cannot tell the difference.
package pattern
