// Package internal has no code. Its one test keeps the rules that no linter of
// ours knows: which way imports point and who owns which library.
package internal

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports", "revscore/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []pkg
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// owners says which packages alone may import a library: one outside library,
// one owner, so that it can be replaced in one place.
var owners = map[string][]string{
	"github.com/redis/go-redis":       {"internal/dedupe", "tools/loop"},
	"github.com/sony/gobreaker":       {"internal/dedupe"},
	"github.com/twmb/franz-go":        {"internal/consume", "internal/produce", "internal/avro", "cmd/streamer", "tools/loop", "internal/visibility"},
	"github.com/hamba/avro":           {"internal/avro"},
	"github.com/tmaxmax/go-sse":       {"internal/consume"},
	"go.uber.org/zap":                 {"internal/consume", "cmd/streamer"},
	"github.com/maypok86/otter":       {"internal/score/fetch"},
	"github.com/tidwall/gjson":        {"internal/score", "internal/dedupe"},
	"github.com/go-json-experiment":   {"internal/event", "internal/avro", "tools/loop", "internal/visibility"},
	"github.com/dlclark/regexp2":      {"internal/score/rule"},
	"github.com/klauspost/compress":   {"internal/corpus", "internal/wikiapi"},
	"github.com/schollz/progressbar":  {"internal/feed"},
	"github.com/spf13/cobra":          {"cmd/streamer"},
	"github.com/alicebob/miniredis":   {"cmd/streamer"},
	"github.com/goccy/go-yaml":        {"cmd/streamer", "internal/score/model", "internal/simwiki", "internal/gatesim"},
	"github.com/cenkalti/backoff":     {"internal/score/fetch", "internal/avro", "internal/eventgate", "cmd/streamer"},
	"github.com/google/uuid":          {"internal/event", "internal/corpus", "tools/loop"},
	"github.com/santhosh-tekuri":      {"internal/gatesim"},
	"google.golang.org/protobuf":      {"internal/onnx"},
	"github.com/prometheus/client_go": {"internal/backfill", "internal/consume", "internal/produce", "internal/dedupe", "internal/score", "internal/score/fetch", "internal/score/registry", "internal/avro", "internal/eventgate", "internal/sink", "cmd/streamer", "tools/modelparity", "internal/visibility"},
}

func TestOneLibraryOneOwner(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "revscore/")
		for _, imported := range p.Imports {
			for library, allowed := range owners {
				if strings.HasPrefix(imported, library) && !slices.Contains(allowed, name) {
					t.Errorf("%s imports %s, which belongs to %s", name, imported, strings.Join(allowed, ", "))
				}
			}
		}
	}
}

// standardOnly are the packages of texts and trees: pure functions that anyone
// can read, test and reuse without the rest.
var standardOnly = []string{
	"internal/score/wikitext", "internal/score/diff", "internal/score/parse", "internal/score/pattern", "internal/score/change",
	"internal/score/analysis", "internal/score/feature", "internal/score/feature/expr", "internal/score/tree",
	"internal/score/stem", "internal/score/phrase", "internal/score/hanzi", "internal/score/spell", "internal/score/wikibase",
	"internal/score/estimator", "internal/score/explain", "internal/score/statistics", "internal/pickle",
}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "revscore/")
		for _, imported := range p.Imports {
			inner, ours := strings.CutPrefix(imported, "revscore/")
			switch {
			case ours && strings.HasPrefix(inner, "cmd/"):
				t.Errorf("%s imports a command", name)
			case ours && name == "internal/event":
				t.Errorf("internal/event imports %s; it is what all others import", inner)
			case !ours && strings.Contains(imported, ".") && slices.Contains(standardOnly, name):
				t.Errorf("%s imports %s; it may use the standard library alone", name, imported)
			}
		}
	}
}

func TestNoFileIsTooLong(t *testing.T) {
	const most = 600
	for _, p := range packages(t) {
		files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(data), "\n"); n > most && !strings.Contains(string(data), "DO NOT EDIT") {
				t.Errorf("%s has %d lines, at most %d", file, n, most)
			}
		}
	}
}
