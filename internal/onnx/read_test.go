package onnx

import (
	"math"
	"strings"
	"testing"

	"revscore/internal/score/estimator"
)

func TestModel(t *testing.T) {
	m := readFile(t, "testdata/many_inputs.onnx")
	if len(m.Inputs) != 8 || m.Inputs[3] != (Input{Name: "f3", Width: 1}) {
		t.Errorf("inputs are %v", m.Inputs)
	}
	if !strings.HasPrefix(m.Producer, "skl2onnx ") || m.Opsets[domainML] == 0 {
		t.Errorf("producer %q, operators %v", m.Producer, m.Opsets)
	}
	if m.Spec.Features != 8 {
		t.Errorf("%d features", m.Spec.Features)
	}
}

// TestComparisons: x one float below, at, and one above the threshold, for each mode.
func TestComparisons(t *testing.T) {
	below, above := float64(math.Nextafter32(0.5, 0)), float64(math.Nextafter32(0.5, 1))
	values := []float64{below, 0.5, above, 0.5 + 1e-12, 0.5 - 1e-12}
	for _, c := range []struct {
		mode         string
		float, doubl [5]bool // whether the comparison is true
	}{
		{"BRANCH_LEQ", [5]bool{true, true, false, true, true}, [5]bool{true, true, false, false, true}},
		{"BRANCH_LT", [5]bool{true, false, false, false, false}, [5]bool{true, false, false, false, true}},
		{"BRANCH_GTE", [5]bool{false, true, true, true, true}, [5]bool{false, true, true, true, false}},
		{"BRANCH_GT", [5]bool{false, false, true, false, false}, [5]bool{false, false, true, true, false}},
	} {
		for elem, want := range map[int64][5]bool{typeFloat: c.float, typeDouble: c.doubl} {
			data := buildModel(
				buildNode(domainML+".TreeEnsembleClassifier", []string{"X"}, []string{"label", "p"}, stumpAttributes(c.mode)),
				input(buildValue("X", elem, 0, 1)), output(buildValue("p", typeFloat, 0, 2)),
			)
			e := build(t, data)
			for i, x := range values {
				p, chosen := [2]float64{}, [2]bool{}
				if err := e.Predict([]float64{x}, p[:], chosen[:]); err != nil {
					t.Fatal(err)
				}
				if got := chosen[0]; got != want[i] { // the leaf of true has the negative weight
					t.Errorf("%s of %s, x %v: %v, want %v", c.mode, typeName(elem), x, got, want[i])
				}
			}
		}
	}
}

