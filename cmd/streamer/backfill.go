package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"revscore/internal/backfill"
	"revscore/internal/corpus"
	"revscore/internal/score"
)

// backfillOptions are the flags of backfill.
type backfillOptions struct {
	config     string
	dump, ids  string // files
	from, to   string
	wiki       string
	domain     string
	namespaces []int64
	form       string

	rate    float64
	state   string
	restart bool
	streams string
	lag     time.Duration
	metrics string
	offline bool
	atLeast bool
	admin   string
}

// sameStreams is the value of --to-streams for those of the configuration.
const sameStreams = "same"

func newBackfillCommand() *cobra.Command {
	var opts backfillOptions
	cmd := &cobra.Command{
		Use: "backfill", Short: "Score revisions of a dump, a list of ids or a stretch of time, behind live traffic", Args: cobra.NoArgs,
		Long: "Backfill feeds revisions through routes, models, marks and sinks of the configuration, in a process of its own\n" +
			"at the lowest priority. What the service or an earlier backfill answered is known by its marks and not sent again.\n\n" +
			"--dump reads a history dump (XML or JSON lines; plain, .gz, .bz2, .zst) with its texts: no wiki is asked for them.\n" +
			"--ids reads revision ids of --wiki, one a line or JSON lines with rev_id, as audit --missing writes them.\n" +
			"--from and --to are a stretch of time of --wiki, the second not included.\n" +
			"Groups and registration of users are asked of the wiki in any case, as they are today; with --offline nothing is\n" +
			"asked, and users are in no group and registered before 2006, for all that features can tell.\n\n" +
			"It goes no faster than --rate. It stands still while the live service (consume.group) has not finished a record\n" +
			"for longer than --live-lag, or while more of its events than usual are slow, by the metrics of one that runs here\n" +
			"or at --live-metrics; then it goes on at half the rate and grows again. With --state it goes on where it stopped, however that was; give the file that is\n" +
			"being written now. Score events made here say so in meta.request_id: backfill-JOB.\n" +
			"SIGTERM and Ctrl-C stop it within seconds, with an error, since there is more to do.",
		Example: "  streamer backfill --config streamer.yaml --dump enwiki-20260101-pages-meta-history1.xml.bz2 --state history1.state\n" +
			"  streamer backfill --config streamer.yaml --ids missing.jsonl --wiki enwiki --rate 200\n" +
			"  streamer backfill --config streamer.yaml --from 2026-01-02 --to 2026-01-03 --wiki dewiki --to-streams .backfill",
		RunE: func(cmd *cobra.Command, _ []string) error {
			runtime.GOMAXPROCS(1)
			priority := lowestPriority()
			return runBackfill(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), opts, priority)
		},
	}
	f := cmd.Flags()
	configFlag(cmd, &opts.config)
	f.StringVar(&opts.dump, "dump", "", "file of revisions with their texts")
	f.StringVar(&opts.ids, "ids", "", "file of revision ids")
	f.StringVar(&opts.from, "from", "", "first time, 2026-01-02 or 2026-01-02T15:04:05Z")
	f.StringVar(&opts.to, "to", "", "time at which it ends, itself not included")
	f.StringVar(&opts.wiki, "wiki", "", "database name of the wiki, for --ids and --from")
	f.StringVar(&opts.domain, "domain", "", "domain of the wiki, where it is none of Wikimedia's")
	f.Int64SliceVar(&opts.namespaces, "namespaces", nil, "only pages of these namespaces, by number")
	f.StringVar(&opts.form, "events", "revision-create", "events that routes and streams are made for: revision-create or page_change")
	f.Float64Var(&opts.rate, "rate", 50, "revisions a second at most; 0: as many as live traffic allows")
	f.StringVar(&opts.state, "state", "", "file that keeps how far it is; empty: it begins anew each time")
	f.BoolVar(&opts.restart, "restart", false, "begin anew, whatever --state says")
	f.StringVar(&opts.streams, "to-streams", sameStreams, "same, or a suffix of the names of streams and topics: .backfill")
	f.DurationVar(&opts.lag, "live-lag", 3*time.Second, "stand still while the live service is further behind than this; 0: do not look")
	f.StringVar(&opts.metrics, "live-metrics", "", "metrics of a live service, http://HOST:PORT/metrics; empty: at admin.listen, if one answers there")
	f.BoolVar(&opts.offline, "offline", false, "ask no wiki; only with --dump")
	f.BoolVar(&opts.atLeast, "at-least-once", false, "go on although delivery is exactly_once, which a backfill cannot keep")
	f.StringVar(&opts.admin, "admin", "127.0.0.1:0", "address of health, metrics and the live page; empty: none")
	cmd.MarkFlagsMutuallyExclusive("dump", "ids", "from")
	cmd.MarkFlagsMutuallyExclusive("dump", "wiki")
	cmd.MarkFlagsOneRequired("dump", "ids", "from")
	cmd.MarkFlagsRequiredTogether("from", "to")
	return cmd
}

