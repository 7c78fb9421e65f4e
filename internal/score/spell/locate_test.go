package spell

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestLocate(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for _, file := range []string{
		filepath.Join(first, "de_DE_frami.dic"), filepath.Join(first, "fil.dic"), filepath.Join(first, "pt_BR.dic"), filepath.Join(first, "hyph_eo.dic"),
		filepath.Join(second, "de_DE.dic"), filepath.Join(second, "fr.dic"), filepath.Join(second, "ar.txt"), filepath.Join(second, "nb-x.dic"),
	} {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for tag, want := range map[string]string{
		"de_DE": filepath.Join(second, "de_DE"), // exact, though in a later folder
		"de_AT": filepath.Join(first, "de_DE_frami"),
		"fr_CA": filepath.Join(second, "fr"),
		"pt":    filepath.Join(first, "pt_BR"),
		"nb":    filepath.Join(second, "nb-x"),
		"fi":    "", "ar": "", "eo": "",
	} {
		aff, dic, err := Locate([]string{"/does/not/exist", first, second}, tag)
		switch {
		case want == "" && !errors.Is(err, ErrNotInstalled):
			t.Errorf("%s: %s, %v", tag, dic, err)
		case want != "" && (err != nil || aff != want+".aff" || dic != want+".dic"):
			t.Errorf("%s: %s and %s, %v, want %s", tag, aff, dic, err, want)
		}
	}
}
