//go:build parity

package visibility

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"revscore/internal/dedupe"
)

// TestRecordedEvents reads what MediaWiki 1.39 and 1.43 wrote when revisions were hidden and
// shown, and pages deleted and restored. SHARED names the folder of real data.
func TestRecordedEvents(t *testing.T) {
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	text, names, none := dedupe.Hidden{Text: true}, dedupe.Hidden{User: true, Comment: true}, dedupe.Hidden{}
	hides := map[string]*dedupe.Hidden{
		"revision-hide-text": &text, "revision-hide-user-comment": &names, "revision-hide-comment-current": &names,
		"revision-suppress": &everything, "revision-suppress-comment-current": &names, "revision-unhide": &none,
	}
	read := 0
	for _, wiki := range []string{"w39", "w43"} {
		files, err := filepath.Glob(filepath.Join(root, "contracts", "events", wiki, "*.jsonl"))
		if err != nil || len(files) == 0 {
			t.Fatalf("the parity tests need the shared data: no events in %s: %v", root, err)
		}
		for _, file := range files {
			want := hides[strings.TrimSuffix(filepath.Base(file), ".jsonl")]
			for _, line := range ours(t, file) {
				e, err := Parse(line)
				switch {
				case errors.Is(err, errIrrelevant): // an edit or a move
					continue
				case err != nil || e.Wiki != wiki || e.Rev == 0 || e.Page == 0 || e.Time.IsZero() || e.Domain != "127.0.0.1":
					t.Errorf("%s: %s, %v", file, show(e), err)
				case want != nil && (e.Deleted || e.Hidden == nil || *e.Hidden != *want):
					t.Errorf("%s: %s, want %+v", file, show(e), *want)
				case e.Deleted != (strings.Contains(string(line), `.page-delete"`) || strings.Contains(string(line), `"page_change_kind": "delete"`)) || e.suppressed():
					t.Errorf("%s: %s", file, show(e))
				}
				read++
			}
		}
	}
	if read < 90 {
		t.Errorf("%d events were read, want 90 at least", read)
	}
}

// ours are the events of a file from the streams that say what is hidden.
func ours(t *testing.T, file string) (list [][]byte) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		var e struct{ Meta struct{ Stream string } }
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		switch e.Meta.Stream {
		case "mediawiki.revision-visibility-change", "mediawiki.page-delete", "mediawiki.page-suppress", "mediawiki.page-undelete", "mediawiki.page_change.v1":
			list = append(list, append([]byte(nil), s.Bytes()...))
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
