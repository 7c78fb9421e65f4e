//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"

	"revscore/internal/corpus"
	"revscore/internal/score/analysis"
	"revscore/internal/score/feature"
)

// chainFigure is what is printed of a list and a page's history.
type chainFigure struct {
	List      string  `json:"list"`
	Edits     int     `json:"chain"`
	Kept      float64 `json:"kept_per_cpu_second"`
	Unrelated float64 `json:"unrelated_per_cpu_second"`
}

// edit is a revision of a history and the text before it.
type edit struct{ text, parent string }

// chain measures edits of one page in their order, once with each text's
// analysis kept for the next edit, whose parent it is, and once with both texts
// of every edit new.
func (b *bench) chain(path string, skip, count int) error {
	edits, err := readChain(path, skip, count)
	if err != nil {
		return err
	}
	for _, p := range b.plans {
		if err := check(p, edits[0].input(analysis.NewText(edits[0].parent), analysis.NewText(edits[0].text))); err != nil {
			return fmt.Errorf("first edit of %s: %w", path, err)
		}
		var last *analysis.Text
		kept := b.measure(len(edits), func(i int) {
			if i == 0 {
				last = analysis.NewText(edits[0].parent)
			}
			text := analysis.NewText(edits[i].text)
			p.Evaluate(edits[i].input(last, text))
			last = text
		})
		unrelated := b.measure(len(edits), func(i int) {
			p.Evaluate(edits[i].input(analysis.NewText(edits[i].parent), analysis.NewText(edits[i].text)))
		})
		err := b.out.Encode(chainFigure{List: p.name, Edits: len(edits), Kept: kept.rate, Unrelated: unrelated.rate})
		if err != nil {
			return err
		}
	}
	return nil
}

// input is the edit by an anonymous user; the texts are what is measured.
func (e edit) input(parent, text *analysis.Text) feature.Input {
	comment := ""
	return feature.Input{Revision: text, Parent: parent, Comment: &comment}
}

// readChain returns consecutive edits. Each one's parent must be the one before,
// or the two ways would not work on the same texts.
func readChain(path string, skip, count int) ([]edit, error) {
	reader, err := corpus.Open(path)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	var edits []edit
	for seen := 0; len(edits) < count; seen++ {
		revision, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s has no %d edits after the first %d", path, count, skip)
		} else if err != nil {
			return nil, err
		}
		if seen < skip {
			continue
		}
		if revision.Text == nil || revision.ParentText == nil {
			return nil, fmt.Errorf("revision %d of %s: text or parent is missing", revision.RevID, path)
		}
		if last := len(edits) - 1; last >= 0 && edits[last].text != *revision.ParentText {
			return nil, fmt.Errorf("revision %d of %s does not follow the one before", revision.RevID, path)
		}
		edits = append(edits, edit{text: *revision.Text, parent: *revision.ParentText})
	}
	return edits, nil
}
