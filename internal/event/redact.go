package event

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Hide is the revision as an event would tell of it now that its user or comment is
// hidden: neither in a field nor in Raw. r stays as it is.
func (r *Revision) Hide(user, comment bool) *Revision {
	c := *r
	if user {
		c.Performer, c.Author = nil, nil
	}
	if comment {
		c.Comment, c.CommentHidden = "", true
	}
	c.redactRaw(func(raw []byte) ([]byte, error) { return Redact(raw, false, user, comment) })
	return &c
}

// HideParent is the same for what a page_change tells of the revision before.
func (r *Revision) HideParent(user, comment bool) *Revision {
	c := *r
	c.redactRaw(func(raw []byte) ([]byte, error) { return RedactParent(raw, false, user, comment) })
	return &c
}

func (r *Revision) redactRaw(redact func([]byte) ([]byte, error)) {
	if r.Raw == nil {
		return
	}
	raw, err := redact(r.Raw)
	if err != nil {
		panic("event: what Parse reads, Redact reads: " + err.Error())
	}
	r.Raw = raw
}

// Redact is the JSON of a source's event without what has since been hidden of its
// revision, and says so where the schema has a field for it. All else stays to the
// byte. An event that is no JSON object is an error: nobody knows what is in it.
//
// It looks where the schemas have users, comments and content, also those of scores and
// predictions. What else repeats them, such as a title or a comment that names the user,
// is not hidden in the wiki either.
func Redact(raw []byte, text, user, comment bool) ([]byte, error) {
	if !text && !user && !comment {
		return raw, nil
	}
	rev := revisionRule(text, user, comment)
	all := rule{into: map[string]rule{"revision": rev, "prior_state": {into: map[string]rule{"revision": rev.onlyIf(sameRevision(raw))}}}}
	switch schema, _ := member(raw, "$schema"); {
	case user && string(schema) == `"`+PredictionSchema+`"`:
		all.empty = "performer" // required there
	case user:
		all.drop = append(all.drop, "performer")
	}
	if comment {
		all.drop = append(all.drop, "comment", "parsedcomment")
	}
	if text {
		all.drop = append(all.drop, "rev_sha1", "rev_slots")
	}
	return all.apply(raw)
}

// RedactParent does so for the revision that was current before, which a page_change
// repeats as prior_state.
func RedactParent(raw []byte, text, user, comment bool) ([]byte, error) {
	if !text && !user && !comment {
		return raw, nil
	}
	rev := revisionRule(text, user, comment).onlyIf(!sameRevision(raw))
	return rule{into: map[string]rule{"prior_state": {into: map[string]rule{"revision": rev}}}}.apply(raw)
}

// revisionRule is for the revision entity of page_change. The SHA-1 goes with the text,
// as in MediaWiki's API: whoever guesses a text could prove the guess by it.
func revisionRule(text, user, comment bool) rule {
	var r rule
	if user {
		r.drop, r.deny = append(r.drop, "editor"), append(r.deny, "is_editor_visible")
	}
	if comment {
		r.drop, r.deny = append(r.drop, "comment"), append(r.deny, "is_comment_visible")
	}
	if text {
		r.drop, r.deny = append(r.drop, "rev_sha1"), append(r.deny, "is_content_visible")
		r.into = map[string]rule{"content_slots": {each: &rule{drop: []string{"content_body", "content_sha1"}}}}
	}
	return r
}

// rule says what becomes of the members of an object. Its depth, not that of the JSON,
// is that of the recursion.
type rule struct {
	drop  []string        // are left out
	empty string          // becomes an object of nothing
	deny  []string        // become false, also where they were not
	into  map[string]rule // objects, of which only members are touched
	each  *rule           // for every member that is an object
}

// onlyIf is the rule or one that does nothing.
func (r rule) onlyIf(applies bool) rule {
	if !applies {
		return rule{}
	}
	return r
}

// sameRevision says whether prior_state.revision is of the event's own revision, as in
// events that change the revision and not the page. One that names none is.
func sameRevision(raw []byte) bool {
	own, _ := member(raw, "revision", "rev_id")
	prior, ok := member(raw, "prior_state", "revision", "rev_id")
	return !ok || bytes.Equal(own, prior)
}

// member is the value at the path, the last where names repeat.
func member(raw []byte, path ...string) (found []byte, ok bool) {
	for _, name := range path {
		ok = false
		list, err := members(raw)
		if err != nil {
			return nil, false
		}
		for _, m := range list {
			if m.name == name {
				raw, ok = raw[m.value:m.end], true
			}
		}
		if !ok {
			return nil, false
		}
	}
	return raw, ok
}

// span is where a member of an object stands in its text.
type span struct {
	name              string
	start, value, end int
}

// members reads an object's members and not what is in them.
func members(raw []byte) ([]span, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(raw), lenient, jsontext.AllowDuplicateNames(true))
	if t, err := d.ReadToken(); err != nil {
		return nil, err
	} else if t.Kind() != jsontext.KindBeginObject {
		return nil, errNoObject
	}
	var list []span
	for d.PeekKind() != jsontext.KindEndObject {
		key, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		text, _ := jsontext.AppendUnquote(nil, key) // bytes that are not UTF-8 are in no name sought
		s := span{name: string(text), start: int(d.InputOffset()) - len(key)}
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		s.end = int(d.InputOffset())
		s.value = s.end - len(value)
		list = append(list, s)
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, errTrailing
	}
	return list, nil
}

var (
	errNoObject = errors.New("it is no JSON object")
	errTrailing = errors.New("something follows the JSON object")
)

// apply writes the object anew, the members that stay with the text before them.
func (r rule) apply(raw []byte) ([]byte, error) {
	list, err := members(raw)
	if err != nil {
		return nil, fmt.Errorf("redact event: %w", err)
	}
	if len(list) == 0 && len(r.deny) == 0 {
		return raw, nil
	}
	out := make([]byte, 0, len(raw)+32*len(r.deny))
	open := bytes.IndexByte(raw, '{') + 1
	out = append(out, raw[:open]...)
	last, there, kept := open, map[string]bool{}, 0
	for _, m := range list {
		before := raw[last:m.start] // has the comma, but for the first
		if kept == 0 && last != open {
			before = bytes.TrimPrefix(bytes.TrimLeft(before, whitespace), []byte{','})
		}
		last = m.end
		if slices.Contains(r.drop, m.name) {
			continue
		}
		kept++
		out = append(append(out, before...), raw[m.start:m.value]...)
		there[m.name] = true
		value, err := r.inner(m.name, raw[m.value:m.end])
		if err != nil {
			return nil, err
		}
		out = append(out, value...)
	}
	for _, name := range r.deny {
		if !there[name] {
			if kept > 0 {
				out = append(out, ',')
			}
			kept++
			out = append(appendString(out, name), ":false"...)
		}
	}
	return append(out, raw[last:]...), nil
}

const whitespace = " \t\r\n"

// inner is what becomes of a member's value.
func (r rule) inner(name string, value []byte) ([]byte, error) {
	switch {
	case slices.Contains(r.deny, name):
		return []byte("false"), nil
	case r.empty != "" && name == r.empty:
		return []byte("{}"), nil
	}
	next, ok := r.into[name]
	if !ok && r.each != nil {
		next, ok = *r.each, true
	}
	if !ok || value[0] != '{' {
		return value, nil
	}
	return next.apply(value)
}
