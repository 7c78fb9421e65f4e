package event

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// oddities are small events, each with something that the scanner must take as the
// library does, or leave to it.
var oddities = []string{
	`{}`, ` {  } `, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{}x`, `[]`, `null`, `"a"`, ``, ` `, "\ufeff{}", "{}\x00",
	`{"meta":null,"performer":null,"page":null,"revision":null,"$schema":null,"page_id":null,"rev_id":null,"page_is_redirect":null}`,
	`{"meta":{"id":"a","id":"b"}}`, `{"a":{"b":1,"b":2}}`, `{"a":[{"b":1},{"b":2}]}`, `{"\u0061":1,"a":2}`, `{"é":1,"é":2}`, `{"":1,"":2}`,
	`{"rev_id":1.0}`, `{"rev_id":1e3}`, `{"rev_id":-0}`, `{"rev_id":01}`, `{"rev_id":-}`, `{"rev_id":- 1}`, `{"rev_id":9223372036854775807}`,
	`{"rev_id":9223372036854775808}`, `{"rev_id":999999999999999999}`, `{"rev_id":"1"}`, `{"rev_id":true}`, `{"rev_id":[1]}`,
	`{"a":1.5e-10,"b":-0.0,"c":1E+5}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":+1}`, `{"a":tru}`, `{"a":truer}`, `{"a":nul`, `{"a":[1,]}`, `{"a":[,1]}`,
	`{"comment":"\u00e9\n\"\\\/\ud83d\ude00"}`, `{"comment":"\ud83d"}`, `{"comment":"\ud83dx"}`, `{"comment":"\q"}`, `{"comment":"\u12"}`, `{"comment":"\u12G4"}`,
	"{\"comment\":\"é漢😀\"}", "{\"comment\":\"\xff\"}", "{\"comment\":\"\xed\xa0\x80 \\n\"}", "{\"comment\":\"a\nb\"}", "{\"comment\":\"\x7f\"}", `{"comment":"a`,
	"{\"a\":\"\xff\"}", `{"a":"\ud83d"}`, `{"a":"\q"}`, "{\"a\":\"\x1f\"}", "{\"\xff\":1}",
	`{"performer":{"user_groups":[]}}`, `{"performer":{"user_groups":[null]}}`, `{"performer":{"user_groups":["a",1]}}`, `{"performer":{"user_groups":["a","b"],"user_text":"c"}}`,
	`{"performer":{"user_groups":["` + strings.Repeat(`a","`, 60) + `"]}}`, `{"performer":{"user_is_bot":"true"}}`, `{"performer":[]}`,
	`{"revision":{"content_slots":{"main":{"content_model":"wikitext"},"aux":null,"b":{"content_model":null}}}}`, `{"revision":{"content_slots":{}}}`,
	`{"revision":{"content_slots":{"main":{"content_model":1}}}}`, `{"revision":{"content_slots":{"main":[]}}}`, `{"revision":{"content_slots":{"a\n":{}}}}`,
	`{"revision":{"editor":{"groups":["x"],"is_bot":true,"edit_count":3,"registration_dt":"d"},"is_comment_visible":false}}`,
	`{"a":` + strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40) + `}`, `{"a":` + strings.Repeat(`{"a":`, 31) + `1` + strings.Repeat(`}`, 32),
	`{"comment":"` + strings.Repeat("x", 3000) + `"}`,
}

// FuzzScan is the law of the scanner: what it takes, it takes as the library does.
func FuzzScan(f *testing.F) {
	for _, s := range append(oddities, create, change, full) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		d := new(decoding)
		if !d.scan(value) {
			return
		}
		want, err := unmarshal(value)
		if err != nil {
			t.Fatalf("the library does not take it: %v", err)
		}
		if !reflect.DeepEqual(&d.wire, want) {
			t.Fatalf("scanned as %+v, decoded as %+v", d.wire, want)
		}
	})
}

// TestScanTakesEvents: if it left everything to the library, no test above would fail.
func TestScanTakesEvents(t *testing.T) {
	for name, value := range map[string]string{
		"revision/create": create, "page/change": change, "page/change in full": full, "spaced": string(bytes.ReplaceAll([]byte(create), []byte(`,`), []byte(" ,\r\n\t"))),
		"other letters": strings.Replace(create, "A&B", `\u00c9t\u00e9 漢\/😀`, 1),
		"nothing said":  `{"$schema":null,"rev_id":null,"performer":null,"meta":null,"revision":{"content_slots":null}}`,
	} {
		d := new(decoding)
		if !d.scan([]byte(value)) {
			t.Errorf("%s is left to the library", name)
			continue
		}
		if want, err := unmarshal([]byte(value)); err != nil || !reflect.DeepEqual(&d.wire, want) {
			t.Errorf("%s: scanned as %+v, decoded as %+v, %v", name, d.wire, want, err)
		}
	}
}
