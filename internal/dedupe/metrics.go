package dedupe

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics counts for one store. Children of labelled metrics are resolved once:
// looking one up costs as much as the memory lookup it would count.
type metrics struct {
	sentMemory, sentRedis   prometheus.Counter
	scoreMemory, scoreRedis prometheus.Counter
	unknown                 prometheus.Counter

	badMark, badScore, badGone prometheus.Counter

	goneKnown, hiddenKnown                                  prometheus.Counter
	claimsGranted, claimsHeld, claimsRefused, claimsGivenUp prometheus.Counter
	claimsLost, forgotten                                   prometheus.Counter
	claimWait                                               prometheus.Histogram

	lookup, remember operationMetrics

	breakerOpen   prometheus.Gauge
	memoryEntries *prometheus.GaugeVec
	memoryBytes   *prometheus.GaugeVec
	evicted       *prometheus.CounterVec
	overdueMarks  prometheus.Gauge
	droppedMarks  prometheus.Counter
}

// operationMetrics counts one kind of request to Redis.
type operationMetrics struct {
	failed, refused prometheus.Counter
	calls, seconds  prometheus.Observer
}

// newMetrics registers with reg; a nil reg gives metrics nobody reads.
func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	known := f.NewCounterVec(prometheus.CounterOpts{
		Name: "revscore_dedupe_known_keys_total",
		Help: "Keys that were known, by what was known (sent, score) and the layer that knew it (memory, redis).",
	}, []string{"what", "layer"})
	bad := f.NewCounterVec(prometheus.CounterOpts{
		Name: "revscore_dedupe_invalid_values_total",
		Help: "Values read from Redis that are not what this service writes and were treated as absent.",
	}, []string{"what"})
	m := &metrics{
		sentMemory: known.WithLabelValues("sent", "memory"), sentRedis: known.WithLabelValues("sent", "redis"),
		scoreMemory: known.WithLabelValues("score", "memory"), scoreRedis: known.WithLabelValues("score", "redis"),
		unknown: f.NewCounter(prometheus.CounterOpts{
			Name: "revscore_dedupe_unknown_keys_total",
			Help: "Keys of which neither a mark nor a score was found.",
		}),
		badMark: bad.WithLabelValues("mark"), badScore: bad.WithLabelValues("score"), badGone: bad.WithLabelValues("gone"),
		breakerOpen: f.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_dedupe_breaker_open",
			Help: "1 while Redis is left alone because it failed and only memory is used, else 0.",
		}),
		memoryEntries: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "revscore_dedupe_memory_entries",
			Help: "Entries kept in memory.",
		}, []string{"what"}),
		memoryBytes: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "revscore_dedupe_memory_bytes",
			Help: "Estimated size of the entries kept in memory, in bytes.",
		}, []string{"what"}),
		evicted: f.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_dedupe_memory_evicted_total",
			Help: "Entries that left memory before their time, for want of room.",
		}, []string{"what"}),
		overdueMarks: f.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_dedupe_overdue_marks",
			Help: "Marks that Redis did not take and that it gets when it is back.",
		}),
		droppedMarks: f.NewCounter(prometheus.CounterOpts{
			Name: "revscore_dedupe_dropped_marks_total",
			Help: "Marks that Redis did not take and that were too many to keep for it.",
		}),
	}
	m.operations(f)
	m.claims(f)
	return m
}

func (m *metrics) claims(f promauto.Factory) {
	claims := f.NewCounterVec(prometheus.CounterOpts{
		Name: "revscore_dedupe_claims_total",
		Help: "Claims that were asked for, by answer: granted, held by another, refused by a server that takes no writes.",
	}, []string{"answer"})
	m.claimsGranted, m.claimsHeld, m.claimsRefused = claims.WithLabelValues("granted"), claims.WithLabelValues("held"), claims.WithLabelValues("refused")
	m.claimsGivenUp = f.NewCounter(prometheus.CounterOpts{
		Name: "revscore_dedupe_claims_given_up_total",
		Help: "Claims of others that outlasted the wait, so that the work was done twice.",
	})
	m.claimsLost = f.NewCounter(prometheus.CounterOpts{
		Name: "revscore_dedupe_claims_lost_total",
		Help: "Claims that were gone or another's when they were renewed or given back.",
	})
	m.claimWait = f.NewHistogram(prometheus.HistogramOpts{
		Name:    "revscore_dedupe_claim_wait_seconds",
		Help:    "Time an event waited for the claim of another process, in seconds.",
		Buckets: prometheus.ExponentialBuckets(0.01, 4, 7),
	})
	m.goneKnown = f.NewCounter(prometheus.CounterOpts{
		Name: "revscore_dedupe_known_gone_total",
		Help: "Revisions that were known to be gone, so that the wiki was not asked.",
	})
	m.hiddenKnown = f.NewCounter(prometheus.CounterOpts{
		Name: "revscore_dedupe_known_hidden_total",
		Help: "Revisions of which the text, the user or the comment was known to be hidden.",
	})
	m.forgotten = f.NewCounter(prometheus.CounterOpts{
		Name: "revscore_dedupe_forgotten_revisions_total",
		Help: "Revisions whose scores were dropped because they were hidden or deleted.",
	})
}

func (m *metrics) operations(f promauto.Factory) {
	failed := f.NewCounterVec(prometheus.CounterOpts{
		Name: "revscore_dedupe_redis_errors_total",
		Help: "Calls that Redis did not answer or answered with an error; memory alone served them.",
	}, []string{"operation"})
	refused := f.NewCounterVec(prometheus.CounterOpts{
		Name: "revscore_dedupe_redis_refused_total",
		Help: "Calls that did not ask Redis because it had failed before; memory alone served them.",
	}, []string{"operation"})
	calls := f.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "revscore_dedupe_batch_calls",
		Help:    "Calls merged into one request to Redis.",
		Buckets: prometheus.ExponentialBuckets(1, 4, 7),
	}, []string{"operation"})
	seconds := f.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "revscore_dedupe_batch_duration_seconds",
		Help:    "Time Redis took to answer one request, in seconds.",
		Buckets: prometheus.ExponentialBuckets(0.000125, 4, 8),
	}, []string{"operation"})
	of := func(op string) operationMetrics {
		return operationMetrics{
			failed: failed.WithLabelValues(op), refused: refused.WithLabelValues(op),
			calls: calls.WithLabelValues(op), seconds: seconds.WithLabelValues(op),
		}
	}
	m.lookup, m.remember = of("lookup"), of("remember")
}
