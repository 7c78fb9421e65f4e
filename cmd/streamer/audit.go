package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/audit"
	"revscore/internal/avro"
	"revscore/internal/comparison"
	"revscore/internal/consume"
	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/registry"
	"revscore/internal/sink"
	"revscore/models"
)

// skew is how much earlier than the input's the output's range begins: clocks of
// producers and brokers differ, and an answer may seem to come before its question.
const skew = time.Minute

// auditOptions are the flags of audit.
type auditOptions struct {
	config   string
	from, to string
	missing  string // file
	feed     bool
}

func newAuditCommand() *cobra.Command {
	var opts auditOptions
	cmd := &cobra.Command{
		Use: "audit", Short: "Compare input topics with output topics: which revisions lack an answer", Args: cobra.NoArgs,
		Long: "Audit reads what the input topics got from --from to before --to, routes it as the service would, and reads\n" +
			"the output topics from --from to their end. It counts, for each wiki, stream and model, the answers that are\n" +
			"wanted, scored, errors, waiting in a retry topic and missing, events repeated under one meta.id, and further\n" +
			"meta.ids of a revision that had one (another version of the model, or a fault). It ends with an error if any\n" +
			"are missing.\n\n" +
			"Times are those at which brokers or producers dated the records: RFC 3339 (2026-01-02T15:04:05Z), a day\n" +
			"(2026-01-02, from midnight UTC), or how long ago (90m). Give the service time to answer: --to 5m.\n" +
			"Routes and models are those of the configuration. Only streams that go to Kafka can be read. A revision that\n" +
			"was answered before --from and is named again since, by a move or an undeletion, looks missing.\n\n" +
			"--missing lists input records that lack answers as JSON lines. --feed writes them again to their topic and\n" +
			"partition, with their key, but without what the wiki has hidden since (as in streamer dlq replay); what else\n" +
			"they became is not sent again as long as Redis has the sent-marks. If it has marks of answers that are lost,\n" +
			"see streamer cache purge --sent.\n\n" +
			"It takes 94 to 134 bytes of memory for each answer that is wanted, and joins no group: offsets stay as they are.",
		Example: "  streamer audit --config streamer.yaml --from 25h --to 1h\n" +
			"  streamer audit --config streamer.yaml --from 2026-01-02 --to 2026-01-03 --missing missing.jsonl --feed",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runAudit(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), opts)
		},
	}
	f := cmd.Flags()
	configFlag(cmd, &opts.config)
	f.StringVar(&opts.from, "from", "", "first time of the input")
	f.StringVar(&opts.to, "to", "", "time at which the input ends, itself not included")
	f.StringVar(&opts.missing, "missing", "", "file for records that lack answers, as JSON lines; it is replaced")
	f.BoolVar(&opts.feed, "feed", false, "write records that lack answers to their topic again")
	cobra.CheckErr(cmd.MarkFlagRequired("from"))
	cobra.CheckErr(cmd.MarkFlagRequired("to"))
	return cmd
}

// timeRange is what is audited.
type timeRange struct{ from, to time.Time }

// times reads the range and holds it against the clock.
func (o auditOptions) times(now time.Time) (r timeRange, err error) {
	var errs [2]error
	r.from, errs[0] = parseTime("--from", o.from, now)
	r.to, errs[1] = parseTime("--to", o.to, now)
	if err := errors.Join(errs[:]...); err != nil {
		return r, err
	}
	if !r.from.Before(r.to) {
		return r, fmt.Errorf("--from is %s, must be before --to, which is %s", stamp(r.from), stamp(r.to))
	}
	if r.to.After(now) {
		return r, fmt.Errorf("--to is %s, must not be in the future: this machine's clock has %s, and what is to come cannot be counted", stamp(r.to), stamp(now))
	}
	return r, nil
}

// parseTime reads a time, a day or a duration before now.
func parseTime(flag, text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%s is %q, must be a time (2026-01-02T15:04:05Z), a day (2026-01-02) or how long ago (90m)", flag, text)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func runAudit(ctx context.Context, out, progress io.Writer, opts auditOptions) (err error) {
	cfg, err := readConfig(opts.config, os.LookupEnv)
	if err != nil {
		return err
	}
	times, err := opts.times(time.Now())
	if err != nil {
		return err
	}
	if cfg.Consume.Source != consume.SourceKafka {
		return fmt.Errorf("consume.source is %s: an audit needs an input that can be read again, which is kafka", cfg.Consume.Source)
	}
	a, err := newAuditor(cfg, out, progress)
	if err != nil {
		return err
	}
	defer a.lib.close()
	if oldest := time.Since(times.from); opts.feed && cfg.Consume.MaxAge > 0 && oldest > cfg.Consume.MaxAge {
		a.warn("consume.max_age is %v: revisions that are older now are skipped by the service when fed again", cfg.Consume.MaxAge)
	}
	if opts.feed {
		if a.privacy, err = openPrivacy(ctx, cfg.Dedupe, progress); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.privacy.Close()) }()
	}
	if opts.missing == "" {
		return a.run(ctx, times, nil, opts.feed)
	}
	// Before hours of reading: a folder may be missing.
	f, err := os.Create(opts.missing)
	if err != nil {
		return fmt.Errorf("list what is missing: %w", err)
	}
	list := bufio.NewWriter(f)
	err = a.run(ctx, times, list, opts.feed)
	return errors.Join(err, list.Flush(), f.Close())
}

