package analysis

import (
	"errors"
	"testing"

	"revscore/internal/score/wikibase"
)

// An item is read once, and so is what is none.
func TestItem(t *testing.T) {
	text := NewText(`{"labels":{"en":{"value":"Duck"}}}`)
	before := text.Bytes()
	first, err := text.Item()
	second, _ := text.Item()
	if err != nil || first != second {
		t.Errorf("%p, then %p, %v", first, second, err)
	}
	if text.Bytes() <= before {
		t.Error("an item needs no memory")
	}
	broken := NewText("{")
	_, once := broken.Item()
	_, again := broken.Item()
	if !errors.Is(once, wikibase.ErrNotJSON) || once != again {
		t.Errorf("%v, then %v", once, again)
	}
}
