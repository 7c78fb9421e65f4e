//go:build parity

package feature

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// recorded is a row of features.jsonl.gz, as far as the features here read it.
type recorded struct {
	Event struct {
		RevID     int64     `json:"rev_id"`
		Timestamp time.Time `json:"rev_timestamp"`
		Performer struct {
			ID           int64     `json:"user_id"`
			Groups       []string  `json:"user_groups"`
			Registration time.Time `json:"user_registration_dt"`
		} `json:"performer"`
	} `json:"event"`
	Text   string `json:"text"`
	Parent *struct {
		Text string `json:"text"`
	} `json:"parent"`
	Features map[string]json.RawMessage `json:"features"`
}

func (r recorded) input() Input {
	who := r.Event.Performer
	var parent *string
	if r.Parent != nil {
		parent = &r.Parent.Text
	}
	return NewInput(r.Text, parent, r.Event.Timestamp, User{ID: who.ID, Groups: who.Groups, Registration: who.Registration})
}

// want returns the recorded value as it was written. Groups are not among what
// was recorded: their value follows from the event.
func (r recorded) want(name string) string {
	if name == trusted {
		groups := r.Event.Performer.Groups
		return strconv.FormatBool(slices.Contains(groups, "bot") || slices.Contains(groups, "sysop"))
	}
	return string(r.Features[name])
}

func TestParity(t *testing.T) {
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	for _, name := range []string{"features", "edge_features"} {
		t.Run(name, func(t *testing.T) {
			file, err := os.Open(filepath.Join(root, "golden", "public", name+".jsonl.gz"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			unzipped, err := gzip.NewReader(file)
			if err != nil {
				t.Fatal(err)
			}
			compareRows(t, json.NewDecoder(unzipped))
		})
	}
}

func compareRows(t *testing.T, in *json.Decoder) {
	p := compile(t, all(), parsedNames())
	rows, equal := 0, map[string]int{}
	for {
		var row recorded
		if err := in.Decode(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		rows++
		for i, o := range p.Evaluate(row.input()) {
			name := p.Names()[i]
			got, err := json.Marshal(o.Value)
			if want := row.want(name); o.Err != nil || err != nil || string(got) != want {
				t.Errorf("revision %d: %s is %s (%v, %v), recorded %s", row.Event.RevID, name, got, o.Err, err, want)
				continue
			}
			equal[name]++
		}
	}
	for _, name := range p.Names() {
		t.Logf("%d of %d values equal: %s", equal[name], rows, name)
	}
	if rows == 0 {
		t.Error("no rows compared")
	}
}
