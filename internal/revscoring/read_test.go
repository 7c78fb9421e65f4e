package revscoring_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/revscoring"
	"revscore/internal/score/estimator"
)

// protocol2 is the recording that is easiest to change: it has no frames, whose
// lengths would have to follow.
const protocol2 = "testdata/texts.protocol2.model"

func TestReads(t *testing.T) {
	bools := []any{true, false}
	topics := []any{"Culture", "STEM", "History"}
	cases := []struct {
		file string
		want revscoring.Model
	}{
		{"bools", revscoring.Model{Type: "GradientBoosting", Version: "0.5.1", Labels: bools,
			PopulationRates: []revscoring.Share{{Label: true, Number: 0.034}, {Label: false, Number: 0.966}},
			LabelWeights:    []revscoring.Share{{Label: true, Number: 10}}, Origin: revscoring.Origin{Protocol: 4}}},
		{"texts.protocol2", revscoring.Model{Type: "RandomForest", Version: "1", Labels: []any{"Stub", "B", "GA"},
			LabelWeights: []revscoring.Share{{Label: "Stub", Number: 1}, {Label: "B", Number: 2.5}, {Label: "GA", Number: 3}},
			Origin:       revscoring.Origin{Protocol: 2}}},
		{"ints.bz2", revscoring.Model{Type: "LogisticRegression", Labels: []any{int64(1), int64(2), int64(5)},
			Origin: revscoring.Origin{Protocol: 5}}},
		{"many", revscoring.Model{Type: "GradientBoosting", Version: "1.0.0", Labels: topics, Multilabel: true,
			PopulationRates: []revscoring.Share{{Label: "Culture", Number: 0.5}, {Label: "STEM", Number: 0.25}, {Label: "History", Number: 0.25}},
			Origin:          revscoring.Origin{Protocol: 4}}},
		{"machine", revscoring.Model{Type: "RBFSVC", Version: "0.0.1", Labels: []any{false, true},
			Origin: revscoring.Origin{Protocol: 3}}},
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			m := read(t, filepath.Join("testdata", c.file+".model"))
			if len(m.Features) != 5 || m.Features[1].Name != "feature.wikitext.revision.diff.markups_added" {
				t.Errorf("features %v", m.Features)
			}
			o := m.Origin
			if o.Revscoring != "2.11.13" || o.ScikitLearn != "1.1.3" || !strings.HasPrefix(o.Python, "3.11.") {
				t.Errorf("written by %+v", o)
			}
			data, err := os.ReadFile(filepath.Join("testdata", c.file+".model"))
			if err != nil {
				t.Fatal(err)
			}
			if sum := sha256.Sum256(data); o.SHA256 != hex.EncodeToString(sum[:]) || o.Bytes != int64(len(data)) {
				t.Errorf("%d bytes of sum %s, want %d of %x", o.Bytes, o.SHA256, len(data), sum)
			}
			if m.Trained.Year() < 2020 || m.Info == nil || m.Estimator.Features != 5 {
				t.Errorf("trained %v, information %v, %d features", m.Trained, m.Info, m.Estimator.Features)
			}
			got := revscoring.Model{Type: m.Type, Version: m.Version, Labels: m.Labels, Multilabel: m.Multilabel,
				PopulationRates: m.PopulationRates, LabelWeights: m.LabelWeights, Origin: revscoring.Origin{Protocol: o.Protocol}}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestScoresWhatTheOriginalScored(t *testing.T) {
	files, err := filepath.Glob("testdata/*.model")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			e, err := estimator.New(read(t, file).Estimator)
			if err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(strings.TrimSuffix(file, ".model") + ".scores.jsonl")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for i, r := range rows(t, f) {
				if err := compare(e, r); err != nil {
					t.Errorf("vector %d: %v", i, err)
				}
			}
		})
	}
}