func build(t testing.TB, data []byte) *estimator.Estimator {
	t.Helper()
	m, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	e, err := estimator.New(m.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestScores: what ONNX Runtime makes of one score for two classes.
func TestScores(t *testing.T) {
	logistic := 1 / (1 + math.Exp(-2))
	for _, c := range []struct {
		name   string
		change map[string]any
		want   float64 // of the second class, x above the threshold
		chosen bool
	}{
		{"logistic", nil, logistic, true},
		{"base", map[string]any{"base_values": []float32{-2.5}}, 1 / (1 + math.Exp(0.5)), false},
		{"all positive: a probability already", map[string]any{"class_weights": []float32{0, 0.25}}, 0.25, false},
		{"all positive, more than half", map[string]any{"class_weights": []float32{0, 0.75}, "post_transform": "NONE"}, 0.75, true},
	} {
		e := build(t, stump(c.change))
		p, chosen := [2]float64{}, [2]bool{}
		if err := e.Predict([]float64{1}, p[:], chosen[:]); err != nil {
			t.Fatal(err)
		}
		if math.Abs(p[1]-c.want) > 1e-7 || chosen[1] != c.chosen {
			t.Errorf("%s: %v, %v, want %v, %v", c.name, p[1], chosen[1], c.want, c.chosen)
		}
	}
}

func TestRefuses(t *testing.T) {
	f := func(name string, data []byte, want string) {
		t.Helper()
		_, err := Read(data)
		if err == nil {
			t.Errorf("%s: read", name)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %q, wanted %q in it", name, err, want)
		}
	}
	f("empty", nil, "0 graphs")
	f("text", []byte("PK\x03\x04 no model"), "not a protocol buffer")
	f("operators of the future", join(buildModel(), bytesField(8, intField(2, 99))), "version 99")
	f("functions", join(stump(nil), bytesField(25, nil)), "functions")
	f("no outputs", buildModel(input(buildValue("X", typeFloat, 0, 1))), "no one output of probabilities")

	f("mode", stump(map[string]any{"nodes_modes": []string{"BRANCH_EQ", "LEAF", "LEAF"}}), `mode "BRANCH_EQ"`)
	f("column", stump(map[string]any{"nodes_featureids": []int{1, 0, 0}}), "column 1 of 1")
	f("child", stump(map[string]any{"nodes_truenodeids": []int{7, 0, 0}}), "not there")
	f("cycle in a tree", stump(map[string]any{"nodes_truenodeids": []int{0, 0, 0}}), "two parents")
	f("two parents", stump(map[string]any{"nodes_falsenodeids": []int{1, 0, 0}}), "two parents")
	f("twice the same node", stump(map[string]any{"nodes_nodeids": []int{0, 1, 1}}), "two nodes 1")
	f("lengths", stump(map[string]any{"nodes_values": []float32{0.5}}), "differ in length")
	f("no trees", stump(map[string]any{"nodes_treeids": nil}), "differ in length")
	f("leaf without weight", stump(map[string]any{"class_nodeids": []int{1, 1}}), "two weights for output 0")
	f("weight of no node", stump(map[string]any{"class_nodeids": []int{1, 9}}), "not there")
	f("class", stump(map[string]any{"class_ids": []int{0, 5}}), "output 5 of 2")
	f("NaN weight", stump(map[string]any{"class_weights": []float32{-1, float32(math.NaN())}}), "NaN")
	f("NaN threshold", stump(map[string]any{"nodes_values": []float32{float32(math.NaN()), 0, 0}}), "NaN")
	f("infinite threshold", stump(map[string]any{"nodes_values": []float32{float32(math.Inf(-1)), 0, 0}}), "no number is below")
	f("second class", stump(map[string]any{"class_ids": []int{1, 1}}), "any but the first")
	f("both classes", stump(map[string]any{"class_ids": []int{0, 1}}), "any but the first")
	f("two base values", stump(map[string]any{"base_values": []float32{1, 2}}), "two base_values")
	f("probit", stump(map[string]any{"post_transform": "PROBIT"}), "PROBIT")
	f("raw scores", stump(map[string]any{"post_transform": "NONE"}), "not probabilities")
	f("no labels", stump(map[string]any{"classlabels_int64s": nil}), "no labels")
	f("one label twice", stump(map[string]any{"classlabels_int64s": []int{1, 1}}), "two classes are 1")
	f("unknown attribute", stump(map[string]any{"sparse": 1}), `attribute "sparse"`)

	f("one attribute twice", after(bytesField(1, join(textField(1, "scores"), textField(2, "p"), textField(4, "Softmax"),
		buildAttribute("axis", 0), buildAttribute("axis", 1)))), `two attributes "axis"`)

	f("unknown operator", after(buildNode("Erf", []string{"scores"}, []string{"p"}, nil)), `operator Erf, node "the_Erf"`)
	f("operator of another domain", after(buildNode(domainML+".Identity", []string{"scores"}, []string{"p"}, nil)), "ai.onnx.ml.Identity")
	f("cycle", after(buildNode("Identity", []string{"q"}, []string{"p"}, nil), buildNode("Identity", []string{"p"}, []string{"q"}, nil)), "cycle")
	f("itself", after(buildNode("Identity", []string{"p"}, []string{"p"}, nil)), "cycle")
	f("made twice", after(buildNode("Identity", []string{"scores"}, []string{"p"}, nil), buildNode("Identity", []string{"scores"}, []string{"p"}, nil)), "made twice")
	f("made by nothing", after(buildNode("Identity", []string{"nowhere"}, []string{"p"}, nil)), "nothing in the graph")
	f("variable operands", after(buildNode("Mul", []string{"scores", "scores"}, []string{"p"}, nil)), "neither operand")
	f("wide constant", after(buildNode("Mul", []string{"scores", "c"}, []string{"p"}, nil), initializer(buildTensor("c", []float32{1, 2, 3}, 3))), "3 numbers for 2 columns")
	f("high constant", after(buildNode("Mul", []string{"scores", "c"}, []string{"p"}, nil), initializer(buildTensor("c", []float32{1, 2}, 2, 1))), "dimensions [2 1]")
	f("softmax of columns", after(buildNode("Softmax", []string{"scores"}, []string{"p"}, map[string]any{"axis": 0})), "softmax of a row")
	f("cast", after(buildNode("Cast", []string{"scores"}, []string{"p"}, map[string]any{"to": 10})), "float16")
	f("reshape", after(buildNode("Reshape", []string{"scores", "c"}, []string{"p"}, nil), initializer(buildIntTensor("c", 2, 1))), "to [2 1]")
	f("column that is not there", after(buildNode("Gather", []string{"scores", "c"}, []string{"p"}, map[string]any{"axis": 1}), initializer(buildIntTensor("c", 4))), "column 4 of 2")
	f("two estimators", around("q", "p", buildNode(domainML+".TreeEnsembleClassifier", []string{"X"}, []string{"other", "q"}, stumpAttributes("BRANCH_LEQ"))), "second estimator")

	external := join(buildTensor("c", nil, 1), intField(14, 1), bytesField(13, join(textField(1, "location"), textField(2, "weights"))))
	f("external data", after(buildNode("Mul", []string{"scores", "c"}, []string{"p"}, nil), initializer(external)), "another file")
	f("a million dimensions", after(initializer(bytesField(1, make([]byte, 1<<20)))), "1048576 dimensions")
	huge := buildTensor("c", []float32{1}, math.MaxInt64, math.MaxInt64, 4)
	f("huge dimensions", after(buildNode("Mul", []string{"scores", "c"}, []string{"p"}, nil), initializer(huge)), "dimensions")
	f("input of ints", buildModel(
		buildNode(domainML+".TreeEnsembleClassifier", []string{"X"}, []string{"label", "p"}, stumpAttributes("BRANCH_LEQ")),
		input(buildValue("X", typeInt64, 0, 1)), output(buildValue("p", typeFloat, 0, 2)),
	), "FloatTensorType")
	f("input of any width", buildModel(
		buildNode(domainML+".TreeEnsembleClassifier", []string{"X"}, []string{"label", "p"}, stumpAttributes("BRANCH_LEQ")),
		input(buildValue("X", typeFloat, 0)), output(buildValue("p", typeFloat, 0, 2)),
	), "fixed number of columns")
	f("no inputs", buildModel(
		buildNode(domainML+".FeatureVectorizer", nil, []string{"q"}, nil),
		buildNode(domainML+".TreeEnsembleClassifier", []string{"q"}, []string{"label", "p"}, stumpAttributes("BRANCH_LEQ")),
		output(buildValue("p", typeFloat, 0, 2)),
	), "0 inputs")
	f("joined constants", around("q", "p", buildNode(domainML+".FeatureVectorizer", []string{"k"}, []string{"q"}, map[string]any{"inputdimensions": []int{1}}),
		buildNode("Constant", nil, []string{"k"}, nil)), "inputs of the graph")
	f("joined in a circle", around("q", "p", buildNode("Concat", []string{"a"}, []string{"q"}, map[string]any{"axis": 1}),
		buildNode("Cast", []string{"b"}, []string{"a"}, map[string]any{"to": 1}), buildNode("Cast", []string{"a"}, []string{"b"}, map[string]any{"to": 1})), "only of all inputs")
	f("joined after a cast to ints", around("q", "p", buildNode("Concat", []string{"a"}, []string{"q"}, map[string]any{"axis": 1}),
		buildNode("Cast", []string{"X"}, []string{"a"}, map[string]any{"to": 7})), "only of all inputs")
	f("two inputs, one used", around("X", "p", input(buildValue("Y", typeFloat, 0, 1))), "2 inputs")
}

// TestCutOff: a file that ends too early is refused wherever it ends, except where
// what is missing is but a version or a description.
func TestCutOff(t *testing.T) {
	data := stump(nil)
	whole := len(data) - len(bytesField(8, intField(2, 18))) - len(bytesField(8, join(textField(1, domainML), intField(2, 3))))
	for n := range whole {
		if _, err := Read(data[:n]); err == nil {
			t.Errorf("read %d of %d bytes", n, len(data))
		}
	}
}

// TestFileForm: what is read survives being written and read as an estimator's file.
func TestFileForm(t *testing.T) {
	rows, cases := readCases(t, "testdata")
	for _, c := range cases {
		m := readFile(t, "testdata/"+c.Name+".onnx")
		data, err := m.Spec.Encode()
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if m.Spec, err = estimator.Decode(data); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		t.Run(c.Name, func(t *testing.T) { compare(t, m, rows, c) })
	}
}
