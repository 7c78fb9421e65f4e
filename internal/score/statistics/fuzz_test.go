package statistics

import (
	"bytes"
	"errors"
	"math"
	"os"
	"strings"
	"testing"
)

// FuzzOptimization: a query that is printed reads back as itself, unless Python
// writes its bound with an exponent, which the pattern does not read.
func FuzzOptimization(f *testing.F) {
	for _, query := range []string{
		"maximum recall @ precision >= 0.9", " Minimum !F1 @ match_rate <= -.5x", "maximum recall @ precision >= 0.00001",
		"maximum ünï @ _x >= 1", "maximum prec\u0130sion @ recall >= 0.5", "maximum f1 @ f1 >= " + strings.Repeat("9", 400),
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		o, err := ParseOptimization(query)
		if err != nil {
			if !raised(err, ValueError) {
				t.Fatalf("%q: %v", query, err)
			}
			return
		}
		printed := o.String()
		if math.IsInf(o.Bound, 0) || strings.Contains(formatFloat(o.Bound), "e") {
			return
		}
		again, err := ParseOptimization(printed)
		if err != nil || again != o {
			t.Fatalf("%q is printed as %q, which is %+v, %v", query, printed, again, err)
		}
	})
}

// FuzzParse: what is read is written, and what was written is read and written
// the same.
func FuzzParse(f *testing.F) {
	f.Add(fixture(f))
	for _, c := range refused {
		f.Add([]byte(c.data))
	}
	for _, data := range stable {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := Parse(data)
		if err != nil {
			return
		}
		once, err := info.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		twice, err := again.Encode()
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%v\n%s\n%s", err, once, twice)
		}
	})
}

// FuzzQuestions: any path put to any tree has an answer or a typed error.
func FuzzQuestions(f *testing.F) {
	for _, path := range []string{"", "type", "statistics.thresholds.true.'maximum recall @ precision >= 0.9'", "statistics.counts.n", "a..b", "params.x"} {
		f.Add(fixture(f), path)
	}
	for _, data := range stable {
		f.Add([]byte(data), "statistics")
	}
	f.Fuzz(func(t *testing.T, data []byte, path string) {
		info, err := Parse(data)
		if err != nil {
			return
		}
		v, err := info.Lookup(path)
		Repr(v)
		typed(t, err)
		_, err = info.FormatJSON(path)
		typed(t, err)
		_, err = info.FormatString(path)
		typed(t, err)
	})
}

func typed(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("untyped error %v", err)
	}
}

func fixture(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/info.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}
