package revscoring

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"revscore/internal/pickle"
)

// TestNamesThatOccurAreKnown takes the recordings of the readers below this one:
// estimators of every release of scikit-learn, features of every kind.
func TestNamesThatOccurAreKnown(t *testing.T) {
	var files []string
	for _, pattern := range []string{"sklearn/testdata/*.pickle.gz", "translate/testdata/*.pickle"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 15 {
		t.Fatalf("only %d recordings", len(files))
	}
	for _, file := range files {
		f, err := pickle.DefaultLimits().Parse(recording(t, file))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := checkNames(f.Globals); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func recording(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil && strings.HasSuffix(file, ".gz") {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(data)); err == nil {
			data, err = io.ReadAll(z)
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return data
}

func TestNamesThatAreRefused(t *testing.T) {
	for _, g := range []pickle.Global{
		{Module: "os", Name: "system"}, {Module: "posix", Name: "system"}, {Module: "nt", Name: "system"},
		{Module: "subprocess", Name: "Popen"}, {Module: "builtins", Name: "eval"}, {Module: "__builtin__", Name: "eval"},
		{Module: "builtins", Name: "exec"}, {Module: "builtins", Name: "__import__"}, {Module: "builtins", Name: "open"},
		{Module: "importlib", Name: "import_module"}, {Module: "runpy", Name: "run_path"}, {Module: "operator", Name: "attrgetter"},
		{Module: "numpy.f2py", Name: "x"}, {Module: "numpy", Name: "load"}, {Module: "numpy.testing._private.utils", Name: "runstring"},
		{Module: "sklearn.externals.joblib.numpy_pickle", Name: "NumpyArrayWrapper"},
		{Module: "revscoring.features.feature", Name: "np.os.system"}, {Module: "revscoring.featuresque", Name: "x"},
		{Module: "revscoring.utilities.score", Name: "main"}, {Module: "revscoring", Name: "features"},
		{Module: "nltk.stemming", Name: "x"}, {Module: "re", Name: "sub"}, {Module: "sklearn.tree", Name: "_tree.os"},
	} {
		if known(&g) {
			t.Errorf("%s is known", &g)
		}
	}
}

func TestManyForeignNamesAreNotAllTold(t *testing.T) {
	var globals []*pickle.Global
	for range 1000 {
		globals = append(globals, &pickle.Global{Module: "os", Name: "system"})
	}
	err := checkNames(globals)
	if err == nil || strings.Count(err.Error(), "os.system") != mostNames || !strings.Contains(err.Error(), "and others") {
		t.Errorf("got %v", err)
	}
}

func TestHint(t *testing.T) {
	for file, want := range map[string]Hint{
		"models/enwiki.damaging.gb80_scale_center.model":    {"enwiki", "damaging"},
		"zh_min_nanwiki.reverted.linear_svc.model.bz2":      {"zh_min_nanwiki", "reverted"},
		"wikidatawiki.item_quality.gradient_boosting.model": {"wikidatawiki", "item_quality"},
		"frwikisource.pagelevel.gradient_boosting.model":    {"frwikisource", "pagelevel"},
		"skl1.0.2.damaging.gb80_noscale.model":              {},
		"model":                                             {},
		"enwiki.model":                                      {},
		"English.damaging.model":                            {},
		"enwiki.damaging/experiment.gradient.cv.model":      {},
	} {
		if got := hint(file); got != want {
			t.Errorf("%s: %+v, want %+v", file, got, want)
		}
	}
}