// job says what is to be fed, and reports every fault of the flags.
func (o backfillOptions) job(now time.Time) (backfill.Job, error) {
	job := backfill.Job{Wiki: o.wiki, Namespaces: o.namespaces, Change: o.form == "page_change"}
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	switch {
	case o.dump != "":
		job.Kind = backfill.Dump
	case o.ids != "":
		job.Kind = backfill.IDs
	default:
		job.Kind = backfill.Range
		job.From, job.To = o.times(now, fault)
	}
	if job.Kind != backfill.Dump && o.wiki == "" {
		fault("--wiki is empty, must name the wiki whose revisions are wanted")
	}
	if job.Kind != backfill.Dump && o.offline {
		fault("--offline needs --dump: what revisions are about, and their texts, must be asked of the wiki")
	}
	if o.form != "revision-create" && o.form != "page_change" {
		fault("--events is %q, must be revision-create or page_change", o.form)
	}
	if o.rate < 0 || o.rate != o.rate {
		fault("--rate is %v, must not be negative", o.rate)
	}
	if o.lag < 0 {
		fault("--live-lag is %v, must not be negative", o.lag)
	}
	if o.streams != sameStreams {
		job.Suffix = o.streams
		if !suffixName.MatchString(o.streams) {
			fault("--to-streams is %q, must be same, or a suffix of dots, hyphens, underscores, letters and digits that begins with one of the first three", o.streams)
		}
	}
	return job, errors.Join(errs...)
}

// suffixName keeps a forgotten dot from making one word of two.
var suffixName = regexp.MustCompile(`^[._-][A-Za-z0-9._-]{1,60}$`)

// times are absolute: one that is counted from now would be another tomorrow, and the job
// another job.
func (o backfillOptions) times(now time.Time, fault func(string, ...any)) (from, to time.Time) {
	for _, t := range []struct {
		flag, text string
		into       *time.Time
	}{{"--from", o.from, &from}, {"--to", o.to, &to}} {
		at, err := parseTime(t.flag, t.text, now)
		if _, ago := time.ParseDuration(t.text); err != nil || ago == nil {
			fault("%s is %q, must be a time (2026-01-02T15:04:05Z) or a day (2026-01-02)", t.flag, t.text)
		}
		*t.into = at.Truncate(time.Second)
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		fault("--from is %s, must be before --to, which is %s", stamp(from), stamp(to))
	}
	if to.After(now) {
		fault("--to is %s, must not be in the future: this machine's clock has %s", stamp(to), stamp(now))
	}
	return from, to
}

// backfillWindow is how many revisions are in flight: enough to fill a call to a wiki and
// a request to Kafka. Each of them is claimed, and the live service waits for one that it
// wants too, so more would only hold those longer.
const backfillWindow = 64

