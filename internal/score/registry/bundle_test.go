package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"revscore/models"
)

// folder is a bundle on disk that tests change.
type folder string

// onDisk copies a bundle of the program to a folder.
func onDisk(t *testing.T, bundle, dir string) folder {
	t.Helper()
	sub, err := fs.Sub(models.FS, bundle)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, sub); err != nil {
		t.Fatal(err)
	}
	return folder(dir)
}

// set gives a key of the card another value.
func (f folder) set(t *testing.T, key, value string) folder {
	t.Helper()
	line := regexp.MustCompile(`(?m)^` + key + `:.*$`)
	f.edit(t, func(card string) string { return line.ReplaceAllLiteralString(card, key+": "+value) })
	return f
}

// edit changes the card, which it replaces as a whole, and takes its checksum away,
// as a person does.
func (f folder) edit(t *testing.T, change func(string) string) {
	t.Helper()
	old := f.read(t, cardFile)
	card := unsealed(change(old))
	if card == old {
		t.Fatalf("the card is as it was:\n%s", card)
	}
	f.write(t, cardFile, card)
}

// examples replaces the recorded examples, and their checksum where the card has it.
func (f folder) examples(t *testing.T, text string) folder {
	t.Helper()
	const name = "examples.jsonl"
	sum := func(s string) string {
		digest := sha256.Sum256([]byte(s))
		return hex.EncodeToString(digest[:])
	}
	card := strings.ReplaceAll(f.read(t, cardFile), sum(f.read(t, name)), sum(text))
	f.write(t, name, text)
	f.write(t, cardFile, unsealed(card)+"# other examples\n")
	return f
}

func unsealed(card string) string {
	text, _, _ := strings.Cut(card, "checksum: ")
	return text
}

// wrongExample is an answer that the model of revision ids does not give.
const wrongExample = `{"rev_id":7,"score":{"prediction":false,"probability":{"false":0.93,"true":0.07}}}` + "\n"

func (f folder) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(string(f), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (f folder) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(string(f), name)
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func (f folder) remove(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(string(f)); err != nil {
		t.Fatal(err)
	}
}
