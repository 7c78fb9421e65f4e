package fetch

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// answers are what the API may say of revisions 1, 2 and 3. Want lists for each
// revision mentioned its text in quotes, or why there is none; "cut" says that
// the result was truncated; "code" that the answer is an error.
var answers = []struct{ name, body, want string }{
	{"text", page(`{"revid":1,"parentid":0,"slots":{"main":{"contentmodel":"wikitext","content":"a"}}}`), `1:"a"`},
	{"empty text", page(`{"revid":1,"slots":{"main":{"content":""}}}`), `1:""`},
	{"escapes", page(`{"revid":1,"slots":{"main":{"content":"\u00e9\n\ud83d\ude00\u0000\"\/"}}}`), `1:"é\n😀\x00\"/"`},
	{"lone surrogate", page(`{"revid":1,"slots":{"main":{"content":"\ud83d!"}}}`), "1:\"\uFFFD!\""},
	{"broken UTF-8", page("{\"revid\":1,\"slots\":{\"main\":{\"content\":\"\xff!\"}}}"), "1:\"\uFFFD!\""},
	{"another model", page(`{"revid":1,"slots":{"main":{"contentmodel":"json","content":"{}"}}}`), `1:"{}"`},
	{"hidden", page(`{"revid":1,"sha1hidden":true,"slots":{"main":{"texthidden":true}}}`), "1:TextDeleted"},
	{"hidden but shown", page(`{"revid":1,"slots":{"main":{"texthidden":true,"content":"a"}}}`), "1:TextDeleted"},
	{"hidden in version 1's way", page(`{"revid":1,"slots":{"main":{"texthidden":"","content":"a"}}}`), "1:TextDeleted"},
	{"hidden without slots", page(`{"revid":1,"texthidden":true}`), "1:TextDeleted"},
	{"suppressed text", page(`{"revid":1,"slots":{"main":{"texthidden":true}},"suppressed":true}`), "1:TextDeleted"},
	{"suppressed user, public text", page(`{"revid":1,"slots":{"main":{"content":"a"}},"suppressed":true}`), `1:"a"`},
	{"user and comment hidden", page(`{"revid":1,"userhidden":true,"commenthidden":true,"slots":{"main":{"content":"a"}}}`), `1:"a"`},
	{"not hidden", page(`{"revid":1,"slots":{"main":{"texthidden":false,"content":"a"}}}`), `1:"a"`},
	{"hidden and unhidden", page(`{"revid":1,"slots":{"main":{"texthidden":true,"content":"a","texthidden":false}}}`), "1:TextDeleted"},
	{"hidden, then shown", page(`{"revid":1,"slots":{"main":{"texthidden":true}}},{"revid":1,"slots":{"main":{"content":"a"}}}`), "1:TextDeleted"},
	{"shown, then hidden", page(`{"revid":1,"slots":{"main":{"content":"a"}}},{"revid":1,"slots":{"main":{"texthidden":true}}}`), "1:TextDeleted"},
	{"text lost", page(`{"revid":1,"slots":{"main":{"textmissing":true}}}`), "1:MissingResource"},
	{"too large", page(`{"revid":1,"slots":{"main":{"content":"` + strings.Repeat("a", 101) + `"}}}`), "1:TextTooLarge"},
	{"largest", page(`{"revid":1,"slots":{"main":{"content":"` + strings.Repeat("a", 100) + `"}}}`), `1:"` + strings.Repeat("a", 100) + `"`},
	{"not asked for", page(`{"revid":9,"slots":{"main":{"content":"a"}}}`), ""},
	{"no slots", page(`{"revid":1}`), ""},
	{"no content", page(`{"revid":1,"slots":{"main":{"contentmodel":"wikitext"}}}`), ""},
	{"bad, as object", `{"batchcomplete":true,"query":{"badrevids":{"1":{"revid":1,"missing":true},"9":{"revid":9,"missing":true}}}}`, "1:RevisionNotFound"},
	{"bad, as array", `{"query":{"badrevids":[{"revid":2,"missing":true},{"revid":3}]}}`, "2:RevisionNotFound 3:RevisionNotFound"},
	{"no query", `{"batchcomplete":true}`, ""},
	{"truncated", `{"continue":{"rvcontinue":2},"query":{"pages":[{"pageid":1,"revisions":[{"revid":1,"slots":{"main":{"content":"a"}}}]},{"pageid":2,"revisions":[]},{"pageid":3}]}}`, `1:"a" cut`},
	{"error", `{"error":{"code":"readapidenied","info":"x"}}`, "code readapidenied"},
	{"errors", `{"errors":[{"code":"toomanyvalues","text":"x"},{"code":"b"}]}`, "code toomanyvalues"},
	{"error with markup", `{"error":{"code":"<script>\u0000"}}`, "code script"},
	{"endless code", `{"error":{"code":"` + strings.Repeat("x", 500) + `"}}`, "code " + strings.Repeat("x", 80)},
	{"HTML", `<html>`, "broken"},
	{"half", `{"query":{`, "broken"},
	{"JSON and more", `{"query":{}}<html>`, "broken"},
	{"nothing", ``, "broken"},
	{"a list", `[]`, "broken"},
	{"formatversion 1", `{"query":{"pages":{"1":{}}}}`, "broken"},
	{"id as text", page(`{"revid":"1"}`), "broken"},
	{"id beyond 64 bits", page(`{"revid":99999999999999999999}`), "broken"},
	{"deep", strings.Repeat(`{"query":`, 20_000), "broken"},
}