// streamsInKafka are the output streams that can be read, by their form, and those
// that cannot.
func streamsInKafka(cfg sink.Config, streams []score.Stream) (asJSON, asAvro, others []score.Stream) {
	for _, s := range streams {
		sinks, ok := cfg.Streams[s.Name]
		if !ok {
			sinks = cfg.Default
		}
		switch {
		case slices.Contains(sinks, sink.Kafka):
			asJSON = append(asJSON, s)
		case slices.Contains(sinks, sink.KafkaAvro):
			asAvro = append(asAvro, s)
		default:
			others = append(others, s)
		}
	}
	return asJSON, asAvro, others
}

func newAuditor(cfg Config, out, progress io.Writer) (*auditor, error) {
	set, err := registry.LoadSet(models.FS, cfg.Models, cfg.Dictionaries)
	if err != nil {
		return nil, err
	}
	routes, err := score.NewRoutes(cfg.Routes, set, cfg.Produce.Topic)
	if err != nil {
		return nil, err
	}
	a := &auditor{cfg: cfg, out: out, progress: progress}
	if a.log, err = cfg.Log.logger(); err != nil {
		return nil, err
	}
	a.routes = routes
	if err := a.find(); err != nil {
		return nil, err
	}
	a.ledger = audit.New(a.route, cfg.Consume.MaxAge)
	options, err := cfg.Kafka.options(a.log)
	if err != nil {
		return nil, err
	}
	a.lib, err = newLibrary(options, cfg.Kafka.StartTimeout)
	return a, err
}

// find says which streams are read, and how, and warns of those that cannot be.
func (a *auditor) find() error {
	streams := a.routes.Streams()
	if all := a.cfg.combined(); all.Name != "" {
		streams = append(streams, all)
	}
	asJSON, asAvro, others := streamsInKafka(a.cfg.Sinks, streams)
	a.streams = slices.Concat(asJSON, asAvro)
	for _, s := range others {
		a.warn("stream %s is left out: it does not go to Kafka (sinks)", s.Name)
	}
	if len(a.streams) == 0 {
		return errors.New("no stream of routes goes to Kafka, so there is nothing to read")
	}
	if slices.ContainsFunc(a.streams, func(s score.Stream) bool { return s.Schema == event.PredictionSchema }) {
		letters, lettersAvro, _ := streamsInKafka(a.cfg.Sinks, a.cfg.ownStreams()[:1])
		a.letters, asAvro = topicsOf(slices.Concat(letters, lettersAvro)), append(asAvro, lettersAvro...)
		if len(a.letters) == 0 {
			a.warn("stream %s of dead letters does not go to Kafka (sinks): predictions that failed look missing", a.cfg.Produce.ErrorStream)
		}
	}
	if len(asAvro) == 0 {
		return nil
	}
	schemas, err := avro.NewRegistry(a.cfg.Sinks.Avro.Registry, prometheus.NewRegistry())
	if err != nil {
		return err
	}
	a.avro, a.avroTopics = avro.NewSerializer(avro.NewCodec(), schemas), topicsOf(asAvro)
	return nil
}

