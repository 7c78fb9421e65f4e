package registry

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	reloads *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, r *Registry) *metrics {
	m := &metrics{
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "revscore_model_reloads_total", Help: "Reloads of models that were asked for or found something, by result: changed, unchanged, or failed for at least one bundle.",
		}, []string{"result"}),
	}
	for _, result := range []string{"changed", "unchanged", "failed"} {
		m.reloads.WithLabelValues(result) // so that an increase is seen from the first on
	}
	reg.MustRegister(m.reloads, inService{r, prometheus.NewDesc("revscore_model_info",
		"Models in service: 1 for each, by wiki, name, version and checksum.",
		[]string{"wiki", "model", "version", "checksum"}, nil)},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "revscore_model_reload_failing", Help: "Bundles, or patterns for them, that could not be loaded at the last look; their models of before stay in service.",
		}, func() float64 { return float64(len(r.now.Load().failing)) }))
	return m
}

// inService collects the models as they are at the moment, so that no series of a
// model that is gone stays.
type inService struct {
	registry *Registry
	desc     *prometheus.Desc
}

func (c inService) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

func (c inService) Collect(out chan<- prometheus.Metric) {
	for k, b := range c.registry.Set().index {
		out <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, 1, k.wiki, k.name, b.model.Version(), b.model.Checksum())
	}
}
