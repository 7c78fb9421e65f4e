package sklearn

import (
	"errors"
	"fmt"
	"math"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/numpy"
	"revscore/internal/score/estimator"
)

// leafChild is the left child of a leaf (TREE_LEAF, sklearn/tree/_tree.pyx).
const leafChild = -1

// nodes are the columns of a tree's structured array that matter here. Since 1.3 there is
// missing_go_to_left too, which is asked for NaN only, and those are refused.
type nodes struct {
	left, right, feature         []int64
	threshold, impurity, samples []float64
}

// tree reads a DecisionTreeClassifier or DecisionTreeRegressor whose leaves have width
// numbers each, and adds its splits to gain. class is the name without its module.
func (r *reader) tree(path string, v any, class string, width int, g *gain) (estimator.Tree, error) {
	if err := r.plant(v); err != nil {
		return estimator.Tree{}, fmt.Errorf("%s: %w", path, err)
	}
	o, err := newObject(path, v)
	if err != nil {
		return estimator.Tree{}, err
	}
	if o.class != "sklearn.tree.tree."+class && o.class != "sklearn.tree._classes."+class {
		return estimator.Tree{}, fmt.Errorf("%s: class %s is not known here, must be %s", path, o.class, class)
	}
	built, err := o.Object("tree_")
	if err != nil {
		return estimator.Tree{}, err
	}
	if err := r.plant(built); err != nil {
		return estimator.Tree{}, fmt.Errorf("%s: %w", o.Path("tree_"), err)
	}
	if err := r.treeArguments(built); err != nil {
		return estimator.Tree{}, fmt.Errorf("%s: %w", o.Path("tree_"), err)
	}
	if o, err = newObject(o.Path("tree_"), built); err != nil {
		return estimator.Tree{}, err
	}
	n, err := r.nodes(o)
	if err != nil {
		return estimator.Tree{}, err
	}
	value, err := r.values(o, len(n.left), width)
	if err != nil {
		return estimator.Tree{}, err
	}
	g.add(n)
	return n.tree(value, width), nil
}

// plant refuses a tree that was read before: scikit-learn shares none, and a file could
// name one without end.
func (r *reader) plant(v any) error {
	o, ok := v.(*pickle.Object)
	switch {
	case !ok:
		return nil // for others to refuse
	case r.planted[o]:
		return errors.New("is shared with another tree")
	}
	r.planted[o] = true
	return nil
}

// treeArguments checks Tree(n_features, n_classes, n_outputs).
func (r *reader) treeArguments(o *pickle.Object) error {
	if !o.Class.Is("sklearn.tree._tree.Tree") || len(o.Args) != 3 {
		return fmt.Errorf("is %s, must be a sklearn.tree._tree.Tree", pickle.Kind(o))
	}
	features, ok := o.Args[0].(int64)
	if !ok || features > math.MaxInt32 {
		return fmt.Errorf("has %s features", pickle.Brief(o.Args[0]))
	}
	if o.Args[2] != int64(1) {
		return fmt.Errorf("has %s outputs, must have 1", pickle.Brief(o.Args[2]))
	}
	return r.width(int(features))
}

func (r *reader) nodes(o object) (nodes, error) {
	var n nodes
	a, err := r.array(o, "nodes", -1)
	if err != nil {
		return n, err
	}
	ints := func(name string, to *[]int64) {
		if err == nil {
			*to, err = column(a, name, (*numpy.Array).Ints)
		}
	}
	floats := func(name string, to *[]float64) {
		if err == nil {
			*to, err = column(a, name, (*numpy.Array).Floats)
		}
	}
	ints("left_child", &n.left)
	ints("right_child", &n.right)
	ints("feature", &n.feature)
	floats("threshold", &n.threshold)
	floats("impurity", &n.impurity)
	floats("weighted_n_node_samples", &n.samples)
	if err == nil {
		err = n.check(r.features)
	}
	if err != nil {
		return n, fmt.Errorf("%s: %w", o.Path("nodes"), err)
	}
	return n, nil
}

func column[T any](a *numpy.Array, name string, get func(*numpy.Array) ([]T, error)) ([]T, error) {
	c, err := a.Field(name)
	if err != nil {
		return nil, err
	}
	out, err := get(c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// check keeps indexes within bounds and trees without cycles: every builder of
// scikit-learn adds a node after its parent.
func (n *nodes) check(features int) error {
	if len(n.left) == 0 {
		return errors.New("there are none")
	}
	if len(n.left) > math.MaxInt32 {
		return fmt.Errorf("there are %d", len(n.left))
	}
	for i, left := range n.left {
		if left == leafChild {
			continue
		}
		for _, child := range []int64{left, n.right[i]} {
			if child <= int64(i) || child >= int64(len(n.left)) {
				return fmt.Errorf("node %d of %d has child %d", i, len(n.left), child)
			}
		}
		if n.feature[i] < 0 || n.feature[i] >= int64(features) {
			return fmt.Errorf("node %d asks for feature %d of %d", i, n.feature[i], features)
		}
	}
	return nil
}

// values reads an array of nodes x outputs x classes.
func (r *reader) values(o object, count, width int) ([]float64, error) {
	a, err := r.array(o, "values", count, 1, width)
	if err != nil {
		return nil, err
	}
	out, err := a.Floats()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Path("values"), err)
	}
	return out, nil
}

// tree takes value and leaves in it only what leaves have.
func (n *nodes) tree(value []float64, width int) estimator.Tree {
	t := estimator.Tree{
		Feature:   make([]int32, len(n.left)),
		Threshold: make([]float64, len(n.left)),
		Left:      make([]uint32, len(n.left)),
		Right:     make([]uint32, len(n.left)),
		Value:     value,
		Cover:     n.samples,
	}
	for i, left := range n.left {
		if left == leafChild {
			t.Feature[i] = -1
			continue
		}
		t.Feature[i], t.Threshold[i] = int32(n.feature[i]), n.threshold[i]
		t.Left[i], t.Right[i] = uint32(left), uint32(n.right[i])
		clear(value[i*width : (i+1)*width])
	}
	return t
}