// TestRefusesChanged changes a good file in one place.
func TestRefusesChanged(t *testing.T) {
	const class = "crevscoring.scoring.models.random_forest\nRandomForest\n"
	cases := []struct{ name, old, new, want string }{
		{"a shell where nobody looks", "cnumpy.random._pickle\n__randomstate_ctor\n", "cos\nsystem\n", `the file names "os.system", which no model of revscoring needs`},
		{"the same by Python 2's name", "cnumpy.random._pickle\n__randomstate_ctor\n", "c__builtin__\neval\n", `"builtins.eval"`},
		{"a shell that is thrown away", class, "cos\nsystem\n0" + class, `"os.system"`},
		{"revscoring 1", class, "crevscoring.scorer_models.rf\nRF\n", "revscoring.scorer_models.rf.RF of revscoring 1, must be of revscoring 2"},
		{"MultinomialNB", class, "crevscoring.scoring.models.naive_bayes\nMultinomialNB\n", "MultinomialNB, which is not supported"},
		{"no model", class, "crevscoring.scoring.model_info\nModelInfo\n", "which is no model of revscoring 2"},
		{"bare estimator", class, "csklearn.svm._classes\nSVC\n", "a bare sklearn.svm._classes.SVC"},
		{"another function", "_process_tokens", "_process_xxkens", "_process_xxkens"},
		{"newer scikit-learn", "1.1.3", "1.9.3", "scikit-learn 1.9.3 is not known"},
		{"without labels", "\x06\x00\x00\x00labels", "\x06\x00\x00\x00xabels", "labels: is missing"},
		{"without features", "\x08\x00\x00\x00features", "\x08\x00\x00\x00xeatures", "features: is missing"},
		{"without information", "\x04\x00\x00\x00info", "\x04\x00\x00\x00xnfo", "info: is missing"},
		{"multilabel with one estimator", "multilabelq\x08\x89", "multilabelq\x08\x88", "one estimator for all labels, as revscoring 2.1 has it"},
		{"without an estimator", "\x09\x00\x00\x00estimator", "\x09\x00\x00\x00xstimator", "estimator: is None"},
	}
	good, err := os.ReadFile(protocol2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !bytes.Contains(good, []byte(c.old)) {
				t.Fatalf("the recording has no %q", c.old)
			}
			_, err := revscoring.Read(bytes.NewReader(bytes.ReplaceAll(good, []byte(c.old), []byte(c.new))), "x.model")
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "read model x.model: ") {
				t.Errorf("got %v\nwant an error with %q", err, c.want)
			}
		})
	}
}

// The original's own commands make OrderedDicts of --label-weight and --pop-rate, and
// models with the former were refused.
func TestReadsOrderedWeights(t *testing.T) {
	data, err := os.ReadFile(protocol2)
	if err != nil {
		t.Fatal(err)
	}
	weights := regexp.MustCompile(`(?s)(label_weightsr.{4})}`)
	ordered := weights.ReplaceAll(data, []byte("${1}ccollections\nOrderedDict\n)R"))
	if len(ordered) == len(data) {
		t.Fatal("the recording has no weights")
	}
	m, err := revscoring.Read(bytes.NewReader(ordered), "x.model")
	if err != nil {
		t.Fatal(err)
	}
	if want := read(t, protocol2).LabelWeights; len(want) != 3 || !reflect.DeepEqual(m.LabelWeights, want) {
		t.Errorf("got %v, want %v", m.LabelWeights, want)
	}
}

