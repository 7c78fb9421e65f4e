//go:build reference

package info_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestParityReference puts questions to revscoring and to us, model by model.
// REFERENCE is the virtual environment that tools/reference/install.sh made, or
// ANSWERS a folder where tools/statistics/record.py left answers before.
func TestParityReference(t *testing.T) {
	models := modelFiles(t)
	answers := os.Getenv("ANSWERS")
	if answers == "" {
		answers = record(t, models)
	}
	total := 0
	for _, path := range models {
		t.Run(filepath.Base(path), func(t *testing.T) {
			n := replay(t, load(t, path), filepath.Join(answers, filepath.Base(path)+".answers.jsonl.gz"))
			if n < 100 {
				t.Errorf("%d questions", n)
			}
			total += n
		})
	}
	t.Logf("%d models, %d questions", len(models), total)
}

// record runs the recording script over all models, for a fifth of its questions.
func record(t *testing.T, models []string) string {
	t.Helper()
	reference := os.Getenv("REFERENCE")
	if reference == "" {
		t.Fatal("REFERENCE is not set: it names the folder that tools/reference/install.sh made")
	}
	python, err := filepath.Abs(filepath.Join(reference, "bin", "python"))
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	args := append([]string{"../../../tools/statistics/record.py", "--out", out, "--share", "0.2"}, models...)
	if output, err := exec.CommandContext(t.Context(), python, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return out
}
