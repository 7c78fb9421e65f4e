package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/bundle"
	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/model"
)

// line is a recorded score. What names a revision is empty where the vector is of none
// that is at hand.
type line struct {
	Wiki     string            `json:"wiki"`
	RevID    int64             `json:"rev_id"`
	Title    string            `json:"page_title"`
	Features []json.RawMessage `json:"features"`
	Score    event.Score       `json:"score"`
	values   []float64
}

func readLines(path string) ([]line, error) {
	var list []line
	err := eachRow(path, func(text []byte) error {
		var l line
		err := json.Unmarshal(text, &l)
		if err == nil {
			l.values, err = bundle.Values(l.Features)
		}
		list = append(list, l)
		return err
	})
	return list, err
}

// eachRow reads a zipped file of JSON lines.
func eachRow(path string, row func([]byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	rows := bufio.NewReaderSize(unzipped, 1<<20)
	for n := 1; ; n++ {
		text, err := rows.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
		if len(text) > 0 {
			if err := row(text); err != nil {
				return fmt.Errorf("%s, line %d: %w", path, n, err)
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// revision names a golden row. Synthetic edits of a revision have its id; the titles tell
// them apart.
type revision struct {
	wiki  string
	id    int64
	title string
}

// texts are the golden rows, which are scoring inputs, and an engine for them.
type texts struct {
	rows   map[revision][]byte
	engine *score.Engine
}

func readTexts(folder string) (*texts, error) {
	t := &texts{rows: map[revision][]byte{}, engine: score.NewEngine(0, prometheus.NewRegistry())}
	for _, name := range []string{"features.jsonl.gz", "wikidata_features.jsonl.gz"} {
		err := eachRow(filepath.Join(folder, name), func(text []byte) error {
			var row struct {
				Event struct {
					Wiki  string `json:"database"`
					RevID int64  `json:"rev_id"`
					Title string `json:"page_title"`
				} `json:"event"`
			}
			err := json.Unmarshal(text, &row)
			t.rows[revision{row.Event.Wiki, row.Event.RevID, row.Event.Title}] = text
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

// endToEnd scores the texts of those revisions that are at hand: text in,
// probability out.
func (c *comparer) endToEnd(m *model.Model, recorded []line) {
	var worst float64
	var first error
	scored := 0
	for _, l := range recorded {
		text, ok := c.texts.rows[revision{l.Wiki, l.RevID, l.Title}]
		if !ok || l.RevID == 0 {
			continue
		}
		scored++
		d, err := c.texts.score(m, text, l)
		worst = max(worst, d)
		if err != nil && first == nil {
			first = fmt.Errorf("revision %d of %s: %w", l.RevID, l.Wiki, err)
		}
	}
	if scored == 0 {
		return
	}
	c.report.texts += scored
	c.report.largestText = max(c.report.largestText, worst)
	c.report.check(c.name, "texts", first, "%d scored, largest difference %.3g", scored, worst)
}

func (t *texts) score(m *model.Model, text []byte, want line) (float64, error) {
	rev, in, err := score.ReadInput(text)
	if err != nil {
		return 0, err
	}
	r := t.engine.Score(rev.RevID, []*model.Model{m}, in)[0]
	if r.Failure != nil {
		return 0, fmt.Errorf("%s: %s", r.Failure.Type, r.Failure.Message)
	}
	return difference(*r.Score, want.Score, withinText)
}
