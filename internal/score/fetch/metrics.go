package fetch

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	calls    *prometheus.CounterVec
	inFlight prometheus.Gauge
	seconds  prometheus.Histogram
	ids      prometheus.Histogram
	received prometheus.Counter
	hits     prometheus.Counter
	misses   prometheus.Counter
	retries  *prometheus.CounterVec

	forgotten prometheus.Counter
}

// Reasons of retries.
const (
	retryFailed    = "failed"    // the call failed and may not fail again
	retryLeftOut   = "left_out"  // the answer did not mention the revision
	retryTruncated = "truncated" // the answer was cut at the API's limit
	retryFresh     = "fresh"     // a young revision was not there yet
	retryHalved    = "halved"    // the call asked for too much at once
)

func newMetrics(reg prometheus.Registerer, cached func() float64) *metrics {
	m := &metrics{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_fetch_calls_total", Help: "Calls to wikis, by outcome: ok, an error code of the API, an HTTP status or a kind of failure.",
		}, []string{"code"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_fetch_calls_in_flight", Help: "Calls that wait for an answer.",
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_fetch_call_seconds", Help: "Time from sending a call to having read its answer.",
			Buckets: prometheus.ExponentialBuckets(0.005, 2, 12),
		}),
		ids: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_fetch_call_revisions", Help: "Revisions asked for in one call.",
			Buckets: []float64{1, 2, 5, 10, 20, 30, 40, 50, 100, 200, 500},
		}),
		received: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_fetch_received_bytes_total", Help: "Size of all answers after decompression.",
		}),
		hits: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_fetch_cache_hits_total", Help: "Texts that were in the cache.",
		}),
		misses: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_fetch_cache_misses_total", Help: "Texts that were not in the cache.",
		}),
		retries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_fetch_retries_total", Help: "Revisions that were put back to be asked for again, by reason.",
		}, []string{"reason"}),
		forgotten: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_fetch_forgotten_texts_total", Help: "Texts that were dropped from the cache because they were hidden or deleted.",
		}),
	}
	reg.MustRegister(m.calls, m.inFlight, m.seconds, m.ids, m.received, m.hits, m.misses, m.retries, m.forgotten,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "revscore_fetch_cached_bytes", Help: "Estimated memory of the cached texts with their tokens.",
		}, cached))
	return m
}

// knownCodes are the API's codes that get a series of their own. Others come
// from the network and could be anything, so they share one.
var knownCodes = map[string]bool{
	"maxlag": true, "ratelimited": true, "readonly": true, "toomanyvalues": true, "readapidenied": true,
	"permissiondenied": true, "badinteger": true, "badvalue": true, "assertuserfailed": true,
	"nosuchrevid": true, "missingtitle": true, "invalidtitle": true, "nosuchpageid": true, "blocked": true,
}

func metricCode(apiCode string) string {
	switch {
	case strings.HasPrefix(apiCode, "internal_api_error"):
		return "internal_api_error"
	case knownCodes[apiCode]:
		return apiCode
	}
	return "other_api_error"
}