func page(revisions string) string {
	return `{"batchcomplete":true,"query":{"pages":[{"pageid":1,"title":"T","revisions":[` + revisions + `]}]}}`
}

func TestDecode(t *testing.T) {
	for _, tc := range answers {
		t.Run(tc.name, func(t *testing.T) {
			if got := show(decode([]byte(tc.body), []int64{1, 2, 3}, 100, time.Time{})); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func show(ans answer, code string, err error) string {
	switch {
	case err != nil:
		return "broken"
	case code != "":
		return "code " + code
	}
	var parts []string
	for id, o := range ans.outcomes {
		if o.text != nil {
			parts = append(parts, fmt.Sprintf("%d:%q", id, o.text.Text.Source()))
		} else {
			parts = append(parts, fmt.Sprintf("%d:%s", id, o.failure.kind))
		}
	}
	slices.Sort(parts)
	if ans.truncated {
		parts = append(parts, "cut")
	}
	return strings.Join(parts, " ")
}

// FuzzDecode: only what was asked for is answered, each revision is a text or a
// failure and never both, and none that any entry marks as hidden is a text. The
// last is checked by another way of reading JSON.
func FuzzDecode(f *testing.F) {
	for _, tc := range answers {
		f.Add([]byte(tc.body))
	}
	asked := []int64{1, 2, 3}
	f.Fuzz(func(t *testing.T, body []byte) {
		ans, code, err := decode(body, asked, 100, time.Time{})
		if (err != nil || code != "") && ans.outcomes != nil {
			t.Fatal("an error came with outcomes")
		}
		hidden := hiddenIDs(body)
		for id, o := range ans.outcomes {
			switch {
			case !slices.Contains(asked, id):
				t.Fatalf("revision %d was not asked for", id)
			case (o.text == nil) == (o.failure == nil):
				t.Fatalf("revision %d has both text and failure, or neither", id)
			case o.text != nil && hidden[id]:
				t.Fatalf("revision %d is hidden", id)
			case o.text != nil && (len(o.text.Text.Source()) > 100 || o.text.RevID != id):
				t.Fatalf("revision %d has %d bytes and id %d", id, len(o.text.Text.Source()), o.text.RevID)
			}
		}
	})
}

// hiddenIDs lists the revisions that have a flag set, in themselves or in their
// main slot.
func hiddenIDs(body []byte) map[int64]bool {
	hidden := map[int64]bool{}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return hidden
	}
	pages, _ := at(v, "query", "pages").([]any)
	for _, p := range pages {
		revisions, _ := at(p, "revisions").([]any)
		for _, r := range revisions {
			for _, flag := range []any{at(r, "texthidden"), at(r, "slots", "main", "texthidden")} {
				id, _ := at(r, "revid").(json.Number)
				if n, err := id.Int64(); err == nil && flag != nil && flag != false {
					hidden[n] = true
				}
			}
		}
	}
	return hidden
}

func at(v any, path ...string) any {
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}
