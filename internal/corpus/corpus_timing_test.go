package corpus

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// page5k is a page of 200 revisions of 5 kB, with markup that XML must escape.
func page5k(b *testing.B) (xml, rows []byte) {
	b.Helper()
	paragraph := strings.Repeat("A '''sentence''' with a [[link]], a <ref name=\"x\">note & more</ref> and так далее. ", 55)
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(paragraph)
	quoted := strings.ReplaceAll(paragraph, `"`, `\"`)
	var x, j bytes.Buffer
	x.WriteString("<mediawiki><siteinfo><dbname>enwiki</dbname></siteinfo><page><title>T</title><ns>0</ns><id>1</id>\n")
	for i := 1; i <= 200; i++ {
		fmt.Fprintf(&x, "<revision><id>%d</id><timestamp>2020-01-01T00:00:00Z</timestamp><contributor><username>U</username><id>1</id></contributor><comment>c</comment><text>%s%d</text></revision>\n", i, escaped, i)
		fmt.Fprintf(&j, `{"wiki":"enwiki","page_id":1,"page_title":"T","page_namespace":0,"rev_id":%d,"rev_parent_id":%d,"timestamp":"2020-01-01T00:00:00Z","user":"U","user_id":1,"comment":"c","minor":false,"text":"%s","parent_text":"%s"}`+"\n", i+1, i, quoted, quoted)
	}
	x.WriteString("</page></mediawiki>")
	return x.Bytes(), j.Bytes()
}

func BenchmarkRead(b *testing.B) {
	xml, rows := page5k(b)
	for _, c := range []struct {
		name string
		in   []byte
	}{{"xml", xml}, {"rows", rows}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.in)))
			n := 0
			for b.Loop() {
				r, err := newReader("bench", io.NopCloser(bytes.NewReader(c.in)), 0, MaxRevisionBytes)
				if err != nil {
					b.Fatal(err)
				}
				for {
					if _, err := r.Next(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
					n++
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "revisions/s")
		})
	}
}

func BenchmarkEvent(b *testing.B) {
	r := sample()
	*r.Text = strings.Repeat("five bytes ", 500)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Event(); err != nil {
			b.Fatal(err)
		}
	}
}
