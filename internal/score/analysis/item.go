package analysis

import "revscore/internal/score/wikibase"

// itemOf is the item that a text was read as.
type itemOf struct {
	made bool
	item *wikibase.Item
	err  error // why there is none
}

// Item returns the Wikidata item that the text is, or the error of package
// wikibase. There is nothing to share with another text: an item is read in less
// time than two are compared.
func (t *Text) Item() (*wikibase.Item, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.item.made {
		t.item.item, t.item.err = wikibase.Parse(t.source)
		t.item.made = true
	}
	return t.item.item, t.item.err
}

func (o itemOf) bytes() int {
	if o.item == nil {
		return 0
	}
	return o.item.Bytes()
}
