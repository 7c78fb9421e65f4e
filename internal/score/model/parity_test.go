//go:build parity

package model

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"testing/fstest"

	"revscore/models"
)

const (
	root     = "../../.."
	original = "models/enwiki.reverted.gb6_nolex_scale_center"
)

// shared is the folder with the original's models and recorded scores.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SHARED")
	if dir == "" {
		dir = filepath.Join(root, "../shared")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, original+".model")); err != nil {
		t.Fatalf("SHARED: %v", err)
	}
	return dir
}

// Every recorded score of the original, to the last bits of exp.
func TestParity(t *testing.T) {
	file, err := os.Open(filepath.Join(shared(t), original+".scores.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	if _, err := lines.ReadFrom(unzipped); err != nil {
		t.Fatal(err)
	}
	// The recording has the true label beside each score; examples do not.
	plain := regexp.MustCompile(`"label": \w+, `).ReplaceAll(lines.Bytes(), nil)
	examples, err := readExamples(fstest.MapFS{"scores": {Data: plain}}, "scores")
	if err != nil {
		t.Fatal(err)
	}
	m := load(t, "enwiki.reverted")
	var worst float64
	for i, e := range examples {
		values := make([]float64, len(e.Features))
		for j, v := range e.Features {
			values[j] = float64(v)
		}
		got, err := m.Score(1, values)
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		if got.Prediction != e.Score.Prediction {
			t.Errorf("line %d: prediction %v, recorded %v", i+1, got.Prediction, e.Score.Prediction)
		}
		for label, p := range e.Score.Probability {
			worst = max(worst, math.Abs(got.Probability[label]-p))
		}
	}
	t.Logf("%d scores, largest difference %v", len(examples), worst)
	if len(examples) != 750 || worst > 1e-12 {
		t.Errorf("%d scores, want 750; largest difference %v, want at most 1e-12", len(examples), worst)
	}
}

// The committed bundle is what the converter makes of the original, whatever
// order Python's sets have.
func TestConverterMakesTheBundle(t *testing.T) {
	dir := shared(t)
	m := load(t, "enwiki.reverted")
	for _, seed := range []string{"0", "1", "2"} {
		out := t.TempDir()
		cmd := exec.Command("python3", filepath.Join(root, "tools/convert/convert.py"),
			filepath.Join(dir, original+".model"), "--wiki", "enwiki", "--name", "reverted",
			"--info", filepath.Join(dir, original+".info.json"),
			"--scores", filepath.Join(dir, original+".scores.jsonl.gz"),
			"--trained-on", m.card.TrainedOn, "--licence", m.card.Licence, "--out", out)
		cmd.Env = append(os.Environ(), "PYTHONHASHSEED="+seed)
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
		for _, name := range []string{"model.yaml", "estimator.json", "examples.jsonl", "info.json"} {
			got, err := os.ReadFile(filepath.Join(out, name))
			if err != nil {
				t.Fatal(err)
			}
			want, err := fs.ReadFile(models.FS, "enwiki.reverted/"+name)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("hash seed %s: %s differs from the committed one", seed, name)
			}
		}
	}
}
