// Package diff compares the tokens of two texts exactly as deltas 0.7.0 does
// with its segment_matcher, on which revscoring's added and removed counts rest.
//
// It works in three stages, each with its file:
//
//   - cluster.go: paragraphs and sentences of b that occur in a, wherever,
//     become one item each; so moved text is no change.
//   - match.go: Python's difflib.SequenceMatcher over the items that are left,
//     segments and tokens mixed, with its "autojunk" rule.
//   - expand.go: back from items to tokens.
//
// Why not Myers's or a patience diff: they are faster and find other, often
// better, differences; but the models know the counts of this one.
//
// Guarantees: the B ranges of all inserting and equal operations, in order,
// cover b exactly; every range is in bounds; equal ranges have equal text. The A
// ranges of equal operations can be out of order and repeat, since a segment
// that b repeats always refers to its first place in a.
//
// Limits: the reference's algorithm is quadratic in the worst case and worse
// when the matches are many and short. Steps are counted and [ErrTooComplex]
// ends the work at [MaxSteps]. Memory is linear: about 60 bytes a token of both
// texts are allocated for the hardest pairs, next to nothing for alike ones.
package diff

import (
	"errors"
	"fmt"

	"revscore/internal/score/wikitext"
)

// ErrTooComplex is returned when two texts cannot be compared within MaxSteps.
var ErrTooComplex = errors.New("texts too complex to compare")

// MaxSteps bounds the work of one comparison: the number of pairs of equal items
// that are looked at, plus the number of items gone through to find them. A step
// takes 2.5 to 7.5 ns, the more the larger the texts' vocabulary (BenchmarkSteps,
// Xeon at 2 cores, Go 1.26), so the work ends after 0.5 to 1.5 s. The hardest of
// 849 recorded edits, of up to 150,000 characters, takes 2 million steps.
const MaxSteps = 200_000_000

// Documents returns the operations that make b of a.
func Documents(a, b *wikitext.Document) ([]Op, error) {
	return documents(a, b, MaxSteps)
}

func documents(a, b *wikitext.Document, maxSteps int) ([]Op, error) {
	switch na, nb := len(a.Tokens), len(b.Tokens); {
	case na == 0 && nb == 0:
		return nil, nil
	case na == 0: // page creations are frequent, so they skip the work
		return []Op{{Kind: Insert, B2: nb}}, nil
	case nb == 0:
		return []Op{{Kind: Delete, A2: na}}, nil
	}
	c := newClusters(a, b)
	m := newMatcher(c.a.codes, c.b.codes, c.codeCount(), maxSteps)
	blocks, err := m.blocks()
	if err != nil {
		return nil, fmt.Errorf("compare %d tokens with %d: %w", len(a.Tokens), len(b.Tokens), err)
	}
	return c.expand(blocks), nil
}
