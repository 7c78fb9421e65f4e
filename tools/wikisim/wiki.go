package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"revscore/internal/corpus"
	"revscore/internal/wikiapi"
)

// endless is a wiki that has every revision: revision n is an edit of page n modulo
// pages, and its parent is that page's edit before. What it says follows from the
// number alone, so a wiki that is killed and started again has lost nothing.
type endless struct {
	api   *wikiapi.Server
	pages int64
}

// Every so many revisions one cannot be had.
const (
	hiddenEvery  = 97  // its text is hidden
	missingEvery = 101 // the wiki does not know it
)

// memory is enough for the revisions of many calls; those that were forgotten are
// made again.
const memory = 64 << 20

func newEndless(pages int64) *endless { return &endless{api: wikiapi.New(memory), pages: pages} }

// ServeHTTP makes what is asked for, and lets the API answer.
func (w *endless) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(out, r.Body, 64<<10)
	wiki, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	for id := range strings.SplitSeq(r.FormValue("revids"), "|") {
		if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > 0 {
			w.api.Put(w.revision(wiki, n))
		}
	}
	w.api.ServeHTTP(out, r)
}

func (w *endless) revision(wiki string, n int64) *corpus.Revision {
	page := n%w.pages + 1
	r := &corpus.Revision{
		Wiki: wiki, PageID: page, Title: fmt.Sprintf("Page %d", page), RevID: n, ParentID: max(0, n-w.pages),
		Timestamp: time.Unix(1_767_323_045, 0).UTC(), // that of the events in e2e/feed.py
		User:      "Some user", UserID: 123_456, ContentModel: "wikitext", Deleted: n%missingEvery == 0,
	}
	if n%hiddenEvery != 0 {
		text := w.text(n)
		r.Text, r.Size = &text, int64(len(text))
	}
	return r
}

var sentences = []string{
	"The '''bridge''' was built by the [[town council]] and opened in a dry summer.",
	"It has three arches, of which the middle one is the widest.<ref>{{cite book|title=Bridges|year=1962}}</ref>",
	"A flood carried the parapet away; it was rebuilt in [[sandstone]].",
	"{{convert|312|m}} long, it bears two lanes and a footpath.",
	"In winter the [[heron]]s of the nearby lake rest on its piers.",
	"Its toll house is a museum today, open on ''most'' days.",
}

// text is the page's text with what the last edit added: a sentence, or now and then
// what gets reverted.
func (w *endless) text(n int64) string {
	page := n%w.pages + 1
	rng := rand.New(rand.NewPCG(uint64(page), 0))
	var b strings.Builder
	for section := range 3 + rng.IntN(5) {
		fmt.Fprintf(&b, "== Section %d ==\n", section+1)
		for range 2 + rng.IntN(4) {
			b.WriteString(sentences[rng.IntN(len(sentences))] + " ")
		}
		b.WriteString("\n\n")
	}
	rng = rand.New(rand.NewPCG(uint64(n), 1))
	if rng.IntN(8) == 0 {
		b.WriteString(strings.Repeat("hahaha this is STUPID!!! ", 1+rng.IntN(9)))
	} else {
		fmt.Fprintf(&b, "%s Since then %d boats have passed it.", sentences[rng.IntN(len(sentences))], n)
	}
	b.WriteString("\n\n[[Category:Bridges]]\n")
	return b.String()
}
