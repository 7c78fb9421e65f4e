package wikitext

import "iter"

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

// segments are the groups of a document's tokens.
type segments struct {
	paragraphs []Paragraph
	sentences  []Span
}

// Paragraphs returns the paragraphs in order. They are the document's: not to be
// changed.
func (d *Document) Paragraphs() []Paragraph { return d.grouped().paragraphs }

// Sentences returns the sentences of all paragraphs in order. They are the
// document's: not to be changed.
func (d *Document) Sentences() []Span { return d.grouped().sentences }

// Segments returns the items of the reference's list of segments, which cover
// all tokens in order: a paragraph, or one token of white space between
// paragraphs.
func (d *Document) Segments() iter.Seq[Span] {
	return func(yield func(Span) bool) {
		position := uint32(0)
		spaceTo := func(last uint32) bool {
			for ; position < last; position++ {
				if !yield(Span{position, position + 1}) {
					return false
				}
			}
			return true
		}
		for _, p := range d.Paragraphs() {
			if !spaceTo(p.First) || !yield(p.Span) {
				return
			}
			position = p.Last
		}
		spaceTo(uint32(len(d.Tokens)))
	}
}

func (d *Document) grouped() *segments {
	return d.segments.get(func() *segments { return group(d.Tokens) })
}

// group groups tokens into paragraphs, and those into sentences. The reference
// builds a tree in which each white-space token between sentences or paragraphs
// is a node too. Such nodes never match anything, so they are left out: what no
// span covers is white space.
//
// The reference counts a sentence's tokens anew at every period, which is
// quadratic for an unclosed bracket full of periods; here the count runs along.
func group(tokens []Token) *segments {
	s := &segments{
		paragraphs: make([]Paragraph, 0, len(tokens)/64),
		sentences:  make([]Span, 0, len(tokens)/32),
	}
	for i := 0; i < len(tokens); {
		if whitespaceKinds.Has(tokens[i].Kind) {
			i++
			continue
		}
		p := Paragraph{Span: Span{First: uint32(i)}}
		p.Sentences.First = uint32(len(s.sentences))
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
			s.sentences = append(s.sentences, Span{uint32(first), uint32(i)})
		}
		p.Last = uint32(i)
		p.Sentences.Last = uint32(len(s.sentences))
		s.paragraphs = append(s.paragraphs, p)
	}
	s.paragraphs, s.sentences = trimmed(s.paragraphs), trimmed(s.sentences)
	return s
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
	depth, words := int(subOpenKinds>>tokens[i].Kind&1), 1
	for i++; i < len(tokens) && tokens[i].Kind != Break; i++ {
		// Without branches: which kind comes next is hard to predict.
		kind := tokens[i].Kind
		depth += int(subOpenKinds>>kind&1) - int(subCloseKinds>>kind&1)
		words += int(^whitespaceKinds >> kind & 1)
		if sentenceEndKinds.Has(kind) && depth <= 0 && words >= minSentence {
			return i + 1
		}
	}
	return i
}
