package translate

import (
	"fmt"
	"strings"

	"revscore/internal/score/pattern"
)

// lexicon takes apart what revscoring/datasources/meta/extractors.py, regex,
// joined into one pattern: what stands before a hit, the patterns, what stands
// after it.
func lexicon(group regex, exclude *regex) (*asset, error) {
	before, patterns, after, err := lexiconParts(group.source)
	if err != nil {
		return nil, err
	}
	letters, err := group.letters()
	if err != nil {
		return nil, err
	}
	source := pattern.Source{Patterns: patterns, Before: before, After: after, Flags: letters}
	if exclude != nil {
		excludeBefore, excluded, excludeAfter, err := lexiconParts(exclude.source)
		if err != nil {
			return nil, err
		}
		if excludeBefore != before || excludeAfter != after || exclude.flags != group.flags {
			return nil, unknown("a lexicon whose exclusions are wrapped otherwise")
		}
		source.Exclude = excluded
	}
	return lexiconAsset(source), nil
}

func lexiconParts(source string) (before string, patterns []string, after string, err error) {
	groups, ok := topLevelGroups(source)
	if !ok || len(groups) != 3 || captures(groups[0]) {
		return "", nil, "", unknown(fmt.Sprintf("a lexicon not of the form (before)(patterns)(after): %.40q", source))
	}
	for _, group := range groups {
		if strings.HasPrefix(group, "?") {
			return "", nil, "", unknown(fmt.Sprintf("a lexicon with a group (%.20q", group))
		}
	}
	return groups[0], alternatives(groups[1]), groups[2], nil
}

// topLevelGroups returns the insides of (a)(b)(c), if the pattern is such a row.
func topLevelGroups(pattern string) (groups []string, ok bool) {
	depth, start, next, ok := 0, 0, 0, true
	significant(pattern, func(at int) {
		switch pattern[at] {
		case '(':
			if depth == 0 {
				ok = ok && at == next
				start = at + 1
			}
			depth++
		case ')':
			if depth--; depth == 0 {
				groups = append(groups, pattern[start:at])
				next = at + 1
			}
			ok = ok && depth >= 0
		}
	})
	return groups, ok && depth == 0 && next == len(pattern)
}

// alternatives returns what stands between the top-level bars.
func alternatives(pattern string) []string {
	var parts []string
	depth, start := 0, 0
	significant(pattern, func(at int) {
		switch pattern[at] {
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				parts = append(parts, pattern[start:at])
				start = at + 1
			}
		}
	})
	return append(parts, pattern[start:])
}

// captures tells whether a pattern has groups that are counted.
func captures(pattern string) bool {
	found := false
	significant(pattern, func(at int) {
		if pattern[at] == '(' {
			rest := pattern[at+1:]
			found = found || !strings.HasPrefix(rest, "?") || strings.HasPrefix(rest, "?P<")
		}
	})
	return found
}

// significant visits the places outside of escapes and character classes. All
// that matters is ASCII, so bytes do.
func significant(pattern string, visit func(at int)) {
	for at := 0; at < len(pattern); at++ {
		switch pattern[at] {
		case '\\':
			at++
		case '[':
			at = afterClass(pattern, at) - 1
		default:
			visit(at)
		}
	}
}

// afterClass returns the place after [...]; a ] right after [ or [^ is a member.
func afterClass(pattern string, at int) int {
	at++
	if strings.HasPrefix(pattern[at:], "^") {
		at++
	}
	if strings.HasPrefix(pattern[at:], "]") {
		at++
	}
	for at < len(pattern) && pattern[at] != ']' {
		if pattern[at] == '\\' {
			at++
		}
		at++
	}
	return min(at, len(pattern)) + 1
}
