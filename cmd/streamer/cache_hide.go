package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"revscore/internal/dedupe"
)

// hideOptions are the flags of streamer cache hide.
type hideOptions struct {
	config, wiki string
	revs         []int64
	hidden       dedupe.Hidden
	nothing      bool
}

func newCacheHideCommand() *cobra.Command {
	var o hideOptions
	cmd := &cobra.Command{
		Use: "hide", Short: "Note what is hidden of revisions, so that no event that is made again shows it", Args: cobra.NoArgs,
		Long: "Hide does by hand what an event of visibility.topics does: it notes for dedupe.hidden_ttl what the wiki no longer\n" +
			"shows of revisions, in place of what was noted before, and with --text drops their scores. --nothing is for\n" +
			"revisions that are shown again. Running instances follow at once, with two exceptions: a text that one has in\n" +
			"memory may serve for the next edit of its page for fetch.cache_for, and one that has read from a topic that a\n" +
			"revision is hidden does so until it reads, or is restarted after, the event that shows it again.",
		Example: "  streamer cache hide --config streamer.yaml --wiki enwiki --rev 123456 --user --comment\n" +
			"  streamer cache hide --config streamer.yaml --wiki enwiki --rev 123456,123457 --nothing",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return withCache(o.config, func(store *dedupe.Redis) error {
				dropped, err := store.Hide(cmd.Context(), o.wiki, o.revs, o.hidden)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "noted: %d revisions; deleted: %d\n", len(o.revs), dropped)
				return err
			})
		},
	}
	configFlag(cmd, &o.config)
	f := cmd.Flags()
	f.StringVar(&o.wiki, "wiki", "", "of this wiki, as enwiki")
	f.Int64SliceVar(&o.revs, "rev", nil, "these revisions, with commas between")
	f.BoolVar(&o.hidden.Text, "text", false, "the text is hidden")
	f.BoolVar(&o.hidden.User, "user", false, "the user is hidden")
	f.BoolVar(&o.hidden.Comment, "comment", false, "the comment is hidden")
	f.BoolVar(&o.nothing, "nothing", false, "nothing is hidden any more")
	return cmd
}

// check refuses what a variable that is empty in a script would make of it.
func (o hideOptions) check() error {
	var errs []error
	if o.wiki == "" {
		errs = append(errs, errors.New("--wiki is missing, must name the wiki"))
	}
	if len(o.revs) == 0 {
		errs = append(errs, errors.New("--rev is missing, must name a revision"))
	}
	for _, rev := range o.revs {
		if rev <= 0 {
			errs = append(errs, fmt.Errorf("--rev has %d, must be positive", rev))
		}
	}
	if o.nothing == (o.hidden != dedupe.Hidden{}) {
		errs = append(errs, errors.New("say either what is hidden (--text, --user, --comment) or --nothing"))
	}
	return errors.Join(errs...)
}
