package visibility

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"revscore/internal/dedupe"
)

// secret stands wherever a person may have written something.
const secret = "Jane Roe, 12 Main Street"

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

type m = map[string]any

// legacyEvent is one of the schemas before page/change.
func legacyEvent(schema, stream string, more m) m {
	e := m{
		"$schema": schema, "meta": m{"stream": stream, "domain": "en.wikipedia.org", "dt": "2026-11-21T12:00:00Z", "uri": "https://x/" + secret, "id": "i"},
		"database": "enwiki", "page_id": 7, "page_title": secret, "page_namespace": 0, "rev_id": 42,
		"performer": m{"user_text": secret}, "comment": secret,
	}
	for k, v := range more {
		if v == nil {
			delete(e, k)
			continue
		}
		e[k] = v
	}
	return e
}

func visibilityChange(text, user, comment bool) m {
	return legacyEvent("/mediawiki/revision/visibility-change/1.0.0", "mediawiki.revision-visibility-change", m{
		"visibility":  m{"text": text, "user": user, "comment": comment},
		"prior_state": m{"visibility": m{"text": true, "user": true, "comment": true}},
	})
}

func pageChange(kind string, revision m) m {
	return m{
		"$schema": "/mediawiki/page/change/1.2.0", "meta": m{"stream": "mediawiki.page_change.v1", "domain": "en.wikipedia.org", "dt": "2026-11-21T12:00:00Z"},
		"page_change_kind": kind, "wiki_id": "enwiki", "page": m{"page_id": 7, "page_title": secret}, "comment": secret,
		"revision": revision, "prior_state": m{"revision": []any{}}, // as MediaWiki 1.43 writes it where nothing changed
	}
}

func flags(rev any, text, user, comment any) m {
	r := m{"rev_dt": "2026-11-20T00:00:00Z", "comment": secret}
	for k, v := range (m{"rev_id": rev, "is_content_visible": text, "is_editor_visible": user, "is_comment_visible": comment}) {
		if v != nil {
			r[k] = v
		}
	}
	return r
}

func encode(t testing.TB, e m) []byte {
	t.Helper()
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	pageDeleteSchema   = "/mediawiki/page/delete/1.0.0"
	pageUndeleteSchema = "/mediawiki/page/undelete/1.0.0"
)

func TestParse(t *testing.T) {
	all, none := everything, dedupe.Hidden{}
	about := func(rev int64, h *dedupe.Hidden, deleted bool) Event {
		return Event{Wiki: "enwiki", Domain: "en.wikipedia.org", Page: 7, Rev: rev, Time: noon, Hidden: h, Deleted: deleted}
	}
	for name, tt := range map[string]struct {
		event      m
		want       Event
		suppressed bool
	}{
		"text hidden":      {visibilityChange(false, true, true), about(42, &dedupe.Hidden{Text: true}, false), false},
		"user and comment": {visibilityChange(true, false, false), about(42, &dedupe.Hidden{User: true, Comment: true}, false), false},
		"all hidden":       {visibilityChange(false, false, false), about(42, &all, false), false},
		"shown again":      {visibilityChange(true, true, true), about(42, &none, false), false},
		"deleted":          {legacyEvent(pageDeleteSchema, "mediawiki.page-delete", nil), about(42, nil, true), false},
		"deleted, which revision is not said": {
			legacyEvent(pageDeleteSchema, "eqiad.mediawiki.page-delete", m{"rev_id": nil}), about(0, nil, true), false,
		},
		"suppressed":                     {legacyEvent(pageDeleteSchema, "mediawiki.page-suppress", nil), about(42, &all, true), true},
		"restored":                       {legacyEvent(pageUndeleteSchema, "mediawiki.page-undelete", nil), about(42, nil, false), false},
		"change: user":                   {pageChange("visibility_change", flags(42, true, false, true)), about(42, &dedupe.Hidden{User: true}, false), false},
		"change: shown":                  {pageChange("visibility_change", flags(42, true, true, true)), about(42, &none, false), false},
		"change: deleted":                {pageChange("delete", flags(42, true, true, true)), about(42, &none, true), false},
		"change: deleted, as it was":     {pageChange("delete", flags(42, true, false, true)), about(42, &dedupe.Hidden{User: true}, true), false},
		"change: deleted, not said":      {pageChange("delete", flags(42, nil, nil, nil)), about(42, nil, true), false},
		"change: suppressed":             {pageChange("delete", flags(42, false, false, false)), about(42, &all, true), true},
		"change: restored":               {pageChange("undelete", flags(42, true, true, true)), about(42, &none, false), false},
		"change: restored, still hidden": {pageChange("undelete", flags(42, false, true, true)), about(42, &dedupe.Hidden{Text: true}, false), false},
		"change: restored, half said":    {pageChange("undelete", flags(42, false, nil, true)), about(42, nil, false), false},
	} {
		got, err := Parse(encode(t, tt.event))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if show(got) != show(tt.want) || got.suppressed() != tt.suppressed {
			t.Errorf("%s: got %s, suppressed %v, want %s", name, show(got), got.suppressed(), show(tt.want))
		}
	}
}

func show(e Event) string {
	h := "nothing said"
	if e.Hidden != nil {
		h = fmt.Sprintf("%+v", *e.Hidden)
	}
	e.Hidden = nil
	return fmt.Sprintf("%+v: %s", e, h)
}