// behindLive changes a service's configuration into a backfill's.
func (c Config) behindLive(o backfillOptions, job backfill.Job) (Config, error) {
	if c.Delivery == exactlyOnce && !o.atLeast {
		return c, errors.New("delivery is exactly_once, which needs events that come from Kafka: a backfill delivers at least once, and may repeat what was in flight when it died; --at-least-once accepts that")
	}
	c.Delivery = atLeastOnce
	c.Admin.Listen = o.admin
	c.Kafka.ClientID += "-backfill" // for quotas
	c.Consume.MaxAge = 0            // what is old is wanted
	c.Consume.Member = ""           // the claims of the live service are its own
	c.Consume.Window = min(c.Consume.Window, backfillWindow)
	c.Retry.Stream = "" // the live service would read it
	c.Score.Workers = 1
	c.Fetch.CallsPerWiki = 1
	c.Dedupe.Redis.Collectors = 1
	c.Dedupe.Redis.PoolSize = min(c.Dedupe.Redis.PoolSize, 4)
	c.Dedupe.Redis.Batch = min(c.Dedupe.Redis.Batch, 64) // Redis answers others in between
	c.Produce.Linger = max(c.Produce.Linger, 20*time.Millisecond)
	// Who has the lowest priority is late for answers that came in time.
	c.Dedupe.Redis.Timeout = max(c.Dedupe.Redis.Timeout, 2*time.Second)
	c.Sinks.Avro.Files.Instance += "-backfill" // the live service has its own locked
	c.rename(job.Suffix)
	return c, c.Validate()
}

// rename gives all output streams a suffix, with the sinks that they had.
func (c *Config) rename(suffix string) {
	sinks := map[string][]string{}
	renamed := func(name string) string {
		if list, ok := c.Sinks.Streams[name]; ok {
			sinks[name+suffix] = list
		}
		return name + suffix
	}
	c.Routes = slices.Clone(c.Routes)
	for i := range c.Routes {
		r := &c.Routes[i]
		r.Stream = renamed(r.StreamName())
		if r.Topic != "" {
			r.Topic += suffix
		}
		r.Shadow = score.ShadowConfig{} // differences are about live traffic
	}
	if c.Produce.Combined != "" {
		c.Produce.Combined = renamed(c.Produce.Combined)
	}
	c.Produce.ErrorStream = renamed(c.Produce.ErrorStream)
	c.Sinks.Streams = sinks
}

func runBackfill(ctx context.Context, out, stderr io.Writer, o backfillOptions, priority error) error {
	live, err := readConfig(o.config, os.LookupEnv)
	if err != nil {
		return err
	}
	return backfillBehind(ctx, out, stderr, live, o, priority)
}

// backfillBehind does a job behind a live service of that configuration. priority is why
// the process has not the lowest one, if so.
func backfillBehind(ctx context.Context, out, stderr io.Writer, live Config, o backfillOptions, priority error) error {
	job, err := o.job(time.Now())
	if err != nil {
		return err
	}
	cfg, err := live.behindLive(o, job)
	if err != nil {
		return err
	}
	log, err := cfg.Log.logger()
	if err != nil {
		return err
	}
	defer func() { _ = log.Sync() }() // standard error cannot always be synced
	if priority != nil {
		log.Warn("the priority of the process is not lowered; it competes with live traffic", zap.Error(priority))
	}
	if !cfg.Dedupe.Redis.Enabled() {
		log.Warn("dedupe.redis has no address: what was answered before is answered again")
	}
	r, err := newBackfillRun(ctx, cfg, live, o, job, log)
	if err != nil {
		return err
	}
	defer r.close()
	return r.run(ctx, out, stderr)
}

// path of the job's file.
func (o backfillOptions) path() string { return o.dump + o.ids }

// domainOf is where a wiki is, for its events and for APIs that are found by domain.
func (o backfillOptions) domainOf() (string, error) {
	if o.domain != "" {
		return o.domain, nil
	}
	domain := corpus.Domain(o.wiki)
	if strings.HasSuffix(domain, ".example") {
		return "", fmt.Errorf("--domain is empty: %s is no wiki of Wikimedia's, so its domain must be named", o.wiki)
	}
	return domain, nil
}
