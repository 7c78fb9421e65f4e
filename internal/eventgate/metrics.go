package eventgate

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	events   *prometheus.CounterVec
	retried  *prometheus.CounterVec
	requests *prometheus.CounterVec
	duration prometheus.Histogram
	batch    prometheus.Histogram
	ack      prometheus.Histogram
	buffered prometheus.Gauge
	bytes    prometheus.Gauge
	failing  prometheus.Gauge
}

// The results of events beside the [Reason]s.
const (
	resultAccepted = "accepted"
	resultReceived = "received"
	resultGivenUp  = "given_up"
	resultFull     = "no_room"
)

// watchOldest adds what is asked for rather than counted.
func (*metrics) watchOldest(reg prometheus.Registerer, age func() float64) {
	promauto.With(reg).NewGaugeFunc(prometheus.GaugeOpts{
		Name: "revscore_eventgate_oldest_event_seconds", Help: "How long the oldest event that is not answered yet has been waiting.",
	}, age)
}

// newMetrics registers with reg; a nil reg gives metrics nobody reads.
func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	return &metrics{
		events: f.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_eventgate_events_total",
			Help: "Events by topic and what became of them: accepted, received (hasty, without a promise), a reason of refusal, given_up, or no_room.",
		}, []string{"topic", "result"}),
		retried: f.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_eventgate_retried_events_total",
			Help: "Events that are to be sent again, by what came instead of an acknowledgement.",
		}, []string{"cause"}),
		requests: f.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_eventgate_requests_total",
			Help: "Requests by HTTP status, or by what came instead of an answer.",
		}, []string{"code"}),
		duration: f.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_eventgate_request_seconds", Help: "Time the gate took for one request.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 16),
		}),
		batch: f.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_eventgate_request_events", Help: "Events in one request.",
			Buckets: prometheus.ExponentialBuckets(1, 4, 7),
		}),
		ack: f.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_eventgate_ack_seconds", Help: "Time from taking an event in to its acknowledgement, with all retries.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 19),
		}),
		buffered: f.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_eventgate_buffered_events", Help: "Events taken in and not answered yet.",
		}),
		bytes: f.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_eventgate_buffered_bytes", Help: "Size of the events taken in and not answered yet.",
		}),
		failing: f.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_eventgate_failing", Help: "1 while the gate fails whole requests and is tried with one at a time, else 0.",
		}),
	}
}
