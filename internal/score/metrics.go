package score

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	results     *prometheus.CounterVec
	failures    *prometheus.CounterVec
	lost        *prometheus.CounterVec
	cacheHits   prometheus.Counter
	storeErrors prometheus.Counter
	latency     prometheus.Histogram
	shadows     *prometheus.CounterVec
	differences *prometheus.HistogramVec
	offers      *prometheus.CounterVec
	retries     *prometheus.CounterVec
	exhausted   *prometheus.CounterVec
}

// engineMetrics are the engine's, which also runs without a pipeline.
type engineMetrics struct {
	panics   prometheus.Counter
	features prometheus.Histogram
}

func newEngineMetrics(reg prometheus.Registerer) *engineMetrics {
	m := &engineMetrics{
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_model_panics_total", Help: "Panics while computing a revision, each of which is a bug of this program.",
		}),
		features: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_features_seconds", Help: "Time to compute the features of one revision for all its models.",
			Buckets: prometheus.ExponentialBuckets(0.00005, 2, 18),
		}),
	}
	reg.MustRegister(m.panics, m.features)
	return m
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		results: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_results_total", Help: "What became of records, by kind and for scores by model.",
		}, []string{"kind", "model"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_failures_total", Help: "Revisions that a model could not score, by model and error type.",
		}, []string{"model", "type"}),
		lost: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_events_without_model_total", Help: "Events that a route wanted, and not scored since the model of their wiki has left service, by model; wikis that never had one are not counted.",
		}, []string{"model"}),
		cacheHits: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_score_cache_hits_total", Help: "Scores that were in the cache and needed no computing.",
		}),
		storeErrors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_store_errors_total", Help: "Look-ups and marks that the dedupe store did not answer; scoring went on.",
		}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_event_to_ack_seconds", Help: "Time from receiving a record to the acknowledgement of a score.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 16),
		}),
		shadows: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_shadow_results_total", Help: "Answers of shadow models beside the live ones, by result: same, prediction or probability where they differ, failed or live_failed where one of them has no score.",
		}, []string{"model", "shadow", "result"}),
		differences: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "revscore_shadow_probability_difference", Help: "Largest difference, over the labels, of the probabilities of a shadow model and the live one.",
			Buckets: []float64{1e-9, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5},
		}, []string{"model", "shadow"}),
		offers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_shadow_messages_total", Help: "Sampled differences for a topic, by result: sent, refused by the broker, or dropped since it has too many to answer.",
		}, []string{"result"}),
		retries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_retries_total", Help: "Events that went to a retry topic, by its delay and by why their text could not be had.",
		}, []string{"delay", "reason"}),
		exhausted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_retries_exhausted_total", Help: "Events that are not tried again though their text could not be had for now, by why and by what became of them.",
		}, []string{"reason", "then"}),
	}
	reg.MustRegister(m.retries, m.exhausted, m.results, m.failures, m.lost, m.cacheHits, m.storeErrors, m.latency, m.shadows, m.differences, m.offers)
	return m
}

func (m *metrics) count(r Report) {
	m.results.WithLabelValues(string(r.Kind), r.Model).Inc()
	switch r.Kind {
	case KindScore:
		m.latency.Observe(r.Latency.Seconds())
	case KindFailure:
		m.failures.WithLabelValues(r.Model, r.Outcome.Failure.Type).Inc()
	}
}
