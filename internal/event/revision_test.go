package event

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// create is a revision-create event with every field that is read.
const create = `{"$schema":"/mediawiki/revision/create/2.0.0",
"meta":{"stream":"mediawiki.revision-create","domain":"en.wikipedia.example","uri":"https://en.wikipedia.example/wiki/A%26B","request_id":"r-1","id":"m-1","dt":"2026-01-02T03:04:06Z"},
"database":"enwiki","dt":"2026-01-02T03:04:05Z","page_id":7,"page_title":"A&B","page_namespace":0,"page_is_redirect":false,
"rev_id":43,"rev_parent_id":42,"rev_timestamp":"2026-01-02T03:04:05Z","comment":"typo","rev_minor_edit":true,"rev_len":12,"rev_content_model":"wikitext",
"performer":{"user_text":"Reviewer","user_groups":["*","user"],"user_is_bot":false,"user_id":5,"user_registration_dt":"2020-05-06T07:08:09Z","user_edit_count":3}}`

// change is the page_change of an undeletion: performer and editor differ.
const change = `{"$schema":"/mediawiki/page/change/1.2.0","changelog_kind":"insert","page_change_kind":"undelete","dt":"2026-01-03T00:00:00Z","wiki_id":"dewiki",
"meta":{"stream":"mediawiki.page_change.v1","domain":"de.wikipedia.example","uri":"https://de.wikipedia.example/wiki/C","request_id":"r-2","id":"m-2","dt":"2026-01-03T00:00:01Z"},
"page":{"page_id":8,"page_title":"C","namespace_id":4,"is_redirect":true},
"performer":{"user_text":"Restorer","groups":["sysop"],"is_bot":false,"is_system":false,"is_temp":false,"user_id":1,"registration_dt":"2010-01-01T00:00:00Z","edit_count":900},
"revision":{"rev_id":99,"rev_dt":"2026-01-01T00:00:00Z","is_minor_edit":false,"rev_size":5,"rev_parent_id":98,"comment":"",
"editor":{"user_text":"192.0.2.7","groups":["*"],"is_bot":false,"is_system":false,"is_temp":false},
"content_slots":{"main":{"slot_role":"main","content_model":"wikitext","content_size":5}}}}`

func TestParseRevisionCreate(t *testing.T) {
	r, err := Parse([]byte(create))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if r.Wiki != "enwiki" || r.RevID != 43 || r.ParentID != 42 || r.PageID != 7 || r.PageTitle != "A&B" ||
		r.PageNamespace != 0 || r.Kind != KindEdit || !r.Time.Equal(at) || !r.Minor || r.Size != 12 ||
		r.ContentModel != "wikitext" || r.Comment != "typo" || r.MetaID != "m-1" || r.RequestID != "r-1" {
		t.Errorf("read as %+v", r)
	}
	p := r.Performer
	if p == nil || p != r.Author || p.Text != "Reviewer" || *p.ID != 5 || *p.EditCount != 3 || *p.IsBot ||
		len(p.Groups) != 2 || !p.Registration.Equal(time.Date(2020, 5, 6, 7, 8, 9, 0, time.UTC)) {
		t.Errorf("performer read as %+v", p)
	}
}

func TestParsePageChange(t *testing.T) {
	r, err := Parse([]byte(change))
	if err != nil {
		t.Fatal(err)
	}
	if r.Wiki != "dewiki" || r.RevID != 99 || r.ParentID != 98 || r.PageID != 8 || r.PageNamespace != 4 || !r.PageRedirect ||
		r.Kind != KindUndelete || r.Timestamp != "2026-01-01T00:00:00Z" || r.ContentModel != "wikitext" {
		t.Errorf("read as %+v", r)
	}
	if r.Performer.Text != "Restorer" || *r.Performer.EditCount != 900 || r.Performer.RegistrationDT == "" {
		t.Errorf("performer read as %+v", r.Performer)
	}
	if r.Author.Text != "192.0.2.7" || r.Author.ID != nil {
		t.Errorf("author read as %+v, want the anonymous writer of the revision", r.Author)
	}
}

