package avro

import "github.com/prometheus/client_golang/prometheus"

type registryMetrics struct {
	requests   *prometheus.CounterVec
	registered prometheus.Counter
}

func newRegistryMetrics(reg prometheus.Registerer) *registryMetrics {
	m := &registryMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_avro_registry_requests_total", Help: "Requests to the schema registry, by ok, HTTP status or unreachable.",
		}, []string{"outcome"}),
		registered: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_avro_registered_schemas_total", Help: "Schemas that this process registered.",
		}),
	}
	reg.MustRegister(m.requests, m.registered)
	return m
}

type filesMetrics struct {
	records  *prometheus.CounterVec
	repeats  *prometheus.CounterVec
	refused  *prometheus.CounterVec
	late     *prometheus.CounterVec
	faults   prometheus.Counter
	cut      prometheus.Counter
	parts    prometheus.Counter
	complete *prometheus.CounterVec
	seconds  prometheus.Histogram
}

func newFilesMetrics(reg prometheus.Registerer) *filesMetrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "revscore_avro_" + name, Help: help})
	}
	streams := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "revscore_avro_" + name, Help: help}, []string{"stream"})
	}
	m := &filesMetrics{
		records:  streams("records_total", "Events that are safe on the disk, by stream."),
		repeats:  streams("repeated_records_total", "Events that were on the disk already and were dropped, by stream."),
		refused:  streams("refused_records_total", "Events that were not taken or were given up, by stream."),
		late:     streams("late_records_total", "Events of an hour that was marked complete before they came, by stream."),
		faults:   counter("disk_faults_total", "Operations on the disk that failed and are tried again."),
		cut:      counter("cut_bytes_total", "Bytes behind the last whole record that a crash left in journals."),
		parts:    counter("parts_total", "Container files that were finished."),
		complete: streams("complete_hours_total", "Hours that were marked complete, by stream."),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "revscore_avro_flush_seconds", Help: "Time to write a batch of events and to flush it to the disk.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16),
		}),
	}
	reg.MustRegister(m.records, m.repeats, m.refused, m.late, m.faults, m.cut, m.parts, m.complete, m.seconds)
	return m
}
