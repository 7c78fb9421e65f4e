package wikibase

import (
	"fmt"
	"strings"
	"testing"
)

// large is an item as long as those of well-known people: 300 statements, each
// with a reference and a qualifier, and 200 languages; changed says of which
// statement the value is another.
func large(changed int) string {
	var b strings.Builder
	b.WriteString(`{"labels":{`)
	for i := range 200 {
		fmt.Fprintf(&b, `"l%d":{"language":"l%[1]d","value":"Label in \u00e9 or Утка"},`, i)
	}
	b.WriteString(`"en":{"value":"x"}},"claims":{`)
	for i := range 150 {
		if i > 0 {
			b.WriteByte(',')
		}
		value := "a"
		if i == changed {
			value = "b"
		}
		fmt.Fprintf(&b, `"P%d":[%s,%s]`, i, claim(fmt.Sprintf("P%d", i), "x", value), claim(fmt.Sprintf("P%d", i), "y", value))
	}
	b.WriteString(`},"sitelinks":{`)
	for i := range 100 {
		fmt.Fprintf(&b, `"w%d":{"site":"w%[1]d","title":"Title","badges":[]},`, i)
	}
	return b.String() + `"x":{"title":"x"}}}`
}

func BenchmarkItem(b *testing.B) {
	text := large(-1)
	item, other := parsed(b, text), parsed(b, large(70))
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Parse(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("JSON", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			item.JSON()
		}
	})
	b.Run("compare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for part := Labels; part <= Badges; part++ {
				if _, err := Compare(item, other, part); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("distinct", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			statements := item.Statements()
			Distinct(statements)
			DistinctSnaks(References(statements...))
			DistinctSnaks(Qualifiers(statements...))
		}
	})
}