// edit applies a JSON merge to an event: nil removes a key, dots descend.
func edit(t *testing.T, event string, changes map[string]any) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(event), &doc); err != nil {
		t.Fatal(err)
	}
	for path, value := range changes {
		at := doc
		keys := strings.Split(path, "/")
		for _, k := range keys[:len(keys)-1] {
			at = at[k].(map[string]any)
		}
		if last := keys[len(keys)-1]; value == nil {
			delete(at, last)
		} else {
			at[last] = value
		}
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestParseRefuses(t *testing.T) {
	type m = map[string]any
	cases := []struct {
		name   string
		value  []byte
		reason string
		detail string
	}{
		{"empty", []byte{}, ReasonEmpty, "no value"},
		{"blank", []byte(" \n"), ReasonEmpty, "no value"},
		{"not JSON", []byte(`hello`), ReasonInvalidJSON, "invalid character"},
		{"cut short", []byte(create[:100]), ReasonInvalidJSON, "unexpected EOF"},
		{"NUL", []byte("\x00{}"), ReasonInvalidJSON, "invalid character"},
		{"a key twice", []byte(`{"rev_id":1,"rev_id":2}`), ReasonInvalidJSON, "duplicate"},
		{"rev_id too large", []byte(strings.Replace(create, `"rev_id":43`, `"rev_id":99999999999999999999`, 1)), ReasonWrongType, "rev_id is a JSON number"},
		{"rev_id in capitals", []byte(strings.Replace(create, `"rev_id"`, `"REV_ID"`, 1)), ReasonMissingField, "rev_id"},
		{"an array", []byte(`[1]`), ReasonWrongType, "array"},
		{"no schema", edit(t, create, m{"$schema": nil}), ReasonMissingField, "$schema"},
		{"schema of another event", edit(t, create, m{"$schema": "/mediawiki/page/delete/1.0.0"}), ReasonUnknownSchema, "page/delete"},
		{"revision-create of the future", edit(t, create, m{"$schema": "/mediawiki/revision/create/3.0.0"}), ReasonUnknownSchema, "3.0.0"},
		{"page_change of the future", edit(t, change, m{"$schema": "/mediawiki/page/change/2.0.0"}), ReasonUnknownSchema, "2.0.0"},
		{"no rev_id", edit(t, create, m{"rev_id": nil}), ReasonMissingField, "rev_id"},
		{"rev_id a string", edit(t, create, m{"rev_id": "43"}), ReasonWrongType, "rev_id is a JSON string"},
		{"rev_id a fraction", edit(t, create, m{"rev_id": 4.5}), ReasonWrongType, "rev_id is a JSON number 4.5"},
		{"rev_id zero", edit(t, create, m{"rev_id": 0}), ReasonWrongType, "rev_id is 0"},
		{"parent negative", edit(t, create, m{"rev_parent_id": -1}), ReasonWrongType, "rev_parent_id"},
		{"no database", edit(t, create, m{"database": nil}), ReasonMissingField, "database"},
		{"no title", edit(t, create, m{"page_title": ""}), ReasonMissingField, "page_title"},
		{"no namespace", edit(t, create, m{"page_namespace": nil}), ReasonMissingField, "page_namespace"},
		{"no page", edit(t, create, m{"page_id": nil}), ReasonMissingField, "page_id"},
		{"no stream", edit(t, create, m{"meta/stream": nil}), ReasonMissingField, "meta.stream"},
		{"no time", edit(t, create, m{"rev_timestamp": nil}), ReasonMissingField, "rev_timestamp"},
		{"time of another form", edit(t, create, m{"rev_timestamp": "20260102030405"}), ReasonWrongType, "rev_timestamp"},
		{"hours of one digit", edit(t, create, m{"rev_timestamp": "2026-01-02T3:04:05Z"}), ReasonWrongType, "rev_timestamp"},
		{"decimals after a comma", edit(t, create, m{"rev_timestamp": "2026-01-02T03:04:05,5Z"}), ReasonWrongType, "rev_timestamp"},
		{"a zone a day away", edit(t, create, m{"rev_timestamp": "2026-01-02T03:04:05+24:00"}), ReasonWrongType, "rev_timestamp"},
		{"too many decimals", edit(t, create, m{"rev_timestamp": "2026-01-02T03:04:05." + strings.Repeat("5", 120) + "Z"}), ReasonWrongType, "rev_timestamp"},
		{"rev_id beyond exact numbers", edit(t, create, m{"rev_id": 1 << 53}), ReasonWrongType, "2^53-1"},
		{"edits below zero", edit(t, create, m{"performer/user_edit_count": -1}), ReasonWrongType, "user_edit_count is -1"},
		{"registration of another form", edit(t, create, m{"performer/user_registration_dt": "long ago"}), ReasonWrongType, "registration"},
		{"groups not a list", edit(t, create, m{"performer/user_groups": "bot"}), ReasonWrongType, "user_groups"},
		{"page_change without kind", edit(t, change, m{"page_change_kind": nil}), ReasonMissingField, "page_change_kind"},
		{"page_change without page", edit(t, change, m{"page": nil}), ReasonMissingField, "page"},
		{"page_change without wiki", edit(t, change, m{"wiki_id": nil}), ReasonMissingField, "wiki_id"},
		{"edit without revision", edit(t, change, m{"page_change_kind": "edit", "revision": nil}), ReasonMissingField, "revision.rev_id"},
		{"page_change without time", edit(t, change, m{"revision/rev_dt": nil}), ReasonMissingField, "revision.rev_dt"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, err := Parse(c.value)
			var pe *ParseError
			if !errors.As(err, &pe) {
				t.Fatalf("got %+v, %v; want a ParseError", r, err)
			}
			if pe.Reason != c.reason || !strings.Contains(pe.Detail, c.detail) {
				t.Errorf("got %s: %s; want %s with %q", pe.Reason, pe.Detail, c.reason, c.detail)
			}
		})
	}
}

