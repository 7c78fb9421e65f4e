package diff

import (
	"fmt"
	"testing"

	"revscore/internal/score/wikitext"
)

// checkLaws reports what is wrong with the operations from a to b, if anything.
func checkLaws(a, b *wikitext.Document, ops []Op) error {
	built, gone := 0, 0
	for n, op := range ops {
		if op.A1 < 0 || op.A1 > op.A2 || op.A2 > len(a.Tokens) || op.B1 < 0 || op.B1 > op.B2 || op.B2 > len(b.Tokens) {
			return fmt.Errorf("operation %d %+v is out of bounds", n, op)
		}
		if op.B1 != built {
			return fmt.Errorf("operation %d %+v: b is built up to %d", n, op, built)
		}
		built = op.B2
		switch op.Kind {
		case Insert:
			if op.A1 != op.A2 || op.B1 == op.B2 {
				return fmt.Errorf("operation %d %+v is no insertion", n, op)
			}
		case Delete:
			if op.B1 != op.B2 || op.A1 == op.A2 || op.A1 < gone {
				return fmt.Errorf("operation %d %+v is no deletion behind %d", n, op, gone)
			}
			gone = op.A2
		case Equal:
			if text(a, op.A1, op.A2) != text(b, op.B1, op.B2) || op.A1 == op.A2 {
				return fmt.Errorf("operation %d %+v: %q is not %q", n, op, text(a, op.A1, op.A2), text(b, op.B1, op.B2))
			}
		default:
			return fmt.Errorf("operation %d %+v has no kind", n, op)
		}
	}
	if built != len(b.Tokens) {
		return fmt.Errorf("b is built up to %d of %d", built, len(b.Tokens))
	}
	return nil
}

func text(d *wikitext.Document, first, last int) string {
	return d.Slice(wikitext.Span{First: uint32(first), Last: uint32(last)})
}

// stepsOf returns the steps that the comparison takes.
func stepsOf(tb testing.TB, a, b *wikitext.Document) int {
	tb.Helper()
	c := newClusters(a, b)
	m := newMatcher(c.a.codes, c.b.codes, c.codeCount(), MaxSteps)
	if _, err := m.blocks(); err != nil {
		tb.Fatal(err)
	}
	return m.steps
}
