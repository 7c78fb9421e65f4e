package eventgate

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"revscore/internal/event"
)

func entries(t testing.TB, ids ...string) []*entry {
	t.Helper()
	var list []*entry
	for _, id := range ids {
		e, err := newEntry(event.Message{Topic: "t", Value: message(id).Value}, nil)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// The law of acknowledgements: an event is accepted by a status that says so and
// by nothing else; by a 207 only if its body names another one that failed.
func FuzzAcknowledgement(f *testing.F) {
	f.Add(201, "", false)
	f.Add(202, "", true)
	f.Add(207, reportOf(map[string]string{"a1": "x"}, map[string]string{"b1": "Failed loading schema at /x"}), false)
	f.Add(207, reportOf(map[string]string{"x9": "x"}, map[string]string{"b1": ""}), false)
	f.Add(207, `{"invalid":[{}],"error":null}`, false)
	f.Add(400, reportOf(map[string]string{"a1": "x"}, nil), false)
	f.Add(500, `{"status":500,"title":"PayloadTooLargeError","detail":1}`, false)
	f.Add(500, "\xff", false)
	f.Fuzz(func(t *testing.T, status int, body string, hasty bool) {
		list := entries(t, "a1", "b1", "c1")
		a := judge(list, hasty, status, http.Header{}, []byte(body), time.Time{})
		if (a.verdicts == nil) == (a.fault == nil) || (a.verdicts != nil && len(a.verdicts) != len(list)) {
			t.Fatalf("%+v", a)
		}
		for i, v := range a.verdicts {
			if !v.accepted() {
				continue
			}
			switch {
			case status == 201, status == 204, status == 202 && hasty:
			case status == 207 && slices.ContainsFunc(a.verdicts, func(v verdict) bool { return !v.accepted() }):
			default:
				t.Fatalf("%s is accepted by %d %s", list[i].id, status, body)
			}
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-7": 0, "soon": 0, "99999999999": 0,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
