package statistics

// Classification is a model's fitness: counts, rates, statistics and, if the
// model has probabilities, thresholds.
type Classification struct {
	Map
	Labels          []any
	Multilabel      bool
	PredictionKey   string
	DecisionKey     any // a str, or None if the model has no probabilities
	ThresholdDigits any // an int, or None if thresholds are not rounded
	PopulationRates *Map
	Shown           []string // the entries that are shown if none is asked for; nil is all
	LabelMatrices   []LabelMatrix

	// Thresholds are the labels' *Thresholds, which queries are put to, or nil.
	Thresholds *Map
}

// LabelMatrix is what was predicted for a label.
type LabelMatrix struct {
	Label any
	Matrix
	PopulationRate *float64
}

func (c *Classification) class() string { return "Classification" }

func (c *Classification) keys() []any {
	if c.Shown == nil {
		return c.Keys()
	}
	var keys []any
	for _, key := range c.Keys() {
		for _, shown := range c.Shown {
			if key == shown {
				keys = append(keys, key)
				break
			}
		}
	}
	return keys
}

// item answers a threshold query for all labels where there is no such entry.
func (c *Classification) item(key any) (any, error) {
	if v, ok := c.Get(key); ok {
		return v, nil
	}
	name, ok := key.(string)
	if !ok || c.Thresholds == nil {
		return nil, raise(KeyError, "%s", without(key, c))
	}
	o, err := ParseOptimization(name)
	if err != nil {
		return nil, raise(KeyError, "%s", without(key, c))
	}
	return c.optimize(o)
}

func (c *Classification) optimize(o Optimization) (*MicroMacro, error) {
	var subjects []subject
	for _, e := range c.Thresholds.Entries {
		t, ok := e.Value.(*Thresholds)
		if !ok {
			return nil, raise(TypeError, "thresholds of %s are a %s", str(e.Key), typeName(e.Value))
		}
		v, err := t.threshold(o)
		subjects = append(subjects, subject{e.Key, t.Trues, v, err})
	}
	return newMicroMacro(o.String(), subjects)
}

// part returns an entry that has methods of its own, as all entries have.
func (c *Classification) part(key any) (node, error) {
	v, err := c.item(key)
	if err != nil {
		return nil, err
	}
	n, ok := v.(node)
	if !ok {
		return nil, raise(AttributeError, "%s is a %s, which has no parts and no form of its own", named(key), typeName(v))
	}
	return n, nil
}

// lookup takes the first name as it is.
func (c *Classification) lookup(path []string) (any, error) {
	if len(path) == 0 {
		return c, nil
	}
	n, err := c.part(path[0])
	if err != nil {
		return nil, err
	}
	return n.lookup(path[1:])
}

func (c *Classification) formatJSON(asked *pathTree) (any, error) {
	doc := &Map{Ordered: true}
	for _, key := range asked.or(c.keys()) {
		n, err := c.part(key)
		if err != nil {
			return nil, err
		}
		v, err := n.formatJSON(asked.get(key))
		if err != nil {
			return nil, err
		}
		doc.Entries = append(doc.Entries, Entry{key, v})
	}
	return doc, nil
}

func (c *Classification) formatString(asked *pathTree) (string, error) {
	formatted := "Statistics:\n"
	for _, key := range asked.or(c.keys()) {
		n, err := c.part(key)
		if err != nil {
			return "", err
		}
		text, err := n.formatString(asked.get(key))
		if err != nil {
			return "", err
		}
		formatted += text
	}
	return formatted, nil
}
