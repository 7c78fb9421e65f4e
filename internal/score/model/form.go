package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
)

// The forms of asset files, each with what reads and what writes it. What is
// written reads back the same.

var errNotUTF8 = errors.New("not UTF-8")

// lexicon is a lexicon's file: the arguments of revscoring's extractors.regex.
type lexicon struct {
	Patterns []string `yaml:"patterns"` // Python regular expressions
	Before   string   `yaml:"before"`   // what stands before and behind a hit, as expressions
	After    string   `yaml:"after"`
	Flags    string   `yaml:"flags"`   // "i": case makes no difference
	Exclude  []string `yaml:"exclude"` // hits that match one of these are none
}

func readLexicon(text string) (src pattern.Source, err error) {
	if !utf8.ValidString(text) {
		return src, errNotUTF8
	}
	var file lexicon
	if err := decode([]byte(text), &file); err != nil {
		return src, err
	}
	switch {
	case len(file.Patterns) == 0:
		return src, errors.New("no patterns")
	case file.Flags != "" && file.Flags != "i":
		return src, fmt.Errorf("flags is %q, must be i or empty", file.Flags)
	case strings.ContainsFunc(file.Before+file.After, unicode.IsControl):
		return src, errors.New(`before or after has a control character: YAML reads "\b" in double quotes as one, write '\b'`)
	}
	for name, list := range map[string][]string{"patterns": file.Patterns, "exclude": file.Exclude} {
		for i, p := range list {
			if p == "" {
				return src, fmt.Errorf("%s: entry %d is empty", name, i+1)
			}
			if _, err := pattern.Compile("(" + p + ")"); err != nil {
				return src, fmt.Errorf("%s: entry %d: %w", name, i+1, err)
			}
		}
	}
	return pattern.Source(file), nil
}

func writeLexicon(src pattern.Source) ([]byte, error) {
	b := []byte("# Patterns of a model, tried in this order. The form: docs/formats/bundle.md\n")
	texts := slices.Concat([]string{src.Before, src.After, src.Flags}, src.Patterns, src.Exclude)
	if !utf8.ValidString(strings.Join(texts, "\n")) {
		return nil, errNotUTF8
	}
	for _, field := range []struct{ name, text string }{{"before", src.Before}, {"after", src.After}, {"flags", src.Flags}} {
		if field.text != "" {
			b = fmt.Appendf(b, "%s: %s\n", field.name, scalar(field.text))
		}
	}
	for _, field := range []struct {
		name string
		list []string
	}{{"patterns", src.Patterns}, {"exclude", src.Exclude}} {
		if len(field.list) == 0 {
			continue
		}
		b = fmt.Appendf(b, "%s:\n", field.name)
		for _, p := range field.list {
			b = fmt.Appendf(b, "  - %s\n", scalar(p))
		}
	}
	return b, nil
}

// readLines returns the items of a file that has one on each line: as it is, or,
// where it begins with a double quote, as a JSON string. What an editor of another
// system adds is refused: such an item would be found nowhere.
func readLines(text string) ([]string, error) {
	if !utf8.ValidString(text) {
		return nil, errNotUTF8
	}
	list := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range list {
		switch {
		case line == "":
			return nil, fmt.Errorf("line %d is empty", i+1)
		case line != strings.TrimSpace(line):
			return nil, fmt.Errorf("line %d has white space, or a carriage return, around its text", i+1)
		case strings.Contains(line, "\ufeff"):
			return nil, fmt.Errorf("line %d has a byte order mark", i+1)
		case line[0] == '"':
			if err := json.Unmarshal([]byte(line), &list[i]); err != nil {
				return nil, fmt.Errorf("line %d begins with a quote and is no JSON string: %w", i+1, err)
			}
		}
	}
	return list, nil
}

func writeLines(list []string) ([]byte, error) {
	var b bytes.Buffer
	quoted := json.NewEncoder(&b) // ends what it writes with a line end
	quoted.SetEscapeHTML(false)
	for i, item := range list {
		switch {
		case !utf8.ValidString(item):
			return nil, fmt.Errorf("item %d is %q: %w", i+1, item, errNotUTF8)
		case item == "" || item[0] == '"' || item != strings.TrimSpace(item) || strings.ContainsFunc(item, odd):
			// The encoder leaves a byte order mark as it is.
			start := b.Len()
			if err := quoted.Encode(item); err != nil {
				return nil, err
			}
			line := strings.ReplaceAll(string(b.Bytes()[start:]), "\ufeff", `\ufeff`)
			b.Truncate(start)
			b.WriteString(line)
		default:
			b.WriteString(item + "\n")
		}
	}
	return b.Bytes(), nil
}

// odd tells characters that would break a line or cannot be seen in one.
func odd(r rune) bool { return unicode.IsControl(r) || r == '\ufeff' || r == '\u2028' || r == '\u2029' }

// readPairs reads two characters from each line: what is converted, and to what.
func readPairs(text string) ([]hanzi.Pair, error) {
	list, err := readLines(text)
	if err != nil {
		return nil, err
	}
	pairs := make([]hanzi.Pair, len(list))
	for i, line := range list {
		runes := []rune(line)
		if len(runes) != 2 {
			return nil, fmt.Errorf("line %d has %d characters, must have two", i+1, len(runes))
		}
		pairs[i] = hanzi.Pair{From: runes[0], To: runes[1]}
	}
	return pairs, nil
}

func writePairs(pairs []hanzi.Pair) ([]byte, error) {
	list := make([]string, len(pairs))
	for i, p := range pairs {
		if !utf8.ValidRune(p.From) || !utf8.ValidRune(p.To) {
			return nil, fmt.Errorf("pair %d is %#x and %#x: %w", i+1, p.From, p.To, errNotUTF8)
		}
		list[i] = string([]rune{p.From, p.To})
	}
	return writeLines(list)
}
