package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/registry"
	"revscore/models"
)

// logged are the lines that a function writes, as JSON without time and stack.
func logged(t *testing.T, write func(*zap.Logger)) []string {
	t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	write(zap.New(core))
	encoder := zapcore.NewJSONEncoder(zapcore.EncoderConfig{LevelKey: "level", MessageKey: "msg", EncodeLevel: zapcore.LowercaseLevelEncoder})
	var lines []string
	for _, entry := range logs.All() {
		line, err := encoder.EncodeEntry(entry.Entry, entry.Context)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.TrimSpace(line.String()))
	}
	return lines
}

func TestReloadIsLogged(t *testing.T) {
	old, next := registry.Identity{Version: "1", Checksum: "aa"}, registry.Identity{Version: "2", Checksum: "bb"}
	in := registry.Change{Path: "m/a", Name: "damaging", Wikis: []string{"enwiki"}}
	with := func(change func(*registry.Change)) registry.Change {
		c := in
		change(&c)
		return c
	}
	failed := with(func(c *registry.Change) {
		c.Kind, c.Old, c.New, c.Err = registry.Failed, old, old, errors.New("no card")
	})
	repeated := failed
	repeated.Repeated = true
	const begin = `"bundle":"m/a","model":"damaging","wikis":["enwiki"]`
	for name, c := range map[string]struct {
		changes []registry.Change
		want    string
	}{
		"replaced": {[]registry.Change{with(func(c *registry.Change) { c.Kind, c.Old, c.New = registry.Replaced, old, next })},
			`{"level":"info","msg":"model replaced",` + begin + `,"before":"1 (sha256 aa)","in_service":"2 (sha256 bb)"}`},
		"added": {[]registry.Change{with(func(c *registry.Change) { c.Kind, c.New = registry.Added, next })},
			`{"level":"info","msg":"model added",` + begin + `,"in_service":"2 (sha256 bb)"}`},
		"removed": {[]registry.Change{with(func(c *registry.Change) { c.Kind, c.Old, c.Warning = registry.Removed, old, "silence" })},
			`{"level":"warn","msg":"model removed",` + begin + `,"before":"1 (sha256 aa)","warning":"silence"}`},
		"failed": {[]registry.Change{failed},
			`{"level":"error","msg":"a model cannot be loaded; the one in service stays",` + begin + `,"before":"1 (sha256 aa)","in_service":"1 (sha256 aa)","error":"no card"}`},
		"a pattern": {[]registry.Change{{Kind: registry.Failed, Path: "m/*", Err: errors.New("no folder")}},
			`{"level":"error","msg":"a bundle cannot be loaded","bundle":"m/*","error":"no folder"}`},
		"a pattern that recovers": {[]registry.Change{{Kind: registry.Kept, Path: "m/*", Recovered: true}},
			`{"level":"info","msg":"a bundle no longer fails","bundle":"m/*"}`},
		// Who asks is told of what still fails.
		"no news": {[]registry.Change{repeated, with(func(c *registry.Change) { c.Kind, c.New = registry.Kept, old })},
			`{"level":"info","msg":"no model has changed","bundles":2,"failing":1}` + "\n" +
				`{"level":"error","msg":"a model cannot be loaded; the one in service stays",` + begin + `,"before":"1 (sha256 aa)","in_service":"1 (sha256 aa)","error":"no card"}`},
	} {
		got := strings.Join(logged(t, func(log *zap.Logger) { logReload(log, registry.Report{Changes: c.changes}) }), "\n")
		if got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// A sampled difference stands in the log as docs/formats/shadow.md says.
func TestDifferenceIsLogged(t *testing.T) {
	live := event.Outcome{Model: "damaging", Version: "1", Score: &event.Score{Prediction: false, Probability: map[string]float64{"true": 0.25, "false": 0.75}}}
	r := score.Report{
		Kind: score.KindShadow, Stream: "s", Revision: &event.Revision{Wiki: "enwiki", RevID: 7}, Outcome: live,
		Shadow: &score.Difference{Result: score.ShadowPrediction, Largest: 0.5, Outcome: event.Outcome{
			Model: "next", Version: "2", Score: &event.Score{Prediction: true, Probability: map[string]float64{"true": 0.75, "false": 0.25}},
		}},
	}
	got := logged(t, func(log *zap.Logger) { logDifference(log, r) })
	r.Shadow = &score.Difference{Result: score.ShadowFailed, Outcome: event.Outcome{Model: "next", Version: "2", Failure: &event.Failure{Type: "T", Message: "m"}}}
	got = append(got, logged(t, func(log *zap.Logger) { logDifference(log, r) })...)
	const begin = `{"level":"info","msg":"a shadow model differs","stream":"s","wiki":"enwiki","rev_id":7,`
	const before = `"live":{"model":"damaging","version":"1","score":{"prediction":false,"probability":{"false":0.75,"true":0.25}}},`
	for i, want := range []string{
		begin + `"result":"prediction","difference":0.5,` + before + `"shadow":{"model":"next","version":"2","score":{"prediction":true,"probability":{"false":0.25,"true":0.75}}}}`,
		begin + `"result":"failed",` + before + `"shadow":{"model":"next","version":"2","error":{"type":"T","message":"m"}}}`,
	} {
		if got[i] != want {
			t.Errorf("got\n%s\nwant\n%s", got[i], want)
		}
	}
}

// The folder of a route's only model vanishes: its stream goes on, and health says
// what is wrong.
func TestVanishedModelGoesOn(t *testing.T) {
	r := newRig(t)
	root := t.TempDir()
	put := func(folder, name string) {
		t.Helper()
		sub, err := fs.Sub(models.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(filepath.Join(root, folder), sub); err != nil {
			t.Fatal(err)
		}
	}
	put("a", "enwiki.reverted")
	put("b", "revid")
	r.cfg.Models = []registry.Place{{Bundle: root + "/*"}}
	r.cfg.Routes = []score.RouteConfig{{Model: "revid"}}
	r.cfg.Reload = time.Millisecond
	s := r.start()
	var names []string
	for _, entry := range s.logs.FilterMessage("model in service").All() {
		fields := entry.ContextMap()
		if len(fields) != 5 || len(fields["checksum"].(string)) != 64 {
			t.Errorf("logged %v", fields)
		}
		names = append(names, fields["model"].(string))
	}
	if strings.Join(names, " ") != "reverted revid" {
		t.Errorf("models logged at the start: %q", names)
	}
	if err := os.RemoveAll(filepath.Join(root, "a")); err != nil { // which no route has
		t.Fatal(err)
	}
	s.awaitHealth("ok\n", func() bool { return s.logs.FilterMessage("model removed").Len() == 1 })
	put("c", "enwiki.reverted")
	if err := os.RemoveAll(filepath.Join(root, "b")); err != nil {
		t.Fatal(err)
	}
	s.awaitHealth("the folder is gone, and no other bundle is called revid, which routes name", func() bool { return true })
	r.feed(createTopic, r.put(page("enwiki", 7)))
	s.await(1)
	s.stop()
	if got := r.scores(revidTopic); len(got) != 1 {
		t.Errorf("%d scores", len(got))
	}
}

// awaitHealth asks /healthz until it says what is expected, and all else is well.
func (s *instance) awaitHealth(want string, and func() bool) {
	s.t.Helper()
	body := ""
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if _, body = s.get("/healthz"); strings.Contains(body, want) && and() {
			return
		}
	}
	s.t.Fatalf("health says %q, want %q", body, want)
}
