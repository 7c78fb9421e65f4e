package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/feature"
	"revscore/internal/score/model"
	"revscore/internal/score/registry"
	"revscore/models"
)

func newScoreCommand() *cobra.Command {
	var places, dictionaries []string
	var features bool
	cmd := &cobra.Command{
		Use: "score", Short: "Score JSON lines from standard input", Args: cobra.NoArgs,
		Long: "Score reads one JSON object a line: {event, text, parent}, where event is a revision-create\n" +
			"or page_change event, text the revision's wikitext (null: hidden) and parent null or {text}.\n" +
			"A few features ask for earlier edits too: {page: {creation_timestamp}, user:\n" +
			"{last_revision_timestamp}}, and timestamp and user_id of the parent.\n" +
			"It writes one document a line in the order of the input: {rev_id, wiki, scores}. A line that\n" +
			"cannot be read gives {line, error}, and the command then ends with an error.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			list := make([]registry.Place, len(places))
			for i, bundle := range places {
				list[i] = registry.Place{Bundle: bundle}
			}
			set, err := registry.LoadSet(models.FS, list, dictionaries)
			if err != nil {
				return err
			}
			for _, change := range set.Changed() {
				fmt.Fprintln(cmd.ErrOrStderr(), "warning:", change)
			}
			return scoreLines(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), set.All(), features)
		},
	}
	cmd.Flags().StringArrayVar(&places, "model", nil, "model bundle: a folder, or embedded:NAME; may be repeated")
	cmd.Flags().StringArrayVar(&dictionaries, "dictionaries", model.DictionaryFolders(), "folder of spelling dictionaries; may be repeated")
	cmd.Flags().BoolVar(&features, "features", false, "add the values of the model's features")
	cobra.CheckErr(cmd.MarkFlagRequired("model"))
	return cmd
}

// scored is a line of output; its cells are those of ORES.
type scored struct {
	Line   int             `json:"line,omitempty"` // of a line that cannot be read
	Error  *cellError      `json:"error,omitempty"`
	RevID  int64           `json:"rev_id,omitempty"`
	Wiki   string          `json:"wiki,omitempty"`
	Scores map[string]cell `json:"scores,omitempty"`
}

type cell struct {
	Version  string                   `json:"version"`
	Score    *event.Score             `json:"score,omitempty"`
	Error    *cellError               `json:"error,omitempty"`
	Features map[string]feature.Value `json:"features,omitempty"`
}

type cellError struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// numbered is a line on its way to a worker; out takes what becomes of it.
type numbered struct {
	n    int
	line []byte
	out  chan<- scored
}

// scoreLines scores on all cores and writes in the order of the input: a bounded
// queue of promises, each kept by the worker that takes its line.
func scoreLines(ctx context.Context, in io.Reader, out io.Writer, list []*model.Model, features bool) error {
	workers := runtime.GOMAXPROCS(0)
	engine := score.NewEngine(workers, prometheus.NewRegistry())
	work := make(chan numbered)
	promises := make(chan (<-chan scored), 4*workers)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(work)
		defer close(promises)
		return readLines(ctx, in, work, promises)
	})
	for range workers {
		group.Go(func() error {
			for l := range work {
				l.out <- scoreLine(engine, l, list, features)
			}
			return nil
		})
	}
	bad := 0
	group.Go(func() error {
		var err error
		bad, err = writeLines(ctx, out, promises)
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d lines of the input cannot be read; the output says which and why", bad)
	}
	return nil
}

func readLines(ctx context.Context, in io.Reader, work chan<- numbered, promises chan<- (<-chan scored)) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<20), maxLine)
	read := 0
	for n := 1; lines.Scan(); n++ {
		read = n
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		result := make(chan scored, 1)
		select {
		case promises <- result:
		case <-ctx.Done():
			return ctx.Err()
		}
		work <- numbered{n, bytes.Clone(line), result} // a worker always takes it
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read input after line %d: %w (a line may have %d bytes)", read, err, maxLine)
	}
	return nil
}

func writeLines(ctx context.Context, out io.Writer, promises <-chan (<-chan scored)) (bad int, err error) {
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for promise := range promises {
		var s scored
		select {
		case s = <-promise:
		case <-ctx.Done():
			return bad, ctx.Err()
		}
		if s.Error != nil {
			bad++
		}
		if err := enc.Encode(s); err != nil {
			return bad, fmt.Errorf("write scores: %w", err)
		}
		if len(promises) == 0 { // an idle input must not sit on results
			if err := w.Flush(); err != nil {
				return bad, fmt.Errorf("write scores: %w", err)
			}
		}
	}
	return bad, w.Flush()
}

func scoreLine(engine *score.Engine, l numbered, list []*model.Model, features bool) scored {
	rev, in, err := score.ReadInput(l.line)
	if err != nil {
		kind := event.ReasonInvalidJSON
		var pe *event.ParseError
		switch {
		case errors.As(err, &pe):
			kind = pe.Reason
		case errors.Is(err, event.ErrNothingToScore):
			kind = "NothingToScore"
		}
		return scored{Line: l.n, Error: &cellError{kind, err.Error()}}
	}
	out := scored{RevID: rev.RevID, Wiki: rev.Wiki, Scores: map[string]cell{}}
	for i, r := range engine.Score(rev.RevID, list, in) {
		if rev.ContentModel != "" { // else the event does not say, and the text decides
			if f := score.Misfit(list[i], rev.RevID, rev.ContentModel); f != nil {
				r.Outcome = event.Outcome{Model: r.Model, Version: r.Version, Failure: f}
				r.Features = nil
			}
		}
		c := cell{Version: r.Version, Score: r.Score}
		if r.Failure != nil {
			c.Error = &cellError{r.Failure.Type, r.Failure.Message}
		}
		if features && r.Features != nil {
			c.Features = map[string]feature.Value{}
			for j, name := range list[i].Features() {
				c.Features[name] = r.Features[j]
			}
		}
		out.Scores[r.Model] = c
	}
	return out
}
