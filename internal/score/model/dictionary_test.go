package model

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// dictionary writes a dictionary of a few words and returns its folder.
func dictionary(t *testing.T, tag string, words ...string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		tag + ".aff": "SET UTF-8\n",
		tag + ".dic": "3\n" + strings.Join(words, "\n") + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// spelling is the stump with a feature that asks a dictionary.
func spelling(t *testing.T, sum string) fstest.MapFS {
	t.Helper()
	bundle := stump(t)
	editCard(t, bundle, "len(revision.text)", "len(spelled(tokens(revision.text), @test.dictionary))")
	editCard(t, bundle, "estimator:", "dictionaries:\n  - name: test.dictionary\n    dictionaries: [{tag: xx_YY, sha256: \""+sum+"\"}]\nestimator:")
	return bundle
}

// A model asks the system's dictionary and says when it is another than it was
// made with.
func TestDictionaries(t *testing.T) {
	folder := dictionary(t, "xx_YY", "heck", "darn", "Ada")
	known := NewLibrary([]string{"/does/not/exist", folder})
	m, err := Load(spelling(t, ""), ".", known)
	if err != nil {
		t.Fatal(err)
	}
	asked := m.Dictionaries()
	speller := m.List().Assets.Dictionaries["test.dictionary"]
	if len(asked) != 1 || asked[0].File != filepath.Join(folder, "xx_YY.dic") || asked[0].Changed() ||
		!speller.Check("Heck") || speller.Check("ada") {
		t.Errorf("%+v", asked)
	}
	same, err := Load(spelling(t, asked[0].SHA256), ".", known)
	if err != nil || same.Dictionaries()[0].Changed() {
		t.Errorf("the same files: %+v, %v", same, err)
	}
	other, err := Load(spelling(t, strings.Repeat("0", 64)), ".", known)
	if err != nil || !other.Dictionaries()[0].Changed() {
		t.Errorf("other files: %+v, %v", other, err)
	}
	if same.List().Assets.Dictionaries["test.dictionary"] != other.List().Assets.Dictionaries["test.dictionary"] {
		t.Error("two models do not share one dictionary")
	}
}

func TestLoadRefusesDictionaries(t *testing.T) {
	for name, test := range map[string]struct {
		bundle  fstest.MapFS
		folders []string
		want    string
	}{
		"not installed": {spelling(t, ""), []string{t.TempDir()}, "dictionary xx_YY in "},
		"damaged":       {spelling(t, ""), []string{dictionary(t, "xx_YY", "a/")}, "xx_YY.dic"},
		"no checksum":   {spelling(t, "12"), nil, `tag "xx_YY" with sha256 "12"`},
	} {
		if _, err := Load(test.bundle, ".", NewLibrary(test.folders)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

// What a model's features are defined on follows from what they ask.
func TestContent(t *testing.T) {
	for _, test := range []struct{ first, want string }{
		{"len(revision.text) + 1", ContentWikitext},
		{"len(labels(revision.text))", ContentItem},
		{"is_anon(revision.user.id)", ""},
	} {
		bundle := stump(t)
		editCard(t, bundle, "len(revision.text)", test.first)
		editCard(t, bundle, "len(revision.parent.text)", "revision.user.id")
		m, err := Load(bundle, ".", NewLibrary(nil))
		if err != nil || m.Content() != test.want {
			t.Errorf("%s: %v, want %q", test.first, err, test.want)
		}
	}
}
