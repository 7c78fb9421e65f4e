package model

import (
	"bytes"
	"errors"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// maxNested is how deep a bundle's YAML may be nested. The library's parser takes
// memory by the square of the depth: 60 kB of "[" took 8 GB.
const maxNested = 32

var errNested = errors.New("nested too deep")

// decode reads YAML whose keys must all be known.
func decode(data []byte, into any) error {
	if !shallow(data) {
		return errNested
	}
	return yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(into)
}

// shallow tells whether YAML is nested no deeper than a card or lexicon may be:
// by brackets, or by several entries that begin on one line.
func shallow(data []byte) bool {
	open, entries, line := 0, 0, 0
	for _, t := range lexer.Tokenize(string(data)) {
		if t.Position.Line != line {
			entries, line = 0, t.Position.Line
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			open++
		case token.SequenceEndType, token.MappingEndType:
			open--
		case token.SequenceEntryType, token.MappingKeyType:
			entries++
		}
		if open+entries > maxNested {
			return false
		}
	}
	return true
}
