// Package pages has the edits that benchmarks measure with: real ones of about 2,
// 20 and 100 kB where the shared corpus is at hand, else edits of pages of the
// simulated wikis, put together to the same sizes. They have names, so that two
// runs can be compared, and are the same in every run.
//
// Real pages matter: parsing costs by the density of markup, and no invented page
// has that of a real one.
package pages

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"revscore/internal/corpus"
	"revscore/internal/simwiki"
)

// Edit is one revision and the text before.
type Edit struct {
	Name          string // "20kB/Computer cluster", or "20kB/simulated"
	Before, After string
}

// sizes are those asked for, in bytes.
var sizes = []int{2_000, 20_000, 100_000}

// Edits returns an edit of each size. It looks for the corpus in SHARED, else
// beside the repository.
func Edits(tb testing.TB) []Edit {
	tb.Helper()
	path := filepath.Join(shared(), "corpus", "mix.jsonl.gz")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return simulated()
	}
	edits, err := read(path)
	if err != nil {
		tb.Fatal(err)
	}
	return edits
}

func shared() string {
	if dir := os.Getenv("SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared")
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

// read picks the edits whose new texts are closest to the sizes.
func read(path string) ([]Edit, error) {
	in, err := corpus.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	best := make([]*corpus.Revision, len(sizes))
	for {
		r, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if r.Text == nil || r.ParentText == nil || !usable(*r.ParentText, *r.Text) || r.ContentModel != "wikitext" {
			continue
		}
		for i, size := range sizes {
			if best[i] == nil || distance(r, size) < distance(best[i], size) {
				best[i] = r
			}
		}
	}
	edits := make([]Edit, len(sizes))
	for i, r := range best {
		if r == nil {
			return nil, fmt.Errorf("%s has no edit of wikitext", path)
		}
		edits[i] = Edit{fmt.Sprintf("%dkB/%s", sizes[i]/1000, r.Title), *r.ParentText, *r.Text}
	}
	return edits, nil
}

// usable tells whether the edit is one and no rewrite, of a text mostly in
// Latin letters: one byte each, so that sizes say the same of all pages.
func usable(before, after string) bool {
	return before != after && len(before) > len(after)/2 && utf8.RuneCountInString(after) > len(after)*95/100
}

func distance(r *corpus.Revision, size int) int { return max(len(*r.Text)-size, size-len(*r.Text)) }

// simulated puts articles together until they have a size, and changes a word in
// the middle.
func simulated() []Edit {
	wiki := simwiki.New(1)
	var articles []string
	for range 400 {
		if r := wiki.Next(); r.Text != nil && r.ContentModel == "wikitext" && len(*r.Text) > 500 {
			articles = append(articles, *r.Text)
		}
	}
	slices.SortFunc(articles, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	articles = slices.Compact(articles)
	edits := make([]Edit, len(sizes))
	for i, size := range sizes {
		var page strings.Builder
		for n := 0; page.Len() < size; n++ {
			page.WriteString(articles[n%len(articles)] + "\n\n")
		}
		text := strings.ToValidUTF8(page.String()[:size], "")
		middle := strings.IndexByte(text[size/2:], ' ') + size/2
		edits[i] = Edit{fmt.Sprintf("%dkB/simulated", size/1000), text, text[:middle] + " changed" + text[middle:]}
	}
	return edits
}
