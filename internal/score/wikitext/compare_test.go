package wikitext

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// compare analyses the text that the recorded tokens join to.
func compare(tokens [][2]string, segments any) error {
	var text strings.Builder
	for _, token := range tokens {
		text.WriteString(token[0])
	}
	d := Analyse(text.String())
	for i, token := range d.Tokens {
		got := [2]string{token.Text(d.Text), token.Kind.String()}
		if i >= len(tokens) || got != tokens[i] {
			return fmt.Errorf("token %d is %q, recorded are %q", i, got, tokens[min(i, len(tokens)):min(i+3, len(tokens))])
		}
	}
	if len(d.Tokens) != len(tokens) {
		return fmt.Errorf("%d tokens, recorded are %d", len(d.Tokens), len(tokens))
	}
	if err := compareCounts(d, tokens); err != nil {
		return err
	}
	want, _ := json.Marshal(segments)
	if got, _ := json.Marshal(tree(d)); string(got) != string(want) {
		return fmt.Errorf("segments\n got %.2000s\nwant %.2000s", got, want)
	}
	var top []Span
	for _, node := range tree(d) {
		item := node.([]any)
		top = append(top, spanOf(item[1], item[2]))
	}
	if got := slices.Collect(d.Segments()); !slices.Equal(got, top) {
		return fmt.Errorf("segments are %v, want %v", got, top)
	}
	return nil
}

// compareCounts counts the recorded tokens.
func compareCounts(d *Document, tokens [][2]string) error {
	type numbers struct{ tokens, chars, longest int }
	want := map[string]numbers{}
	all := 0
	for _, token := range tokens {
		chars := utf8.RuneCountInString(token[0])
		n := want[token[1]]
		want[token[1]] = numbers{n.tokens + 1, n.chars + chars, max(n.longest, chars)}
		all += chars
	}
	for k := Kind(0); int(k) < KindCount; k++ {
		set := KindsOf(k)
		if got := (numbers{d.Count(set), d.Chars(set), d.Longest(set)}); got != want[k.String()] {
			return fmt.Errorf("%s: counts are %v, want %v", k, got, want[k.String()])
		}
	}
	if d.Runes() != all || d.Count(^Kinds(0)) != len(tokens) {
		return fmt.Errorf("%d characters in %d tokens, want %d in %d", d.Runes(), d.Count(^Kinds(0)), all, len(tokens))
	}
	return nil
}

func spanOf(first, last any) Span { return Span{index(first), index(last)} }

func index(n any) uint32 {
	switch n := n.(type) {
	case int:
		return uint32(n)
	case uint32:
		return n
	}
	panic(fmt.Sprintf("%T is no index", n))
}

// tree writes a document's groups as the reference's segmenter nests them.
func tree(d *Document) []any {
	nodes := []any{}
	position := 0
	space := func(to uint32, add func(first, last int)) {
		for ; position < int(to); position++ {
			add(position, position+1)
		}
	}
	for _, p := range d.Paragraphs() {
		space(p.First, func(first, last int) { nodes = append(nodes, []any{0, first, last}) })
		children := []any{}
		blank := func(first, last int) { children = append(children, []any{0, first, last}) }
		for _, s := range d.Sentences()[p.Sentences.First:p.Sentences.Last] {
			space(s.First, blank)
			children = append(children, []any{1, s.First, s.Last})
			position = int(s.Last)
		}
		space(p.Last, blank)
		nodes = append(nodes, []any{1, p.First, p.Last, children})
	}
	space(uint32(len(d.Tokens)), func(first, last int) { nodes = append(nodes, []any{0, first, last}) })
	return nodes
}
