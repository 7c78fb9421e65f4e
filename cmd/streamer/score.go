package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/feature"
	"revscore/internal/score/model"
	"revscore/internal/score/registry"
	"revscore/internal/score/spell"
	"revscore/models"
)

// scoreOptions are the flags of score.
type scoreOptions struct {
	bundles, dictionaries []string
	card                  string
	features              bool
	explain               int
	fromFeatures          bool
	onlyFeatures          bool
}

func newScoreCommand() *cobra.Command {
	var o scoreOptions
	cmd := &cobra.Command{
		Use: "score", Short: "Score JSON lines from standard input", Args: cobra.NoArgs,
		Example: "  streamer score --model embedded:enwiki.reverted --features < revisions.jsonl\n" +
			"  streamer score --model models/enwiki.damaging --from-features < vectors.jsonl\n" +
			"  streamer score --features-only --list card.yaml < revisions.jsonl",
		Long: "Score reads one JSON object a line: {event, text, parent}, where event is a revision-create\n" +
			"or page_change event, text the revision's wikitext (null: hidden) and parent null or {text}.\n" +
			"A few features ask for earlier edits too: {page: {creation_timestamp}, user:\n" +
			"{last_revision_timestamp}}, and timestamp and user_id of the parent.\n" +
			"It writes one document a line in the order of the input: {rev_id, wiki, scores}. A line that\n" +
			"cannot be read gives {line, error}, and the command then ends with an error.\n\n" +
			"With --from-features a line is {\"features\": [...]}, the values in the model's order, and may have\n" +
			"rev_id and wiki: the estimator is asked alone, and no dictionary. With --features-only no model is asked: the output is\n" +
			"{rev_id, wiki, features: {name: value}}, as training takes it, of a bundle or of a card that lists\n" +
			"features (--list).\n\n" +
			"With --explain N each score has an explanation: the N features that moved it most, and how much.",
		RunE: func(cmd *cobra.Command, _ []string) error { return runScore(cmd, o) },
	}
	cmd.Flags().StringArrayVar(&o.bundles, "model", nil, "model bundle: a folder, or embedded:NAME; may be repeated")
	dictionaryFlag(cmd, &o.dictionaries)
	cmd.Flags().BoolVar(&o.features, "features", false, "add the values of the model's features")
	cmd.Flags().BoolVar(&o.fromFeatures, "from-features", false, "lines are values of the model's features")
	cmd.Flags().BoolVar(&o.onlyFeatures, "features-only", false, "write the values of the features, and no score")
	cmd.Flags().IntVar(&o.explain, "explain", 0, "add what moved each score most: that many features")
	cmd.Flags().StringVar(&o.card, "list", "", "card of features, for --features-only in place of a model")
	cmd.MarkFlagsMutuallyExclusive("features", "from-features", "features-only")
	cmd.MarkFlagsMutuallyExclusive("explain", "features-only")
	cmd.MarkFlagsMutuallyExclusive("model", "list")
	cmd.MarkFlagsOneRequired("model", "list")
	return cmd
}

func runScore(cmd *cobra.Command, o scoreOptions) error {
	in, out := cmd.InOrStdin(), cmd.OutOrStdout()
	if o.explain < 0 {
		return fmt.Errorf("--explain is %d, must not be negative", o.explain)
	}
	if o.card != "" {
		return cardFeatures(cmd, o)
	}
	if o.fromFeatures {
		list, err := loadUnasked(o.bundles)
		if err != nil {
			return err
		}
		if len(list) != 1 {
			return errOneModel(len(list))
		}
		if err := explainable(o, []*model.Model{list[0].Model}); err != nil {
			return err
		}
		return rowLines(cmd.Context(), in, out, list[0].Model, o)
	}
	places := make([]registry.Place, len(o.bundles))
	for i, bundle := range o.bundles {
		places[i].Bundle = bundle
	}
	set, err := registry.LoadSet(models.FS, places, o.dictionaries)
	if err != nil {
		return err
	}
	for _, doubt := range set.Doubts() {
		fmt.Fprintln(cmd.ErrOrStderr(), "warning:", doubt)
	}
	list := set.All()
	if !o.onlyFeatures {
		if err := explainable(o, list); err != nil {
			return err
		}
		return scoreLines(cmd.Context(), in, out, list, o)
	}
	if len(list) != 1 {
		return errOneModel(len(list))
	}
	plan, err := feature.Compile(list[0].List())
	if err != nil {
		return err
	}
	return featureLines(cmd.Context(), in, out, plan, list[0].Features())
}

