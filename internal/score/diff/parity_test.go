//go:build parity

package diff

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"revscore/internal/score/wikitext"
)

// shared opens a file of the recorded reference data.
func shared(t *testing.T, name string) io.Reader {
	t.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(root, "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	return unzipped
}

func TestParity(t *testing.T) {
	for _, name := range []string{"tokens", "edge_tokens"} {
		t.Run(name, func(t *testing.T) {
			in := json.NewDecoder(shared(t, "public/"+name+".jsonl.gz"))
			rows, equal, count, steps := 0, 0, 0, 0
			for {
				var row struct {
					RevID        int64       `json:"rev_id"`
					Tokens       [][2]string `json:"tokens"`
					ParentTokens [][2]string `json:"parent_tokens"`
					Operations   [][5]any    `json:"operations"`
				}
				if err := in.Decode(&row); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				rows++
				count += len(row.Operations)
				a, b := analyse(row.ParentTokens), analyse(row.Tokens)
				ops, err := Documents(a, b)
				if err != nil {
					t.Errorf("revision %d: %v", row.RevID, err)
					continue
				}
				steps = max(steps, stepsOf(t, a, b))
				if got := plain(ops); !slices.Equal(got, row.Operations) {
					t.Errorf("revision %d:\n got %v\nwant %v", row.RevID, got, row.Operations)
					continue
				}
				equal++
			}
			t.Logf("%d of %d pairs of texts have equal operations (%d); the hardest took %d steps", equal, rows, count, steps)
			if rows == 0 {
				t.Error("no pairs compared")
			}
		})
	}
}

// analyse analyses the text that recorded tokens join to.
func analyse(tokens [][2]string) *wikitext.Document {
	var text strings.Builder
	for _, token := range tokens {
		text.WriteString(token[0])
	}
	return wikitext.Analyse(text.String())
}
