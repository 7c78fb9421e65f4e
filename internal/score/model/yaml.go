package model

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// located is an error of the library with its place, and without the lines around
// it, which take it seconds to print of a long file.
func located(err error) error { return errors.New(yaml.FormatError(err, false, false)) }

// What YAML may have that a bundle's files never need, and that the library's
// parser takes memory or time for by the square of its number: 60 kB of "[" took
// 8 GB, a mapping of a hundred thousand keys minutes.
const (
	maxNested = 32
	maxKeys   = 1000 // of one mapping
	maxTokens = 1 << 17
)

var (
	errEmpty  = errors.New("empty")
	errNested = errors.New("nested too deep")
	errKeys   = fmt.Errorf("more than %d keys of one mapping", maxKeys)
	errTokens = fmt.Errorf("more than %d words and marks", maxTokens)
	errTwice  = errors.New("a second document")
)

// decode reads YAML whose keys must all be known.
func decode(data []byte, into any) error {
	if err := tame(data); err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := dec.Decode(into); errors.Is(err, io.EOF) {
		return errEmpty
	} else if err != nil {
		return located(err)
	}
	var rest any
	if err := dec.Decode(&rest); !errors.Is(err, io.EOF) {
		return errTwice
	}
	return nil
}

// tame refuses YAML that is nested deeper than a card or lexicon may be, by
// brackets or by several entries that begin on one line, or has too much of
// anything, and what could make much of little: aliases, which stand for other
// parts as often as they are written.
func tame(data []byte) error {
	tokens := lexer.Tokenize(string(data))
	if len(tokens) > maxTokens {
		return errTokens
	}
	open, entries, line := 0, 0, 0
	var count keyCount
	for i, t := range tokens {
		if t.Position.Line != line {
			entries, line = 0, t.Position.Line
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			open++
		case token.SequenceEndType, token.MappingEndType:
			open--
		case token.SequenceEntryType:
			entries++
			count.entry(t.Position.Column)
		case token.MappingKeyType:
			entries++
		case token.MappingValueType: // ":"; its key is before it
			count.key(tokens[max(i, 1)-1].Position.Column, open > 0)
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType, token.DirectiveType:
			return fmt.Errorf("line %d: %s has no place in a bundle", line, t.Type)
		}
		if open == 0 {
			count.flow = 0
		}
		switch {
		case open+entries > maxNested:
			return errNested
		case count.most > maxKeys:
			return errKeys
		}
	}
	return nil
}

// keyCount counts the keys of mappings: those without brackets by their column,
// those with brackets together until the outermost one closes.
type keyCount struct {
	open []columnKeys // mappings that are not finished, each further right
	flow int
	most int
}

type columnKeys struct{ column, keys int }

func (c *keyCount) key(column int, flow bool) {
	if flow {
		c.flow++
		c.most = max(c.most, c.flow)
		return
	}
	c.entry(column)
	last := len(c.open) - 1
	if last < 0 || c.open[last].column < column {
		c.open = append(c.open, columnKeys{column, 0})
		last++
	}
	c.open[last].keys++
	c.most = max(c.most, c.open[last].keys)
}

// entry ends the mappings that are further right than what comes now.
func (c *keyCount) entry(column int) {
	for len(c.open) > 0 && c.open[len(c.open)-1].column > column {
		c.open = c.open[:len(c.open)-1]
	}
}

// scalar writes a string as YAML reads it back: in single quotes, where nothing
// but the quote itself is special and patterns look as they are, unless it has
// characters that cannot be seen.
func scalar(s string) string {
	for _, r := range s {
		if !strconv.IsPrint(r) {
			return strconv.Quote(s) // its escapes are YAML's, for valid UTF-8
		}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
