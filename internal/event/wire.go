package event

import (
	"strings"
	"sync"
)

// decoding is what reads an event, with room for what it says.
type decoding struct {
	scanner
	wire
}

// decodings are reused: 4 kB for each event were half of what it allocated.
var decodings = sync.Pool{New: func() any { return new(decoding) }}

// scan decodes an event as the library does, in less than half the time, or says that it
// cannot; then what it leaves in w is of no use. See scanner.
func (d *decoding) scan(value []byte) bool {
	s, w := &d.scanner, &d.wire
	s.in, s.at, s.names, s.want, s.depth = value, 0, 0, 0, 0
	s.text = s.space[:0]
	if !s.event(w) || s.spaces() != 0 || s.at < len(value) {
		return false
	}
	s.set()
	// The wiki lives on in keys of marks, and must not hold on to the whole text.
	w.Database, w.WikiID = strings.Clone(w.Database), strings.Clone(w.WikiID)
	return true
}

// free gives back what is no longer looked at. It holds on to nothing of the event.
func (d *decoding) free() {
	clear(d.wants[:d.want])
	d.in, d.text, d.wire = nil, nil, wire{}
	decodings.Put(d)
}

func (s *scanner) event(w *wire) bool {
	o, ok := s.open()
	for ok {
		name, more, good := s.next(&o)
		if !more {
			return good
		}
		switch string(name) {
		case "$schema":
			ok = s.string(&w.Schema)
		case "meta":
			ok = s.meta(w)
		case "database":
			ok = s.string(&w.Database)
		case "page_id":
			ok = s.integer(&w.PageID)
		case "page_title":
			ok = s.string(&w.PageTitle)
		case "page_namespace":
			ok = s.optionalInteger(&w.PageNamespace)
		case "page_is_redirect":
			ok = s.bool(&w.PageIsRedirect)
		case "rev_id":
			ok = s.optionalInteger(&w.RevID)
		case "rev_parent_id":
			ok = s.integer(&w.RevParentID)
		case "rev_timestamp":
			ok = s.string(&w.RevTimestamp)
		case "comment":
			ok = s.string(&w.Comment)
		case "rev_minor_edit":
			ok = s.bool(&w.RevMinorEdit)
		case "rev_len":
			ok = s.integer(&w.RevLen)
		case "rev_content_model":
			ok = s.string(&w.ContentModel)
		case "performer":
			ok = s.performer(&w.Performer)
		case "page_change_kind":
			ok = s.string((*string)(&w.Kind))
		case "wiki_id":
			ok = s.string(&w.WikiID)
		case "page":
			ok = s.page(&w.Page)
		case "revision":
			ok = s.revision(&w.Revision)
		default:
			ok = s.value()
		}
	}
	return false
}

func (s *scanner) meta(w *wire) bool {
	if s.null() {
		return true
	}
	o, ok := s.open()
	for ok {
		name, more, good := s.next(&o)
		if !more {
			return good
		}
		switch string(name) {
		case "stream":
			ok = s.string(&w.Meta.Stream)
		case "domain":
			ok = s.string(&w.Meta.Domain)
		case "uri":
			ok = s.string(&w.Meta.URI)
		case "request_id":
			ok = s.string(&w.Meta.RequestID)
		case "id":
			ok = s.string(&w.Meta.ID)
		case "dt":
			ok = s.string(&w.Meta.DT)
		default:
			ok = s.value()
		}
	}
	return false
}

func (s *scanner) performer(to **wirePerformer) bool {
	if s.null() {
		return true
	}
	p := new(wirePerformer)
	*to = p
	o, ok := s.open()
	for ok {
		name, more, good := s.next(&o)
		if !more {
			return good
		}
		switch string(name) {
		case "user_edit_count":
			ok = s.optionalInteger(&p.EditCount)
		case "user_groups":
			ok = s.strings(&p.Groups)
		case "user_id":
			ok = s.optionalInteger(&p.ID)
		case "user_is_bot":
			ok = s.optionalBool(&p.IsBot)
		case "user_registration_dt":
			ok = s.string(&p.RegistrationDT)
		case "user_text":
			ok = s.string(&p.Text)
		case "edit_count":
			ok = s.optionalInteger(&p.ChangeEditCount)
		case "groups":
			ok = s.strings(&p.ChangeGroups)
		case "is_bot":
			ok = s.optionalBool(&p.ChangeIsBot)
		case "registration_dt":
			ok = s.string(&p.ChangeRegistrationDT)
		default:
			ok = s.value()
		}
	}
	return false
}

func (s *scanner) page(to **wirePage) bool {
	if s.null() {
		return true
	}
	p := new(wirePage)
	*to = p
	o, ok := s.open()
	for ok {
		name, more, good := s.next(&o)
		if !more {
			return good
		}
		switch string(name) {
		case "page_id":
			ok = s.integer(&p.PageID)
		case "page_title":
			ok = s.string(&p.PageTitle)
		case "namespace_id":
			ok = s.optionalInteger(&p.NamespaceID)
		case "is_redirect":
			ok = s.bool(&p.IsRedirect)
		default:
			ok = s.value()
		}
	}
	return false
}

func (s *scanner) revision(to **wireRevision) bool {
	if s.null() {
		return true
	}
	r := new(wireRevision)
	*to = r
	o, ok := s.open()
	for ok {
		name, more, good := s.next(&o)
		if !more {
			return good
		}
		switch string(name) {
		case "rev_id":
			ok = s.optionalInteger(&r.RevID)
		case "rev_parent_id":
			ok = s.integer(&r.RevParentID)
		case "rev_dt":
			ok = s.string(&r.RevDT)
		case "comment":
			ok = s.string(&r.Comment)
		case "is_comment_visible":
			ok = s.optionalBool(&r.CommentSeen)
		case "is_minor_edit":
			ok = s.bool(&r.IsMinorEdit)
		case "rev_size":
			ok = s.integer(&r.RevSize)
		case "editor":
			ok = s.performer(&r.Editor)
		case "content_slots":
			ok = s.slots(r)
		default:
			ok = s.value()
		}
	}
	return false
}

// slots reads the content model of each slot. A map has no places for wanted strings;
// content models are few and plain.
func (s *scanner) slots(r *wireRevision) bool {
	if s.null() {
		return true
	}
	r.Slots = map[string]wireSlot{}
	o, ok := s.open()
	for ok {
		slot, more, good := s.next(&o)
		if !more {
			return good
		}
		var content wireSlot
		ok = s.null() || s.slot(&content)
		r.Slots[string(slot)] = content
	}
	return false
}

func (s *scanner) slot(to *wireSlot) bool {
	o, ok := s.open()
	for ok {
		name, more, good := s.next(&o)
		switch {
		case !more:
			return good
		case string(name) != "content_model":
			ok = s.value()
		case !s.null():
			var at stretch
			var plain bool
			if at, plain, ok = s.quoted(); !ok || !plain {
				return false
			}
			to.ContentModel = string(s.in[at.from:at.to])
		}
	}
	return false
}
