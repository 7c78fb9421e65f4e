package feature

import (
	"errors"
	"fmt"
	"strings"

	"revscore/internal/score/feature/expr"
)

// ParseWords reads an asset that is a set of words: UTF-8, one on each line, each
// once. A word is anything but a line end, with no white space around it.
func ParseWords(text string) (map[string]bool, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	words := make(map[string]bool, len(lines))
	for i, word := range lines {
		var err error
		switch {
		case word == "":
			err = errors.New("no word")
		case word != strings.TrimSpace(word):
			err = errors.New("white space around the word")
		case strings.ToValidUTF8(word, "") != word:
			err = errors.New("not UTF-8")
		case words[word]:
			err = fmt.Errorf("%q is there twice", word)
		}
		if err != nil {
			return nil, fmt.Errorf("words, line %d: %w", i+1, err)
		}
		words[word] = true
	}
	return words, nil
}

// members returns the strings of a list of constants, or the words of an asset.
func members(set *node) (map[string]bool, error) {
	if set.kind == kindWords {
		return set.words, nil
	}
	listed := map[string]bool{}
	for _, constant := range set.constants {
		if constant.Kind != expr.String {
			return nil, fmt.Errorf("%s is no string", constant)
		}
		listed[constant.Text] = true
	}
	return listed, nil
}
