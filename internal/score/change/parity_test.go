//go:build parity

package change

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"revscore/internal/score/wikitext"
)

// recorded is a row of features.jsonl.gz with the fields this package answers for.
type recorded struct {
	Event struct {
		RevID int64 `json:"rev_id"`
	} `json:"event"`
	Text   string `json:"text"`
	Parent *struct {
		Text string `json:"text"`
	} `json:"parent"`
	Features map[string]json.RawMessage `json:"features"`
}

// tables are the reference's frequency tables
// (revscoring/features/wikitext/datasources/tokenized.py) by their name.
var tables = map[string]Selection{
	"token":      {},
	"number":     {Kinds: wikitext.KindsOf(wikitext.Number)},
	"whitespace": {Kinds: wikitext.KindsOf(wikitext.Whitespace)},
	"markup": {Kinds: wikitext.KindsOf(wikitext.DBrackOpen, wikitext.DBrackClose,
		wikitext.BrackOpen, wikitext.BrackClose, wikitext.TabOpen, wikitext.TabClose,
		wikitext.DCurlyOpen, wikitext.DCurlyClose, wikitext.CurlyOpen,
		wikitext.CurlyClose, wikitext.Bold, wikitext.Equals)},
	"cjk":            {Kinds: wikitext.KindsOf(wikitext.CJK)},
	"entity":         {Kinds: wikitext.KindsOf(wikitext.Entity)},
	"url":            {Kinds: wikitext.KindsOf(wikitext.URL)},
	"word":           {Kinds: wikitext.KindsOf(wikitext.Word), Lower: true},
	"uppercase_word": {Kinds: wikitext.KindsOf(wikitext.Word), Uppercase: true},
	"punctuation": {Kinds: wikitext.KindsOf(wikitext.Period, wikitext.QMark,
		wikitext.EPoint, wikitext.Comma, wikitext.Colon, wikitext.SColon,
		wikitext.JapanPunct)},
	"break": {Kinds: wikitext.KindsOf(wikitext.Break)},
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
	rows, compared, equal := 0, 0, 0
	for {
		var row recorded
		if err := in.Decode(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		rows++
		var before *wikitext.Document
		if row.Parent != nil {
			before = wikitext.Analyse(row.Parent.Text)
		}
		e := Compare(before, wikitext.Analyse(row.Text))
		for name, selection := range tables {
			deltas, err := e.Deltas(selection)
			if err != nil {
				t.Fatal(err)
			}
			whole, props := sums(deltas)
			for i, sum := range []string{"sum", "increase", "decrease"} {
				for kind, got := range map[string]float64{"delta": float64(whole[i]), "prop_delta": props[i]} {
					feature := fmt.Sprintf("feature.wikitext.revision.diff.%s_%s_%s", name, kind, sum)
					compared++
					var want float64
					if err := json.Unmarshal(row.Features[feature], &want); err != nil {
						t.Errorf("revision %d: %s: %v", row.Event.RevID, feature, err)
					} else if got != want {
						t.Errorf("revision %d: %s is %v, recorded %v", row.Event.RevID, feature, got, want)
					} else {
						equal++
					}
				}
			}
		}
		e.Release()
	}
	t.Logf("%d of %d values of %d revisions equal", equal, compared, rows)
	if compared == 0 {
		t.Error("no values compared")
	}
}

// sums returns sum, increase and decrease of the deltas and of the proportional
// deltas, added up from left to right as Python does.
func sums(deltas []Delta) (d [3]int, p [3]float64) {
	for _, x := range deltas {
		n := int(x.New - x.Old)
		prop := float64(n) / float64(x.Old)
		side := 2
		if n > 0 {
			prop = float64(n) / float64(x.Old+1)
			side = 1
		}
		d[0] += n
		d[side] += n
		p[0] += prop
		p[side] += prop
	}
	return d, p
}
