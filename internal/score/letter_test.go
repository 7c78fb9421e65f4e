package score

import (
	"testing"
)

// A topic that was made anew has other records at the places of the old one's: each gets
// its dead letter.
func TestBrokenRecordsAtOnePlace(t *testing.T) {
	r := newRig(t)
	p := r.start(t)
	do(t, p, record("{", 5), record("{", 5), record("[", 5), record("[", 5))
	if got := r.topics(); got != "errors errors" {
		t.Fatalf("messages to %s, want two letters", got)
	}
	events := r.broker.events(t)
	id := func(i int) any { return events[i]["meta"].(map[string]any)["id"] }
	if events[0]["raw_event"] == events[1]["raw_event"] || id(0) == id(1) {
		t.Errorf("got %v", events)
	}
}
