package estimator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// head is what a file says beside its tables of numbers: the string "estimator" of its
// metadata, a JSON object. Keys without omitempty are always there, and nothing is null.
type head struct {
	Classes      []any             `json:"classes"`
	Multilabel   bool              `json:"multilabel"`
	Features     int               `json:"features"`
	ImportanceOf string            `json:"importance_of,omitempty"`
	Parts        []json.RawMessage `json:"parts"`
}

// The kinds of parts.
const (
	kindEnsemble    = "ensemble"
	kindLinear      = "linear"
	kindGaussianNB  = "gaussian_nb"
	kindBernoulliNB = "bernoulli_nb"
	kindSVC         = "svc"
	kindChain       = "chain"
)

type ensembleHead struct {
	Kind     string   `json:"kind"`
	Width    int      `json:"width"`
	Outputs  int      `json:"outputs"`
	Rate     float64  `json:"rate"`
	Mean     bool     `json:"mean"`
	Single   bool     `json:"single"`
	Link     Link     `json:"link"`
	Decision Decision `json:"decision"`
}

type linearHead struct {
	Kind     string   `json:"kind"`
	Single   bool     `json:"single"`
	Link     Link     `json:"link"`
	Decision Decision `json:"decision"`
}

type gaussianHead struct {
	Kind string `json:"kind"`
}

type bernoulliHead struct {
	Kind     string   `json:"kind"`
	Binarize *float64 `json:"binarize,omitempty"`
}

type svcHead struct {
	Kind   string  `json:"kind"`
	Kernel string  `json:"kernel"`
	Gamma  float64 `json:"gamma"`
	Coef0  float64 `json:"coef0"`
	Degree int     `json:"degree"`
}

type chainHead struct {
	Kind     string          `json:"kind"`
	Before   []stepHead      `json:"before"`
	Scores   json.RawMessage `json:"scores"`
	After    []stepHead      `json:"after"`
	Decision Decision        `json:"decision"`
	Raw      int             `json:"raw"`
	Cut      float64         `json:"cut"`
}

type stepHead struct {
	Op     Op        `json:"op"`
	Values []float64 `json:"values,omitempty"`
	Double bool      `json:"double,omitempty"`
}

// UnmarshalJSON is as strict as readHead is of what stands outside of lists.
func (s *stepHead) UnmarshalJSON(data []byte) error {
	type plain stepHead
	if err := readHead(data, (*plain)(s)); err != nil {
		return err
	}
	if bytes.Contains(data, []byte("null")) {
		return errors.New("a value is null")
	}
	return nil
}

func kindOf(data []byte) (string, error) {
	var k struct{ Kind string }
	if err := json.Unmarshal(data, &k); err != nil {
		return "", err
	}
	return k.Kind, nil
}

// readHead decodes one object. Unknown keys, missing keys and nulls are errors:
// encoding/json would leave a field at zero, and a zero is a plausible number.
func readHead(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("data after the end of the object")
	}
	keys, err := keysOf(data)
	if err != nil {
		return err
	}
	t := reflect.TypeOf(into).Elem()
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		value, there := keys[name]
		delete(keys, name)
		if !there && option == "" {
			return fmt.Errorf("%s is missing", name)
		}
		if string(value) == "null" {
			return fmt.Errorf("%s is null", name)
		}
	}
	for name := range keys {
		return fmt.Errorf("nothing is known of %.40q", name)
	}
	return nil
}

// keysOf returns the values of an object. A key that comes twice, or that differs from
// a known one in its case alone, encoding/json would let overwrite another.
func keysOf(object []byte) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	keys := map[string]json.RawMessage{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string) // of an object, which it was decoded as
		if _, twice := keys[name]; twice {
			return nil, fmt.Errorf("%.40q twice", name)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		keys[name] = value
	}
	return keys, nil
}

// readClasses makes int64s of numbers. New checks the rest.
func readClasses(classes []any) error {
	for i, c := range classes {
		n, is := c.(json.Number)
		if !is {
			continue
		}
		v, err := n.Int64()
		if err != nil {
			return fmt.Errorf("class %d is %.40s, must be a whole number", i, n)
		}
		classes[i] = v
	}
	return nil
}
