// Package parse finds the nodes of wikitext, templates, links, headings, tags and
// so on, exactly as the Python library mwparserfromhell 0.6.6 does with its
// tokenizer in C. "Exactly" matters because the models were trained on counts of
// those nodes, and what that library takes for a node is often not what MediaWiki
// does: to it "::" is two tags, and a wikilink may reach over paragraphs.
//
// [Parse] yields a [Page]: nodes in the order of Wikicode.filter(), each before
// those inside it, as ranges of the text. [Page.Content] is strip_code().
//
// Guarantees:
//   - Nodes lie in bounds, inside or beside each other. No text is copied.
//   - Parsing ends: after a budget of time and memory (budget.go) the error is
//     [ErrTooComplex], never nodes that are merely plausible.
//   - A Page is never changed once made; any number of goroutines may read it.
//
// The tokenizer is the reference's, statement by statement, as there is no
// grammar to go by: it tries a route ("this is a template"), goes back when
// something cannot stand there, and remembers routes that failed. So to tell why
// a test stands where it does, read parser/ctokenizer/tok_parse.c beside this.
// What differs is how things are kept: tokens are ranges, since what
// mwparserfromhell parses it writes back unchanged, and attributes of tags have
// no tokens, since no feature reads them. What was found is put in a flat slice
// of nodes (build.go): no pointers, 28 bytes each.
//
// Limits. The text ends at a NUL, there as here. Bytes that are no UTF-8, which
// Python's strings cannot hold, are text. Where tags are compared, a capital
// sigma at a word's end lowers as any other. Recursion is bounded: by maxDepth as
// in the reference and by maxStacks.
package parse
