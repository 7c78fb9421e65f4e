package produce

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	messages *prometheus.CounterVec
	refused  *prometheus.CounterVec
	seconds  prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_produce_messages_total", Help: "Messages that the broker acknowledged, by topic.",
		}, []string{"topic"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_produce_refused_messages_total", Help: "Messages that the broker refused or that were given up, by topic.",
		}, []string{"topic"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_produce_ack_seconds", Help: "Time from publishing a message to the broker's acknowledgement.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16),
		}),
	}
	reg.MustRegister(m.messages, m.refused, m.seconds)
	return m
}
