//go:build languages

package translate

import (
	"os"
	"path/filepath"
	"testing"
)

// recorded are the dictionaries of languages with several that were there when
// the values of the lists were recorded (tools/reference/lists.py); a pickle only
// has the language.
var recorded = map[string]string{"sr_Latn_RS": "sr", "sv_SE": "sv"}

// TestEveryList compares every list of the reference under every protocol. LISTS
// names a folder with what tools/reference/pickles.py writes, and the lists.json
// of lists.py.
func TestEveryList(t *testing.T) {
	folder := os.Getenv("LISTS")
	if folder == "" {
		t.Fatal("LISTS must name the folder that tools/reference/pickles.py and lists.py wrote to")
	}
	want := readExpected(t, filepath.Join(folder, "lists.json"))
	for name, d := range want.Assets.Dictionaries {
		for i, tag := range d.Tags {
			if language, ok := recorded[tag]; ok {
				want.Assets.Dictionaries[name].Tags[i] = language
			}
		}
	}
	file, err := os.Open(filepath.Join(folder, "known.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	known, err := ReadAssets(file)
	if err != nil {
		t.Fatal(err)
	}
	equal, protocols := compareLists(t, folder, want, known), 4
	features := 0
	for _, list := range want.Lists {
		features += len(list)
	}
	if equal != features*protocols {
		t.Errorf("%d features are equal, want %d under each of %d protocols", equal, features, protocols)
	}
	t.Logf("%d features of %d lists are equal under %d protocols, and all that they ask", features, len(want.Lists), protocols)
}
