package parse

// token is the start, a seam or the end of a node, or a whole one. Attributes
// have no tokens of their own: what they consist of lies between a tag's first
// token and its body.
type token struct {
	kind tokenKind
	node Kind   // which node starts, of tokenOpen and tokenWhole
	tag  markup // of tokenOpen and tokenWhole of a tag written in wiki markup
	size uint8  // of tokenOpen: a heading's level, brackets of a link, bytes of markup

	start, end uint32
}

type tokenKind uint8

const (
	tokenText  tokenKind = iota
	tokenWhole           // a comment, an entity or a tag in wiki markup without content
	tokenOpen
	tokenSeparator // between the name, title or URL of a node and the rest
	tokenClose

	// In a tag written in HTML, after tokenOpen, its name and its attributes.
	tokenBody // ">"
	tokenEnd  // "</" of the closing tag
	tokenSelf // instead of all the rest: "/>" or, where nothing closes the tag, ">"
)

// markup is how a tag is written, or what it is called if not in HTML.
type markup uint8

const (
	markupNone markup = iota
	markupItalics
	markupBold
	markupList
	markupTerm
	markupDefinition
	markupRule
	markupTable
	markupRow
	markupHeader
	markupData
)

// markupTags are the names of the tags that markup stands for.
var markupTags = [...]string{
	markupItalics: "i", markupBold: "b", markupList: "li", markupTerm: "dt", markupDefinition: "dd",
	markupRule: "hr", markupTable: "table", markupRow: "tr", markupHeader: "th", markupData: "td",
}

// listMarkup returns what a list marker stands for.
func listMarkup(marker byte) markup {
	switch marker {
	case ';':
		return markupTerm
	case ':':
		return markupDefinition
	}
	return markupList
}

// ident is where and in which context a stack began. What became of one route
// becomes of the next with the same ident.
type ident struct {
	head    int
	context context
}

// stack collects the tokens of a node that may yet turn out not to be one. Text
// that comes is kept back in buffer, a part of the text, until a token follows:
// how runs of text are cut into nodes depends on that.
type stack struct {
	tokens  []token
	context context
	buffer  span
	ident   ident
}

// span is a part of the text.
type span struct{ start, end int }

func (s span) empty() bool { return s.start == s.end }

// add appends the part of the text that follows.
func (s *span) add(part span) {
	switch {
	case part.empty():
	case s.empty():
		*s = part
	case s.end == part.start:
		s.end = part.end
	default:
		panic("parse: text kept back is not in one piece")
	}
}

// push begins a stack at the head. Its text is not that of the stack below, so
// that what it collects can be forgotten.
func (t *tokenizer) push(c context) {
	if len(t.stacks) >= maxStacks {
		panic(ErrTooComplex)
	}
	var tokens []token
	if n := len(t.spare); n > 0 {
		tokens, t.spare = t.spare[n-1], t.spare[:n-1]
	}
	t.stacks = append(t.stacks, stack{tokens: tokens, context: c, ident: ident{t.head, c}})
}

// pushRoute begins a stack unless the same route is known to fail.
func (t *tokenizer) pushRoute(c context) bool {
	if _, bad := t.badRoutes[ident{t.head, c}]; bad {
		t.failed = c
		return false
	}
	t.push(c)
	return true
}

// top returns the stack that tokens go to.
func (t *tokenizer) top() *stack {
	if len(t.stacks) == 0 {
		panic(ErrRejected)
	}
	return &t.stacks[len(t.stacks)-1]
}

// pop ends the top stack and returns its tokens, for emitAll, emitApart or drop.
func (t *tokenizer) pop() []token {
	top := t.top()
	top.flush()
	t.stacks = t.stacks[:len(t.stacks)-1]
	return top.tokens
}

// drop ends the top stack and forgets its tokens.
func (t *tokenizer) drop() { t.recycle(t.pop()) }

// recycle keeps the memory of tokens for the next stack, unless it is much: most
// stacks are small.
func (t *tokenizer) recycle(tokens []token) {
	if 0 < cap(tokens) && cap(tokens) <= maxSpare {
		t.spare = append(t.spare, tokens[:0])
	}
}

// popKeepingContext hands the top stack's context down to the one below.
func (t *tokenizer) popKeepingContext() []token {
	c := t.top().context
	tokens := t.pop()
	t.top().context = c
	return tokens
}

// fail ends the top stack and remembers that its route leads nowhere. The caller
// returns false or lost, up to whoever began the stack.
func (t *tokenizer) fail() {
	t.failed = t.top().context
	t.memoize()
	t.drop()
}

// memoize remembers that the top stack's route leads nowhere.
func (t *tokenizer) memoize() {
	t.spend(memoCost)
	if len(t.badRoutes) >= maxRoutes {
		panic(ErrTooComplex)
	}
	t.badRoutes[t.top().ident] = struct{}{}
}

// flush makes a token of the text kept back.
func (s *stack) flush() {
	if !s.buffer.empty() {
		s.tokens = append(s.tokens, token{kind: tokenText, start: uint32(s.buffer.start), end: uint32(s.buffer.end)})
		s.buffer = span{}
	}
}

func (t *tokenizer) emit(k token) {
	top := t.top()
	top.flush()
	if len(top.tokens) >= maxTokens {
		panic(ErrTooComplex)
	}
	top.tokens = append(top.tokens, k)
}

// emitFirst puts a token in front of all the top stack has.
func (t *tokenizer) emitFirst(k token) {
	top := t.top()
	top.flush()
	t.spend(len(top.tokens) / tokensPerStep)
	top.tokens = append(top.tokens, token{})
	copy(top.tokens[1:], top.tokens)
	top.tokens[0] = k
}

// emitText keeps back the text from start to end.
func (t *tokenizer) emitText(start, end int) { t.top().buffer.add(span{start, end}) }

// emitHead keeps back the byte at the head.
func (t *tokenizer) emitHead() { t.emitText(t.head, t.head+1) }

// emitAll puts tokens on the top stack. A text in front joins the text kept back;
// it does not join a text that is a token already (Tokenizer_emit_all).
func (t *tokenizer) emitAll(tokens []token) {
	top := t.top()
	if len(tokens) > 0 && tokens[0].kind == tokenText {
		if !top.buffer.empty() {
			top.buffer.add(span{int(tokens[0].start), int(tokens[0].end)})
			tokens[0].start, tokens[0].end = uint32(top.buffer.start), uint32(top.buffer.end)
			top.buffer = span{}
		}
	}
	t.emitApart(tokens)
}

// emitApart puts tokens on the top stack and joins nothing.
func (t *tokenizer) emitApart(tokens []token) {
	top := t.top()
	top.flush()
	t.spend(len(tokens) / tokensPerStep)
	if len(top.tokens)+len(tokens) > maxTokens {
		panic(ErrTooComplex)
	}
	top.tokens = append(top.tokens, tokens...)
	t.recycle(tokens)
}

// emitTextThenStack ends the top stack and puts it behind the text from start to
// end, which stands before it: braces that nothing closes, and what was found in
// others between them and the head.
func (t *tokenizer) emitTextThenStack(start, end int) {
	tokens := t.pop()
	t.emitText(start, end)
	if len(tokens) > 0 {
		t.emitAll(tokens)
	}
	t.head--
}
