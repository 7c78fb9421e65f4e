package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"revscore/internal/comparison"
	"revscore/internal/consume"
	"revscore/internal/deadletter"
	"revscore/internal/sink"
)

func newDLQCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "dlq", Short: "List, show and replay dead letters", Args: cobra.NoArgs,
		Long: "A record that cannot be read becomes a dead letter: an event of schema error 2.1.0 on the stream\n" +
			"produce.error_stream, with the record's bytes, topic, partition, offset and the reason. So does one that\n" +
			"was tried in vain (RetriesExhausted), and an event of ours that a sink refused (SinkRefused). These commands\n" +
			"read its topic in Kafka, as JSON or Avro, from --since or --from to its present end; the service may run\n" +
			"meanwhile.",
		Example: "  streamer dlq list --config streamer.yaml --reason UnknownSchema --since 24h\n" +
			"  streamer dlq show --config streamer.yaml eqiad.mediawiki.revision-create/0/4711\n" +
			"  streamer dlq replay --config streamer.yaml --wiki enwiki --dry-run",
		// With this, and only with it, an unknown subcommand is an error.
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDLQListCommand(), newDLQShowCommand(), newDLQReplayCommand())
	return cmd
}

func newDLQListCommand() *cobra.Command {
	var path string
	var flags letterFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List dead letters, one a line", Args: cobra.NoArgs,
		Long: "List prints when a dead letter was written, its reason, wiki, the record that it is about and what was\n" +
			"wrong. What is no dead letter is listed as broken, with its own offset, whatever --reason and --wiki say.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return flags.with(cmd, path, func(box *letterBox, filter deadletter.Filter) error {
				return listLetters(cmd.Context(), cmd.OutOrStdout(), box, filter)
			})
		},
	}
	configFlag(cmd, &path)
	flags.register(cmd, 100)
	return cmd
}

func newDLQShowCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use: "show TOPIC/PARTITION/OFFSET|META.ID", Short: "Print one dead letter whole", Args: cobra.ExactArgs(1),
		Long: "Show takes the record that a dead letter is about, the place of the dead letter itself, or its meta.id.\n" +
			"A raw event that is JSON is printed indented, other text as it is, other bytes in hexadecimal.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return withLetters(path, func(box *letterBox) error {
				l, err := deadletter.Find(cmd.Context(), box.topics, box.topic, args[0])
				if err != nil {
					return err
				}
				return showLetter(cmd.OutOrStdout(), l)
			})
		},
	}
	configFlag(cmd, &path)
	return cmd
}

func newDLQReplayCommand() *cobra.Command {
	var path string
	var flags letterFlags
	var dryRun bool
	cmd := &cobra.Command{
		Use: "replay", Short: "Send the records of dead letters back to their topics", Args: cobra.NoArgs,
		Long: "Replay sends the bytes of each record to the topic and partition where it came from, with its key where\n" +
			"the source still has it, so that it goes through the service again. What was answered before sends\n" +
			"nothing (see dedupe.sent_ttl); what is still unreadable becomes a new dead letter. A record that is cut\n" +
			"in its dead letter is read from the source, if it is still there. consume.max_age applies as to any\n" +
			"event.\n\n" +
			"An event of ours that a sink refused (SinkRefused) is sent to that sink again and to no other, once for as\n" +
			"long as dedupe.sent_ttl; not to files, nor when its dead letter has only its beginning.\n\n" +
			"What the wiki has hidden since (users, comments, texts), as the service has learnt of it, is left out of\n" +
			"what is sent. Redis knows that (dedupe.redis); when it does not answer, nothing is sent. A configuration\n" +
			"without Redis has nobody who knows: events are sent as they were, with a warning.\n\n" +
			"A dead letter that is broken, or whose record has nowhere to go, is told with the reason and passed over;\n" +
			"the exit status is then not 0.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return flags.with(cmd, path, func(box *letterBox, filter deadletter.Filter) error {
				return replayLetters(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), box, filter, dryRun)
			})
		},
	}
	configFlag(cmd, &path)
	flags.register(cmd, 0)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be sent, send nothing")
	return cmd
}

