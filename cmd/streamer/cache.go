package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"revscore/internal/comparison"
	"revscore/internal/dedupe"
)

func newCacheCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "cache", Short: "Count and delete what is remembered in Redis, and note what is hidden", Args: cobra.NoArgs,
		Long: "In Redis are scores, kept for dedupe.score_ttl, and four things that only this service writes: sent-marks\n" +
			"(an event was acknowledged; its record is not sent again), negative entries (a revision is gone), what is\n" +
			"hidden (no event that is made again shows it) and claims (somebody works on a revision). Stats and purge look\n" +
			"at the name of every key, in steps between which the server is free for others; the service may run meanwhile.",
		Example: "  streamer cache stats --config streamer.yaml\n" +
			"  streamer cache purge --config streamer.yaml --wiki enwiki --model damaging --version 0.5.1",
		// With this, and only with it, an unknown subcommand is an error.
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCacheStatsCommand(), newCachePurgeCommand(), newCacheHideCommand())
	return cmd
}

func newCacheStatsCommand() *cobra.Command {
	var path string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "stats", Short: "Count what is remembered, by kind and model, and describe the servers", Args: cobra.NoArgs,
		Long: "Stats counts scores, negative entries, revisions of which something is hidden, sent-marks and claims, and the\n" +
			"scores of each wiki, model and version, then says what each server tells of itself. What about a server\n" +
			"threatens the sent-marks is a warning on standard error.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withCache(path, func(store *dedupe.Redis) error {
				return cacheStats(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), store, asJSON)
			})
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func newCachePurgeCommand() *cobra.Command {
	var path string
	var filter dedupe.Filter
	cmd := &cobra.Command{
		Use: "purge", Short: "Delete scores, and if asked sent-marks, from Redis", Args: cobra.NoArgs,
		Long: "Purge deletes the scores that have all of the wiki, model, version and revision given, and of a wiki or a\n" +
			"revision the negative entries, unless a model or version is given: those have none. It asks no question;\n" +
			"without any of them it needs --all. Scores that ORES wrote under the same prefix (dedupe.prefix) count.\n" +
			"Sent-marks stay without --sent. With it, records that come again are sent again, but by processes that\n" +
			"still have the marks in memory. What is written meanwhile may stay. An interrupted purge is run again. What is\n" +
			"hidden is never purged: it is no cache.",
		Example: "  streamer cache purge --config streamer.yaml --wiki enwiki --rev 123456\n" +
			"  streamer cache purge --config streamer.yaml --model damaging --sent\n" +
			"  streamer cache purge --config streamer.yaml --all",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFilter(cmd, filter); err != nil {
				return err
			}
			return withCache(path, func(store *dedupe.Redis) error {
				return cachePurge(cmd.Context(), cmd.OutOrStdout(), store, filter)
			})
		},
	}
	configFlag(cmd, &path)
	f := cmd.Flags()
	f.StringVar(&filter.Wiki, "wiki", "", "of this wiki, as enwiki")
	f.StringVar(&filter.Model, "model", "", "of this model")
	f.StringVar(&filter.Version, "version", "", "of this version of a model")
	f.Int64Var(&filter.RevID, "rev", 0, "of this revision; needs --wiki")
	f.BoolVar(&filter.Sent, "sent", false, "sent-marks, too")
	f.BoolVar(&filter.All, "all", false, "of all wikis, models, versions and revisions")
	return cmd
}

func configFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "config", "", "configuration file")
	cobra.CheckErr(cmd.MarkFlagRequired("config"))
}

// checkFilter refuses a flag that was given without a value, too: --wiki "$WIKI"
// --model damaging would otherwise purge the model of every wiki where the variable
// is not set.
func checkFilter(cmd *cobra.Command, filter dedupe.Filter) error {
	var errs []error
	for _, name := range []string{"wiki", "model", "version"} {
		if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
			errs = append(errs, fmt.Errorf("--%s is empty, must name one or be left out", name))
		}
	}
	if cmd.Flags().Changed("rev") && filter.RevID <= 0 {
		errs = append(errs, fmt.Errorf("--rev is %d, must be positive", filter.RevID))
	}
	if err := filter.Validate(); err != nil && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("%w (--wiki, --model, --version, --rev, or --all)", err))
	}
	return errors.Join(errs...)
}

// withCache opens the store of a configuration for f.
func withCache(path string, f func(*dedupe.Redis) error) (err error) {
	cfg, err := readConfig(path, os.LookupEnv)
	if err != nil {
		return err
	}
	if !cfg.Dedupe.Redis.Enabled() {
		return fmt.Errorf("configuration %s: dedupe.redis.addresses is empty: each process remembers in its own memory, which ends with it, and there is no cache to look into", path)
	}
	store, err := dedupe.NewRedis(cfg.Dedupe, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return f(store)
}

func cacheStats(ctx context.Context, out, warn io.Writer, store *dedupe.Redis, asJSON bool) error {
	stats, err := store.Stats(ctx)
	if err != nil {
		return err
	}
	warnings, err := store.Check(ctx)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		fmt.Fprintln(warn, "warning:", w)
	}
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(stats)
	}
	return writeStats(out, stats)
}

// writeStats shows names as a terminal may: anybody who can write to Redis chose them.
func writeStats(out io.Writer, stats dedupe.Stats) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "scores\t%d\nnegative entries\t%d\nhidden revisions\t%d\nsent-marks\t%d\nclaims\t%d\n",
		stats.Scores, stats.Gone, stats.Hidden, stats.Sent, stats.Claims)
	if err := w.Flush(); err != nil {
		return err
	}
	if len(stats.Models) > 0 {
		fmt.Fprintln(w, "\nWIKI\tMODEL\tVERSION\tSCORES")
	}
	others := stats.Scores
	for _, m := range stats.Models {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\n", comparison.Visible(m.Wiki), comparison.Visible(m.Model), comparison.Visible(m.Version), m.Scores)
		others -= m.Scores
	}
	if others > 0 {
		fmt.Fprintf(w, "others\t\t\t%d\n", others)
	}
	for _, s := range stats.Servers {
		fmt.Fprintf(w, "\nserver %s: %s\n", s.Address, describeServer(s))
	}
	return w.Flush()
}

// describeServer leaves out what the server did not say.
func describeServer(s dedupe.Server) string {
	var list []string
	add := func(said bool, format string, args ...any) {
		if said {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	add(s.Keys > 0, "%d keys of all users", s.Keys)
	add(s.Version != "", "version %s", s.Version)
	add(s.Role != "", "%s", s.Role)
	add(s.UsedMemory > 0, "%s of memory", size(s.UsedMemory))
	add(s.MaxMemory > 0, "at most %s", size(s.MaxMemory))
	add(s.Policy != "", "%s", s.Policy)
	add(s.Version != "", "%d evicted, %d expired, %d hits, %d misses", s.EvictedKeys, s.ExpiredKeys, s.Hits, s.Misses)
	add(s.AppendOnly, "append-only file")
	add(s.Snapshots != nil && *s.Snapshots != "", "snapshots")
	return comparison.Visible(orElse(strings.Join(list, ", "), "says nothing of itself"))
}

// cachePurge says what was deleted also before an error.
func cachePurge(ctx context.Context, out io.Writer, store dedupe.Keeper, filter dedupe.Filter) error {
	purged, err := store.Purge(ctx, filter)
	if err != nil && purged.Total() == 0 {
		return err
	}
	_, printed := fmt.Fprintf(out, "deleted: scores %d, negative entries %d, sent-marks %d\n", purged.Scores, purged.Gone, purged.Sent)
	return errors.Join(err, printed)
}
