//go:build parity

package sklearn

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/bzip2"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/score/estimator"
)

// TestParityModels reads the estimator of every real model file and predicts all its
// recorded vectors.
func TestParityModels(t *testing.T) {
	shared := cmp.Or(os.Getenv("SHARED"), "../../../../shared")
	var files []string
	for _, pattern := range []string{"models/*.model", "models/releases/*.model", "models/releases/*.bz2"} {
		found, err := filepath.Glob(filepath.Join(shared, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s in %s: %v, %d files", pattern, shared, err, len(found))
		}
		files = append(files, found...)
	}
	worst, vectors := 0.0, 0
	for _, file := range files {
		d, n, err := scoreFile(file)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
		worst, vectors = max(worst, d), vectors+n
	}
	t.Logf("%d files, %d vectors, probabilities differ by at most %.2g", len(files), vectors, worst)
}

// scoreFile returns the largest difference of a probability.
func scoreFile(file string) (worst float64, vectors int, err error) {
	e, spec, err := readModel(file)
	if err != nil {
		return 0, 0, err
	}
	base := strings.TrimSuffix(strings.TrimSuffix(file, ".bz2"), ".model")
	f, err := os.Open(base + ".scores.jsonl.gz")
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return 0, 0, err
	}
	dec := json.NewDecoder(z)
	for {
		var line struct {
			Features []any
			Score    struct {
				Prediction  any
				Probability map[string]float64
			}
		}
		if err := dec.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return worst, vectors, err
		}
		vectors++
		p, chosen := make([]float64, len(spec.Classes)), make([]bool, len(spec.Classes))
		if err := e.Predict(values(line.Features), p, chosen); err != nil {
			return worst, vectors, err
		}
		if got := predicted(spec, chosen); !reflect.DeepEqual(got, line.Score.Prediction) {
			return worst, vectors, fmt.Errorf("line %d is predicted as %v, must be %v", vectors, got, line.Score.Prediction)
		}
		for i, class := range spec.Classes {
			want, ok := line.Score.Probability[fmt.Sprint(class)]
			d := math.Abs(p[i] - want)
			if worst = max(worst, d); !ok || !(d <= tolerance) {
				return worst, vectors, fmt.Errorf("line %d has probability %v of %v, must be %v", vectors, p[i], class, want)
			}
		}
	}
	if vectors == 0 {
		return worst, vectors, errors.New("no recorded vectors")
	}
	return worst, vectors, nil
}

// readModel reads the top object of a revscoring model.
func readModel(file string) (*estimator.Estimator, *estimator.Spec, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	b := bufio.NewReader(f)
	var r io.Reader = b
	if magic, _ := b.Peek(3); bytes.Equal(magic, []byte("BZh")) {
		r = bzip2.NewReader(b)
	}
	v, err := pickle.Load(r)
	if err != nil {
		return nil, nil, err
	}
	top, err := pickle.Attributes(v)
	if err != nil {
		return nil, nil, err
	}
	features, err := top.Items("features")
	if err != nil {
		return nil, nil, err
	}
	src := Source{Estimator: top.Get("estimator"), Scaler: top.Get("scaler"), Features: len(features)}
	if multilabel, err := top.Bool("multilabel"); err != nil {
		return nil, nil, err
	} else if multilabel {
		if src, err = source(top); err != nil {
			return nil, nil, err
		}
		src.Features = len(features)
	}
	spec, err := Read(src)
	if err != nil {
		return nil, nil, err
	}
	e, err := estimator.New(spec)
	return e, spec, err
}

func values(features []any) []float64 {
	out := make([]float64, len(features))
	for i, v := range features {
		switch v := v.(type) {
		case float64:
			out[i] = v
		case bool:
			if v {
				out[i] = 1
			}
		default:
			out[i] = math.NaN()
		}
	}
	return out
}
