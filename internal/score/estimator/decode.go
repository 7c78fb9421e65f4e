package estimator

import (
	"errors"
	"fmt"
	"strconv"

	"revscore/internal/score/tree"
)

// Decode reads the file form. [New] checks what the numbers mean. The spec takes a
// small multiple of the file in memory, whatever the file says.
func Decode(data []byte) (*Spec, error) {
	s, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	return s, nil
}

func decode(data []byte) (*Spec, error) {
	c, err := readContainer(data)
	if err != nil {
		return nil, err
	}
	h, err := c.head()
	if err != nil {
		return nil, err
	}
	s := &Spec{Classes: h.Classes, Multilabel: h.Multilabel, Features: h.Features, ImportanceOf: h.ImportanceOf}
	r := &reader{container: c}
	s.Scaler.Center = r.column("scaler.center", true)
	s.Scaler.Scale = r.column("scaler.scale", true)
	s.Importance = r.column("importance", true)
	if r.err != nil {
		return nil, r.err
	}
	if len(h.Parts) > MaxClasses {
		return nil, fmt.Errorf("%d parts, at most %d", len(h.Parts), MaxClasses)
	}
	for i, raw := range h.Parts {
		r.prefix = fmt.Sprintf("part.%d.", i)
		part, err := r.part(raw)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		s.Parts = append(s.Parts, part)
	}
	return s, c.unread()
}

// head reads the metadata.
func (c *container) head() (*head, error) {
	text, there := c.meta["format"]
	format, err := strconv.Atoi(text)
	switch {
	case !there:
		return nil, errors.New("metadata: format is missing: not an estimator")
	case err != nil || format < 1:
		return nil, fmt.Errorf("metadata: format is %.20q", text)
	case format > Format:
		return nil, fmt.Errorf("format %d is newer than %d, the newest this program reads", format, Format)
	}
	for key := range c.meta {
		if key != "format" && key != "estimator" {
			return nil, fmt.Errorf("metadata: nothing is known of %.40q", key)
		}
	}
	h := new(head)
	if err := readHead([]byte(c.meta["estimator"]), h); err != nil {
		return nil, fmt.Errorf("metadata: estimator: %w", err)
	}
	return h, readClasses(h.Classes)
}

// reader reads the tensors of one part. Its first error stays, and what is read after
// it is empty.
type reader struct {
	*container
	prefix string
	err    error
}

func (r *reader) take(name, dtype string, optional bool, shape ...int) *tensor {
	if r.err != nil {
		return nil
	}
	t, err := r.container.take(r.prefix+name, dtype, optional, shape...)
	r.err = err
	return t
}

func (r *reader) column(name string, optional bool) []float64 {
	t := r.take(name, typeF64, optional, -1)
	if t == nil {
		return nil
	}
	return t.float64s()
}

func (r *reader) matrix(name string) [][]float64 {
	t := r.take(name, typeF64, false, -1, -1)
	if t == nil {
		return nil
	}
	height, width := t.Shape[0], t.Shape[1]
	if width == 0 {
		r.err = fmt.Errorf("%s%s has no columns", r.prefix, name)
		return nil
	}
	numbers := t.float64s()
	rows := make([][]float64, height)
	for i := range rows {
		rows[i] = numbers[i*width : (i+1)*width : (i+1)*width]
	}
	return rows
}

func (r *reader) part(raw []byte) (Part, error) {
	kind, err := kindOf(raw)
	if err != nil {
		return nil, err
	}
	if kind == kindChain {
		return r.chain(raw)
	}
	return r.plain(kind, raw, false)
}

// plain reads all but chains; inner says that the part stands in one.
func (r *reader) plain(kind string, raw []byte, inner bool) (Part, error) {
	var part Part
	var err error
	switch {
	case kind == kindEnsemble:
		part, err = r.ensemble(raw, inner)
	case kind == kindLinear:
		part, err = r.linear(raw)
	case kind == kindGaussianNB:
		part = &GaussianNB{Theta: r.matrix("theta"), Var: r.matrix("var"), Prior: r.column("prior", false)}
		err = readHead(raw, new(gaussianHead))
	case kind == kindBernoulliNB:
		var h bernoulliHead
		err = readHead(raw, &h)
		part = &BernoulliNB{LogProb: r.matrix("log_prob"), LogPrior: r.column("log_prior", false), Binarize: h.Binarize}
	case kind == kindSVC:
		part, err = r.svc(raw)
	default:
		return nil, fmt.Errorf("kind is %.40q", kind)
	}
	return part, errors.Join(err, r.err)
}

func (r *reader) linear(raw []byte) (*Linear, error) {
	var h linearHead
	err := readHead(raw, &h)
	return &Linear{
		Coef: r.matrix("coef"), Intercept: r.column("intercept", false),
		Single: h.Single, Link: h.Link, Decision: h.Decision,
	}, err
}

