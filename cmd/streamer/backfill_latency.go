package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"revscore/internal/backfill"
)

// latencyMetric is what the service tells of each event that it answered.
const latencyMetric = "revscore_event_to_ack_seconds_bucket"

// maxMetrics bounds what is read of a service's metrics.
const maxMetrics = 8 << 20

// liveLatency watches how long events take in a live service, by its metrics.
type liveLatency struct {
	url    string
	client *http.Client
	law    *backfill.Slowness
}

func newLiveLatency(url string) *liveLatency {
	return &liveLatency{url: url, client: &http.Client{Timeout: lookTimeout}, law: backfill.NewSlowness()}
}

// metricsOf is where a service of that configuration tells its metrics, if it is on this machine.
func metricsOf(cfg Config) string {
	host, port, err := net.SplitHostPort(cfg.Admin.Listen)
	if err != nil || port == "0" {
		return ""
	}
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/metrics"
}

// slow tells whether events take too long; still is whether the job stood still. A service
// that does not answer is none that is slow: what it leaves undone is seen by its lag.
func (l *liveLatency) slow(ctx context.Context, still bool) bool {
	now, err := l.read(ctx)
	return err == nil && l.law.See(now, still)
}

var errNoLatency = errors.New("it tells no " + latencyMetric)

func (l *liveLatency) read(ctx context.Context) (backfill.Latencies, error) {
	var none backfill.Latencies
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url, http.NoBody)
	if err != nil {
		return none, fmt.Errorf("read %s: %w", l.url, err)
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return none, fmt.Errorf("read %s: %w", l.url, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return none, fmt.Errorf("read %s: HTTP %d", l.url, resp.StatusCode)
	}
	now, err := parseLatencies(io.LimitReader(resp.Body, maxMetrics))
	if err != nil {
		return none, fmt.Errorf("read %s: %w", l.url, err)
	}
	return now, nil
}

// parseLatencies finds the one histogram in Prometheus's text format.
func parseLatencies(in io.Reader) (l backfill.Latencies, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		rest, ok := strings.CutPrefix(lines.Text(), latencyMetric+`{le="`)
		if !ok {
			continue
		}
		le, count, ok := strings.Cut(rest, `"} `)
		bound, err1 := strconv.ParseFloat(le, 64)
		n, err2 := strconv.ParseFloat(strings.TrimSpace(count), 64)
		if !ok || err1 != nil || err2 != nil {
			return l, errNoLatency
		}
		l.Bounds, l.Counts = append(l.Bounds, bound), append(l.Counts, n)
	}
	if n := len(l.Bounds); lines.Err() != nil || n < 3 || !math.IsInf(l.Bounds[n-1], 1) {
		return l, errors.Join(errNoLatency, lines.Err())
	}
	return l, nil
}

// liveWatch looks at a live service in every way there is.
type liveWatch struct {
	lag     *liveLag
	latency *liveLatency // nil: its metrics cannot be read
	still   bool         // what was answered last
}

// newLiveWatch looks at the group of a live service, and at its metrics if they can be
// read: at url, which must answer, or where the configuration has them.
func newLiveWatch(ctx context.Context, live Config, o backfillOptions, log *zap.Logger) (*liveWatch, error) {
	lag, err := newLiveLag(live, o.lag, log)
	if err != nil {
		return nil, err
	}
	w := &liveWatch{lag: lag, still: true}
	url := o.metrics
	if url == "" {
		url = metricsOf(live)
	}
	if url == "" {
		return w, nil
	}
	latency := newLiveLatency(url)
	switch _, err := latency.read(ctx); {
	case err == nil:
		w.latency = latency
	case o.metrics != "":
		lag.close()
		return nil, fmt.Errorf("--live-metrics: %w", err)
	default:
		log.Info("the live service's metrics cannot be read; its lag alone is watched", zap.Error(err))
	}
	return w, nil
}

// Behind implements backfill.Live.
func (w *liveWatch) Behind(ctx context.Context) (bool, error) {
	behind, err := w.lag.Behind(ctx)
	if err != nil {
		return true, err
	}
	// It is asked in any case: what is usual is learnt while the job stands still.
	slow := w.latency != nil && w.latency.slow(ctx, w.still)
	w.still = behind || slow
	return w.still, nil
}

func (w *liveWatch) close() { w.lag.close() }