func TestParseTime(t *testing.T) {
	for dt, want := range map[any]time.Time{
		"2026-11-21T12:00:00.123Z": noon.Add(123 * time.Millisecond), "2026-11-21T13:00:00+01:00": noon, "yesterday": {}, "": {},
	} {
		e := visibilityChange(false, true, true)
		e["meta"].(m)["dt"] = dt
		if got, err := Parse(encode(t, e)); err != nil || !got.Time.Equal(want) {
			t.Errorf("%v is %v: %v", dt, got.Time, err)
		}
	}
}

// What cannot be read says why, and nothing of what stands in it.
func TestParseRefuses(t *testing.T) {
	without := func(e m, field string) m { delete(e, field); return e }
	replaced := func(e m, field string, v any) m { e[field] = v; return e }
	for name, tt := range map[string]struct {
		value []byte
		want  string
	}{
		"no JSON":           {[]byte(secret), reasonJSON},
		"cut":               {encode(t, visibilityChange(false, true, true))[:200], reasonJSON},
		"a list":            {[]byte(`["` + secret + `"]`), reasonType},
		"a key twice":       {[]byte(`{"rev_id":1,"rev_id":2}`), reasonJSON},
		"wrong type":        {encode(t, replaced(visibilityChange(false, true, true), "rev_id", secret)), reasonType},
		"no number":         {[]byte(`{"rev_id":1e99}`), reasonType},
		"no schema":         {encode(t, without(visibilityChange(false, true, true), "$schema")), reasonMissing + ": $schema"},
		"another schema":    {encode(t, replaced(visibilityChange(false, true, true), "$schema", "/mediawiki/revision/create/1.0.0")), reasonSchema},
		"the next version":  {encode(t, replaced(visibilityChange(false, true, true), "$schema", "/mediawiki/revision/visibility-change/2.0.0")), reasonSchema},
		"no wiki":           {encode(t, without(visibilityChange(false, true, true), "database")), reasonMissing + ": the wiki"},
		"no visibility":     {encode(t, without(visibilityChange(false, true, true), "visibility")), reasonMissing + ": visibility"},
		"half a visibility": {encode(t, replaced(visibilityChange(false, true, true), "visibility", m{"text": false})), reasonMissing + ": visibility.text, user or comment"},
		"no revision":       {encode(t, without(visibilityChange(false, true, true), "rev_id")), reasonMissing + ": rev_id"},
		"below zero":        {encode(t, replaced(visibilityChange(false, true, true), "rev_id", -5)), reasonNumber + ": rev_id or page_id"},
		"nothing deleted":   {encode(t, legacyEvent(pageDeleteSchema, "s", m{"rev_id": nil, "page_id": nil})), reasonMissing + ": page_id"},
		"no kind":           {encode(t, without(pageChange("delete", flags(1, true, true, true)), "page_change_kind")), reasonMissing + ": page_change_kind"},
		"no flags":          {encode(t, pageChange("visibility_change", flags(1, true, nil, true))), reasonMissing + ": revision.is_content_visible, is_editor_visible or is_comment_visible"},
	} {
		e, err := Parse(tt.value)
		var broken *BrokenError
		if !errors.As(err, &broken) || err.Error() != tt.want || e != (Event{}) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestParseIgnores(t *testing.T) {
	canary := visibilityChange(false, false, false)
	canary["meta"].(m)["domain"] = "canary"
	broken := m{"meta": m{"domain": "canary"}} // whatever else is in it
	for name, tt := range map[string]struct {
		value []byte
		want  error
	}{
		"canary":          {encode(t, canary), errCanary},
		"strange canary":  {encode(t, broken), errCanary},
		"tombstone":       {nil, errIrrelevant},
		"empty":           {[]byte(" \n"), errIrrelevant},
		"edit":            {encode(t, pageChange("edit", flags(1, true, true, true))), errIrrelevant},
		"move":            {encode(t, pageChange("move", flags(1, false, true, true))), errIrrelevant},
		"kind of the day": {encode(t, pageChange("merge", flags(1, true, true, true))), errIrrelevant},
	} {
		if _, err := Parse(tt.value); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// Half a character in a comment does not keep a revision visible.
func TestParseInvalidUTF8(t *testing.T) {
	value := strings.ReplaceAll(string(encode(t, visibilityChange(false, true, true))), secret, "\xff\xc3")
	if e, err := Parse([]byte(value)); err != nil || e.Hidden == nil || !e.Hidden.Text {
		t.Errorf("%+v: %v", e, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, e := range []m{
		visibilityChange(false, false, true), legacyEvent(pageDeleteSchema, "mediawiki.page-suppress", nil),
		legacyEvent(pageUndeleteSchema, "mediawiki.page-undelete", nil), pageChange("delete", flags(1, false, false, false)),
		pageChange("visibility_change", flags(1, true, true, true)), pageChange("edit", flags(1, true, true, true)),
	} {
		f.Add(encode(f, e))
	}
	f.Add([]byte("{\"meta\":{\"domain\":\"canary\"}}"))
	f.Fuzz(func(t *testing.T, value []byte) {
		e, err := Parse(value)
		var broken *BrokenError
		switch {
		case err == nil:
			if e.Wiki == "" || e.Rev < 0 || e.Page < 0 || e.Rev == 0 && (!e.Deleted || e.Page == 0) {
				t.Errorf("an event about nothing: %+v", e)
			}
		case e != (Event{}):
			t.Errorf("%v, and yet %+v", err, e)
		case errors.As(err, &broken):
			if s := err.Error(); len(s) > 120 {
				t.Errorf("the reason is %d bytes long: %s", len(s), s)
			}
		case !errors.Is(err, errCanary) && !errors.Is(err, errIrrelevant):
			t.Errorf("an error of no kind: %v", err)
		}
	})
}
