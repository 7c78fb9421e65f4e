package event_test

import (
	"reflect"
	"testing"
	"time"

	"revscore/internal/event"
)

func TestRetryHeader(t *testing.T) {
	due := time.UnixMilli(1767322987123)
	want := event.Retry{
		Attempt: 2, Due: due, Delay: 5 * time.Minute, Origin: event.Source{Topic: "eqiad.mediawiki.revision-create", Partition: 3, Offset: 1 << 40},
		Streams: []string{"mediawiki.revision-score-damaging", "ä \" \n"}, Models: []string{"damaging", ""}, Reason: "maxlag",
	}
	got, err := event.Record{Headers: []event.Header{{Key: "traceparent"}, want.Header()}}.Retry()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, &want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
	if got, err := (event.Record{Headers: []event.Header{{Key: "traceparent"}}}).Retry(); got != nil || err != nil {
		t.Errorf("without the header: %v, %v", got, err)
	}
}

func TestRetryHeaderRefused(t *testing.T) {
	for _, value := range []string{
		"", "null", "[]", "{", `{"attempt":0,"topic":"t","streams":["s"]}`, `{"attempt":1,"topic":"","streams":["s"]}`,
		`{"attempt":1,"topic":"t","streams":[]}`, `{"attempt":1,"topic":"t","streams":["s"],"delay":-1}`, `{"attempt":"1","topic":"t","streams":["s"]}`,
		`{"attempt":1,"topic":"t","streams":["s"],"models":["m","n"]}`, `{"attempt":1,"topic":"t","streams":["s"],"models":[]}`,
		`{"attempt":1,"due":9000000000000,"delay":9000000000000,"topic":"t","streams":["a"]}`,       // holds its partition for 285 years
		`{"attempt":1,"due":9000000000000000,"delay":9300000000000000,"topic":"t","streams":["a"]}`, // more than a duration can be
	} {
		r, err := event.Record{Headers: []event.Header{{Key: "revscore-retry", Value: []byte(value)}}}.Retry()
		if err == nil {
			t.Errorf("%s is read as %+v", value, r)
		}
	}
}

// A clock that jumped neither makes a record wait longer than it was meant to, nor
// a negative time.
func TestRetryWait(t *testing.T) {
	due := time.UnixMilli(1767322987123)
	r := event.Retry{Due: due, Delay: time.Minute}
	for _, c := range []struct {
		now  time.Time
		want time.Duration
	}{{due.Add(-time.Second), time.Second}, {due, 0}, {due.Add(time.Hour), 0}, {due.Add(-24 * time.Hour), time.Minute}} {
		if got := r.Wait(c.now); got != c.want {
			t.Errorf("at %v: wait %v, want %v", c.now, got, c.want)
		}
	}
}

func TestRetryWants(t *testing.T) {
	r := event.Retry{Streams: []string{"a", "b", "b"}}
	for _, c := range []struct {
		models        []string
		stream, model string
		want          bool
	}{
		{nil, "a", "m", true}, {nil, "c", "m", false},
		{[]string{"m", "m", "n"}, "a", "m", true}, {[]string{"m", "m", "n"}, "a", "n", false},
		{[]string{"m", "m", "n"}, "b", "n", true}, {[]string{"m", "m", "n"}, "b", "o", false},
	} {
		r.Models = c.models
		if got := r.Wants(c.stream, c.model); got != c.want {
			t.Errorf("models %v: %s of %s is wanted: %v", c.models, c.model, c.stream, got)
		}
	}
}