func TestParseNamesSchemaAndStreamOfABadEvent(t *testing.T) {
	_, err := Parse(edit(t, create, map[string]any{"rev_id": "x"}))
	var pe *ParseError
	if !errors.As(err, &pe) || pe.Schema != "/mediawiki/revision/create/2.0.0" || pe.Stream != "mediawiki.revision-create" {
		t.Errorf("got %+v", pe)
	}
}

func TestParseNothingToScore(t *testing.T) {
	type m = map[string]any
	for name, value := range map[string][]byte{
		"delete":                   edit(t, change, m{"page_change_kind": "delete"}),
		"visibility_change":        edit(t, change, m{"page_change_kind": "visibility_change"}),
		"undelete without visible": edit(t, change, m{"revision": nil}),
	} {
		if _, err := Parse(value); !errors.Is(err, ErrNothingToScore) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestParseCanary(t *testing.T) {
	for name, base := range map[string]string{"create": create, "change": change} {
		// A canary is a schema's example: its kind and fields may be any.
		r, err := Parse(edit(t, base, map[string]any{"meta/domain": "canary", "page_change_kind": "delete", "rev_id": nil}))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !r.Canary() || r.RevID != 0 || r.MetaID == "" {
			t.Errorf("%s: read as %+v", name, r)
		}
	}
}

// MediaWiki cuts comments by length, sometimes inside a surrogate pair.
func TestParseHalfACharacter(t *testing.T) {
	r, err := Parse([]byte(strings.Replace(create, `"typo"`, `"typo \ud83d"`, 1)))
	if err != nil || r.Comment != "typo \uFFFD" {
		t.Errorf("comment %q, %v", r.Comment, err)
	}
}

func TestParseHiddenUser(t *testing.T) {
	r, err := Parse(edit(t, create, map[string]any{"performer": nil}))
	if err != nil || r.Performer != nil || r.Author != nil {
		t.Errorf("got %+v, %v; want no performer", r, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(create))
	f.Add([]byte(change))
	f.Add([]byte(`{"$schema":"/mediawiki/page/change/1.0.0","meta":{"domain":"canary","stream":"s"}}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		r, err := Parse(value)
		switch {
		case err != nil:
			var pe *ParseError
			if !errors.Is(err, ErrNothingToScore) && !errors.As(err, &pe) {
				t.Fatalf("error of another kind: %v", err)
			}
		case r.Canary():
		case r.Wiki == "" || r.RevID <= 0 || r.PageID <= 0 || r.PageTitle == "" || r.Time.IsZero() || r.ParentID < 0:
			t.Fatalf("a plausible revision with fields missing: %+v", r)
		}
	})
}
