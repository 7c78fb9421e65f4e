package change

import "revscore/internal/score/wikitext"

// Selection says which tokens are counted, and how.
type Selection struct {
	// Kinds are the kinds of tokens, all if 0.
	Kinds wikitext.Kinds

	// Uppercase leaves the tokens of at least two characters of which each
	// changes when lower-cased: is_uppercase_word in
	// revscoring/features/wikitext/datasources/tokenized.py.
	Uppercase bool

	// Keep leaves the tokens for which it answers true; nil leaves all. It is
	// given the text as written, must give one text one answer always, and may
	// be slow: it is asked once at most for each distinct token, and only for
	// one whose count differs or, with Lower, one that is another spelling of
	// an item whose count differs. Its error ends the selection.
	Keep func(token string) (bool, error)

	// Lower makes the lower-cased tokens the items; what is left out is
	// decided by the tokens as written.
	Lower bool
}

// Delta is an item whose count differs.
type Delta struct{ Old, New int32 } // how often the item is in the old and the new text

// Deltas returns the items whose counts differ, in the reference's order: by
// first appearance in the new text, then those that vanished, by first
// appearance in the old. The slice stays valid until Release.
func (e *Edit) Deltas(s Selection) ([]Delta, error) {
	// A full buffer is left to those who hold parts of it; the next is large
	// enough for a few selections, for those that come after Release.
	if n := len(e.order); cap(e.deltas)-len(e.deltas) < n {
		e.deltas = make([]Delta, 0, max(n, min(2*cap(e.deltas), 1<<14)))
	}
	start := len(e.deltas)
	var err error
	if s.Lower {
		err = e.appendForms(s)
	} else {
		err = e.appendTokens(s)
	}
	if err != nil {
		e.deltas = e.deltas[:start]
		return nil, err
	}
	return e.deltas[start:len(e.deltas):len(e.deltas)], nil
}

// appendTokens appends the deltas of tokens as written.
func (e *Edit) appendTokens(s Selection) error {
	for _, id := range e.order {
		it := e.table.at(id)
		if !it.changed() {
			continue
		}
		switch ok, err := e.admits(s, it); {
		case err != nil:
			return err
		case ok:
			e.deltas = append(e.deltas, Delta{it.old, it.new})
		}
	}
	return nil
}

// appendForms appends the deltas of lower-cased tokens. Spellings whose counts
// differ come first: only if these do not make up for each other, the others
// matter, and Keep is asked for them.
func (e *Edit) appendForms(s Selection) error {
	t := &e.table
	for _, id := range e.order {
		form := t.at(t.at(id).form)
		form.delta, form.slot = 0, 0
	}
	for _, id := range e.order {
		it := t.at(id)
		if !it.changed() {
			continue
		}
		var err error
		if it.kept, err = e.admits(s, it); err != nil {
			return err
		}
		if it.kept {
			t.at(it.form).delta += it.new - it.old
		}
	}
	start := len(e.deltas)
	for _, id := range e.order {
		it := t.at(id)
		form := t.at(it.form)
		if form.delta == 0 {
			continue
		}
		if !it.changed() {
			var err error
			if it.kept, err = e.admits(s, it); err != nil {
				return err
			}
		}
		if !it.kept {
			continue
		}
		if form.slot == 0 {
			e.deltas = append(e.deltas, Delta{})
			form.slot = uint32(len(e.deltas) - start)
		}
		d := &e.deltas[start+int(form.slot)-1]
		d.Old += it.old
		d.New += it.new
	}
	return nil
}

// admits reports whether the selection counts a token.
func (e *Edit) admits(s Selection, it *item) (bool, error) {
	if s.Kinds != 0 && !s.Kinds.Has(it.kind) {
		return false, nil
	}
	text := e.table.text(it)
	if s.Uppercase && !wikitext.IsUppercase(text) {
		return false, nil
	}
	if s.Keep == nil {
		return true, nil
	}
	return s.Keep(text)
}
