package statistics

import (
	"fmt"
	"math"
	"strings"
)

// Format is the release of the file's format: docs/formats/info.md.
const Format = 1

// The names of what JSON has no form for. An object with one of them as its only
// field stands for it; a dict with a key that begins with "$" is written as tagDict.
const (
	tagDict        = "$dict"
	tagOrdered     = "$ordered"
	tagTuple       = "$tuple"
	tagFloat       = "$float"
	tagObject      = "$object"
	tagInfo        = "$info"
	tagEnvironment = "$environment"
	tagStatistics  = "$classification"
	tagCounts      = "$counts"
	tagMultilabel  = "$multilabel_counts"
	tagRates       = "$rates"
	tagMicroMacro  = "$micro_macro"
	tagThresholds  = "$thresholds"
)

// Encode writes the tree in full, as the file info.json of a bundle. The same
// tree always gives the same bytes.
func (i *Info) Encode() ([]byte, error) {
	e := encoder{jsonWriter: jsonWriter{indent: " "}}
	e.object(
		field{"format", int64(Format)},
		field{"info", payload{&i.Map}},
	)
	e.out = append(e.out, '\n')
	return e.out, e.err
}

// encoder writes JSON by hand: the order of fields is kept, floats are written as
// Python does, and what has no structure stands on one line, so that a table of
// thresholds is five lines.
type encoder struct {
	jsonWriter
	err error // the first
}

// field is a part of an object.
type field struct {
	name  string
	value any
}

// payload is a dict whose kind is known from where it stands.
type payload struct{ *Map }

// pairs are a dict as a list.
type pairs []Entry

func (e *encoder) object(fields ...field) {
	e.open('{')
	for i, f := range fields {
		if i > 0 {
			e.comma()
		}
		e.quoted(f.name)
		e.word(": ")
		e.value(f.value)
	}
	e.close('}')
}

// tagged writes an object of one field on the line of its value.
func (e *encoder) tagged(tag string, value any) {
	e.word("{")
	e.quoted(tag)
	e.word(": ")
	e.value(value)
	e.word("}")
}

func (e *encoder) value(v any) {
	switch v := v.(type) {
	case *Info:
		e.tagged(tagInfo, payload{&v.Map})
	case *Environment:
		e.tagged(tagEnvironment, payload{&v.Map})
	case *Classification:
		e.classification(v)
	case *Counts:
		tag := tagCounts
		if v.Multilabel {
			tag = tagMultilabel
		}
		e.tagged(tag, payload{&v.Map})
	case *Rates:
		e.tagged(tagRates, payload{&v.Map})
	case *MicroMacro:
		e.word(`{"` + tagMicroMacro + `": `)
		e.object(field{"field", v.Field}, field{"data", payload{&v.Map}})
		e.word("}")
	case *Thresholds:
		e.thresholds(v)
	default:
		e.plain(v)
	}
}

// plain writes what is no part of the tree with methods of its own.
func (e *encoder) plain(v any) {
	switch v := v.(type) {
	case payload:
		e.payload(v.Map)
	case pairs:
		e.pairs(v)
	case *Map:
		if v.Ordered {
			e.tagged(tagOrdered, pairs(v.Entries))
			return
		}
		e.payload(v)
	case List:
		e.list(v)
	case Tuple:
		e.tagged(tagTuple, List(v))
	case Opaque:
		e.tagged(tagObject, v.Class)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			e.tagged(tagFloat, formatFloat(v))
			return
		}
		e.word(formatFloat(v))
	default:
		if err := e.jsonWriter.value(v); err != nil && e.err == nil {
			e.err = fmt.Errorf("encode information: %w", err)
		}
	}
}

// payload writes a dict as an object if its keys allow it.
func (e *encoder) payload(m *Map) {
	fields := make([]field, len(m.Entries))
	for i, entry := range m.Entries {
		key, ok := entry.Key.(string)
		if !ok || strings.HasPrefix(key, "$") {
			e.tagged(tagDict, pairs(m.Entries))
			return
		}
		fields[i] = field{key, entry.Value}
	}
	if len(fields) == 0 {
		e.word("{}")
		return
	}
	e.object(fields...)
}

func (e *encoder) pairs(entries pairs) {
	items := make(List, len(entries))
	for i, entry := range entries {
		items[i] = List{entry.Key, entry.Value}
	}
	e.list(items)
}

// list writes a list of scalars, or of pairs of them, on one line.
func (e *encoder) list(items List) {
	if len(items) == 0 {
		e.word("[]")
		return
	}
	flat := isFlat(items, 2)
	if flat {
		e.word("[")
	} else {
		e.open('[')
	}
	for i, item := range items {
		switch {
		case i > 0 && flat:
			e.word(", ")
		case i > 0:
			e.comma()
		}
		e.value(item)
	}
	if flat {
		e.word("]")
	} else {
		e.close(']')
	}
}

func isFlat(items List, depth int) bool {
	for _, item := range items {
		switch v := item.(type) {
		case List:
			if depth == 1 || !isFlat(v, depth-1) {
				return false
			}
		case Tuple, *Map, *Thresholds, node, Opaque:
			return false
		}
	}
	return true
}

func (e *encoder) classification(c *Classification) {
	matrices := make(List, len(c.LabelMatrices))
	for i, m := range c.LabelMatrices {
		matrices[i] = List{m.Label, m.TP, m.FP, m.TN, m.FN, optional(m.PopulationRate)}
	}
	var shown any
	if c.Shown != nil {
		list := List{}
		for _, key := range c.Shown {
			list = append(list, key)
		}
		shown = list
	}
	fields := []field{
		{"labels", List(c.Labels)},
		{"multilabel", c.Multilabel},
		{"prediction_key", c.PredictionKey},
		{"decision_key", c.DecisionKey},
		{"threshold_ndigits", c.ThresholdDigits},
		{"population_rates", payload{c.PopulationRates}},
		{"default_fields", shown},
		{"label_stats", matrices},
		{"data", payload{&c.Map}},
	}
	if c.Thresholds != nil && c.Thresholds != c.entryThresholds() {
		fields = append(fields, field{"label_thresholds", payload{c.Thresholds}})
	}
	e.word(`{"` + tagStatistics + `": `)
	e.object(fields...)
	e.word("}")
}

// entryThresholds returns the thresholds that are an entry too, as they are in
// all but the oldest models.
func (c *Classification) entryThresholds() *Map {
	v, _ := c.Get("thresholds")
	if i, ok := v.(*Info); ok {
		return &i.Map
	}
	return nil
}

func (e *encoder) thresholds(t *Thresholds) {
	column := func(get func(*Row) float64) List {
		list := make(List, len(t.Rows))
		for i := range t.Rows {
			list[i] = get(&t.Rows[i])
		}
		return list
	}
	e.word(`{"` + tagThresholds + `": `)
	e.object(
		field{"trues", t.Trues},
		field{"population_rate", optional(t.PopulationRate)},
		field{"threshold", column(func(r *Row) float64 { return r.Threshold })},
		field{"tp", column(func(r *Row) float64 { return r.TP })},
		field{"fp", column(func(r *Row) float64 { return r.FP })},
		field{"tn", column(func(r *Row) float64 { return r.TN })},
		field{"fn", column(func(r *Row) float64 { return r.FN })},
	)
	e.word("}")
}

func optional(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}
