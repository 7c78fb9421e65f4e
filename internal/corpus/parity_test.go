//go:build parity

package corpus

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func shared(t *testing.T, parts ...string) string {
	t.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the parity tests need the shared data: %v", err)
	}
	return path
}

// schema compiles the official schema of the events.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := os.ReadFile(shared(t, "contracts", "schemas", "mediawiki", "revision", "create", "2.0.0.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := yaml.YAMLToJSON(raw)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	// Fragments are pasted in with their own ids, twice the same: drop all ids.
	dropIDs(doc)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	if err := c.AddResource("https://schema.example/revision-create", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("https://schema.example/revision-create")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func dropIDs(v any) {
	switch v := v.(type) {
	case map[string]any:
		// A property may be called $schema too: only strings are ids.
		for _, k := range []string{"$schema", "$id"} {
			if _, ok := v[k].(string); ok {
				delete(v, k)
			}
		}
		for k, sub := range v {
			if k != "examples" {
				dropIDs(sub)
			}
		}
	case []any:
		for _, sub := range v {
			dropIDs(sub)
		}
	}
}

// TestParity reads the three real files whole, checks what is known of them, and
// holds every event against the official schema.
func TestParity(t *testing.T) {
	s := schema(t)
	for _, c := range []struct {
		file                                    string
		revisions, wikis, creations, withParent int
		// heap is the bound on live memory while reading, in MB. The dump of
		// Anarchism has 1,004 MB unpacked and a zstd window of 128.
		heap uint64
	}{
		{"mix.jsonl.gz", 1043, 98, 216, 827, 32},
		{"enwiki-anarchism-history.xml.zst", 15180, 1, 1, 15179, 320},
		{"aawiki-20260101-pages-meta-history.xml.bz2", 1307, 1, 507, 800, 32},
	} {
		t.Run(c.file, func(t *testing.T) {
			r := open(t, shared(t, "corpus", c.file))
			wikis := map[string]bool{}
			revisions, creations, withParent := 0, 0, 0
			var peak uint64
			for {
				rev, err := r.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				revisions++
				wikis[rev.Wiki] = true
				if rev.ParentID == 0 {
					creations++
				}
				if rev.ParentText != nil {
					withParent++
				}
				// Schema validation is slower than all else; every tenth event of the
				// long file is enough to see each shape many times.
				if revisions <= 2000 || revisions%10 == 0 {
					validate(t, s, rev)
				}
				if revisions%500 == 1 {
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapAlloc)
				}
			}
			if revisions != c.revisions || len(wikis) != c.wikis || creations != c.creations || withParent != c.withParent {
				t.Errorf("%d revisions of %d wikis, %d creations, %d with parent text; want %d, %d, %d, %d",
					revisions, len(wikis), creations, withParent, c.revisions, c.wikis, c.creations, c.withParent)
			}
			if peak > c.heap<<20 {
				t.Errorf("%d MB were live, the bound is %d", peak>>20, c.heap)
			}
			if done, total := r.Progress(); done != total {
				t.Errorf("progress ends at %d of %d", done, total)
			}
			t.Logf("%d revisions, %d wikis, at most %d MB live", revisions, len(wikis), peak>>20)
		})
	}
}

func validate(t *testing.T, s *jsonschema.Schema, rev *Revision) {
	t.Helper()
	raw, err := rev.Event()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Fatalf("event of %s %d: %v\n%s", rev.Wiki, rev.RevID, err, raw)
	}
}

// TestDigestsParity: the XML dump tells the digest of every text, so that what
// was read and how it is digested can be held against MediaWiki's own numbers.
func TestDigestsParity(t *testing.T) {
	r := open(t, shared(t, "corpus", "aawiki-20260101-pages-meta-history.xml.bz2"))
	d := r.src.(*dump)
	checked := 0
	for {
		tok, err := d.token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		x, ok := revisionElement(t, d, tok)
		if !ok {
			continue
		}
		if body := x.Text.body(); body != nil {
			checked++
			if got := SHA1(*body); got != x.SHA1 {
				t.Errorf("revision %s: digest %s, the dump says %s", x.ID, got, x.SHA1)
			}
		}
	}
	if checked < 1300 {
		t.Errorf("%d texts were checked, want all but a few of 1307", checked)
	}
}

