package statistics

func (p *parser) classification(v any, where string) *Classification {
	o := parsed[*object](p, v, where)
	if o == nil {
		return nil
	}
	c := &Classification{
		Labels:        p.list(parsed[List](p, o.take("labels"), where+".labels"), where+".labels"),
		Multilabel:    parsed[bool](p, o.take("multilabel"), where+".multilabel"),
		PredictionKey: parsed[string](p, o.take("prediction_key"), where+".prediction_key"),
	}
	if v := o.take("decision_key"); v != nil {
		c.DecisionKey = parsed[string](p, v, where+".decision_key")
	}
	if v := o.take("threshold_ndigits"); v != nil {
		c.ThresholdDigits = parsed[int64](p, v, where+".threshold_ndigits")
	}
	rates := p.dict(o.take("population_rates"), where+".population_rates")
	rates.Ordered = false
	c.PopulationRates = &rates
	c.Shown = p.shown(o.take("default_fields"), where+".default_fields")
	c.LabelMatrices = p.matrices(o.take("label_stats"), where+".label_stats")
	c.Map = p.dict(o.take("data"), where)
	c.Thresholds = c.entryThresholds()
	if v := o.take("label_thresholds"); v != (missing{}) {
		m := p.dict(v, where+".label_thresholds")
		c.Thresholds = &m
	}
	p.done(o, where)
	return c
}

func (p *parser) shown(v any, where string) []string {
	if v == nil {
		return nil
	}
	shown := []string{}
	for _, name := range parsed[List](p, v, where) {
		shown = append(shown, parsed[string](p, name, where))
	}
	return shown
}

func (p *parser) matrices(v any, where string) []LabelMatrix {
	var out []LabelMatrix
	for _, item := range parsed[List](p, v, where) {
		row := parsed[List](p, item, where)
		if len(row) != 6 {
			p.fail("%s: has a row of %d values, must be a label, tp, fp, tn, fn and a rate", where, len(row))
			break
		}
		label := p.value(row[0], where)
		if !IsKey(label) {
			p.fail("%s: has a label that is %s", where, describe(label))
		}
		m := Matrix{p.number(row[1], where), p.number(row[2], where), p.number(row[3], where), p.number(row[4], where)}
		out = append(out, LabelMatrix{label, m, p.optional(row[5], where)})
	}
	return out
}

// number reads a float, which may be $float.
func (p *parser) number(v any, where string) float64 {
	return parsed[float64](p, p.value(v, where), where)
}

func (p *parser) optional(v any, where string) *float64 {
	if v == nil {
		return nil
	}
	x := p.number(v, where)
	return &x
}

func (p *parser) thresholds(v any, where string) *Thresholds {
	o := parsed[*object](p, v, where)
	if o == nil {
		return nil
	}
	t := &Thresholds{
		Trues:          p.number(o.take("trues"), where+".trues"),
		PopulationRate: p.optional(o.take("population_rate"), where+".population_rate"),
	}
	names := []string{"threshold", "tp", "fp", "tn", "fn"}
	columns := make([][]float64, len(names))
	for i, name := range names {
		columns[i] = p.numbers(o.take(name), where+"."+name)
		if len(columns[i]) != len(columns[0]) {
			p.fail("%s.%s: has %d numbers, must have %d", where, name, len(columns[i]), len(columns[0]))
		}
	}
	p.done(o, where)
	if p.rows += len(columns[0]); p.rows > maxRows {
		p.fail("%s: there are more than %d rows of thresholds", where, maxRows)
	}
	if p.err != nil {
		return nil
	}
	t.Rows = make([]Row, len(columns[0]))
	for i := range t.Rows {
		t.Rows[i] = Row{columns[0][i], Matrix{TP: columns[1][i], FP: columns[2][i], TN: columns[3][i], FN: columns[4][i]}}
	}
	return t
}

func (p *parser) numbers(v any, where string) []float64 {
	list := parsed[List](p, v, where)
	out := make([]float64, len(list))
	for i, item := range list {
		out[i] = p.number(item, where)
	}
	return out
}
