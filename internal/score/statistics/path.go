package statistics

import (
	"strings"
	"unicode/utf8"
)

// parsePattern is parse_pattern of scoring/util.py, oddities included: a quote
// counts only at the start or end of a name, a name that was put together from
// several loses quotes of both kinds at both ends, and an empty name is an
// IndexError.
func parsePattern(pattern string) ([]string, error) {
	if !utf8.ValidString(pattern) {
		return nil, raise(ValueError, "path %.200q is not UTF-8", pattern)
	}
	if pattern == "" {
		return nil, nil
	}
	var names []string
	var open strings.Builder // a name whose closing quote did not come yet
	var quote byte
	for part := range strings.SplitSeq(pattern, ".") {
		if part == "" {
			return nil, raise(IndexError, "path %.200q has an empty name, between two dots or at an end; %s", pattern, quoting)
		}
		first, last := part[0], part[len(part)-1]
		switch {
		case open.Len() > 0 && last == quote:
			names = append(names, strings.Trim(open.String()+part, `'"`))
			open.Reset()
		case open.Len() > 0:
			open.WriteString(part + ".")
		case !isQuote(first):
			names = append(names, part)
		case first == last:
			names = append(names, strings.Trim(part, part[:1]))
		default:
			quote = first
			open.WriteString(part + ".")
		}
	}
	if open.Len() > 0 {
		return nil, raise(ValueError, "path %.200q has a quote that does not end", pattern)
	}
	return names, nil
}

func isQuote(c byte) bool { return c == '\'' || c == '"' }

// pathTree is paths put together by their common beginnings, in the order in
// which they were given.
type pathTree struct {
	keys []string
	sub  map[string]*pathTree
}

// noPaths selects everything.
var noPaths = &pathTree{}

func newPathTree(paths []string) (*pathTree, error) {
	root := &pathTree{}
	for _, path := range paths {
		names, err := parsePattern(path)
		if err != nil {
			return nil, err
		}
		t := root
		for _, name := range names {
			t = t.child(name)
		}
	}
	return root, nil
}

func (t *pathTree) child(key string) *pathTree {
	if c, ok := t.sub[key]; ok {
		return c
	}
	if t.sub == nil {
		t.sub = map[string]*pathTree{}
	}
	c := &pathTree{}
	t.keys, t.sub[key] = append(t.keys, key), c
	return c
}

func (t *pathTree) empty() bool { return len(t.keys) == 0 }

// get returns what was asked for below a key; labels were never asked for,
// because a path has only strings.
func (t *pathTree) get(key any) *pathTree {
	if s, ok := key.(string); ok {
		if c, ok := t.sub[s]; ok {
			return c
		}
	}
	return noPaths
}

// or returns the keys that were asked for or, if none were, all.
func (t *pathTree) or(all []any) []any {
	if t.empty() {
		return all
	}
	keys := make([]any, len(t.keys))
	for i, k := range t.keys {
		keys[i] = k
	}
	return keys
}
