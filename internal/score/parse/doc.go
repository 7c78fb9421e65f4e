// Package parse finds the nodes of wikitext, templates, links, headings, tags and
// so on, exactly as the Python library mwparserfromhell 0.6.6 does with its
// tokenizer in C. "Exactly" matters because the models were trained on counts of
// those nodes, and what that library takes for a node is often not what MediaWiki
// does: to it "::" is two tags, and a wikilink may reach over paragraphs.
//
// [Parse] yields a [Page]: nodes in the order of Wikicode.filter(), each before
// those inside it, as ranges of the text. [Page.Content] is strip_code().
// [Revise] yields the same as Parse from the page of an earlier text, in a
// fraction of the time if little differs.
//
// Guarantees:
//   - Nodes lie in bounds, inside or beside each other. No text is copied.
//   - Parsing ends: after a budget of time and memory (budget.go) the error is
//     [ErrTooComplex], never nodes that are merely plausible. Whatever the text,
//     of two megabytes at most, that is 32 MB, page and garbage included.
//   - A Page is never changed once made; any number of goroutines may read it.
//
// The tokenizer is the reference's, statement by statement, as there is no
// grammar to go by: it tries a route ("this is a template"), goes back when
// something cannot stand there, and remembers routes that failed. So to tell why
// a test stands where it does, read parser/ctokenizer/tok_parse.c beside this.
//
// What differs is how things are kept. There are no tokens: what would be the
// first of a node reserves its place in a list of nodes, those inside follow, and
// a route that fails takes the list back to where it was, so nothing is copied
// from stack to stack (stack.go). Attributes of tags have no nodes, since no
// feature reads them; only the nodes in them have. A page keeps 20 bytes a node.
//
// Left as the reference has it is that a route which reaches the end of the text
// and fails is read again, without the node that it was for. What is inside may
// come out differently the second time, as routes that failed are known by then
// (of italics only the first try is followed by a second pass), so neither its
// nodes nor the fact that a closing tag is missing can spare a reading.
//
// Limits. The text ends at a NUL, there as here. Bytes that are no UTF-8, which
// Python's strings cannot hold, are text. Where tags are compared, a capital
// sigma at a word's end lowers as any other. Recursion is bounded: by maxDepth as
// in the reference and by maxStacks.
package parse
