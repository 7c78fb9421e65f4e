package dedupe

import (
	"testing"

	"github.com/alicebob/miniredis/v2"
)

func TestParse(t *testing.T) {
	tests := map[string]name{
		"ores:enwiki:damaging:12:0.5.1":            {kind: kindScore, wiki: "enwiki", model: "damaging", rev: "12", version: "0.5.1"},
		"ores:enwiki:damaging:12:0.5.1:0a1b":       {kind: kindScore, wiki: "enwiki", model: "damaging", rev: "12", version: "0.5.1"},
		"revscore:sent:{enwiki:12}:s:damaging:0.5": {kind: kindSent, stream: "s", wiki: "enwiki", model: "damaging", rev: "12", version: "0.5"},
		"revscore:claim:{enwiki:12}":               {kind: kindClaim, wiki: "enwiki", rev: "12"},
		"revscore:gone:{enwiki:-12}":               {kind: kindGone, wiki: "enwiki", rev: "-12"},
		"revscore:models:enwiki":                   {},
		"ores:enwiki:damaging:x:0.5.1":             {},
		"ores:enwiki:damaging:12":                  {},
		"ores:enwiki:damaging:12:v:d:e":            {},
		"oresenwiki:damaging:12:v":                 {},
		"revscore:sent:{enwiki:12}:s:damaging":     {},
		"revscore:gone:{enwiki}":                   {},
		"revscore:gone:{enwiki:12":                 {},
		"revscore:":                                {},
		"":                                         {},
		"ores_tasks:1":                             {},
	}
	for key, want := range tests {
		if got := parse(key, "ores"); got != want {
			t.Errorf("%q is %+v, want %+v", key, got, want)
		}
	}
}

// Law: a filter selects, of two keys, exactly that which has its wiki, model,
// version and revision; by the patterns as by the names, so that neither lets
// through or holds back what the other would not.
func FuzzFilter(f *testing.F) {
	f.Add("enwiki", "damaging", "1", int64(1), "dewiki", "damaging", "1", int64(1))
	f.Add("*", "?", "[a-z]", int64(1), "enwiki", "x", "b", int64(1))
	f.Add(`\`, `\*`, "^", int64(12), `\\`, "*", "^", int64(1))
	f.Add("a:b", "{}", "%", int64(-1), "a", "b:{}", "%", int64(-1))
	f.Add("w", "m", "1", int64(5), "w", "m", "10", int64(5))
	srv := miniredis.NewMiniRedis()
	if err := srv.Start(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(srv.Close)
	c := testConfig(srv.Addr())
	c.Prefix = "o*[r]"
	s := newTestRedis(f, c)
	f.Fuzz(func(t *testing.T, w1, m1, v1 string, r1 int64, w2, m2, v2 string, r2 int64) {
		if w1 == "" || m1 == "" || v1 == "" || r1 == 0 {
			t.Skip("that selects all")
		}
		srv.FlushAll()
		a, b := Key{"s", w1, m1, v1, r1}, Key{"s", w2, m2, v2, r2}
		remember(t, s, a, someScore)
		remember(t, s, b, someScore)
		for _, filter := range []Filter{
			{Wiki: w1}, {Wiki: w1, RevID: r1}, {Model: m1}, {Version: v1}, {Wiki: w1, Model: m1, Version: v1, RevID: r1},
		} {
			want := Purged{Scores: 1, Sent: 1}
			if a != b && (filter.Wiki == "" || w1 == w2) && (filter.RevID == 0 || r1 == r2) &&
				(filter.Model == "" || m1 == m2) && (filter.Version == "" || v1 == v2) {
				want = Purged{Scores: 2, Sent: 2}
			}
			filter.Sent = true
			got, err := s.Purge(t.Context(), filter)
			if err != nil || got != want {
				t.Fatalf("of %+v and %+v %+v purged %+v, want %+v: %v", a, b, filter, got, want, err)
			}
			remember(t, s, a, someScore)
			remember(t, s, b, someScore)
		}
	})
}
