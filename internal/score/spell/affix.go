package spell

import (
	"cmp"
	"slices"
)

// affix is one line of a PFX or SFX rule.
type affix struct {
	text    string // what it adds; a suffix backwards
	strip   string // what it takes from the root
	cond    string // condition on the root as conditions.go reads it; "" is none
	conds   int    // characters the condition asks for
	flag    flag
	cont    setID // flags of the affix itself
	crosses bool  // may meet an affix of the other kind
}

// trie finds the affixes that a word begins (or, read backwards, ends) with.
// Hunspell walks sorted lists by first byte; where affixes are many (Korean has
// 98,577) most of that walk is past affixes the word does not have.
// Candidates come as Hunspell has them: shorter ones first, of the same text
// the last defined first (affixmgr.cxx, build_pfxtree).
type trie struct {
	affixes []affix
	nodes   []trieNode
	labels  []byte
	targets []uint32
}

type trieNode struct {
	first, count uint32 // in affixes
	edge, edges  uint32 // in labels and targets
}

// newTrie takes affixes in the order of the file. Nodes are numbered level by
// level; the edges of a node lie side by side, their labels sorted.
func newTrie(affixes []affix) trie {
	slices.Reverse(affixes)
	slices.SortStableFunc(affixes, func(a, b affix) int { return cmp.Compare(a.text, b.text) })
	t := trie{affixes: affixes}
	type span struct{ first, end, depth uint32 }
	spans := []span{{0, uint32(len(affixes)), 0}}
	for at := 0; at < len(spans); at++ {
		s := spans[at]
		node := trieNode{first: s.first, edge: uint32(len(t.labels))}
		i := s.first
		for i < s.end && uint32(len(affixes[i].text)) == s.depth {
			i++
		}
		node.count = i - s.first
		for i < s.end {
			label, first := affixes[i].text[s.depth], i
			for i < s.end && affixes[i].text[s.depth] == label {
				i++
			}
			t.labels = append(t.labels, label)
			t.targets = append(t.targets, uint32(len(spans)))
			spans = append(spans, span{first, i, s.depth + 1})
		}
		node.edges = uint32(len(t.labels)) - node.edge
		t.nodes = append(t.nodes, node)
	}
	return t
}

// at are the affixes whose whole text leads to the node.
func (t *trie) at(node uint32) []affix {
	n := &t.nodes[node]
	return t.affixes[n.first : n.first+n.count]
}

// step follows the edge of a byte; node 0, the root, means there is none.
func (t *trie) step(node uint32, label byte) uint32 {
	n := &t.nodes[node]
	labels := t.labels[n.edge : n.edge+n.edges]
	if len(labels) <= 8 {
		for i, l := range labels {
			if l == label {
				return t.targets[int(n.edge)+i]
			}
		}
		return 0
	}
	if i, found := slices.BinarySearch(labels, label); found {
		return t.targets[int(n.edge)+i]
	}
	return 0
}
