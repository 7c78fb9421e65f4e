package backfill

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	revisions prometheus.Counter
	left      *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, s *Source) *metrics {
	m := &metrics{
		revisions: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "revscore_backfill_revisions_total", Help: "Revisions fed to the pipeline.",
		}),
		left: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_backfill_left_out_records_total", Help: "Records of the source that were left out, by reason.",
		}, []string{"reason"}),
	}
	reg.MustRegister(m.revisions, m.left,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "revscore_backfill_done_ratio", Help: "Part of the source that was read.",
		}, func() float64 { return s.Progress().Done }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "revscore_backfill_waiting", Help: "1 while the backfill stands still for the live service.",
		}, func() float64 {
			if s.Pace.Still() {
				return 1
			}
			return 0
		}))
	return m
}
