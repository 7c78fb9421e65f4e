package estimator

import (
	"encoding/json"
	"fmt"
	"strconv"

	"revscore/internal/score/tree"
)

// Format is the newest form of file this package reads, and the one it writes.
const Format = 1

// Encode returns the file form of a spec that [New] accepts. Equal specs give equal
// bytes.
func (s *Spec) Encode() ([]byte, error) {
	if _, err := build(s); err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	data, err := s.encode()
	if err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	return data, nil
}

func (s *Spec) encode() ([]byte, error) {
	w := new(writer)
	w.column("scaler.center", s.Scaler.Center)
	w.column("scaler.scale", s.Scaler.Scale)
	w.column("importance", s.Importance)
	h := head{
		Classes: s.Classes, Multilabel: s.Multilabel, Features: s.Features, ImportanceOf: s.ImportanceOf,
	}
	for i, part := range s.Parts {
		raw, err := json.Marshal(part.encode(w, fmt.Sprintf("part.%d.", i)))
		if err != nil {
			return nil, err
		}
		h.Parts = append(h.Parts, raw)
	}
	raw, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return w.bytes(map[string]string{"format": strconv.Itoa(Format), "estimator": string(raw)})
}

// column writes a list of numbers; none if there is no list.
func (w *writer) column(name string, values []float64) {
	if values != nil {
		w.add(name, typeF64, len(values)).put64(values...)
	}
}

func (w *writer) matrix(name string, rows [][]float64) {
	width := 0
	if len(rows) > 0 {
		width = len(rows[0])
	}
	t := w.add(name, typeF64, len(rows), width)
	for _, row := range rows {
		t.put64(row...)
	}
}

func (s *Ensemble) encode(w *writer, prefix string) any {
	nodes, leaves, cover := 0, 0, true
	for _, t := range s.Trees {
		nodes += len(t.Feature)
		leaves += (len(t.Feature) + 1) / 2
		cover = cover && t.Cover != nil
	}
	threshold := w.add(prefix+"threshold", typeF64, nodes)
	value := w.add(prefix+"value", typeF64, leaves, s.Width)
	offset := w.add(prefix+"tree", typeU32, len(s.Trees)+1)
	feature := w.add(prefix+"feature", typeI32, nodes)
	left := w.add(prefix+"left", typeU32, nodes)
	right := w.add(prefix+"right", typeU32, nodes)
	offset.put32(0)
	at := 0
	for _, t := range s.Trees {
		at += len(t.Feature)
		offset.put32(uint32(at))
		threshold.put64(t.Threshold...)
		left.put32(t.Left...)
		right.put32(t.Right...)
		for i, f := range t.Feature {
			feature.put32(uint32(f))
			if f == tree.Leaf {
				value.put64(t.Value[i*s.Width : (i+1)*s.Width]...)
			}
		}
	}
	if cover {
		t := w.add(prefix+"cover", typeF64, nodes)
		for _, tree := range s.Trees {
			t.put64(tree.Cover...)
		}
	}
	w.column(prefix+"base", s.Base)
	if s.Target != nil {
		t := w.add(prefix+"target", typeI32, len(s.Target))
		for _, o := range s.Target {
			t.put32(uint32(o))
		}
	}
	return ensembleHead{
		Kind: kindEnsemble, Width: s.Width, Outputs: s.Outputs, Rate: s.Rate,
		Mean: s.Mean, Single: s.Single, Link: s.Link, Decision: s.Decision,
	}
}

func (s *Linear) encode(w *writer, prefix string) any {
	w.matrix(prefix+"coef", s.Coef)
	w.column(prefix+"intercept", s.Intercept)
	return linearHead{Kind: kindLinear, Single: s.Single, Link: s.Link, Decision: s.Decision}
}

func (s *GaussianNB) encode(w *writer, prefix string) any {
	w.matrix(prefix+"theta", s.Theta)
	w.matrix(prefix+"var", s.Var)
	w.column(prefix+"prior", s.Prior)
	return gaussianHead{Kind: kindGaussianNB}
}

func (s *BernoulliNB) encode(w *writer, prefix string) any {
	w.matrix(prefix+"log_prob", s.LogProb)
	w.column(prefix+"log_prior", s.LogPrior)
	return bernoulliHead{Kind: kindBernoulliNB, Binarize: s.Binarize}
}

func (s *SVC) encode(w *writer, prefix string) any {
	w.matrix(prefix+"support", s.Support)
	w.matrix(prefix+"dual", s.Dual)
	w.column(prefix+"intercept", s.Intercept)
	w.column(prefix+"prob_a", s.ProbA)
	w.column(prefix+"prob_b", s.ProbB)
	t := w.add(prefix+"per_class", typeU32, len(s.PerClass))
	for _, n := range s.PerClass {
		t.put32(uint32(n))
	}
	return svcHead{Kind: kindSVC, Kernel: s.Kernel, Gamma: s.Gamma, Coef0: s.Coef0, Degree: s.Degree}
}

func (c *Chain) encode(w *writer, prefix string) any {
	// Finite numbers and strings always have a JSON form.
	scores, err := json.Marshal(c.Scores.encode(w, prefix))
	if err != nil {
		panic("estimator: encode the scores of a chain: " + err.Error())
	}
	return chainHead{
		Kind: kindChain, Before: stepHeads(c.Before), Scores: scores, After: stepHeads(c.After),
		Decision: c.Decision, Raw: c.Raw, Cut: c.Cut,
	}
}

func stepHeads(steps []Step) []stepHead {
	heads := make([]stepHead, len(steps))
	for i, s := range steps {
		heads[i] = stepHead(s)
	}
	return heads
}