// letterFlags are the filter as it is typed.
type letterFlags struct {
	deadletter.Filter
	since, until string
	from         []string
}

func (l *letterFlags) register(cmd *cobra.Command, limit int) {
	f := cmd.Flags()
	f.StringVar(&l.Reason, "reason", "", "with this reason (error_type), as InvalidJSON")
	f.StringVar(&l.Wiki, "wiki", "", "of this wiki, as enwiki")
	f.StringVar(&l.since, "since", "", "written since a time (2006-01-02T15:04:05Z) or for a while (24h)")
	f.StringSliceVar(&l.from, "from", nil, "from this place of the topic on, PARTITION@OFFSET; other partitions from their beginning")
	f.StringVar(&l.until, "until", "", "written before a time, or longer ago than a while")
	f.IntVar(&l.Limit, "limit", limit, "so many, the first in the topic; 0: all")
}

func (l *letterFlags) with(cmd *cobra.Command, path string, f func(*letterBox, deadletter.Filter) error) error {
	filter, err := l.filter(cmd, time.Now())
	if err != nil {
		return err
	}
	return withLetters(path, func(box *letterBox) error { return f(box, filter) })
}

// filter refuses a flag that was given without a value, too: --wiki "$WIKI" would
// otherwise replay all wikis where the variable is not set.
func (l *letterFlags) filter(cmd *cobra.Command, now time.Time) (deadletter.Filter, error) {
	var errs []error
	for _, name := range []string{"reason", "wiki", "since", "until"} {
		if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
			errs = append(errs, fmt.Errorf("--%s is empty, must have a value or be left out", name))
		}
	}
	filter := l.Filter
	var errSince, errUntil error
	filter.Since, errSince = moment("since", l.since, now)
	filter.Until, errUntil = moment("until", l.until, now)
	filter.From = map[int32]int64{}
	for _, text := range l.from {
		var partition int32
		var offset int64
		if n, err := fmt.Sscanf(text+" ", "%d@%d ", &partition, &offset); n != 2 || err != nil {
			errs = append(errs, fmt.Errorf("--from is %q, must be PARTITION@OFFSET as 0@4711", text))
		}
		filter.From[partition] = offset
	}
	return filter, errors.Join(append(errs, errSince, errUntil, filter.Validate())...)
}

// moment reads a time, or how long ago it is.
func moment(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("--%s is %q, must be a time as 2006-01-02T15:04:05Z or a while as 24h", flag, text)
	}
	return at, nil
}

// withLetters opens the topic of dead letters of a configuration for f.
func withLetters(path string, f func(*letterBox) error) error {
	cfg, err := readConfig(path, os.LookupEnv)
	if err != nil {
		return err
	}
	if stream := cfg.Produce.ErrorStream; !cfg.Sinks.Has(stream, sink.Kafka) && !cfg.Sinks.Has(stream, sink.KafkaAvro) {
		return fmt.Errorf("configuration %s: stream %s of dead letters goes neither to %s nor to %s, and is read from there alone; give it one of them in sinks.streams.%s",
			path, stream, sink.Kafka, sink.KafkaAvro, stream)
	}
	box, err := newLetterBox(cfg, zap.NewNop())
	if err != nil {
		return err
	}
	defer box.Close()
	return f(box)
}

func listLetters(ctx context.Context, out io.Writer, box *letterBox, filter deadletter.Filter) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WRITTEN\tREASON\tWIKI\tRECORD\tMESSAGE")
	more, err := deadletter.Each(ctx, box.topics, box.topic, filter, func(l deadletter.Letter) error {
		written := l.Written().UTC().Format(time.RFC3339)
		if l.Broken != nil {
			_, err := fmt.Fprintf(w, "%s\t(broken)\t\t%s\t%s\n", written, l.At.Source, comparison.Visible(l.Broken.Error()))
			return err
		}
		_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", written, comparison.Visible(l.Reason), comparison.Visible(orElse(l.Wiki, "-")),
			comparison.Visible(l.About()), comparison.Visible(l.Why()))
		return err
	})
	if more {
		fmt.Fprintf(w, "(more: --limit is %d)\n", filter.Limit)
	}
	return errors.Join(err, w.Flush())
}