func topicsOf(streams []score.Stream) []string {
	var topics []string
	for _, s := range streams {
		topics = append(topics, s.Topic)
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}

// route asks the service's routes, and leaves out what cannot be read. What goes to any
// of them goes to the stream of all models, too.
func (a *auditor) route(rev *event.Revision) (wanted []audit.Target, err error) {
	targets, _, err := a.routes.For(rev)
	want := func(t audit.Target) {
		if slices.ContainsFunc(a.streams, func(s score.Stream) bool { return s.Name == t.Stream }) {
			wanted = append(wanted, t)
		}
	}
	for _, t := range targets {
		want(audit.Target{Stream: t.Stream, Model: t.Name})
		want(audit.Target{Stream: a.cfg.Produce.Combined, Model: t.Name})
	}
	return wanted, err
}

// failed says of which predictions a dead letter is.
func (a *auditor) failed(rev *event.Revision, letter *event.DeadLetter) (list []audit.Target) {
	targets, _, err := a.routes.For(rev)
	if err != nil {
		return nil
	}
	for _, t := range targets {
		if t.Output == score.OutputPrediction && letter.ID == event.LetterID(letter.Stream, letter.Source, t.About()).String() {
			list = append(list, audit.Target{Stream: t.Stream, Model: t.Name})
		}
	}
	return list
}

func (a *auditor) warn(format string, args ...any) {
	fmt.Fprintf(a.progress, "warning: "+format+"\n", args...)
}

// settle lists and feeds what is missing.
func (a *auditor) settle(ctx context.Context, list io.Writer, feed bool, total audit.Counts) error {
	if total.Missing == 0 {
		return nil
	}
	gaps := a.ledger.Gaps()
	missing := fmt.Errorf("%d answers about %d input records are missing", total.Missing, gaps.Revisions())
	if !feed {
		if list == nil {
			return missing
		}
		return errors.Join(missing, a.revisit(ctx, gaps, list, nil))
	}
	f, err := newFeeder(a.cfg, a.lib.options, a.privacy)
	if err != nil {
		return errors.Join(missing, err)
	}
	defer f.close()
	err = a.revisit(ctx, gaps, list, f)
	err = errors.Join(err, f.flush(ctx)) // also what was fed before an error
	fmt.Fprintf(a.out, "fed %d records again\n", f.acknowledged.Load())
	if err != nil {
		return errors.Join(missing, err)
	}
	return nil
}

// revisit reads the records that lack answers again, and lists and feeds each; list and
// feed may be nil.
func (a *auditor) revisit(ctx context.Context, gaps *audit.Gaps, list io.Writer, feed *feeder) error {
	var spans []span
	for _, s := range gaps.Spans() {
		spans = append(spans, span{s.Topic, s.Partition, s.First, s.Last + 1})
	}
	if list == nil {
		list = io.Discard
	}
	enc := json.NewEncoder(list)
	enc.SetEscapeHTML(false)
	for rec, err := range a.metered(ctx, "missing", spans) {
		if err != nil {
			return err
		}
		m, ok, err := gaps.Of(recordOf(rec))
		if err != nil {
			return fmt.Errorf("record %s: %w", recordOf(rec).Source, err)
		}
		if !ok {
			continue
		}
		if err := enc.Encode(m); err != nil {
			return fmt.Errorf("list what is missing: %w", err)
		}
		if feed == nil {
			continue
		}
		if err := feed.put(ctx, rec); err != nil {
			return err
		}
	}
	return nil
}

func recordOf(rec *kgo.Record) event.Record {
	out := event.Record{
		Source: event.Source{Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset},
		Value:  rec.Value, Received: rec.Timestamp,
	}
	for _, h := range rec.Headers {
		out.Headers = append(out.Headers, event.Header{Key: h.Key, Value: h.Value})
	}
	return out
}

// metered reads spans and shows how far it is.
func (a *auditor) metered(ctx context.Context, what string, spans []span) iter.Seq2[*kgo.Record, error] {
	return func(yield func(*kgo.Record, error) bool) {
		shown := newMeter(a.progress, what, length(spans))
		defer shown.close()
		n := int64(0)
		for rec, err := range a.lib.records(ctx, spans) {
			n++
			shown.at(n)
			if !yield(rec, err) {
				return
			}
		}
	}
}

// writeAudit shows names as a terminal may: whoever writes events chose them.
func writeAudit(out io.Writer, in audit.Inputs, rows []audit.Row) error {
	fmt.Fprintf(out, "input: %d records; %d routed, %d wanted by no route, %d canaries, %d without a revision, %d too old, %d unreadable\n",
		in.Records, in.Routed, in.Unwanted, in.Canaries, in.NoRevision, in.TooOld, in.Unreadable)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WIKI\tSTREAM\tMODEL\tWANTED\tSCORED\tERRORS\tWAITING\tMISSING\tREPEATED\tDISTINCT")
	line := func(wiki, stream, model string, c audit.Counts) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", comparison.Visible(wiki), comparison.Visible(stream), comparison.Visible(model),
			c.Wanted, c.Scored, c.Errors, c.Waiting, c.Missing, c.Repeated, c.Distinct)
	}
	for _, r := range rows {
		line(r.Wiki, r.Stream, r.Model, r.Counts)
	}
	line("all", "", "", audit.Total(rows))
	return w.Flush()
}

// nothing says what was looked for in vain.
func (r timeRange) nothing(topics []string) error {
	return fmt.Errorf("nothing was written from %s to %s in %s", stamp(r.from), stamp(r.to), strings.Join(topics, ", "))
}