func TestRefusesOthers(t *testing.T) {
	compressed, err := os.ReadFile("testdata/ints.bz2.model")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(protocol2)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, data, want string }{
		{"nothing", "", "the file is empty"},
		{"text", "features:\n  - name: é\n", "no pickle: it looks like text"},
		{"long text", strings.Repeat("é–x", 200), "no pickle: it looks like text"},
		{"a program's text", "import pickle\nprint()\n", "no pickle: it looks like text"},
		{"Latin-1", "\xe9t\xe9 et hiver", "the file is no pickle: pickle: opcode 0xe9 at byte 0"},
		{"PNG", "\x89PNG\r\n\x1a\n\x00", "an image (PNG)"},
		{"JPEG", "\xff\xd8\xff\xe0", "an image (JPEG)"},
		{"joblib with zlib", "x\x9c\xab\x00", "write the model with pickle.dump"},
		{"joblib", "\x80\x04\x8c\x13joblib.numpy_pickle\x8c\x11NumpyArrayWrapper\x93)\x81\xff\xff", "write the model with pickle.dump"},
		{"cut off", string(whole[:len(whole)/2]), "the file is cut off, or damaged: pickle: "},
		{"cut off early", string(whole[:40]), "the file is cut off, or damaged: pickle: "},
		{"changed inside", string(whole[:400]) + "\xff" + string(whole[401:]), "pickle: "},
		{"extra trees", "\x80\x02csklearn.ensemble._forest\nExtraTreesClassifier\n)\x81.", "convert it with skl2onnx and use streamer import-onnx"},
		{"gzip", "\x1f\x8b\x08\x00", "a gzip file"},
		{"Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:", "git lfs pull"},
		{"web page", "<!DOCTYPE html>", "a web page"},
		{"zip", "PK\x03\x04", "a zip file"},
		{"a number", "I1\n.", "the file holds an int, must be a model"},
		{"a call", "cos\nsystem\n(S'true'\ntR.", "the file holds a os.system, which is no model"},
		{"truncated bzip2", string(compressed[:len(compressed)/2]), "the bzip2 file is cut off after 1581 bytes"},
		{"damaged bzip2", string(compressed[:900]) + "?" + string(compressed[901:]), "bzip2 data invalid"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := revscoring.Read(strings.NewReader(c.data), "x.model")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// TestBoundsWhatIsDecompressed: a small file must not become a large one.
func TestBoundsWhatIsDecompressed(t *testing.T) {
	data, err := os.ReadFile("testdata/ints.bz2.model")
	if err != nil {
		t.Fatal(err)
	}
	limits := pickle.DefaultLimits()
	limits.Input = int64(len(data)) + 1000 // compressed it fits
	_, err = revscoring.Options{Limits: &limits}.Read(bytes.NewReader(data), "x.model")
	if want := fmt.Sprintf("more than %d bytes", limits.Input); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A model that is an ONNX file is told where to go, in bzip2 too.
func TestRefusesONNX(t *testing.T) {
	data, err := os.ReadFile("../onnx/testdata/gb_binary.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func() error{
		"model":     func() error { _, err := revscoring.Read(bytes.NewReader(data), "x.model"); return err },
		"estimator": func() error { _, _, _, err := revscoring.ReadEstimator(bytes.NewReader(data)); return err },
	} {
		if err := read(); err == nil || !strings.Contains(err.Error(), "an ONNX model: streamer import-onnx reads it") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// bomb is None and 268,435,445 DUPs in bzip2, 222 bytes, which took 14.6 GB.
const bomb = "QlpoOTFBWSZTWZ2LW5wFfjgMAJAAAAEACCAAUGYE1I3EVAS6kkgqrahUBLzFBWSZTWeMFHnkBX44IAJAAAAggADCATUZCoCW" +
	"pCoCXMUFZJlNZ4wUeeQFfjggAkAAACCAAMIBNRkKgJakKgJcxQVkmU1njBR55AV+OCACQAAAIIAAwgE1GQqAlqQqAlzFBWSZ" +
	"TWeMFHnkBX44IAJAAAAggADCATUZCoCWpCoCXMUFZJlNZowg6rwEqQtgAkAAAARAAAAggADDNNApQbmXAIkjtAESR4u5Ipwo" +
	"SDgCDDyA"

// TestBombIsStopped: what a small file unpacks to is refused before it takes the memory of
// the longest file.
func TestBombIsStopped(t *testing.T) {
	data, err := base64.StdEncoding.DecodeString(bomb)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = revscoring.Read(bytes.NewReader(data), "x.model")
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "222 bytes becomes more than 100 times as long") {
		t.Errorf("got %v", err)
	}
	if asked := after.TotalAlloc - before.TotalAlloc; asked > 48<<20 {
		t.Errorf("%d bytes asked for", asked)
	}
}

func TestRefusesEveryTruncation(t *testing.T) {
	data, err := os.ReadFile(protocol2)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(data); n += 61 {
		if _, err := revscoring.Read(bytes.NewReader(data[:n]), "x.model"); err == nil {
			t.Errorf("the first %d of %d bytes are a model", n, len(data))
		}
	}
}

// FuzzRead: what is read hangs together, whatever was in the file.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.model")
	if err != nil || len(files) == 0 {
		f.Fatalf("%d recordings, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	limits := pickle.Limits{Input: 1 << 20, Values: 1 << 16, Memo: 1 << 16, Depth: 200}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := revscoring.Options{Limits: &limits}.Read(bytes.NewReader(data), "fuzz.model")
		if err != nil {
			return
		}
		e, err := estimator.New(m.Estimator)
		if err != nil {
			t.Fatal(err)
		}
		if e.Features() != len(m.Features) || e.Multilabel() != m.Multilabel || m.Info == nil {
			t.Errorf("%d features of %d, multilabel %v of %v", e.Features(), len(m.Features), e.Multilabel(), m.Multilabel)
		}
		for _, feature := range m.Features {
			if feature.Expression == "" {
				t.Errorf("%s has no expression", feature.Name)
			}
		}
	})
}