// TestEventShapeParity compares the keys of our events with those that a real
// MediaWiki posted. parsedcomment is the one optional field we leave out.
func TestEventShapeParity(t *testing.T) {
	for file, edit := range map[string]func(*Revision){
		"edit.jsonl":          func(*Revision) {},
		"edit-anon-ip.jsonl":  func(r *Revision) { r.Anonymous, r.UserID, r.Comment = true, 0, "" },
		"content-json.jsonl":  func(r *Revision) { r.ParentID, r.ParentText, r.ContentModel = 0, nil, "json" },
		"title-unicode.jsonl": func(r *Revision) { r.ParentID, r.ParentText = 0, nil },
	} {
		raw, err := os.ReadFile(shared(t, "contracts", "events", "w43", file))
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for _, l := range bytes.Split(raw, []byte("\n")) {
			var real map[string]any
			if json.Unmarshal(l, &real) != nil || real["$schema"] != Schema {
				continue
			}
			rev := sample()
			edit(rev)
			event, err := rev.Event()
			if err != nil {
				t.Fatal(err)
			}
			var ours map[string]any
			if err := json.Unmarshal(event, &ours); err != nil {
				t.Fatal(err)
			}
			delete(real, "parsedcomment")
			if real["comment"] == nil {
				delete(ours, "comment")
			}
			sameKeys(t, file, ours, real)
			compared++
		}
		if compared == 0 {
			t.Errorf("%s holds no event of %s", file, Schema)
		}
	}
}

// TestChangeShapeParity: every key of our page_change events is one of the real ones,
// and those that are missing are what no file tells.
func TestChangeShapeParity(t *testing.T) {
	for file, edit := range map[string]func(*Revision){
		"edit.jsonl":         func(*Revision) {},
		"edit-anon-ip.jsonl": func(r *Revision) { r.Anonymous, r.UserID = true, 0 },
	} {
		raw, err := os.ReadFile(shared(t, "contracts", "events", "w43", file))
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for _, l := range bytes.Split(raw, []byte("\n")) {
			var real map[string]any
			if json.Unmarshal(l, &real) != nil || real["page_change_kind"] != "edit" {
				continue
			}
			rev := sample()
			edit(rev)
			event, err := rev.EventAs(Form{Change: true})
			if err != nil {
				t.Fatal(err)
			}
			var ours map[string]any
			if err := json.Unmarshal(event, &ours); err != nil {
				t.Fatal(err)
			}
			delete(real, "prior_state")
			revision := real["revision"].(map[string]any)
			delete(revision["content_slots"].(map[string]any)["main"].(map[string]any), "origin_rev_id")
			for _, user := range []map[string]any{real["performer"].(map[string]any), revision["editor"].(map[string]any)} {
				delete(user, "is_system")
				delete(user, "is_temp")
			}
			if revision["comment"] == nil {
				delete(ours["revision"].(map[string]any), "comment")
			}
			sameKeys(t, file, ours, real)
			compared++
		}
		if compared == 0 {
			t.Errorf("%s holds no page_change", file)
		}
	}
}

func sameKeys(t *testing.T, at string, ours, real map[string]any) {
	t.Helper()
	for k, v := range real {
		if ours[k] == nil {
			t.Errorf("%s: real events have %s, ours do not", at, k)
		}
		if sub, ok := v.(map[string]any); ok {
			o, _ := ours[k].(map[string]any)
			sameKeys(t, at+"."+k, o, sub)
		}
	}
	for k := range ours {
		if _, ok := real[k]; !ok {
			t.Errorf("%s: ours have %s, real events do not", at, k)
		}
	}
}

// revisionElement decodes the token's element if it is a revision.
func revisionElement(t *testing.T, d *dump, tok xml.Token) (x xmlRevision, ok bool) {
	t.Helper()
	start, ok := tok.(xml.StartElement)
	if !ok || start.Name.Local != "revision" {
		return x, false
	}
	if err := d.dec.DecodeElement(&x, &start); err != nil {
		t.Fatal(err)
	}
	return x, true
}
