package sink

import "github.com/prometheus/client_golang/prometheus"

// metrics has what the sinks, which count for themselves, cannot know.
type metrics struct {
	refused *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_sink_refused_events_total",
			Help: "Events that a sink refused for what they are and that were given up there, by stream and sink.",
		}, []string{"stream", "sink"}),
	}
	reg.MustRegister(m.refused)
	return m
}
