package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"revscore/internal/consume"
	"revscore/internal/feed"
	"revscore/internal/score"
	"revscore/internal/score/registry"
)

// demoOptions are the flags of streamer demo.
type demoOptions struct {
	corpus  string
	events  int
	rate    float64
	repeats float64
	seed    uint64
	listen  string
	all     bool
	live    bool
	url     string
}

func newDemoCommand() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use: "demo", Short: "Run the whole pipeline with everything embedded", Args: cobra.NoArgs,
		Long: "Demo runs the service as it is, against a Kafka, a Redis and a wiki that live in this process,\n" +
			"and shows the scores as they are made, here and on a web page. Without --corpus a simulated\n" +
			"wiki makes the edits, endlessly; with it they are real revisions: JSON lines or a MediaWiki XML\n" +
			"history dump (.xml, .gz, .bz2, .zst). With --live they are today's edits of Wikipedia.\n" +
			"It ends after --events, at the end of the corpus or with Ctrl-C, and then sums up.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("rate") && o.corpus == "" && o.events == 0 {
				o.rate = 20 // a pace to watch; a corpus or a number is worked off at full speed
			}
			if !cmd.Flags().Changed("repeats") && o.corpus == "" {
				o.repeats = 0.02
			}
			return demo(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.corpus, "corpus", "", "real revisions instead of the simulated wiki")
	f.IntVar(&o.events, "events", 0, "stop after so many events; 0: at the end")
	f.Float64Var(&o.rate, "rate", 0, "events a second; 0: as fast as they are scored (20 for the endless simulated wiki)")
	f.Float64Var(&o.repeats, "repeats", 0, "share of events delivered twice, to see them recognised (0.02 for the simulated wiki)")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the simulated wiki; the same seed makes the same edits")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "address of the web page; if it is taken, another port")
	f.BoolVar(&o.all, "all", false, "show every score, not some twenty a second")
	f.BoolVar(&o.live, "live", false, "score today's edits from the public EventStreams and Action API; needs internet")
	f.StringVar(&o.url, "url", consume.DefaultConfig().EventStreams.URL, "stream of --live")
	cmd.MarkFlagsMutuallyExclusive("live", "corpus")
	return cmd
}

func demo(ctx context.Context, out, stderr io.Writer, o demoOptions) (err error) {
	around, err := startSurroundings(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, around.close()) }()
	cfg, err := around.config(o)
	if err != nil {
		return err
	}
	log, err := cfg.Log.logger()
	if err != nil {
		return err
	}
	tally := feed.NewTally()
	terminal := feed.NewTerminal(out, feed.TerminalOptions{All: o.all, Progress: around.progress(o, tally)})
	began := make(chan struct{})

	serving, finish := context.WithCancel(ctx)
	defer finish()
	group, working := errgroup.WithContext(serving)
	group.Go(func() error {
		return run(serving, cfg, log, hooks{
			observe: func(r score.Report) { tally.Observe(r); terminal.Observe(r) },
			started: func(page string) {
				fmt.Fprintf(stderr, "streamer demo: scores as they are made, also at http://%s/ (Ctrl-C ends it)\n", page)
				close(began)
			},
			embedded: true,
		})
	})
	var unreadable int
	group.Go(func() error {
		defer finish() // the end of the input is the end of the demo
		select {
		case <-began:
		case <-working.Done():
			return nil
		}
		var err error
		unreadable, err = around.feed(working, o, tally)
		return err
	})
	err = group.Wait()
	err = errors.Join(err, terminal.Close())
	fmt.Fprintf(out, "\n%s", tally.Summary())
	if unreadable > 0 {
		fmt.Fprintf(out, "%d lines of the corpus cannot be read and made no event\n", unreadable)
	}
	return err
}

// config is the service's, pointed at the surroundings. Both models serve every
// wiki here: the features of the first ask for no language, so that it can be
// watched on any, though it was trained on one.
func (s *surroundings) config(o demoOptions) (Config, error) {
	cfg := DefaultConfig()
	cfg.Kafka.Brokers = s.kafka.ListenAddrs()
	cfg.Consume.Group, cfg.Consume.Start = "demo", "earliest"
	cfg.Models = []registry.Place{
		{Bundle: "embedded:enwiki.reverted", Wikis: []string{"*"}},
		{Bundle: "embedded:revid"},
	}
	cfg.Routes = []score.RouteConfig{{Model: "reverted"}, {Model: "revid"}}
	cfg.Dedupe.Redis.Addresses = []string{s.redis.Addr()}
	// The embedded Redis and Kafka forget what is older, see surroundings.tend.
	cfg.Dedupe.ScoreTTL, cfg.Dedupe.SentTTL = keepFor, keepFor
	cfg.Retry.Delays = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second} // whoever watches waits
	cfg.Fetch.CacheBytes = 64 << 20                                                    // parents come close behind each other here
	cfg.Admin.Listen = freeAddress(o.listen)
	cfg.Log = LogConfig{Level: "warn", Format: "console"}
	if o.live {
		cfg.Consume.Source = consume.SourceEventStreams
		cfg.Consume.EventStreams.URL = o.url
		cfg.Fetch.UserAgent = "revscore-demo/" + version + " (https://www.mediawiki.org/wiki/ORES)"
		cfg.Routes[0].Match = score.Alternatives{{"page.namespace_id": 0}}
	} else {
		cfg.Fetch.Wikis = s.wikis()
	}
	return cfg, cfg.Validate()
}

// keepFor is how long the embedded stores remember: far longer than an event
// needs, and short enough for a demo that runs all day in constant memory.
const keepFor = 5 * time.Minute
