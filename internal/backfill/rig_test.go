package backfill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/corpus"
	"revscore/internal/score/fetch"
	"revscore/internal/simwiki"
	"revscore/internal/wikiapi"
)

// wiki is the simulated wiki behind its API, and what it was asked.
type wiki struct {
	*fetch.Client
	api   *wikiapi.Server
	mu    sync.Mutex
	asked []url.Values
}

func (w *wiki) Query(ctx context.Context, name, domain string, params url.Values, into any) error {
	w.mu.Lock()
	w.asked = append(w.asked, params)
	w.mu.Unlock()
	return w.Client.Query(ctx, name, domain, params, into)
}

// calls counts the questions that have a parameter.
func (w *wiki) calls(parameter string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, q := range w.asked {
		if q.Has(parameter) {
			n++
		}
	}
	return n
}

func newWiki(t *testing.T) *wiki {
	t.Helper()
	api := wikiapi.New(1 << 30)
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	cfg := fetch.DefaultConfig()
	cfg.Wikis = []fetch.Wiki{{Match: `/./`, API: server.URL + "/{wiki}/w/api.php"}}
	cfg.RetryMin, cfg.RetryMax = time.Millisecond, 10*time.Millisecond
	client, err := fetch.New(cfg, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return &wiki{Client: client, api: api}
}

// edits puts n revisions of the simulated wikis in, and returns those of one wiki.
func (w *wiki) edits(n int, name string) []*corpus.Revision {
	sim := simwiki.New(5)
	var list []*corpus.Revision
	for range n {
		r := sim.Next()
		w.api.Put(r)
		if r.Wiki == name {
			list = append(list, r)
		}
	}
	return list
}

// drain reads a feed to its end.
func drain(t *testing.T, f Feed) (items []Item, err error) {
	t.Helper()
	for {
		item, err := f.Next(t.Context())
		if err == io.EOF {
			return items, nil
		}
		if err != nil {
			return items, err
		}
		if (item.Revision == nil) == (item.Left == nil) {
			t.Fatalf("an item is %+v, must be a revision or left out", item)
		}
		items = append(items, item)
	}
}

func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// element is a revision of an XML dump.
func element(id, parent int64, text string) string {
	inside := ""
	if parent != 0 {
		inside = fmt.Sprintf("<parentid>%d</parentid>", parent)
	}
	return fmt.Sprintf(`<revision><id>%d</id>%s<timestamp>2020-01-02T03:04:%02dZ</timestamp><contributor><username>Ann</username><id>7</id></contributor><comment>c</comment><model>wikitext</model><format>text/x-wiki</format>%s</revision>`,
		id, inside, id%60, text)
}

func xmlText(s string) string {
	return `<text bytes="` + fmt.Sprint(len(s)) + `" xml:space="preserve">` + s + `</text>`
}

const hiddenText = `<text deleted="deleted"/>`

// xmlDump has one page with these revisions.
func xmlDump(revisions ...string) string {
	return `<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/"><siteinfo><sitename>W</sitename><dbname>enwiki</dbname><base>https://en.wikipedia.org/wiki/Main_Page</base></siteinfo>` +
		`<page><title>A page</title><ns>0</ns><id>5</id>` + strings.Join(revisions, "\n") + "</page></mediawiki>\n"
}

// refusing is an asker that nobody may ask.
type refusing struct{}

var errRefusing = errors.New("nobody is to be asked")

func (refusing) Query(context.Context, string, string, url.Values, any) error { return errRefusing }
