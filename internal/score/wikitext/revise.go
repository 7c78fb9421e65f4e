package wikitext

import (
	"sort"
	"strings"
)

// Revise returns what Analyse(text) returns, and takes from before what text
// shares with before.Text at its start and its end: of an edit that changes a
// word, everything but a few tokens. It costs comparing the texts, copying the
// tokens and lexing the rest. If before was counted, the result is, at the cost
// of the tokens that changed.
//
// Why this is right. The lexer has no state but its place: the token at p is a
// function of text[p:].
//
// At the end that is all. Where a token of the text starts in what the texts end
// with alike, and one of before starts there too, both have the same text from
// there on, hence the same tokens.
//
// At the start it matters how far the lexer looked. Most tokens depend on no more
// than sight bytes behind their end: the most is a word's apostrophe ’ and the
// character behind it, or a protocol's "://" and the character behind it, seven
// bytes. So a token that ends sight bytes before the first difference is also
// one of the text, but for three kinds:
//
//   - A line end, '\n' or '\r', looks through all the white space behind it, and
//     one character further.
//   - '&' looks through the name behind it; '<' through the name behind it or
//     behind the '/' that follows it. The name is the start of a word or URL.
//   - '<', when it has found a name, looks for the first '>'. If there is one the
//     token goes up to it. If not it is a token by itself that depends on the
//     whole rest of the text.
//
// For the first two, the last tokens are dropped as long as they are white space
// or any of the marks named. The one that then is last depends on no more than
// sight bytes. One before it that looks through white space or a name sees
// tokens that are all kept, and at most four bytes more: the white space it sees
// through consists of what would be dropped, so ends at a kept token at the
// latest; a name ends with the first token behind the marks.
//
// For the third, a kept '<' that found no '>' stands behind the last one of
// before, and finds one now only if the text has one behind the first difference.
// Then tokens are kept only up to the first '<' behind the last common '>'.
func Revise(before *Document, text string) *Document {
	if before.Text == text {
		return before
	}
	checkLength(text)
	r := revision{before: before, lexer: lexer{text: text}}
	return r.document()
}

// sight is how many bytes behind its end a token can depend on, but for those that
// see far.
const sight = 7

// revision is the work on one revision of a text.
type revision struct {
	before *Document
	lexer  lexer

	kept     int     // before.Tokens[:kept] are the first tokens
	middle   []Token // then these
	rejoined int     // then before.Tokens[rejoined:], moved

	// steps counts the bytes compared or searched and the tokens looked at or
	// copied. Tests hold it, and what the lexer counts, to a multiple of the text.
	steps int
}

func (r *revision) document() *Document {
	before, text := r.before, r.lexer.text
	prefix := commonPrefix(before.Text, text)
	suffix := commonSuffix(before.Text[prefix:], text[prefix:])
	r.steps += prefix + suffix
	r.keep(prefix)
	r.lex(len(text) - suffix)

	d := &Document{Text: text, Tokens: r.tokens()}
	if c := before.counts.made.Load(); c != nil {
		added := d.Tokens[r.kept : r.kept+len(r.middle)]
		if c := c.revised(before, before.Tokens[r.kept:r.rejoined], d, added); c != nil {
			d.counts.made.Store(c)
		}
	}
	return d
}

// keep finds the tokens at the start that stay, given how many bytes do.
func (r *revision) keep(prefix int) {
	old, text, tokens := r.before.Text, r.lexer.text, r.before.Tokens
	kept := sort.Search(len(tokens), func(i int) bool { return int(tokens[i].End)+sight > prefix })
	for kept > 0 && seesFar(old, tokens[kept-1]) {
		kept--
		r.steps++
	}
	r.steps += len(text) - prefix + len(old) - prefix
	if strings.IndexByte(text[prefix:], '>') >= 0 && strings.IndexByte(old[prefix:], '>') < 0 {
		r.steps += prefix
		last := strings.LastIndexByte(old[:prefix], '>')
		i := sort.Search(kept, func(i int) bool { return int(tokens[i].Start) > last })
		for i < kept && (old[tokens[i].Start] != '<' || tokens[i].Kind != Etc) {
			i++
			r.steps++
		}
		kept = i
	}
	r.kept = kept
	if kept > 0 {
		r.lexer.pos = int(tokens[kept-1].End)
	}
}

// seesFar reports whether a token may depend on the tokens behind it.
func seesFar(text string, t Token) bool {
	if t.Kind != Etc {
		return whitespaceKinds.Has(t.Kind)
	}
	switch text[t.Start] {
	case '\r', '&', '<', '/':
		return true
	}
	return false
}

// lex lexes from the kept tokens on, until a token starts at common or behind
// it, where one of before starts too.
func (r *revision) lex(common int) {
	l, tokens := &r.lexer, r.before.Tokens
	shift := len(l.text) - len(r.before.Text)
	r.middle = l.tokens(common)
	i := sort.Search(len(tokens), func(i int) bool { return int(tokens[i].Start) >= l.pos-shift })
	for l.pos < len(l.text) && (i == len(tokens) || int(tokens[i].Start) != l.pos-shift) {
		start := l.pos
		kind := l.next()
		r.middle = append(r.middle, Token{uint32(start), uint32(l.pos), kind})
		for i < len(tokens) && int(tokens[i].Start) < l.pos-shift {
			i++
			r.steps++
		}
	}
	r.rejoined = i
}

// tokens joins the three parts.
func (r *revision) tokens() []Token {
	old := r.before.Tokens
	last := old[r.rejoined:]
	if r.kept == 0 && len(last) == 0 {
		return trimmed(r.middle)
	}
	tokens := make([]Token, r.kept+len(r.middle)+len(last))
	r.steps += len(tokens)
	copy(tokens, old[:r.kept])
	copy(tokens[r.kept:], r.middle)
	moved := tokens[r.kept+len(r.middle):][:len(last)]
	shift := uint32(len(r.lexer.text) - len(r.before.Text)) // wraps round if less
	for i, t := range last {
		moved[i] = Token{t.Start + shift, t.End + shift, t.Kind}
	}
	return tokens
}
