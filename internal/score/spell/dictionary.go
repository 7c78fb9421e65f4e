package spell

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"
)

// Limits of what is read and done. The largest file of Debian has 11 MB.
const (
	maxFile  = 1 << 28 // bytes of a file
	maxAsked = 300     // bytes of a word; Enchant and Hunspell know no longer one
	maxRoot  = 1 << 10 // bytes of a line's word in a .dic file
)

// Dictionary is a loaded pair of .aff and .dic files. It does not change.
type Dictionary struct {
	options
	casing  casing
	charset *charset // nil in UTF-8
	ignored *ignored

	words    *words
	sets     *flagSets
	prefixes trie
	suffixes trie
	follows  [1 << 10]uint64 // flags of affixes that join affixes
	followed bool

	hungarian    bool
	spaced       bool       // a root has a space: see wordPair
	ruleStarts   *[256]bool // see mayCompound; nil allows all
	replacements replacements
	sum          string
	searches     sync.Pool // of *search
}

// Load reads a dictionary from two files.
func Load(aff, dic string) (*Dictionary, error) {
	affFile, err := os.Open(aff)
	if err != nil {
		return nil, fmt.Errorf("dictionary: %w", err)
	}
	defer affFile.Close()
	dicFile, err := os.Open(dic)
	if err != nil {
		return nil, fmt.Errorf("dictionary: %w", err)
	}
	defer dicFile.Close()
	return Read(aff, affFile, dic, dicFile)
}

// Read reads a dictionary; the names are for errors. What Hunspell tolerates
// in files that Debian ships is tolerated: unknown lines, a byte order mark,
// carriage returns, a word count that is some words off.
func Read(affName string, aff io.Reader, dicName string, dic io.Reader) (*Dictionary, error) {
	affData, err := readAll(affName, aff)
	if err != nil {
		return nil, err
	}
	dicData, err := readAll(dicName, dic)
	if err != nil {
		return nil, err
	}
	r, err := newAffReader(affName, affData)
	if err != nil {
		return nil, err
	}
	if err := r.read(); err != nil {
		return nil, err
	}
	d, err := newDictionary(r)
	if err != nil {
		return nil, err
	}
	if err := d.readRoots(dicName, dicData, &r.roots); err != nil {
		return nil, err
	}
	d.ruleStarts = d.startsOfRules()
	d.sets.closed()
	d.sum = checksum(affData, dicData)
	return d, nil
}

func readAll(name string, in io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: more than %d bytes", name, maxFile)
	}
	return data, nil
}

func checksum(aff, dic []byte) string {
	hash := sha256.New()
	hash.Write(aff)
	hash.Write(dic)
	return hex.EncodeToString(hash.Sum(nil))
}

// Sum is the SHA-256 over the .aff and then the .dic file, in hexadecimal.
func (d *Dictionary) Sum() string { return d.sum }

func newDictionary(r *affReader) (*Dictionary, error) {
	d := &Dictionary{
		options: *r.options, words: newWords(), sets: r.sets,
		follows: r.follows, followed: r.followed,
		ignored: newIgnored(r.options.ignore, r.wide()),
	}
	// Hunspell has rules of their own for these alone (csutil.cxx, lang2enc).
	switch d.language {
	case "az", "az_AZ", "tr", "tr_TR", "crh":
		d.casing.turkic = true
	case "hu", "hu_HU":
		d.hungarian = true
	}
	if d.wide() {
		d.casing.pages = unicodePages()
	} else {
		if d.charset = newCharset(d.encoding); d.charset == nil {
			return nil, fmt.Errorf("%s: SET names an unknown encoding, %q", r.name, d.encoding)
		}
		d.casing.bytes = &d.charset.cases
	}
	d.prefixes, d.suffixes = newTrie(r.prefixes), newTrie(r.suffixes)
	d.searches.New = func() any { return newSearch(d) }
	return d, nil
}

// wide tells whether characters can have several bytes.
func (d *Dictionary) wide() bool { return d.encoding == "UTF-8" }

// mayFollow tells whether some affix lets affixes of this flag join it.
func (d *Dictionary) mayFollow(f flag) bool { return d.follows[f>>6]>>(f&63)&1 != 0 }

// mayCompound spares most words the search for parts. Where words are joined
// by COMPOUNDRULE alone (in English: digits), the first part is a root that a
// rule names, and only bytes that begin one can begin a compound word.
func (d *Dictionary) mayCompound(word []byte) bool {
	return d.compound.possible() && (d.ruleStarts == nil || d.ruleStarts[word[0]])
}

func (d *Dictionary) startsOfRules() *[256]bool {
	c := &d.compound
	if c.flag != 0 || c.begin != 0 || c.replaced || d.hungarian || len(c.rules) == 0 {
		return nil
	}
	var starts [256]bool
	for e := range d.words.entries {
		if word := d.words.word(entryID(e)); len(word) > 0 && d.namedByRule(entryID(e)) {
			starts[word[0]] = true
		}
	}
	return &starts
}

// has tells whether a root has a flag.
func (d *Dictionary) has(e entryID, f flag) bool {
	return d.sets.has(d.words.entries[e].flags, f)
}

func (d *Dictionary) namedByRule(e entryID) bool {
	for _, rule := range d.compound.rules {
		for _, f := range rule {
			if f != '*' && f != '?' && d.has(e, f) {
				return true
			}
		}
	}
	return false
}
