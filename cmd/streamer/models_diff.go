package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

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
			"streamer score, or of streamer score --from-features where both models have the same features.",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			list, err := loadEach(args, dictionaries)
			if err != nil {
				return err
			}
			if len(list) != 2 {
				return fmt.Errorf("%s and %s are %d bundles, must be two", args[0], args[1], len(list))
			}
			c, err := comparison.New(list[0], list[1], labels, queries)
			if err != nil {
				return err
			}
			in := cmd.InOrStdin()
			if input != "-" {
				file, err := os.Open(input)
				if err != nil {
					return fmt.Errorf("open input: %w", err)
				}
				defer file.Close()
				in = file
			}
			if err := compare(cmd, in, c, list); err != nil {
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

// compare scores all lines. Both models see the same texts, and what their features
// have in common is computed once.
func compare(cmd *cobra.Command, in io.Reader, c *comparison.Comparison, list []*model.Model) error {
	same := slices.Equal(list[0].Features(), list[1].Features())
	engine := score.NewEngine(0, prometheus.NewRegistry())
	return eachLine(cmd.Context(), in, func(l line) pair {
		if row, ok := fromFeatures(l.text); ok {
			if !same {
				return pair{err: errors.New("a line of features, but the two models have not the same ones: give revisions")}
			}
			return scoreRow(list, row)
		}
		rev, input, err := score.ReadInput(l.text)
		if err != nil {
			return pair{err: err}
		}
		results := ask(engine, rev, input, list)
		return pair{revID: rev.RevID, a: results[0].Score, b: results[1].Score}
	}, func(n int, p pair) error {
		if p.err != nil {
			return fmt.Errorf("input, line %d: %w", n, p.err)
		}
		c.Add(p.revID, p.a, p.b)
		return nil
	})
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
