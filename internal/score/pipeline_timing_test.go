package score

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/score/registry"
	"revscore/models"
)

// acknowledger is a broker that has everything at once.
type acknowledger struct{}

func (acknowledger) PublishAll(_ context.Context, _ []event.Message, done func(error)) { done(nil) }

// BenchmarkPipeline is one event of the test model without brokers and Redis: the
// processor time that is this package's, the parser's and the store's memory.
func BenchmarkPipeline(b *testing.B) {
	reg := prometheus.NewRegistry()
	inService, err := registry.New(models.FS, []registry.Place{{Bundle: "embedded:revid"}}, nil, reg)
	if err != nil {
		b.Fatal(err)
	}
	routes, err := NewRoutes([]RouteConfig{{Model: "revid"}}, inService, func(s string) string { return s })
	if err != nil {
		b.Fatal(err)
	}
	store, err := dedupe.New(dedupe.DefaultConfig(), dedupe.Options{Registerer: reg})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	p := New(DefaultConfig(), Parts{
		Routes: routes, Engine: NewEngine(2, reg), Store: store, Publish: acknowledger{}, Registry: reg,
		Letters: Letters{Stream: "errors", Topic: "errors", Emitter: "test", MaxRaw: 1000},
	})
	b.ReportAllocs()
	for n := int64(1_000_000); b.Loop(); n++ {
		rec := event.Record{Source: event.Source{Topic: "in", Offset: n}, Value: revisionCreate(n), Received: time.Now()}
		if err := p.Begin(rec)(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// revisionCreate is an event as MediaWiki makes them.
func revisionCreate(n int64) []byte {
	return fmt.Appendf(make([]byte, 0, 2048), `{"$schema":"/mediawiki/revision/create/2.0.0","meta":{"stream":"mediawiki.revision-create",`+
		`"domain":"en.wikipedia.example","dt":"2026-01-02T03:04:06Z","uri":"https://en.wikipedia.example/wiki/Some_title_of_a_page",`+
		`"request_id":"0c1b7f0e-5f0d-4d3b-9c55-6f1d2a3b4c5d","id":"%[1]d-0000-4000-8000-000000000000"},"database":"enwiki",`+
		`"dt":"2026-01-02T03:04:05Z","page_title":"Some_title_of_a_page","page_namespace":0,"page_is_redirect":false,`+
		`"rev_timestamp":"2026-01-02T03:04:05Z","rev_sha1":"mr0szy90m5qbn6tek7ch3nebaild3tm","rev_minor_edit":false,"rev_len":4321,`+
		`"rev_content_model":"wikitext","rev_content_format":"text/x-wiki","comment":"/* History */ a comment of the usual length, with a [[link]]",`+
		`"parsedcomment":"<span class=\"autocomment\">History: </span> a comment of the usual length, with a <a href=\"/wiki/Link\">link</a>",`+
		`"performer":{"user_text":"Some user","user_groups":["extendedconfirmed","*","user","autoconfirmed"],"user_is_bot":false,"user_id":123456,`+
		`"user_registration_dt":"2016-01-29T21:13:24Z","user_edit_count":1234},"rev_slots":{"main":{"rev_slot_content_model":"wikitext",`+
		`"rev_slot_sha1":"mr0szy90m5qbn6tek7ch3nebaild3tm","rev_slot_size":4321,"rev_slot_origin_rev_id":1}},"rev_content_changed":true,`+
		`"rev_id":%[1]d,"rev_parent_id":%[2]d,"page_id":%[3]d}`, n, n-1, n%50_000+1)
}
