package event

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
)

func TestRedact(t *testing.T) {
	cut := func(from string, pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(from, pairs[i]) {
				t.Fatalf("%q is not in %s", pairs[i], from)
			}
			from = strings.Replace(from, pairs[i], pairs[i+1], 1)
		}
		return from
	}
	create, full := compact(t, create), compact(t, full)
	performer, editor := object(t, full, `"performer":`), object(t, full, `"editor":{"user_text":"Editor"`)
	own := `"is_comment_visible":true,"is_content_visible":true,"is_editor_visible":true,"revert"`
	for _, c := range []struct {
		name                string
		text, user, comment bool
		in, want            string
	}{
		{"nothing", false, false, false, full, full},
		{"user of revision-create, the last", false, true, false, create, cut(create, `,`+object(t, create, `"performer":`), ``)},
		{"comment of revision-create", false, false, true, create, cut(create, `"comment":"typo",`, ``)},
		{"a first and a parsed comment", false, false, true, `{"comment":"a","parsedcomment":"b", "x":1}`, `{ "x":1}`},
		{"all there is", false, false, true, ` { "comment" : "a" } `, ` { } `},
		{"text of revision-create", true, false, false, `{"rev_id":1,"rev_sha1":"a","rev_slots":{"main":{"rev_slot_sha1":"a"}}}`, `{"rev_id":1}`},
		{"user of page_change", false, true, false, full, cut(full, performer+`,`, ``, own, strings.Replace(own, `"is_editor_visible":true`, `"is_editor_visible":false`, 1), editor+`,`, ``)},
		{"comment of page_change", false, false, true, full, cut(full, `"comment":"said the mover",`, ``, `"comment":"said the editor",`, ``, own, strings.Replace(own, `"is_comment_visible":true`, `"is_comment_visible":false`, 1))},
		{"text of page_change", true, false, false, full, cut(full, `"rev_sha1":"own",`, ``, own, strings.Replace(own, `"is_content_visible":true`, `"is_content_visible":false`, 1), `,"content_sha1":"own","content_body":"the text"`, ``)},
		{"flags that were not there", true, true, true, `{"revision":{"rev_id":1}}`, `{"revision":{"rev_id":1,"is_editor_visible":false,"is_comment_visible":false,"is_content_visible":false}}`},
		{"an empty revision", false, true, false, `{"revision":{}}`, `{"revision":{"is_editor_visible":false}}`},
		{"the same revision before", false, false, true, `{"revision":{"rev_id":1},"prior_state":{"revision":{"comment":"a"}}}`,
			`{"revision":{"rev_id":1,"is_comment_visible":false},"prior_state":{"revision":{"is_comment_visible":false}}}`},
		{"user of a prediction", false, true, false, `{"$schema":"` + PredictionSchema + `","performer":{"user_text":"U"},"revision":{"editor":{"user_text":"U"}}}`,
			`{"$schema":"` + PredictionSchema + `","performer":{},"revision":{"is_editor_visible":false}}`},
		{"names in disguise", false, true, true, `{"perform\u0065r":{},"c\u006fmment":"a"}`, `{}`},
		{"names twice", false, false, true, `{"comment":"a","x":1,"comment":"b"}`, `{"x":1}`},
		{"no objects where they should be", true, true, true, `{"revision":[],"prior_state":"x"}`, `{"revision":[],"prior_state":"x"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := strings.Clone(c.in)
			raw := []byte(c.in)
			got, err := Redact(raw, c.text, c.user, c.comment)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if string(raw) != before {
				t.Error("the source was changed")
			}
		})
	}
	for _, bad := range []string{"", "x", "[]", `"a"`, `{"a":1} {}`, `{"a":1`, `{"revision":{"a":}}`} {
		if got, err := Redact([]byte(bad), true, true, true); err == nil {
			t.Errorf("%q became %q", bad, got)
		}
	}
}

// object is the text of a member whose value is an object, up to the brace that ends it.
func object(t *testing.T, in, from string) string {
	t.Helper()
	at := strings.Index(in, from)
	if at < 0 {
		t.Fatalf("%q is not in %s", from, in)
	}
	return in[at : at+strings.IndexByte(in[at:], '}')+1]
}

func TestRedactParent(t *testing.T) {
	got, err := RedactParent([]byte(full), true, true, true)
	if err != nil {
		t.Fatal(err)
	}
	want := edit(t, full, map[string]any{
		"prior_state/revision/editor": nil, "prior_state/revision/comment": nil, "prior_state/revision/rev_sha1": nil,
		"prior_state/revision/is_editor_visible": false, "prior_state/revision/is_comment_visible": false, "prior_state/revision/is_content_visible": false,
		"prior_state/revision/content_slots": map[string]any{"main": map[string]any{"slot_role": "main"}},
	})
	if !reflect.DeepEqual(decode(t, got), decode(t, want)) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, in := range []string{create, `{"revision":{"rev_id":1},"prior_state":{"revision":{"rev_id":1,"comment":"own"}}}`} {
		if got, err := RedactParent([]byte(in), true, true, true); err != nil || string(got) != in {
			t.Errorf("%s became %s, %v", in, got, err)
		}
	}
}

func TestHide(t *testing.T) {
	for name, value := range map[string]string{"create": create, "change": full} {
		r := parse(t, []byte(value))
		hidden := r.Hide(true, false)
		if hidden.Performer != nil || hidden.Author != nil || hidden.Comment != r.Comment || hidden.CommentHidden || bytes.Contains(hidden.Raw, []byte("performer")) {
			t.Errorf("%s: with its user hidden it is %+v", name, hidden)
		}
		hidden = r.Hide(false, true)
		if hidden.Performer == nil || hidden.Comment != "" || !hidden.CommentHidden || bytes.Contains(hidden.Raw, []byte(r.Comment)) {
			t.Errorf("%s: with its comment hidden it is %+v", name, hidden)
		}
		if hidden.RevID != r.RevID || hidden.PageTitle != r.PageTitle {
			t.Errorf("%s: something else is lost: %+v", name, hidden)
		}
		if string(r.Raw) != value || r.Performer == nil || r.Comment == "" {
			t.Errorf("%s: the original was changed: %+v", name, r)
		}
	}
	r := parse(t, []byte(full)).Hide(true, true).HideParent(true, true)
	data, err := EncodePrediction(r, "s", predicted(), noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"Mover", "Editor", "Before", "said"} {
		if bytes.Contains(data, []byte(hidden)) {
			t.Errorf("%s is in %s", hidden, data)
		}
	}
	data, err = EncodeCombined(parse(t, []byte(create)).Hide(true, true), "s", []Outcome{predicted()}, noon)
	if err != nil || bytes.Contains(data, []byte("Reviewer")) {
		t.Errorf("got %s, %v", data, err)
	}
}

func TestIdentify(t *testing.T) {
	score, err := EncodeScore(parse(t, []byte(create)), "s", predicted(), noon)
	if err != nil {
		t.Fatal(err)
	}
	prediction, err := EncodePrediction(parse(t, []byte(full)), "s", predicted(), noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, raw string
		want      Identity
		ok        bool
	}{
		{"create", create, Identity{"enwiki", 43, 0, false}, true},
		{"change", full, Identity{"dewiki", 99, 98, false}, true},
		{"of a schema to come", strings.Replace(full, "1.2.0", "9.0.0", 1), Identity{"dewiki", 99, 98, false}, true},
		{"score", string(score), Identity{"enwiki", 43, 0, true}, true},
		{"prediction", string(prediction), Identity{"dewiki", 99, 98, true}, true},
		{"the same revision before", `{"wiki_id":"a","revision":{"rev_id":5},"prior_state":{"revision":{"rev_id":5}}}`, Identity{"a", 5, 0, false}, true},
		{"other types around", `{"database":"a","rev_id":5,"page_id":{},"revision":7,"prior_state":[]}`, Identity{"a", 5, 0, false}, true},
		{"a name twice", `{"database":"a","rev_id":5,"x":1,"x":2}`, Identity{"a", 5, 0, false}, true},
		{"no wiki", `{"rev_id":5}`, Identity{"", 5, 0, false}, false},
		{"no revision", `{"database":"a","rev_id":"5"}`, Identity{"a", 0, 0, false}, false},
		{"a revision below zero", `{"database":"a","rev_id":-5}`, Identity{"a", 0, 0, false}, false},
		{"cut", create[:400], Identity{}, false},
		{"nothing", "", Identity{}, false},
	} {
		if got, ok := Identify([]byte(c.raw)); got != c.want || ok != c.ok {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
		}
	}
}

// What is hidden is gone from where the schemas have it, and the rest is as it was.
func FuzzRedact(f *testing.F) {
	for _, s := range []string{create, change, full, `{"comment":"a","comment":{}}`, `{"":{"0":0}}`, "{\"comment\xff\":1}", `{"prior_state":{"revision":{"rev_id":1}}}`} {
		for flags := range uint8(8) {
			f.Add([]byte(s), flags)
		}
	}
	f.Fuzz(func(t *testing.T, value []byte, flags uint8) {
		text, user, comment := flags&1 != 0, flags&2 != 0, flags&4 != 0
		r, parseErr := Parse(value)
		own, err := Redact(value, text, user, comment)
		if err != nil {
			if parseErr == nil && len(r.Raw) > 0 {
				t.Fatalf("Parse reads it, Redact does not: %v", err)
			}
			return
		}
		both, err := RedactParent(own, text, user, comment)
		if err != nil {
			t.Fatalf("what Redact wrote is not read again: %v in %s", err, own)
		}
		if again, err := Redact(both, text, user, comment); err != nil || !bytes.Equal(again, both) {
			t.Fatalf("again is not the same: %s, %v", again, err)
		}
		if id, ok := Identify(value); parseErr == nil && !r.Canary() && (!ok || id.Wiki != r.Wiki || id.RevID != r.RevID) {
			t.Fatalf("it is about %+v to Parse and %+v to Identify", r, id)
		}
		if parseErr == nil {
			hidden, err := Parse(own)
			if err != nil {
				t.Fatalf("no longer an event: %v in %s", err, own)
			}
			if user && (hidden.Performer != nil || hidden.Author != nil) || comment && hidden.Comment != "" {
				t.Fatalf("still there: %+v", hidden)
			}
		}
		var before, after map[string]any
		if json.Unmarshal(value, &before) != nil || json.Unmarshal(both, &after) != nil {
			return // half characters and the like
		}
		for _, name := range hiddenNames(text, user, comment) {
			if holds(after, name) && !(name == "performer" && bytes.Contains(both, []byte(PredictionSchema))) {
				t.Fatalf("%s is still in %s", name, both)
			}
		}
		scrub(before)
		scrub(after)
		if !duplicates(value) && !reflect.DeepEqual(before, after) {
			t.Fatalf("more is gone than was to be hidden:\n%s\n%s", value, both)
		}
	})
}

func hiddenNames(text, user, comment bool) (names []string) {
	if text {
		names = append(names, "rev_sha1", "rev_slots", "revision/rev_sha1", "prior_state/revision/rev_sha1")
	}
	if user {
		names = append(names, "performer", "revision/editor", "prior_state/revision/editor")
	}
	if comment {
		names = append(names, "comment", "parsedcomment", "revision/comment", "prior_state/revision/comment")
	}
	return names
}

func holds(doc map[string]any, path string) bool {
	keys := strings.Split(path, "/")
	for _, k := range keys[:len(keys)-1] {
		doc, _ = doc[k].(map[string]any)
	}
	_, ok := doc[keys[len(keys)-1]]
	return ok
}

// scrub removes all that any redaction touches.
func scrub(doc map[string]any) {
	for _, path := range hiddenNames(true, true, true) {
		remove(doc, path)
	}
	for _, at := range []string{"revision/", "prior_state/revision/"} {
		for _, flag := range []string{"is_editor_visible", "is_comment_visible", "is_content_visible"} {
			remove(doc, at+flag)
		}
		inner := doc
		for _, k := range strings.Split(at+"content_slots", "/") {
			inner, _ = inner[k].(map[string]any)
		}
		for role := range inner {
			if slot, ok := inner[role].(map[string]any); ok {
				delete(slot, "content_body")
				delete(slot, "content_sha1")
			}
		}
	}
}

func remove(doc map[string]any, path string) {
	keys := strings.Split(path, "/")
	for _, k := range keys[:len(keys)-1] {
		doc, _ = doc[k].(map[string]any)
	}
	delete(doc, keys[len(keys)-1])
}

// duplicates says whether an object has a name twice: encoding/json then merges them.
func duplicates(value []byte) bool {
	var doc any
	return jsonv2.Unmarshal(value, &doc, lenient) != nil
}