func showLetter(out io.Writer, l deadletter.Letter) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "dead letter\t%s\nwritten\t%s\n", l.At.Source, l.Written().UTC().Format(time.RFC3339Nano))
	raw := l.At.Value
	if l.Broken != nil {
		fmt.Fprintf(w, "broken\t%s\n", comparison.Visible(l.Broken.Error()))
	} else {
		raw = l.Raw
		fmt.Fprintf(w, "meta.id\t%s\nstream\t%s\nreason\t%s\nwiki\t%s\nabout\t%s\nmessage\t%s\n", comparison.Visible(l.ID),
			comparison.Visible(l.Stream), comparison.Visible(l.Reason), comparison.Visible(orElse(l.Wiki, "-")),
			comparison.Visible(l.About()), comparison.Visible(l.Message))
		fmt.Fprintf(w, "raw event\t%d of %d bytes\n", len(raw), l.Size)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\n%s\n", pretty(raw))
	return err
}

// pretty is what a terminal may show of bytes: a terminal obeys some characters.
func pretty(raw []byte) string {
	if !utf8.Valid(raw) {
		return strings.TrimSuffix(hex.Dump(raw), "\n")
	}
	text := string(raw)
	if json.Valid(raw) {
		var doc strings.Builder
		enc := json.NewEncoder(&doc)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(json.RawMessage(raw)); err == nil {
			text = doc.String()
		}
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = comparison.Visible(line)
	}
	return strings.Join(lines, "\n")
}

func replayLetters(ctx context.Context, out, warn io.Writer, box *letterBox, filter deadletter.Filter, dryRun bool) (err error) {
	cfg := box.cfg.Consume
	if cfg.Source != consume.SourceKafka {
		return fmt.Errorf("consume.source is %s: there is no topic to send records back to", cfg.Source)
	}
	private, err := openPrivacy(ctx, box.cfg.Dedupe, warn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, private.Close()) }()
	again := newRepublisher(box.cfg, private.marks())
	defer func() { err = errors.Join(err, again.Close()) }()
	replay := deadletter.Replay{Topics: box.topics, Sender: box, Sinks: again, Privacy: private, Reads: cfg.Reads, DryRun: dryRun}
	counts := map[deadletter.Action]int{}
	err = replay.Run(ctx, box.topic, filter, func(o deadletter.Outcome) error {
		counts[o.Action]++
		_, err := fmt.Fprintln(out, describeOutcome(o))
		return err
	})
	done := deadletter.Sent
	if dryRun {
		done = deadletter.Would
	}
	kept, broken := counts[deadletter.Kept], counts[deadletter.Broken]
	_, printed := fmt.Fprintf(out, "%s: %d; sent before: %d; not replayed: %d; broken: %d\n",
		done, counts[done], counts[deadletter.Equal], kept, broken)
	if err == nil && kept+broken > 0 {
		err = fmt.Errorf("%d dead letters are not replayed, %d of them broken", kept+broken, broken)
	}
	return errors.Join(err, printed)
}

func describeOutcome(o deadletter.Outcome) string {
	l := o.Letter
	if l.Broken != nil {
		return fmt.Sprintf("%s: broken: %s", l.At.Source, comparison.Visible(l.Broken.Error()))
	}
	text := fmt.Sprintf("%s: %s", comparison.Visible(l.About()), o.Action)
	if o.Action == deadletter.Sent && l.Refused == nil {
		text += " as " + o.To.String()
	}
	if o.Detail != "" {
		text += ": " + comparison.Visible(o.Detail)
	}
	return text
}
