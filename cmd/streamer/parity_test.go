//go:build parity

package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"revscore/internal/score/estimator"
	"revscore/internal/score/registry"
	"revscore/models"
)

const trustedGroups = "feature.revision.user.in_group({'bot', 'sysop'})"

// reference is the estimator's numbers walked in the plainest way: what
// golden/PICKLE.md says of the original's arithmetic, written down once more.
type reference struct {
	scaler   estimator.Scaler
	ensemble *estimator.Ensemble
}

func readReference(t *testing.T, name string) *reference {
	t.Helper()
	data, err := fs.ReadFile(models.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	spec, err := estimator.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return &reference{spec.Scaler, spec.Parts[0].(*estimator.Ensemble)}
}

// probability of true: scale in float64, cast to float32, compare as float64.
func (r *reference) probability(values []float64) float64 {
	raw := r.ensemble.Base[0]
	for _, tree := range r.ensemble.Trees {
		node := uint32(0)
		for tree.Feature[node] >= 0 {
			f := tree.Feature[node]
			x := float32((values[f] - r.scaler.Center[f]) / r.scaler.Scale[f])
			if float64(x) <= tree.Threshold[node] {
				node = tree.Left[node]
			} else {
				node = tree.Right[node]
			}
		}
		raw += r.ensemble.Rate * tree.Value[node]
	}
	return 1 / (1 + math.Exp(-raw))
}

// golden is a row of inputs and of what the original made of them.
type golden struct {
	Event struct {
		RevID     int64 `json:"rev_id"`
		Performer struct {
			Groups []string `json:"user_groups"`
		} `json:"performer"`
	} `json:"event"`
	Features map[string]json.RawMessage `json:"features"`
}

// recorded is a value as the original wrote it. Groups are not among them:
// whether somebody is in one follows from the event.
func (g *golden) recorded(name string) (text string, value float64, err error) {
	text = string(g.Features[name])
	if name == trustedGroups {
		groups := g.Event.Performer.Groups
		text = strconv.FormatBool(slices.Contains(groups, "bot") || slices.Contains(groups, "sysop"))
	}
	switch text {
	case "true":
		return text, 1, nil
	case "false":
		return text, 0, nil
	}
	value, err = strconv.ParseFloat(text, 64)
	return text, value, err
}

func goldenFile(t *testing.T, name string) []byte {
	t.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(root, "golden", "public", name+".jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := out.ReadFrom(unzipped); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The command's own path, from a line of JSON to a probability, against features
// recorded from the original and an estimator walked by the test itself.
func TestParity(t *testing.T) {
	set, err := registry.LoadSet(models.FS, []registry.Place{{Bundle: "embedded:enwiki.reverted"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	plain := readReference(t, "enwiki.reverted/estimator.safetensors")
	for _, name := range []string{"features", "edge_features"} {
		t.Run(name, func(t *testing.T) {
			in := goldenFile(t, name)
			var out bytes.Buffer
			if err := scoreLines(t.Context(), bytes.NewReader(in), &out, set.All(), scoreOptions{features: true}); err != nil {
				t.Fatal(err)
			}
			compareRows(t, in, out.Bytes(), set.All()[0].Features(), plain)
		})
	}
}

func compareRows(t *testing.T, in, out []byte, features []string, plain *reference) {
	t.Helper()
	got := bufio.NewScanner(bytes.NewReader(out))
	got.Buffer(nil, maxLine)
	rows, equal, scores, worst := 0, 0, 0, 0.0
	for line := range bytes.Lines(in) {
		var want golden
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		if !got.Scan() {
			t.Fatalf("no line for revision %d", want.Event.RevID)
		}
		rows++
		answer := scoredLines(t, got.Text())[0]
		cell := answer.Scores["reverted"]
		if answer.RevID != want.Event.RevID || cell.Score == nil {
			t.Errorf("revision %d: answered %s", want.Event.RevID, got.Text())
			continue
		}
		values, same, err := compareFeatures(t, &want, cell.Features, features)
		if err != nil {
			t.Errorf("revision %d: %v", want.Event.RevID, err)
			continue
		}
		equal += same
		if same != len(features) {
			continue
		}
		scores++
		p := plain.probability(values)
		worst = max(worst, math.Abs(cell.Score.Probability["true"]-p), math.Abs(cell.Score.Probability["false"]-(1-p)))
		if cell.Score.Prediction != (p > 0.5) {
			t.Errorf("revision %d: prediction %v of probability %v", want.Event.RevID, cell.Score.Prediction, p)
		}
	}
	t.Logf("%d rows: %d of %d features equal; %d scores, largest difference %v", rows, equal, rows*len(features), scores, worst)
	if rows == 0 || scores != rows || got.Scan() || worst > 1e-9 {
		t.Errorf("%d scores of %d rows, largest difference %v, want at most 1e-9", scores, rows, worst)
	}
}

// compareFeatures returns the recorded values and how many of ours are written
// as they are.
func compareFeatures(t *testing.T, want *golden, got map[string]json.RawMessage, features []string) (values []float64, same int, err error) {
	t.Helper()
	for _, name := range features {
		text, value, err := want.recorded(name)
		if err != nil {
			return nil, 0, fmt.Errorf("recorded %s: %w", name, err)
		}
		values = append(values, value)
		if string(got[name]) == text {
			same++
		} else {
			t.Errorf("revision %d: %s is %s, recorded %s", want.Event.RevID, name, got[name], text)
		}
	}
	return values, same, nil
}
