package tree

import (
	"math"
	"os"
	"strings"
	"testing"
)

// Each case replaces one piece of testdata/stump.json.
func TestReadBoostRefuses(t *testing.T) {
	data, err := os.ReadFile("testdata/stump.json")
	if err != nil {
		t.Fatal(err)
	}
	stump := string(data)
	f := func(old, repl, want string) {
		t.Helper()
		damaged := strings.Replace(stump, old, repl, 1)
		if damaged == stump {
			t.Fatalf("%q is not in the file", old)
		}
		_, err := ReadBoost([]byte(damaged))
		if err == nil {
			t.Errorf("%s for %s: accepted", repl, old)
		} else if !strings.HasPrefix(err.Error(), "estimator: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s for %s: error %q, want %q", repl, old, err, want)
		}
	}
	f(stump[len(stump)/2:], "", "unexpected end of JSON input")
	f("]}\n]}\n", "]}\n]} {}", "after top-level value")
	f(`"format":1`, `"format":2,"soil":"loam"`, "format 2 is newer than 1")
	f(`"format":1`, `"format":0`, "format is 0, must be 1")
	f(`"format":1`, `"format":1,"soil":"loam"`, `unknown field "soil"`)
	f(`"kind":"gradient_boosting"`, `"kind":"random_forest"`, `kind is "random_forest"`)
	f(`"loss":"binomial_deviance"`, `"loss":"exponential"`, `loss is "exponential"`)
	f(`[false,true]`, `[false]`, "1 classes, must be 2")
	f(`[false,true]`, `[true,true]`, "both classes are true")
	f(`[false,true]`, `[false,"true"]`, "two bools or two strings")
	f(`[false,true]`, `["",true]`, "two bools or two strings")
	f(`"n_features":2`, `"n_features":0`, "n_features is 0")
	f(`"n_features":2`, `"n_features":100000`, "n_features is 100000")
	f(`"learning_rate":0.5,`, ``, "learning_rate must be positive")
	f(`"learning_rate":0.5,`, `"learning_rate":-1,`, "learning_rate must be positive")
	f(`"init":0,`, ``, "init is missing")
	f(`"init":0,`, `"init":null,`, "null has no place")
	f(`"scale":[1,4]`, `"scale":[1]`, "scaler: scale has 1 numbers for 2 features")
	f(`"scale":[1,4]`, `"scale":[1,0]`, "scale of feature 1 is 0")
	f(`"trees":[`, `"shrubs":[`, `unknown field "shrubs"`)
	f(`"trees":[`, `"trees":[],"init":[`, "cannot unmarshal")
	f(`[0,-1,1,-1,-1]`, `[0,-1,1,-1]`, "tree 0: columns differ in length: feature 4")
	f(`[0,-1,1,-1,-1]`, `[0,-1,2,-1,-1]`, "tree 0: node 2: feature 2 of 2")
	f(`[0,-1,1,-1,-1]`, `[0,-1,-2,-1,-1]`, "tree 0: node 2: feature -2 of 2")
	f(`[0,-1,1,-1,-1]`, `[0,-1,-1,-1,-1]`, "tree 0: node 2: a leaf with a threshold or children")
	f(`[1.5,0,0,0,0]`, `[1e400,0,0,0,0]`, "tree 0: json: cannot unmarshal number 1e400")
	f(`[1.5,0,0,0,0]`, `[1.5,1,0,0,0]`, "tree 0: node 1: a leaf with a threshold or children")
	f(`"left":[1,0,3,0,0]`, `"left":[1,0,5,0,0]`, "tree 0: node 2: child 5 of 5 nodes")
	f(`"left":[1,0,3,0,0]`, `"left":[1,0,4294967295,0,0]`, "tree 0: node 2: child 4294967295 of 5 nodes")
	f(`"left":[1,0,3,0,0]`, `"left":[1,0,-3,0,0]`, "tree 0: json: cannot unmarshal number -3")
	f(`"left":[1,0,3,0,0]`, `"left":[1,0,2,0,0]`, "tree 0: node 2: child 2 does not stand behind its parent")
	f(`"left":[1,0,3,0,0]`, `"left":[1,0,0,0,0]`, "tree 0: node 2: child 0 does not stand behind its parent")
	f(`"left":[1,0,3,0,0]`, `"left":[1,0,4,0,0]`, "tree 0: node 2: child 4 has a second parent")
	f(`"right":[2,0,4,0,0]`, `"right":[3,0,4,0,0]`, "tree 0: node 2: no parent")
	f(`"value":[0,-2,0,1,3]`, `"value":[7,-2,0,1,3]`, "tree 0: node 0: a split with a leaf's value")
	f(`"feature":[-1],"threshold":[0],"left":[0],"right":[0],"value":[0.5]`,
		`"feature":[],"threshold":[],"left":[],"right":[],"value":[]`, "tree 1: no nodes")
}

// The largest leaves of two trees may add up to an infinity, of three to a NaN.
func TestReadBoostBoundsTheSum(t *testing.T) {
	leaf := `{"feature":[-1],"threshold":[0],"left":[0],"right":[0],"value":[1.7e308]}`
	file := `{"format":1,"kind":"gradient_boosting","loss":"binomial_deviance","classes":["a","b"],
		"n_features":1,"learning_rate":1,"init":0,"trees":[` + leaf
	b, err := ReadBoost([]byte(file + "]}"))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := b.Predict([]float64{0}); err != nil || p != [2]float64{0, 1} {
		t.Errorf("%v, %v", p, err)
	}
	_, err = ReadBoost([]byte(file + "," + leaf + "]}"))
	if err == nil || !strings.Contains(err.Error(), "can leave float64") {
		t.Errorf("error %v", err)
	}
}

// JSON has no infinities, so these reach the checks by the columns themselves.
func TestAddRefusesNotFinite(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1)} {
		var f forest
		c := columns{
			Feature: []int32{0, -1, -1}, Threshold: []float64{v, 0, 0},
			Left: []uint32{1, 0, 0}, Right: []uint32{2, 0, 0}, Value: []float64{0, 1, 2},
		}
		if err := f.add(c, 1, 1); err == nil || !strings.Contains(err.Error(), "node 0: threshold") {
			t.Errorf("threshold %v: error %v", v, err)
		}
		c.Threshold[0], c.Value[2] = 0, v
		if err := new(forest).add(c, 1, 1); err == nil || !strings.Contains(err.Error(), "node 2: leaf") {
			t.Errorf("leaf %v: error %v", v, err)
		}
	}
}

func TestAddBoundsDepth(t *testing.T) {
	if err := new(forest).add(chain(maxDepth), 1, 1); err != nil {
		t.Error(err)
	}
	err := new(forest).add(chain(maxDepth+1), 1, 1)
	if err == nil || !strings.Contains(err.Error(), "deeper than 128") {
		t.Errorf("error %v", err)
	}
}

// chain is the most lopsided tree: every left child is a leaf.
func chain(depth int) columns {
	c := columns{Feature: []int32{leafFeature}, Threshold: []float64{0}, Left: []uint32{0}, Right: []uint32{0}, Value: []float64{1}}
	for range depth {
		last := len(c.Feature) - 1
		c.Feature[last], c.Value[last] = 0, 0
		c.Left[last], c.Right[last] = uint32(last+1), uint32(last+2)
		c.Feature = append(c.Feature, leafFeature, leafFeature)
		c.Threshold = append(c.Threshold, 0, 0)
		c.Left = append(c.Left, 0, 0)
		c.Right = append(c.Right, 0, 0)
		c.Value = append(c.Value, 2, 3)
	}
	return c
}
