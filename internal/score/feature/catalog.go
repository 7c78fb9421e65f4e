package feature

import (
	"fmt"
	"slices"
	"strings"
)

// node is a feature.
type node struct {
	name    string // as the list that asked for it first spells it
	key     string // one for all spellings of a feature
	sources []source
	compute func(*solver) (Value, error)
}

func (n *node) roots() roots {
	var all roots
	for _, s := range n.sources {
		all |= s.roots()
	}
	return all
}

// inGroup is the start of the names of the features that take a set of groups.
const inGroup = "feature.revision.user.in_group("

// find returns the feature of a name, which is what str() of the feature gives in
// Python.
func find(name string) (*node, error) {
	n := &node{name: name, key: name}
	switch name {
	case "feature.wikitext.revision.diff.longest_repeated_char_added":
		n.sources, n.compute = []source{sourceEdit}, longestRepeatedCharAdded
	case "feature.wikitext.revision.diff.words_added":
		n.sources, n.compute = []source{sourceEdit}, wordsAdded
	case "feature.wikitext.revision.diff.words_removed":
		n.sources, n.compute = []source{sourceEdit}, wordsRemoved
	case "feature.revision.user.is_anon":
		n.sources, n.compute = []source{sourceUser}, userIsAnon
	case "feature.temporal.revision.user.seconds_since_registration":
		n.sources, n.compute = []source{sourceUser, sourceTimestamp}, userSecondsSinceRegistration
	default:
		if n.findParsed() {
			return n, nil
		}
		if !strings.HasPrefix(name, inGroup) {
			return nil, fmt.Errorf("unknown feature %q", name)
		}
		groups, err := parseSetArgument(name, len(inGroup))
		if err != nil {
			return nil, err
		}
		// Python writes the members of a set in any order.
		slices.Sort(groups)
		groups = slices.Compact(groups)
		n.key = fmt.Sprintf("%s%q", inGroup, groups)
		n.sources, n.compute = []source{sourceUser}, userInGroup(groups)
	}
	return n, nil
}