func (r *reader) svc(raw []byte) (*SVC, error) {
	var h svcHead
	err := readHead(raw, &h)
	s := &SVC{
		Kernel: h.Kernel, Gamma: h.Gamma, Coef0: h.Coef0, Degree: h.Degree,
		Support: r.matrix("support"), Dual: r.matrix("dual"), Intercept: r.column("intercept", false),
		ProbA: r.column("prob_a", false), ProbB: r.column("prob_b", false),
	}
	if t := r.take("per_class", typeU32, false, -1); t != nil {
		for _, n := range t.uint32s() {
			s.PerClass = append(s.PerClass, int(n))
		}
	}
	return s, err
}

func (r *reader) chain(raw []byte) (*Chain, error) {
	var h chainHead
	if err := readHead(raw, &h); err != nil {
		return nil, err
	}
	kind, err := kindOf(h.Scores)
	if err != nil {
		return nil, err
	}
	if kind != kindEnsemble && kind != kindLinear {
		return nil, fmt.Errorf("scores: kind is %.40q", kind)
	}
	scores, err := r.plain(kind, h.Scores, true)
	if err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	return &Chain{
		Before: steps(h.Before), Scores: scores, After: steps(h.After),
		Decision: h.Decision, Raw: h.Raw, Cut: h.Cut,
	}, nil
}

func steps(heads []stepHead) []Step {
	if len(heads) == 0 {
		return nil
	}
	list := make([]Step, len(heads))
	for i, h := range heads {
		list[i] = Step(h)
	}
	return list
}

// ensemble reads trees. All of them share one array for each column.
func (r *reader) ensemble(raw []byte, inner bool) (*Ensemble, error) {
	var h ensembleHead
	if err := readHead(raw, &h); err != nil {
		return nil, err
	}
	s := &Ensemble{
		Width: h.Width, Outputs: h.Outputs, Rate: h.Rate,
		Mean: h.Mean, Single: h.Single, Link: h.Link, Decision: h.Decision,
		Base: r.column("base", inner),
	}
	if t := r.take("target", typeI32, true, -1); t != nil {
		s.Target = t.int32s()
	}
	offsets := r.take("tree", typeU32, false, -1)
	feature := r.take("feature", typeI32, false, -1)
	if r.err != nil {
		return nil, r.err
	}
	nodes := feature.Shape[0]
	threshold := r.take("threshold", typeF64, false, nodes)
	left, right := r.take("left", typeU32, false, nodes), r.take("right", typeU32, false, nodes)
	value := r.take("value", typeF64, false, -1, h.Width)
	cover := r.take("cover", typeF64, true, nodes)
	if r.err != nil {
		return nil, r.err
	}
	all := Tree{
		Feature: feature.int32s(), Threshold: threshold.float64s(),
		Left: left.uint32s(), Right: right.uint32s(),
	}
	if cover != nil {
		all.Cover = cover.float64s()
	}
	var err error
	if all.Value, err = spread(all.Feature, value.float64s(), h.Width, len(offsets.data)/4-1); err != nil {
		return nil, err
	}
	s.Trees, err = all.split(offsets.uint32s(), h.Width)
	return s, err
}

// spread gives each leaf of the features its numbers, and zeros to the splits.
func spread(feature []int32, leaves []float64, width, trees int) ([]float64, error) {
	count := 0
	for _, f := range feature {
		if f == tree.Leaf {
			count++
		}
	}
	if width < 1 || width > MaxClasses || len(leaves) != count*width {
		return nil, fmt.Errorf("values of %d leaves, there are %d", len(leaves)/max(width, 1), count)
	}
	// True of trees, and it bounds what a file can ask for.
	if len(feature) != 2*count-trees {
		return nil, fmt.Errorf("%d trees do not have %d leaves among %d nodes", trees, count, len(feature))
	}
	values := make([]float64, len(feature)*width)
	for i, f := range feature {
		if f == tree.Leaf {
			copy(values[i*width:], leaves[:width])
			leaves = leaves[width:]
		}
	}
	return values, nil
}

// split cuts the columns of all trees into those of each.
func (t *Tree) split(offsets []uint32, width int) ([]Tree, error) {
	if len(offsets) < 2 || offsets[0] != 0 || int64(offsets[len(offsets)-1]) != int64(len(t.Feature)) {
		return nil, fmt.Errorf("tree does not begin with 0 and end with %d", len(t.Feature))
	}
	trees := make([]Tree, len(offsets)-1)
	for i := range trees {
		if offsets[i] > offsets[i+1] {
			return nil, fmt.Errorf("tree %d ends before it begins", i)
		}
		a, b := int(offsets[i]), int(offsets[i+1])
		if b > len(t.Feature) {
			return nil, fmt.Errorf("tree %d ends at %d of %d nodes", i, b, len(t.Feature))
		}
		trees[i] = Tree{
			Feature: t.Feature[a:b:b], Threshold: t.Threshold[a:b:b],
			Left: t.Left[a:b:b], Right: t.Right[a:b:b],
			Value: t.Value[a*width : b*width : b*width],
		}
		if t.Cover != nil {
			trees[i].Cover = t.Cover[a:b:b]
		}
	}
	return trees, nil
}
