package wikitext

// Span is the range [First, Last) of a list, of a document's tokens unless said
// otherwise.
type Span struct{ First, Last uint32 }

// Len returns the number of items.
func (s Span) Len() int { return int(s.Last - s.First) }

// Paragraph is a run of tokens up to a break.
type Paragraph struct {
	Span           // its tokens
	Sentences Span // its sentences, as a range of the document's sentences
}

// minSentence is the number of tokens other than white space that a sentence
// must have before a period or the like ends it
// (deltas/segmenters/paragraphs_sentences_and_whitespace.py, MIN_SENTENCE).
const minSentence = 3

// Sets of that file.
const (
	whitespaceKinds  Kinds = 1<<Whitespace | 1<<Break
	sentenceEndKinds Kinds = 1<<Period | 1<<EPoint | 1<<QMark | 1<<TabOpen
	subOpenKinds     Kinds = 1<<BrackOpen | 1<<DBrackOpen | 1<<ParenOpen |
		1<<RefOpen | 1<<CommentStart | 1<<DCurlyOpen
	subCloseKinds Kinds = 1<<BrackClose | 1<<DBrackClose | 1<<ParenClose |
		1<<RefClose | 1<<CommentEnd | 1<<DCurlyClose
)

// segments groups tokens into paragraphs, and those into sentences. The
// reference builds a tree in which each white-space token between sentences or
// paragraphs is a node too. Such nodes never match anything, so they are left
// out: what no span covers is white space.
//
// The reference counts a sentence's tokens anew at every period, which is
// quadratic for an unclosed bracket full of periods; here the count runs along.
func segments(tokens []Token) ([]Paragraph, []Span) {
	var paragraphs []Paragraph
	var sentences []Span
	for i := 0; i < len(tokens); {
		if whitespaceKinds.Has(tokens[i].Kind) {
			i++
			continue
		}
		p := Paragraph{Span: Span{First: uint32(i)}}
		p.Sentences.First = uint32(len(sentences))
		for i < len(tokens) && tokens[i].Kind != Break {
			first := i
			switch kind := tokens[i].Kind; {
			case kind == TabOpen:
				i = tableEnd(tokens, i)
			case whitespaceKinds.Has(kind):
				i++
				continue
			default:
				i = sentenceEnd(tokens, i)
			}
			sentences = append(sentences, Span{uint32(first), uint32(i)})
		}
		p.Last = uint32(i)
		p.Sentences.Last = uint32(len(sentences))
		paragraphs = append(paragraphs, p)
	}
	return paragraphs, sentences
}

// tableEnd returns the end of the table that starts at i, breaks and all. As
// no text yields TabClose, that is the end of the text.
func tableEnd(tokens []Token, i int) int {
	depth := 1
	for i++; i < len(tokens) && depth > 0; i++ {
		switch tokens[i].Kind {
		case TabOpen:
			depth++
		case TabClose:
			depth--
		}
	}
	return i
}

// sentenceEnd returns the end of the sentence that starts at i. Brackets,
// references and the like must be closed again for a period to end it. As in
// the reference, a closing first token does not count, and the depth may
// become negative.
func sentenceEnd(tokens []Token, i int) int {
	depth, words := 0, 1
	if subOpenKinds.Has(tokens[i].Kind) {
		depth = 1
	}
	for i++; i < len(tokens) && tokens[i].Kind != Break; i++ {
		kind := tokens[i].Kind
		switch {
		case subOpenKinds.Has(kind):
			depth++
		case subCloseKinds.Has(kind):
			depth--
		}
		if kind != Whitespace {
			words++
		}
		if depth <= 0 && words >= minSentence && sentenceEndKinds.Has(kind) {
			return i + 1
		}
	}
	return i
}
