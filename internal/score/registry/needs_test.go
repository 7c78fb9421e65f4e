package registry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"revscore/internal/score/model"
)

func known() *model.Library { return model.NewLibraryWithout() }

func TestPackages(t *testing.T) {
	var list []model.Recorded
	for tag := range strings.FieldsSeq("en_US en_GB de_DE pt_BR fr_FR sv_SE ru_RU he nb_NO et_EE en en_US") {
		list = append(list, model.Recorded{Tag: tag})
	}
	want := "hunspell-en-us hunspell-en-gb hunspell-de-de hunspell-pt-br hunspell-fr hunspell-sv hunspell-ru hunspell-he hunspell-no myspell-et hunspell-en"
	if got := Packages(list); got != want {
		t.Errorf("got %s", got)
	}
}

// spelling has a bundle ask a dictionary, with the checksum that it had at import.
func (f folder) spelling(t *testing.T, tag, sum string) folder {
	t.Helper()
	f.edit(t, func(card string) string {
		return unsealed(card) + "dictionaries:\n  - name: 'words'\n    dictionaries: [{tag: '" + tag + "', sha256: '" + sum + "'}]\n"
	})
	return f
}

// Where a dictionary is missing the error says what to install, and who asks no text
// needs none.
func TestDictionaryThatIsMissing(t *testing.T) {
	dir := onDisk(t, "enwiki.reverted", t.TempDir()).spelling(t, "en_US", "")
	_, err := LoadSet(nil, bundles(string(dir)), []string{t.TempDir()})
	if err == nil || !strings.HasSuffix(err.Error(), "; all that this model asks is in hunspell-en-us") {
		t.Errorf("got %v", err)
	}
	m, err := Load(nil, string(dir), known())
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Recorded(); len(got) != 1 || got[0].Tag != "en_US" || m.Dictionaries() != nil {
		t.Errorf("recorded %v, asked %v", got, m.Dictionaries())
	}
}

func TestDoubts(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"zz.dic": "1\nbread\n", "zz.aff": "SET UTF-8\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for sum, want := range map[string]string{
		"":                      "dictionary zz of enwiki.reverted was not there at import: changes of it go unnoticed; import again where it is installed",
		strings.Repeat("0", 64): "at import it had " + strings.Repeat("0", 64) + ": scores may differ",
		model.Installed([]string{folder}, "zz").SHA256: "",
	} {
		s, err := LoadSet(nil, bundles(string(onDisk(t, "enwiki.reverted", t.TempDir()).spelling(t, "zz", sum))), []string{folder})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.Doubts(), "\n"); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("sha256 %q: %q, want %q", sum, got, want)
		}
	}
}
