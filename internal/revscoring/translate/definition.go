package translate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"unicode/utf16"

	"revscore/internal/score/pattern"
)

// Names of assets without an owner are those of tools/reference/library.py: they
// hold the digest of json.dumps(definition, sort_keys=True). definition writes
// that form.
type definition []byte

func (d definition) key(name string) definition {
	if len(d) > 1 {
		d = append(d, ", "...)
	}
	return append(d.text(name), ": "...)
}

// text is a JSON string in ASCII.
func (d definition) text(s string) definition {
	d = append(d, '"')
	for _, r := range s {
		d = d.character(r)
	}
	return append(d, '"')
}

func (d definition) character(r rune) definition {
	switch r {
	case '"', '\\':
		return append(d, '\\', byte(r))
	case '\b':
		return append(d, `\b`...)
	case '\f':
		return append(d, `\f`...)
	case '\n':
		return append(d, `\n`...)
	case '\r':
		return append(d, `\r`...)
	case '\t':
		return append(d, `\t`...)
	}
	if ' ' <= r && r <= '~' {
		return append(d, byte(r))
	}
	for _, unit := range utf16.AppendRune(nil, r) {
		d = fmt.Appendf(d, `\u%04x`, unit)
	}
	return d
}

func (d definition) list(items []string) definition {
	d = append(d, '[')
	for i, item := range items {
		if i > 0 {
			d = append(d, ", "...)
		}
		d = d.text(item)
	}
	return append(d, ']')
}

func (d definition) sum() string {
	sum := sha256.Sum256(d)
	return hex.EncodeToString(sum[:])
}

func lexiconAsset(s pattern.Source) *asset {
	d := definition("{").key("after").text(s.After).key("before").text(s.Before)
	if s.Exclude != nil {
		d = d.key("exclude").list(s.Exclude)
	}
	d = append(d.key("flags").text(s.Flags).key("patterns").list(s.Patterns), '}')
	return &asset{kindLexicon, d.sum(), func(a *Assets, name string) { a.Lexicons[name] = s }}
}

func dictionaryAsset(made Dictionary) *asset {
	d := definition("{").key("replace_astral")
	d = append(fmt.Appendf(d, "%t", made.ReplaceAstral), ", \"tags\": "...)
	d = append(d.list(made.Tags), '}')
	return &asset{kindDictionary, d.sum(), func(a *Assets, name string) { a.Dictionaries[name] = made }}
}

// wordsAsset is of a sorted list.
func wordsAsset(list []string) *asset {
	return &asset{kindWords, definition{}.list(list).sum(), func(a *Assets, name string) { a.Words[name] = list }}
}

// phrasesAsset is of a sorted list.
func phrasesAsset(list []string) *asset {
	return &asset{kindPhrases, definition{}.list(list).sum(), func(a *Assets, name string) { a.Phrases[name] = list }}
}

func conversionAsset(pairs [][2]string) *asset {
	d := definition("[")
	for i, pair := range pairs {
		if i > 0 {
			d = append(d, ", "...)
		}
		d = d.list(pair[:])
	}
	return &asset{kindConversion, append(d, ']').sum(), func(a *Assets, name string) { a.Conversions[name] = slices.Clone(pairs) }}
}
