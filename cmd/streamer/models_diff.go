package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"revscore/internal/comparison"
	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/model"
)

func newDiffCommand() *cobra.Command {
	var dictionaries, labels, queries []string
	var input string
	cmd := &cobra.Command{
		Use: "diff A B", Short: "Compare two models on the same revisions", Args: cobra.ExactArgs(2),
		Example: "  streamer models diff models/enwiki.damaging models/next/enwiki.damaging --input revisions.jsonl",
		Long: "Diff scores revisions with two models and says how many predictions flip, how many decisions flip at\n" +
			"operating points that people patrol by, and how the scores of both are distributed. The input is that of\n" +
			"streamer score, or of streamer score --from-features where both models have the same features: then the\n" +
			"dictionaries that they ask need not be installed.",
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := loadTwo(args)
			if err != nil {
				return err
			}
			c, err := comparison.New(list[0].Model, list[1].Model, labels, queries)
			if err != nil {
				return err
			}
			c.Paths = [2]string{list[0].path, list[1].path}
			in, closeInput, err := openInput(cmd.InOrStdin(), input)
			if err != nil {
				return fmt.Errorf("open input: %w", err)
			}
			defer closeInput()
			if err := newDiff(list, dictionaries).compare(cmd.Context(), in, c); err != nil {
				return err
			}
			if _, err = c.WriteTo(cmd.OutOrStdout()); err == nil && c.Compared() == 0 {
				err = errors.New("no revision of the input was scored by both models: nothing was compared")
			}
			return err
		},
	}
	dictionaryFlag(cmd, &dictionaries)
	cmd.Flags().StringVar(&input, "input", "-", "file of revisions; - is standard input")
	cmd.Flags().StringArrayVar(&labels, "label", nil, "label whose probability is compared (default: all; of true and false, true); may be repeated")
	cmd.Flags().StringArrayVar(&queries, "at", comparison.DefaultQueries(), "operating point; may be repeated")
	return cmd
}

func loadTwo(args []string) ([]loaded, error) {
	list, err := loadUnasked(args)
	if err == nil && len(list) != 2 {
		err = fmt.Errorf("%s and %s are %d bundles, must be two", args[0], args[1], len(list))
	}
	return list, err
}

// diff has two models score lines of revisions or of features.
type diff struct {
	estimators []*model.Model // for lines of features
	same       bool           // they have the same ones
	engine     *score.Engine
	// models compute features too. They are loaded at the first revision: their
	// dictionaries need not be there for lines of features.
	models func() ([]*model.Model, error)
}

func newDiff(list []loaded, dictionaries []string) *diff {
	a, b := list[0], list[1]
	d := &diff{
		estimators: []*model.Model{a.Model, b.Model}, same: slices.Equal(a.Features(), b.Features()),
		engine: score.NewEngine(0, prometheus.NewRegistry()),
	}
	d.models = sync.OnceValues(func() ([]*model.Model, error) {
		if len(a.Recorded())+len(b.Recorded()) == 0 {
			return d.estimators, nil
		}
		whole, err := loadEach([]string{a.path, b.path}, model.NewLibrary(dictionaries))
		if err != nil {
			return nil, fmt.Errorf("a line of texts: %w", err)
		}
		return []*model.Model{whole[0].Model, whole[1].Model}, nil
	})
	return d
}

// compare scores all lines.
func (d *diff) compare(ctx context.Context, in io.Reader, c *comparison.Comparison) error {
	return eachLine(ctx, in, d.score, func(n int, p pair) error {
		if p.err != nil {
			return fmt.Errorf("input, line %d: %w", n, p.err)
		}
		c.Add(p.revID, p.a, p.b)
		return nil
	})
}

// score scores one. Both models see the same texts, and what their features have in
// common is computed once.
func (d *diff) score(l line) pair {
	if row, ok := fromFeatures(l.text); ok {
		if !d.same {
			return pair{err: errors.New("a line of features, but the two models have not the same ones: give revisions")}
		}
		return scoreRow(d.estimators, row)
	}
	rev, input, err := score.ReadInput(l.text)
	if err != nil {
		return pair{err: err}
	}
	list, err := d.models()
	if err != nil {
		return pair{err: err}
	}
	results := ask(d.engine, rev, input, list)
	return pair{revID: rev.RevID, a: results[0].Score, b: results[1].Score}
}

// scoreRow has both models score a row. A row that is none of their features is a
// fault of the input; values that they cannot take are no score.
func scoreRow(list []*model.Model, r row) pair {
	p := pair{revID: r.RevID}
	values, err := r.values(list[0])
	if err != nil {
		return pair{err: err}
	}
	if s, err := list[0].Score(r.RevID, values); err == nil {
		p.a = &s
	}
	if s, err := list[1].Score(r.RevID, values); err == nil {
		p.b = &s
	}
	return p
}

// pair is what two models say of a revision.
type pair struct {
	revID int64
	a, b  *event.Score
	err   error
}
