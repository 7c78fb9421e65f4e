package change

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"revscore/internal/score/wikitext"
)

// page makes about size bytes of synthetic article, no two paragraphs alike.
func page(size int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	word := func() string {
		w := fmt.Sprintf("%c%s", 'a'+r.IntN(26), []string{"iver", "ake", "own", "ounty", "ill", "ettlement"}[r.IntN(6)])
		if n := r.IntN(40); n < 8 {
			w += string(rune('a' + r.IntN(26)))
		} else if n == 9 {
			w = strings.ToUpper(w[:1]) + w[1:]
		}
		return w
	}
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, "== %s %d ==\nThe '''%s''' rises near [[%s|%s]] and flows {{convert|%d|km}} south.<ref name=\"r%d\">{{cite web|url=http://example.org/%d|title=%s's end}}</ref> ", word(), n, word(), word(), word(), r.IntN(2000), n, n, word())
		for range 40 + r.IntN(40) {
			b.WriteString(word() + " ")
		}
		b.WriteString("naïve café.\n\n* item one\n* item two\n\n")
	}
	return b.String()[:size]
}

// selections are what a model for vandalism asks of one edit.
func selections() []Selection {
	return []Selection{
		{},
		{Kinds: wikitext.KindsOf(wikitext.Number)},
		{Kinds: wikitext.KindsOf(wikitext.Word), Uppercase: true},
		{Kinds: wikitext.KindsOf(wikitext.Word), Lower: true},
	}
}

// pairs are edits of a page of 20 kB.
func pairs() map[string][2]string {
	old := page(20_000, 1)
	sections := strings.SplitAfter(old, "item two\n\n")
	moved := strings.Join(append(append(append([]string{}, sections[:3]...), sections[8:]...), sections[3:8]...), "")
	middle := strings.Index(old[10_000:], " ") + 10_000
	return map[string][2]string{
		"none":      {old, old},
		"word":      {old, old[:middle] + "x" + old[middle:]},
		"sentence":  {old, old[:middle] + " This is an addition of several Words, isn't it?" + old[middle:]},
		"ends":      {old, old[:100] + " top" + old[100:19_900] + " bottom " + old[19_900:]},
		"sections":  {old, strings.ReplaceAll(old, "naïve", "naive")},
		"moved":     {old, moved},
		"blanked":   {old, ""},
		"created":   {"", old},
		"rewritten": {old, page(20_000, 2)},
		"capitals":  {old, strings.ToUpper(old)},
		"cyrillic":  {cyrillic(20_000), strings.Replace(cyrillic(20_000), "Река", "Озеро", 1)},
		"han":       {strings.Repeat("维基百科是一个内容自由的百科全书。\n", 400), strings.Repeat("维基百科是一个内容自由的百科全书。\n", 399) + "自由\n"},
	}
}

func cyrillic(size int) string {
	r := rand.New(rand.NewPCG(3, 1))
	b := strings.Builder{}
	for b.Len() < size {
		if b.Len() > size/2 && b.Len() < size/2+20 {
			b.WriteString("Река ")
		}
		for range 3 + r.IntN(8) {
			b.WriteRune('а' + rune(r.IntN(32)))
		}
		b.WriteString([]string{" ", " ", " ", ", ", ".\n"}[r.IntN(5)])
	}
	return b.String()
}

// BenchmarkEdit compares texts and asks for four selections: "table" builds the
// tables of both texts as the reference does, "edit" is this package.
func BenchmarkEdit(b *testing.B) {
	for name, pair := range pairs() {
		before, after := wikitext.Analyse(pair[0]), wikitext.Analyse(pair[1])
		b.Run(name+"/edit", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e := Compare(before, after)
				for _, s := range selections() {
					if _, err := e.Deltas(s); err != nil {
						b.Fatal(err)
					}
				}
				e.Release()
			}
		})
		b.Run(name+"/table", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, s := range selections() {
					plainDeltas(before, after, s)
				}
			}
		})
	}
}
