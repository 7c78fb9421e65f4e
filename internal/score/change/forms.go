package change

import (
	"unicode/utf8"

	"revscore/internal/score/wikitext"
)

// mark gives each changed item the item of its lower-cased text, its form, and
// has scan look for these forms. Unchanged items that are spellings of one of
// them get it too, since they count for it. It reports whether anything changed.
func (e *Edit) mark() bool {
	t := &e.table
	e.wanted = filter{}
	changed := false
	for id := range e.counted {
		if t.at(id).changed() {
			e.want(id)
			changed = true
		}
	}
	if !changed {
		return false
	}
	for id := range e.counted {
		if it := t.at(id); it.form == none {
			it.form = t.formOf(t.text(it))
		}
	}
	return true
}

// want gives a changed item its form, which it makes if there is none yet.
func (e *Edit) want(id uint32) {
	t := &e.table
	text := t.text(t.at(id))
	lowered := t.lower(text)
	form := id
	if lowered != text {
		hash := t.hash(lowered)
		if form = t.find(hash, lowered); form == none {
			form = t.addForm(hash, lowered)
		}
	}
	if it := t.at(form); it.form == none {
		it.form = form
		e.wanted.add(lowered)
	}
	t.at(id).form = form
}

// formOf returns the item of the lower-cased text if that is the form of a
// changed item, and the text another spelling of it; else none.
func (t *table) formOf(text string) uint32 {
	lowered := t.lower(text)
	if lowered == text {
		return none
	}
	form := t.find(t.hash(lowered), lowered)
	if form == none || t.at(form).form != form {
		return none
	}
	return form
}

// lower returns the lower-cased text. What differs from the text itself stands
// behind forms, until the next call.
func (t *table) lower(text string) string {
	if isLowerASCII(text) {
		return text
	}
	n := len(t.forms)
	lowered := wikitext.AppendLower(t.forms, text)
	t.forms = lowered[:n]
	return view(lowered[n:])
}

// isLowerASCII reports whether a text has neither capitals nor characters beyond
// ASCII: most words.
func isLowerASCII(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// addForm adds an item for a text that lower has just returned.
func (t *table) addForm(hash uint32, lowered string) uint32 {
	start := len(t.forms)
	t.forms = t.forms[:start+len(lowered)]
	return t.add(item{
		hash: hash, start: uint32(start), size: uint32(len(lowered)),
		source: inForms, form: none,
	})
}
