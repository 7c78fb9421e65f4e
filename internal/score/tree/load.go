package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// Format is the newest form of estimator file this package reads.
const Format = 1

// boostFile is estimator.json, one object:
//
//	format         1
//	kind           "gradient_boosting"
//	loss           "binomial_deviance"
//	classes        the two classes in order, bools or strings: [false, true]
//	n_features     how many values a prediction takes
//	learning_rate  factor of every leaf
//	init           the raw score the sum starts from: log-odds of the prior
//	scaler         optional: {"center": [...], "scale": [...]}, each optional,
//	               one number for each feature
//	trees          list of trees in the order of the sum
//
// A tree is five columns of equal length, entry i of each being node i and node
// 0 the root:
//
//	feature    the feature a split looks at; -1 for a leaf
//	threshold  values up to and including it go left; 0 for a leaf
//	left       index of the left child, larger than the node's own; 0 for a leaf
//	right      the same for the right child
//	value      what a leaf adds, before learning_rate; 0 for a split
//
// Numbers are written in their shortest form that reads back to the same
// float64. Unknown keys and null are errors, so a class may not be called
// "null".
type boostFile struct {
	Format       int             `json:"format"`
	Kind         string          `json:"kind"`
	Loss         string          `json:"loss"`
	Classes      []any           `json:"classes"`
	Features     int             `json:"n_features"`
	LearningRate *float64        `json:"learning_rate"`
	Init         *float64        `json:"init"`
	Scaler       scalerFile      `json:"scaler"`
	Trees        json.RawMessage `json:"trees"`
}

type scalerFile struct {
	Center []float64 `json:"center"`
	Scale  []float64 `json:"scale"`
}

// ReadBoost reads and checks an estimator file.
func ReadBoost(data []byte) (*Boost, error) {
	// encoding/json reads null as "leave it at zero", and a zero here is a
	// plausible number.
	if bytes.Contains(data, []byte("null")) {
		return nil, errors.New("estimator: null has no place in it")
	}
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	if version.Format > Format {
		return nil, fmt.Errorf("estimator: format %d is newer than %d, the newest this program reads", version.Format, Format)
	}
	var file boostFile
	if err := decodeStrict(data, &file); err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	b, err := file.head()
	if err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	if err := b.readTrees(file.Trees, *file.LearningRate); err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	return b, nil
}

// head checks everything but the trees.
func (file *boostFile) head() (*Boost, error) {
	switch {
	case file.Format != Format:
		return nil, fmt.Errorf("format is %d, must be %d", file.Format, Format)
	case file.Kind != "gradient_boosting":
		return nil, fmt.Errorf("kind is %.40q, must be gradient_boosting", file.Kind)
	case file.Loss != "binomial_deviance":
		return nil, fmt.Errorf("loss is %.40q, must be binomial_deviance", file.Loss)
	case file.Features < 1 || file.Features > MaxFeatures:
		return nil, fmt.Errorf("n_features is %d, must be 1 to %d", file.Features, MaxFeatures)
	case file.LearningRate == nil || *file.LearningRate <= 0:
		return nil, errors.New("learning_rate must be positive")
	case file.Init == nil:
		return nil, errors.New("init is missing")
	}
	b := &Boost{features: file.Features, init: *file.Init}
	var err error
	if b.classes, err = readClasses(file.Classes); err != nil {
		return nil, err
	}
	if b.center, err = scalerColumn("center", file.Scaler.Center, b.features, 0); err != nil {
		return nil, err
	}
	if b.scale, err = scalerColumn("scale", file.Scaler.Scale, b.features, 1); err != nil {
		return nil, err
	}
	for i, s := range b.scale {
		if s == 0 {
			return nil, fmt.Errorf("scaler: scale of feature %d is 0", i)
		}
	}
	return b, nil
}

func readClasses(classes []any) ([2]any, error) {
	if len(classes) != 2 {
		return [2]any{}, fmt.Errorf("%d classes, must be 2", len(classes))
	}
	_, bools := classes[0].(bool)
	for _, c := range classes {
		switch c := c.(type) {
		case bool:
			if bools {
				continue
			}
		case string:
			if !bools && c != "" {
				continue
			}
		}
		return [2]any{}, fmt.Errorf("classes must be two bools or two strings")
	}
	if classes[0] == classes[1] {
		return [2]any{}, fmt.Errorf("both classes are %v", classes[0])
	}
	return [2]any(classes), nil
}

// scalerColumn returns column, or when the scaler has none what leaves a value
// as it is: x-0 and x/1 are exact.
func scalerColumn(name string, column []float64, features int, neutral float64) ([]float64, error) {
	if column == nil {
		column = make([]float64, features)
		for i := range column {
			column[i] = neutral
		}
	}
	if len(column) != features {
		return nil, fmt.Errorf("scaler: %s has %d numbers for %d features", name, len(column), features)
	}
	return column, nil
}

// readTrees decodes one tree at a time: the columns of all would take as much
// memory again as the forest.
func (b *Boost) readTrees(data []byte, rate float64) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return errors.New("trees is missing or not a list")
	}
	bound := math.Abs(b.init)
	count := 0
	for ; dec.More(); count++ {
		var c columns
		if err := dec.Decode(&c); err != nil {
			return fmt.Errorf("tree %d: %w", count, err)
		}
		first := len(b.forest.nodes)
		if err := b.forest.add(c, b.features, rate); err != nil {
			return fmt.Errorf("tree %d: %w", count, err)
		}
		largest := 0.0
		for _, v := range b.forest.value[first:] {
			largest = max(largest, math.Abs(v))
		}
		bound += largest
	}
	if count == 0 {
		return errors.New("no trees")
	}
	// Without this, +Inf and -Inf could meet in a sum and make a NaN.
	if !finite(bound) {
		return errors.New("the sum of the trees can leave float64")
	}
	return nil
}

func decodeStrict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("data after the end of the object")
	}
	return nil
}
