package visibility

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	events  *prometheus.CounterVec
	waiting prometheus.Gauge
	failed  prometheus.Counter
	lag     prometheus.Gauge
	current prometheus.Gauge
}

// Outcomes of events.
const (
	outcomeHidden     = "hidden"
	outcomeShown      = "shown"
	outcomeDeleted    = "deleted"
	outcomeRestored   = "restored"
	outcomeIrrelevant = "irrelevant"
	outcomeCanary     = "canary"
	outcomeBroken     = "broken"
)

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	m := &metrics{
		events: f.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_visibility_events_total",
			Help: "Events read from visibility.topics, by what they do: hide or show of a revision, delete or restore a page, nothing (irrelevant, canary), or broken.",
		}, []string{"outcome"}),
		waiting: f.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_visibility_waiting_revisions",
			Help: "Revisions about which Redis was not told yet that they are hidden, deleted or shown again.",
		}),
		failed: f.NewCounter(prometheus.CounterOpts{
			Name: "revscore_visibility_store_errors_total",
			Help: "Times that Redis did not take what was hidden, deleted or shown again; it is told again.",
		}),
		lag: f.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_visibility_lag_records",
			Help: "Records of visibility.topics that were not read yet when it was last looked, which is once a minute.",
		}),
		current: f.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_visibility_caught_up",
			Help: "1 when everything since visibility.lookback before the start was read, else 0.",
		}),
	}
	for _, outcome := range []string{outcomeHidden, outcomeShown, outcomeDeleted, outcomeRestored, outcomeIrrelevant, outcomeCanary, outcomeBroken} {
		m.events.WithLabelValues(outcome) // so that an increase is seen from the first on
	}
	return m
}
