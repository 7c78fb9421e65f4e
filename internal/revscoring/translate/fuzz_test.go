package translate

import (
	"bytes"
	"os"
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/score/feature/expr"
)

// FuzzFeatures translates lists of whatever bytes pickle. What comes out is
// readable, prints as itself and asks nothing that is not there.
func FuzzFeatures(f *testing.F) {
	for _, path := range []string{"testdata/small.p2.pickle", "testdata/small.p4.pickle"} {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("(lp0\nccopy_reg\n_reconstructor\np1\n(crevscoring.features.feature\nConstant\np2\nc__builtin__\nobject\nNtp3\nRp4\n" +
		"(dp5\nVname\np6\nV1\np7\nsVvalue\nI1\nsVreturns\nc__builtin__\nint\nsVdependencies\n(lsVprocess\nc__builtin__\ngetattr\n(g4\nV_process\ntRsba."))
	known := readExpected(f, "testdata/expected.json").Known
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := pickle.Load(bytes.NewReader(data))
		if err != nil {
			return
		}
		list, err := readItems(v)
		if err != nil {
			list = []any{v}
		}
		result, err := Features(list, Options{Known: known})
		if err != nil {
			return
		}
		if len(result.Features) != len(list) {
			t.Fatalf("%d features of %d", len(result.Features), len(list))
		}
		for _, feature := range result.Features {
			n, err := expr.Parse(feature.Expression)
			if err != nil || n.String() != feature.Expression {
				t.Fatalf("%s: %v", feature.Expression, err)
			}
			checkAssets(t, n, result.Assets)
		}
	})
}

// checkAssets looks for the assets that an expression asks.
func checkAssets(t *testing.T, n *expr.Node, assets Assets) {
	if n.Kind == expr.Asset && !hasAsset(assets, n.Text) {
		t.Fatalf("@%s is not there", n.Text)
	}
	for _, arg := range n.Args {
		checkAssets(t, arg, assets)
	}
}

func hasAsset(a Assets, name string) bool {
	return has(a.Lexicons, name) || has(a.Dictionaries, name) || has(a.Words, name) || has(a.Phrases, name) || has(a.Conversions, name)
}

func has[T any](shelf map[string]T, name string) bool {
	_, ok := shelf[name]
	return ok
}
