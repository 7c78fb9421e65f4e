package wikitext

// Kind is the type of a token.
type Kind uint8

// The kinds, in the order in which the reference tries them
// (deltas/tokenizers/wikitext_split.py, LEXICON). No text yields TabClose:
// Bar comes first and takes the '|' of "|}".
const (
	Break Kind = iota
	Whitespace
	URL
	Equals
	Bar
	Entity
	RefOpen
	RefClose
	RefSingleton
	Tag
	Number
	Bold
	Italic
	JapanPunct
	CJK
	Word
	TabOpen
	TabClose
	DBrackOpen
	DBrackClose
	BrackOpen
	BrackClose
	ParenOpen
	ParenClose
	DCurlyOpen
	DCurlyClose
	CurlyOpen
	CurlyClose
	Period
	QMark
	EPoint
	Comma
	Colon
	SColon
	CommentStart
	CommentEnd
	Danda
	Etc

	// KindCount is the number of kinds.
	KindCount = int(Etc) + 1
)

// String returns the reference's name of the kind.
func (k Kind) String() string {
	names := [KindCount]string{
		"break", "whitespace", "url", "equals", "bar", "entity", "ref_open",
		"ref_close", "ref_singleton", "tag", "number", "bold", "italic",
		"japan_punct", "cjk", "word", "tab_open", "tab_close", "dbrack_open",
		"dbrack_close", "brack_open", "brack_close", "paren_open",
		"paren_close", "dcurly_open", "dcurly_close", "curly_open",
		"curly_close", "period", "qmark", "epoint", "comma", "colon", "scolon",
		"comment_start", "comment_end", "danda", "etc",
	}
	if int(k) >= KindCount {
		return "unknown"
	}
	return names[k]
}

// Kinds is a set of kinds.
type Kinds uint64

// KindsOf returns the set of the given kinds.
func KindsOf(kinds ...Kind) Kinds {
	var set Kinds
	for _, k := range kinds {
		set |= 1 << k
	}
	return set
}

// Has reports whether k is in the set.
func (s Kinds) Has(k Kind) bool { return s>>k&1 != 0 }

// Token is a piece of a text, named by its bytes: text[Start:End]. Two tokens
// with one text have one kind.
type Token struct {
	Start, End uint32
	Kind       Kind
}

// Text returns the token's piece of the text it was cut from.
func (t Token) Text(text string) string { return text[t.Start:t.End] }
