package consume

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	records    *prometheus.CounterVec
	lost       prometheus.Counter
	unreadable prometheus.Gauge
	inFlight   prometheus.Gauge
	paused     prometheus.Gauge
	held       prometheus.Gauge
	assigned   prometheus.Gauge
	abandoned  prometheus.Counter
	lag        *prometheus.GaugeVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		records: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_consume_records_total", Help: "Records received, by topic.",
		}, []string{"topic"}),
		lost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_consume_lost_records_total", Help: "Records that the broker's retention deleted before they were read.",
		}),
		unreadable: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_consume_unreadable_topics", Help: "Names and patterns in consume.topics that match nothing, and topics that may not be read.",
		}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_consume_in_flight_records", Help: "Records being worked on.",
		}),
		paused: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_consume_paused_partitions", Help: "Partitions paused because a window of records is queued already.",
		}),
		held: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_consume_held_partitions", Help: "Partitions whose next record is of a retry topic and not due yet.",
		}),
		assigned: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "revscore_consume_assigned_partitions", Help: "Partitions that this instance works on.",
		}),
		abandoned: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_consume_abandoned_drains_total", Help: "Times that records in flight did not finish within the drain time.",
		}),
		lag: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "revscore_consume_lag_records", Help: "Records in a partition behind the last one fetched.",
		}, []string{"topic", "partition"}),
	}
	reg.MustRegister(m.records, m.lost, m.unreadable, m.inFlight, m.paused, m.held, m.assigned, m.abandoned, m.lag)
	return m
}

type transactionMetrics struct {
	committed prometheus.Counter
	aborted   prometheus.Counter
	replaced  prometheus.Counter
	records   prometheus.Histogram
	seconds   prometheus.Histogram
}

func newTransactionMetrics(reg prometheus.Registerer) *transactionMetrics {
	m := &transactionMetrics{
		committed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_consume_committed_transactions_total", Help: "Transactions committed.",
		}),
		aborted: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_consume_aborted_transactions_total", Help: "Transactions aborted, whose records were delivered again.",
		}),
		replaced: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_consume_replaced_sessions_total", Help: "Times that the session with the brokers broke and was replaced.",
		}),
		records: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_consume_transaction_records", Help: "Source records in a committed transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 15),
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_consume_commit_seconds", Help: "Time from shutting a transaction to its commit.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}),
	}
	reg.MustRegister(m.committed, m.aborted, m.replaced, m.records, m.seconds)
	return m
}
