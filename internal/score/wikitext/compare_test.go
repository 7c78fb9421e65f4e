package wikitext

import (
	"encoding/json"
	"fmt"
	"strings"
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
	want, _ := json.Marshal(segments)
	if got, _ := json.Marshal(tree(d)); string(got) != string(want) {
		return fmt.Errorf("segments\n got %.2000s\nwant %.2000s", got, want)
	}
	return nil
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
	for _, p := range d.Paragraphs {
		space(p.First, func(first, last int) { nodes = append(nodes, []any{0, first, last}) })
		children := []any{}
		blank := func(first, last int) { children = append(children, []any{0, first, last}) }
		for _, s := range d.Sentences[p.Sentences.First:p.Sentences.Last] {
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
