package translate

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"

	"revscore/internal/score/pattern"
)

// Assets are what expressions ask besides the revision, by name. They are read
// and written as tools/reference/library.py has them.
type Assets struct {
	Lexicons     map[string]pattern.Source `json:"lexicons,omitempty"`
	Dictionaries map[string]Dictionary     `json:"dictionaries,omitempty"`
	Words        map[string][]string       `json:"words,omitempty"`       // sorted
	Phrases      map[string][]string       `json:"phrases,omitempty"`     // sorted
	Conversions  map[string][][2]string    `json:"conversions,omitempty"` // a character, and what becomes of it
}

// Dictionary names dictionaries of the system that are asked one after the other.
type Dictionary struct {
	Tags          []string `json:"tags"`           // as enchant has them: en_US, or sv where a system may have several
	ReplaceAstral bool     `json:"replace_astral"` // characters beyond U+FFFF are U+FFFD
}

// maxAssets is how many bytes of assets are read. The reference's take 70 kB.
const maxAssets = 64 << 20

// ReadAssets reads assets as tools/reference/assets.py prints them.
func ReadAssets(r io.Reader) (Assets, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxAssets+1))
	if err != nil {
		return Assets{}, err
	}
	if len(data) > maxAssets {
		return Assets{}, fmt.Errorf("assets are more than %d bytes", maxAssets)
	}
	var a Assets
	if err := json.Unmarshal(data, &a); err != nil {
		return Assets{}, fmt.Errorf("read assets: %w", err)
	}
	return a, nil
}

// asset is an asset that has no name yet.
type asset struct {
	kind string
	sum  string // sha256 of its definition as Python's json.dumps(sort_keys=True) writes it, in hex
	put  func(a *Assets, name string)
}

// The kinds of assets, as names of assets without an owner begin.
const (
	kindLexicon    = "lexicon"
	kindDictionary = "dictionary"
	kindWords      = "words"
	kindPhrases    = "phrases"
	kindConversion = "conversion"

	maxOwner = 200 // bytes of a name that a datasource tells; it becomes a file's
)

// library files assets. Its names are those of tools/reference/library.py.
type library struct {
	assets Assets
	filed  map[string]*asset // by name: a name is one asset's
}

func newLibrary() *library {
	return &library{filed: map[string]*asset{}, assets: Assets{
		Lexicons: map[string]pattern.Source{}, Dictionaries: map[string]Dictionary{}, Words: map[string][]string{},
		Phrases: map[string][]string{}, Conversions: map[string][][2]string{},
	}}
}

// owner finds, in a datasource's name, the word list of the reference that it is
// of, as english.badwords.
var owner = regexp.MustCompile(`(?s)\Adatasource\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*?)(\.excluding)?(?:\(.*\))?\.revision(?:\.?parent|\.diff)?` +
	`\.(?:matches|dict_split|(?:non_)?dict_words|(?:non_)?stopwords)(?:_added|_removed)?\z`)

// file files an asset of a node under the name that the node's name tells, or one
// of its own; it returns the name.
func (l *library) file(a *asset, node string) (string, error) {
	name := a.kind + ".x" + a.sum[:8]
	if found := owner.FindStringSubmatch(node); found != nil && len(found[1]) <= maxOwner {
		name = found[1] + found[2]
	}
	if l.put(a, name) {
		return name, nil
	}
	return l.fileAs(a, name+"_"+a.sum[:8]) // another of that name came first
}

// fileAs files an asset whose name is known.
func (l *library) fileAs(a *asset, name string) (string, error) {
	if !l.put(a, name) {
		return "", fmt.Errorf("asks two assets that are called %s", name)
	}
	return name, nil
}

// put files an asset unless another has the name.
func (l *library) put(a *asset, name string) bool {
	if known, ok := l.filed[name]; ok {
		return known.kind == a.kind && known.sum == a.sum
	}
	l.filed[name] = a
	a.put(&l.assets, name)
	return true
}
