package wikibase

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

var seeds = []string{
	``, `null`, `{}`, `[]`, `{"labels":[],"claims":{}}`, `"{\"labels\":{\"en\":{\"value\":\"x\"}}}"`, `{"a":NaN}`, `[1,-0.5e+7,"\ud83d\ude00\ud800"]`,
	`{"labels":{"en":{"value":"a","removed":1},"en":{"value":{"b":[1,true,null]}}},"aliases":{"de":[{"value":1.5}]}}`,
	`{"sitelinks":{"enwiki":{"title":"A","badges":["Q1"]},"dewiki":{"title":"B"}},"descriptions":{"x":{"value":"it's"}}}`,
	`{"claims":{"P1":[` + claim("P1", "x", "a") + `,` + claim("P1", "y", "b") + `]}}`,
	`{"claims":{"P1":[{"mainsnak":{"property":"P1","snaktype":"value","datavalue":{"type":"quantity","value":{"amount":"+1.50","unit":"1","upperBound":"2","lowerBound":-1e3}}}}]}}`,
	`{"claims":{"P2":["{\"mainsnak\":{\"property\":1,\"snaktype\":2,\"datavalue\":{\"type\":\"time\",\"value\":{\"time\":0,\"before\":0,\"after\":0,\"timezone\":0,\"calendarmodel\":0}}}}"]}}`,
	`{"claims":{"P3":[{"mainsnak":{"property":1,"snaktype":2,"datavalue":{"type":"globecoordinate","value":{"latitude":1,"longitude":2,"altitude":null,"precision":1e-5,"globe":""}}}}]}}`,
}

// What is JSON in the standard library is JSON here, and the other way round but
// for the words that Python has besides, and the bounds.
func FuzzDecode(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := decode(text)
		standard := json.Valid([]byte(text))
		switch {
		case errors.Is(err, errDepth) || errors.Is(err, errDigits):
		case err != nil && standard:
			t.Errorf("%q: refused: %v", text, err)
		case err == nil && !standard && !strings.Contains(text, "NaN") && !strings.Contains(text, "Infinity"):
			t.Errorf("%q: accepted", text)
		}
	})
}

// An item equals itself unless it has a NaN; whatever one of two items has more
// the other has less; its JSON is JSON, in ASCII.
func FuzzItem(f *testing.F) {
	for i, seed := range seeds {
		f.Add(seed, seeds[(i+5)%len(seeds)])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		before, err := Parse(a)
		if err != nil {
			return
		}
		written := before.JSON()
		if _, err := decode(written); err != nil && !errors.Is(err, errDepth) {
			t.Errorf("JSON %s: %v", written, err)
		}
		if i := strings.IndexFunc(written, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
			t.Errorf("JSON %q is not ASCII", written)
		}
		after, err := Parse(b)
		if err != nil {
			return
		}
		for part := Labels; part <= Badges; part++ {
			same, err := Compare(before, before, part)
			if err != nil {
				continue
			}
			if len(same.Added)+len(same.Removed) > 0 || len(same.Changed) > 0 && !strings.Contains(written, "NaN") {
				t.Errorf("part %d of %q differs from itself: %+v", part, a, same)
			}
			there, err := Compare(before, after, part)
			if err != nil {
				continue
			}
			back, err := Compare(after, before, part)
			slices.Sort(there.Changed)
			if err == nil {
				slices.Sort(back.Changed)
			}
			if err != nil || !slices.Equal(there.Added, back.Removed) || !slices.Equal(there.Removed, back.Added) || !slices.Equal(there.Changed, back.Changed) {
				t.Errorf("part %d of %q and %q: there %+v, back %+v, %v", part, a, b, there, back, err)
			}
		}
		statements := append(before.Statements(), after.Statements()...)
		if once := Distinct(statements); len(Distinct(once)) != len(once) {
			t.Errorf("%q: distinct statements are not", a)
		}
	})
}
