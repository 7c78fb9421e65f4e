package spell

import (
	"cmp"
	"slices"
	"strings"
)

// conversion is an ICONV table: what a word is rewritten to before it is asked
// (replist.cxx).
type conversion struct {
	rows []conversionRow // by pattern
}

// conversionRow has a text for each place of its pattern in a word.
type conversionRow struct {
	pattern string
	to      [4]string // by place
}

// Places of a pattern.
const (
	anywhere = iota
	atStart
	atEnd
	asWhole
)

// add takes a pattern with _ at an end for that end of the word and _
// elsewhere for a space. It refuses an empty one.
func (c *conversion) add(pattern, to string) bool {
	place := anywhere
	if rest, found := strings.CutPrefix(pattern, "_"); found {
		pattern = rest
		place += atStart
	}
	if rest, found := strings.CutSuffix(pattern, "_"); found {
		pattern = rest
		place += atEnd
	}
	if pattern == "" {
		return false
	}
	pattern = strings.ReplaceAll(pattern, "_", " ")
	to = strings.ReplaceAll(to, "_", " ")
	if m := c.find([]byte(pattern)); m >= 0 && c.rows[m].pattern == pattern {
		c.rows[m].to[place] = to
		return true
	}
	at, _ := slices.BinarySearchFunc(c.rows, pattern, func(r conversionRow, p string) int {
		if r.pattern <= p {
			return -1
		}
		return 1
	})
	row := conversionRow{pattern: pattern}
	row.to[place] = to
	c.rows = slices.Insert(c.rows, at, row)
	return true
}

// find looks for a pattern that the text begins with, as replist.cxx, find: a
// binary search that goes right to a longer one, and so misses a short pattern
// where a longer one with the same start sorts before the text.
func (c *conversion) find(text []byte) int {
	low, high, found := 0, len(c.rows)-1, -1
	for low <= high {
		middle := (low + high) / 2
		switch order := comparePrefix(text, c.rows[middle].pattern); {
		case order < 0:
			high = middle - 1
		case order > 0:
			low = middle + 1
		default:
			found, low = middle, middle+1
		}
	}
	return found
}

// comparePrefix is strncmp over the length of the pattern.
func comparePrefix(text []byte, pattern string) int {
	for i := range len(pattern) {
		if i == len(text) {
			return -1
		}
		if order := cmp.Compare(text[i], pattern[i]); order != 0 {
			return order
		}
	}
	return 0
}

// pick chooses the text for a place, or the nearest one given.
func (r *conversionRow) pick(start, end bool) string {
	place := anywhere
	if start {
		place = atStart
	}
	if end {
		place += atEnd
	}
	for place > 0 && r.to[place] == "" {
		if place == atEnd && !start {
			place = anywhere
		} else {
			place--
		}
	}
	return r.to[place]
}

// append writes the converted word behind dst.
func (c *conversion) append(dst, word []byte) []byte {
	for i := 0; i < len(word); i++ {
		rest := word[i:]
		if at := c.find(rest); at >= 0 {
			row := &c.rows[at]
			if to := row.pick(i == 0, len(rest) == len(row.pattern)); to != "" {
				dst = append(dst, to...)
				i += len(row.pattern) - 1
				continue
			}
		}
		dst = append(dst, word[i])
	}
	return dst
}
