package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"revscore/internal/score/stem"
	"revscore/internal/score/wikitext"
	"revscore/tools/lists"
)

// mostWords is how many words of a column are reported that differ.
const mostWords = 10

// column is a column of words.jsonl.gz, which holds the answers of the reference
// for each word.
type column struct {
	name            string
	least           float64 // share that must be equal
	answer          func(word string) any
	compared, equal int
	first           []string // differences
}

// dictionaryColumns are answers of dictionaries, with those that are asked.
var dictionaryColumns = []struct {
	name string
	lists.Dictionary
}{
	{"en", lists.Dictionary{Tags: []string{"en_US", "en_GB", "en_AU"}, ReplaceAstral: true}},
	{"en_US", lists.Dictionary{Tags: []string{"en_US"}}},
	{"en_GB", lists.Dictionary{Tags: []string{"en_GB"}}},
	{"en_AU", lists.Dictionary{Tags: []string{"en_AU"}}},
	{"de_DE", lists.Dictionary{Tags: []string{"de_DE"}}},
	{"fr", lists.Dictionary{Tags: []string{"fr"}}},
	{"es", lists.Dictionary{Tags: []string{"es"}}},
	{"ru", lists.Dictionary{Tags: []string{"ru"}}},
}

// stemColumns are stems, with their languages.
var stemColumns = []struct{ name, language string }{
	{"stem_en", "english"}, {"stem_de", "german"}, {"stem_fr", "french"}, {"stem_es", "spanish"}, {"stem_ru", "russian"},
}

// newColumns returns all columns. Dictionaries may be of another build than the
// reference's, so of their answers a few may differ; of all others none.
func newColumns(shelf *lists.Shelf, stopwords map[string]bool) ([]*column, error) {
	if stopwords == nil {
		return nil, errors.New("the file of lists has no words english.stopwords")
	}
	var columns []*column
	for _, c := range dictionaryColumns {
		checker, err := shelf.Checker(c.Dictionary)
		if err != nil {
			return nil, err
		}
		columns = append(columns, &column{name: c.name, least: 0.9999, answer: func(word string) any { return checker.Check(word) }})
	}
	for _, c := range stemColumns {
		stemmer, err := stem.For(c.language)
		if err != nil {
			return nil, err
		}
		columns = append(columns, &column{name: c.name, least: 1, answer: func(word string) any { return string(stemmer.AppendStem(nil, word)) }})
	}
	return append(columns,
		&column{name: "stop_en", least: 1, answer: func(word string) any { return stopwords[string(stem.AppendLower(nil, word))] }},
		&column{name: "upper", least: 1, answer: func(word string) any { return wikitext.IsUppercase(word) }},
	), nil
}

// compareWords compares the columns of a folder's words.
func compareWords(folder string, shelf *lists.Shelf, stopwords map[string]bool) ([]*column, error) {
	columns, err := newColumns(shelf, stopwords)
	if err != nil {
		return nil, err
	}
	rows, err := openRows(folder, "words.jsonl.gz")
	if err != nil {
		return nil, err
	}
	defer rows.close()
	for {
		line, err := rows.next()
		if err != nil || line == nil {
			return columns, err
		}
		var row map[string]any
		if err := json.Unmarshal(line, &row); err != nil {
			return nil, fmt.Errorf("%s, row %d: %w", rows.name, rows.number, err)
		}
		word, ok := row["w"].(string)
		if !ok {
			return nil, fmt.Errorf("%s, row %d: no word", rows.name, rows.number)
		}
		for _, c := range columns {
			if want, ok := row[c.name]; ok {
				c.compare(word, want)
			}
		}
	}
}

func (c *column) compare(word string, want any) {
	c.compared++
	got := c.answer(word)
	if got == want {
		c.equal++
	} else if len(c.first) < mostWords {
		c.first = append(c.first, fmt.Sprintf("%q: expected %v, got %v", word, want, got))
	}
}

// column writes the verdict of a column.
func (r *reporter) column(c *column) {
	share := float64(c.equal) / float64(max(c.compared, 1))
	r.verdict(share >= c.least, "words %s: %d compared, %d equal (%.4f %%, at least %g %%)", c.name, c.compared, c.equal, 100*share, 100*c.least)
	for _, difference := range c.first {
		fmt.Fprintf(r.out, "     %s\n", difference)
	}
}