func errOneModel(n int) error {
	return fmt.Errorf("%d models: with --from-features and --features-only one is asked, whose features these are", n)
}

// cardFeatures writes the values of the features that a card lists.
func cardFeatures(cmd *cobra.Command, o scoreOptions) error {
	if !o.onlyFeatures {
		return errors.New("--list names features and no model: it goes with --features-only")
	}
	draft, _, err := model.ReadCard(o.card)
	if err != nil {
		return err
	}
	list, err := draft.List(o.dictionaries)
	if errors.Is(err, spell.ErrNotInstalled) {
		var asked []model.Recorded
		for _, name := range slices.Sorted(maps.Keys(draft.Assets.Dictionaries)) {
			asked = append(asked, draft.Assets.Dictionaries[name].Dictionaries...)
		}
		err = fmt.Errorf("%w; all that this card asks is in %s", err, registry.Packages(asked))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", o.card, err)
	}
	plan, err := feature.Compile(list)
	if err != nil {
		return fmt.Errorf("%s: %w", o.card, err)
	}
	names := make([]string, len(list.Definitions))
	for i, d := range list.Definitions {
		names[i] = d.Name
	}
	return featureLines(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), plan, names)
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

	Explanation *model.Explanation `json:"explanation,omitempty"`
	Unexplained string             `json:"unexplained,omitempty"` // why there is none
}

type cellError struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

func scoreLines(ctx context.Context, in io.Reader, out io.Writer, list []*model.Model, o scoreOptions) error {
	engine := score.NewEngine(0, prometheus.NewRegistry())
	return counted(func(bad *atomic.Int64) error {
		return documents(ctx, in, out, func(l line) scored {
			rev, input, err := score.ReadInput(l.text)
			if err != nil {
				bad.Add(1)
				return scored{Line: l.number, Error: unreadable(err)}
			}
			return scoreLine(engine, rev, input, list, o)
		})
	})
}

// counted turns unreadable lines into an error at the end, when all others are done.
func counted(run func(bad *atomic.Int64) error) error {
	var bad atomic.Int64
	if err := run(&bad); err != nil {
		return err
	}
	if n := bad.Load(); n > 0 {
		return fmt.Errorf("%d lines of the input cannot be read; the output says which and why", n)
	}
	return nil
}

// unreadable says why a line is no scoring input.
func unreadable(err error) *cellError {
	kind := event.ReasonInvalidJSON
	var pe *event.ParseError
	switch {
	case errors.As(err, &pe):
		kind = pe.Reason
	case errors.Is(err, event.ErrNothingToScore):
		kind = "NothingToScore"
	}
	return &cellError{kind, err.Error()}
}

func scoreLine(engine *score.Engine, rev *event.Revision, in feature.Input, list []*model.Model, o scoreOptions) scored {
	out := scored{RevID: rev.RevID, Wiki: rev.Wiki, Scores: map[string]cell{}}
	for i, r := range ask(engine, rev, in, list) {
		c := cell{Version: r.Version, Score: r.Score}
		if r.Failure != nil {
			c.Error = &cellError{r.Failure.Type, r.Failure.Message}
		}
		if o.features && r.Features != nil {
			c.Features = map[string]feature.Value{}
			for j, name := range list[i].Features() {
				c.Features[name] = r.Features[j]
			}
		}
		if o.explain > 0 && r.Score != nil {
			numbers := make([]float64, len(r.Features))
			for j, v := range r.Features {
				numbers[j] = v.Float()
			}
			c.explain(list[i], numbers, o.explain)
		}
		out.Scores[r.Model] = c
	}
	return out
}

// ask asks models as the service does, which refuses content that they are not for.
func ask(engine *score.Engine, rev *event.Revision, in feature.Input, list []*model.Model) []score.Result {
	results := engine.Score(rev.RevID, list, in)
	if rev.ContentModel == "" { // the event does not say, and the text decides
		return results
	}
	for i, r := range results {
		if f := score.Misfit(list[i], rev.RevID, rev.ContentModel); f != nil {
			results[i] = score.Result{Outcome: event.Outcome{Model: r.Model, Version: r.Version, Failure: f}}
		}
	}
	return results
}
