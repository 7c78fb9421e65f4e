package translate

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/score/feature/expr"
)

// expected is what tools/reference/expression.py makes of some lists: it writes
// lists.json, and pickles.py testdata/expected.json.
type expected struct {
	Lists  map[string][]struct{ Name, Expr, Needs string }
	Assets Assets
	Known  Assets
}

func readExpected(tb testing.TB, path string) *expected {
	tb.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	var e expected
	if err := json.Unmarshal(data, &e); err != nil {
		tb.Fatal(err)
	}
	if len(e.Lists) == 0 {
		tb.Fatalf("%s has no lists", path)
	}
	return &e
}

func load(tb testing.TB, path string) any {
	tb.Helper()
	file, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	v, err := pickle.Load(file)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// loadList reads the pickle of a list of features.
func loadList(tb testing.TB, path string) []any {
	tb.Helper()
	list, err := readItems(load(tb, path))
	if err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
	return list
}

// compareLists translates pickles of all lists, with one library for all as the
// reference did, and returns how many features and assets are equal.
func compareLists(t *testing.T, folder string, want *expected, known Assets) (features int) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.pickle"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no pickles in %s: %v", folder, err)
	}
	lists := map[string]bool{}
	got := newLibrary()
	for _, path := range paths {
		name, _ := cutExtensions(filepath.Base(path))
		lists[name] = true
		translated, err := newTranslation(got, known).features(loadList(t, path))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		features += compareList(t, path, translated, want, name)
	}
	if missing := len(want.Lists) - len(lists); missing != 0 {
		t.Errorf("%d lists have no pickle", missing)
	}
	compareAssets(t, got.assets, want.Assets)
	return features
}

// cutExtensions cuts off .p4.pickle.
func cutExtensions(name string) (list, protocol string) {
	name = name[:len(name)-len(".pickle")]
	return name[:len(name)-len(".p4")], name[len(name)-1:]
}

func compareList(t *testing.T, path string, got []Feature, want *expected, name string) (equal int) {
	list := want.Lists[name]
	if len(got) != len(list) {
		t.Errorf("%s has %d features, want %d", path, len(got), len(list))
		return 0
	}
	for i, w := range list {
		parsed, err := expr.Parse(w.Expr)
		if err != nil {
			t.Fatal(err)
		}
		if got[i].Name != w.Name || got[i].Expression != parsed.String() {
			t.Errorf("%s: feature %d is\n%s = %s, want\n%s = %s", path, i, got[i].Name, got[i].Expression, w.Name, w.Expr)
			continue
		}
		equal++
	}
	return equal
}

func compareAssets(t *testing.T, got, want Assets) {
	compareShelf(t, "lexicon", got.Lexicons, want.Lexicons)
	compareShelf(t, "dictionary", got.Dictionaries, want.Dictionaries)
	compareShelf(t, "words", got.Words, want.Words)
	compareShelf(t, "phrases", got.Phrases, want.Phrases)
	compareShelf(t, "conversion", got.Conversions, want.Conversions)
}

func compareShelf[T any](t *testing.T, kind string, got, want map[string]T) {
	names := slices.Sorted(maps.Keys(got))
	if wanted := slices.Sorted(maps.Keys(want)); !slices.Equal(names, wanted) {
		t.Errorf("names of each %s are\n%q, want\n%q", kind, names, wanted)
	}
	for name, definition := range want {
		if !reflect.DeepEqual(got[name], definition) {
			t.Errorf("%s %s is\n%.2000v, want\n%.2000v", kind, name, got[name], definition)
		}
	}
}

// The lists are made up, or hold no words; see tools/reference/pickles.py.
func TestLists(t *testing.T) {
	want := readExpected(t, "testdata/expected.json")
	if equal := compareLists(t, "testdata", want, want.Known); equal < 600 {
		t.Errorf("%d features are equal, want 600 and more", equal)
	}
}
