//go:build parity

package spell

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

const system = "/usr/share/hunspell"

func loadSystem(tb testing.TB, name string) *Dictionary {
	tb.Helper()
	d, err := Load(filepath.Join(system, name+".aff"), filepath.Join(system, name+".dic"))
	if err != nil {
		tb.Fatalf("%v (installed by tools/reference/install.sh)", err)
	}
	return d
}

// row is a word of words.jsonl.gz with the verdicts of the reference.
type row struct {
	Word string `json:"w"`
	EnUS bool   `json:"en_US"`
	EnGB bool   `json:"en_GB"`
	EnAU bool   `json:"en_AU"`
	En   bool   `json:"en"`
	DeDE bool   `json:"de_DE"`
	Fr   bool   `json:"fr"`
	Es   bool   `json:"es"`
	Ru   bool   `json:"ru"`
}

func rows(tb testing.TB) []row {
	tb.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(root, "golden", "public", "words.jsonl.gz"))
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		tb.Fatal(err)
	}
	var all []row
	for in := json.NewDecoder(unzipped); ; {
		var r row
		if err := in.Decode(&r); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			tb.Fatal(err)
		}
		all = append(all, r)
	}
}

func TestParity(t *testing.T) {
	all := rows(t)
	for _, language := range []struct {
		name  string
		files []string
		want  func(row) bool
	}{
		{"en_US", []string{"en_US"}, func(r row) bool { return r.EnUS }},
		{"en_GB", []string{"en_GB"}, func(r row) bool { return r.EnGB }},
		{"en_AU", []string{"en_AU"}, func(r row) bool { return r.EnAU }},
		{"en", []string{"en_US", "en_GB", "en_AU"}, func(r row) bool { return r.En }},
		{"de_DE", []string{"de_DE"}, func(r row) bool { return r.DeDE }},
		{"fr", []string{"fr"}, func(r row) bool { return r.Fr }},
		{"es", []string{"es_ES"}, func(r row) bool { return r.Es }},
		{"ru", []string{"ru_RU"}, func(r row) bool { return r.Ru }},
	} {
		t.Run(language.name, func(t *testing.T) {
			var cfg Config
			for _, name := range language.files {
				cfg.Dictionaries = append(cfg.Dictionaries, loadSystem(t, name))
			}
			cfg.ReplaceAstral = language.name[:2] == "en"
			c := NewChecker(cfg)
			differ := 0
			for _, r := range all {
				if got := c.Check(r.Word); got != language.want(r) {
					differ++
					t.Logf("%q is %t, reference %t", r.Word, got, !got)
				}
			}
			t.Logf("%d of %d words differ", differ, len(all))
			if 10_000*differ > len(all) {
				t.Errorf("less than 99.99 %% agree")
			}
		})
	}
}

// TestParityLimits holds English to its time and memory. The limits on time are
// multiples of what is promised for an idle machine.
func TestParityLimits(t *testing.T) {
	var before, after runtime.MemStats
	for range 3 { // pools of dictionaries of other tests outlive one collection
		runtime.GC()
	}
	runtime.ReadMemStats(&before)
	start := time.Now()
	english := []*Dictionary{loadSystem(t, "en_US"), loadSystem(t, "en_GB"), loadSystem(t, "en_AU")}
	loading := time.Since(start)
	runtime.ReadMemStats(&after)
	t.Logf("loading English: %v, %d MB allocated in all", loading, (after.TotalAlloc-before.TotalAlloc)>>20)
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("kept: %d MB", (after.HeapAlloc-before.HeapAlloc)>>20)
	if loading > 900*time.Millisecond || after.HeapAlloc-before.HeapAlloc > 60<<20 {
		t.Errorf("loading English took %v and %d bytes", loading, after.HeapAlloc-before.HeapAlloc)
	}

	all := rows(t)
	took := make([]time.Duration, len(all))
	for i, r := range all {
		start := time.Now()
		for _, d := range english {
			if d.Check(r.Word) {
				break
			}
		}
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	median := took[len(took)/2]
	t.Logf("a word not seen before: median %v, 99 %% below %v", median, took[len(took)*99/100])
	if median > 6*time.Microsecond {
		t.Errorf("a word takes %v", median)
	}

	c := NewChecker(Config{Dictionaries: english})
	few := all[:1000]
	ask := func() {
		for _, r := range few {
			c.Check(r.Word)
		}
	}
	ask()
	if n := testing.AllocsPerRun(10, ask); n > 0 {
		t.Errorf("remembered words: %v allocations for %d", n, len(few))
	}
	start = time.Now()
	const turns = 100
	for range turns {
		ask()
	}
	t.Logf("a remembered word: %v", time.Since(start)/time.Duration(turns*len(few)))
}

// TestParityEveryDictionary loads all of Debian's: the strictness of the
// readers must not be beyond what they ship.
func TestParityEveryDictionary(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(system, "*.aff"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no dictionaries in %s: %v", system, err)
	}
	for _, file := range files {
		if real, err := filepath.EvalSymlinks(file); err == nil && real == file {
			name := filepath.Base(file)
			loadSystem(t, name[:len(name)-len(".aff")])
		}
	}
}
