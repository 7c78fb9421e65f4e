package bundle

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"revscore/internal/event"
)

const good = `{"features": [1, 2.5, true, false, -0.0, 1e3], "score": {"prediction": false, "probability": {"true": 0.25, "false": 0.75}}, "label": true, "rev_id": 7}`

func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadRecorded(t *testing.T) {
	want := Recorded{
		Features: []float64{1, 2.5, 1, 0, 0, 1000},
		Score:    event.Score{Prediction: false, Probability: map[string]float64{"true": 0.25, "false": 0.75}},
		Label:    true,
	}
	bare := Recorded{Score: event.Score{Prediction: []string{}, Probability: map[string]float64{"a": 1}}}
	none := `{"score":{"prediction":[],"probability":{"a":1}}}`
	for name, c := range map[string]struct {
		text string
		want []Recorded
	}{
		"a line":              {good + "\n", []Recorded{want}},
		"no line end":         {good, []Recorded{want}},
		"empty lines":         {"\n \r\n" + good + "\n\n" + good + "\r\n\n", []Recorded{want, want}},
		"zipped":              {string(zipped(t, good+"\n"+none)), []Recorded{want, bare}},
		"zipped in two parts": {string(zipped(t, good+"\n")) + string(zipped(t, none)), []Recorded{want, bare}},
		"nothing but a score": {none, []Recorded{bare}},
		"null for none":       {strings.Replace(none, "{", `{"features":null,"label":null,`, 1), []Recorded{bare}},
		"a long line":         {strings.Replace(none, "{", `{"text":"`+strings.Repeat("x", 3<<20)+`",`, 1), []Recorded{bare}},
	} {
		got, err := ReadRecorded(strings.NewReader(c.text))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

func TestReadRecordedRefuses(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got, err := ReadRecorded(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.100q: %v, %v, want an error with %q", text, got, err, want)
		}
	}
	value := func(text string) string { return strings.Replace(good, "2.5", text, 1) }
	f("", "no lines")
	f("\n\n", "no lines")
	f(good+"\n\n{", "line 3: unexpected end of JSON")
	f("[]", "line 1: ")
	f(good+good, "line 1: invalid character '{'")
	f(value("null"), "line 1: value 2 is null, must be a number or a bool")
	f(value(`"3"`), `value 2 is "3"`)
	f(value("[3]"), "value 2 is [3]")
	f(value("1e999"), "value 2 is 1e999")
	f(value("NaN"), "invalid character 'N'")
	f(`{"features":{"a":1},"score":{"prediction":true,"probability":{"true":1}}}`, "line 1: features is a JSON object")
	f(`{"features":[1]}`, "line 1: no score")
	f(`{"features":[1],"score":null}`, "line 1: ")
	f(`{"features":[1],"score":{"prediction":true}}`, "no probability")
	f(`{"features":[1],"score":{"prediction":null,"probability":{"a":1}}}`, "prediction is")
	f(`{"features":[1],"score":{"prediction":1.5,"probability":{"a":1}}}`, "prediction is")
	f(good+"\n"+strings.Repeat("x", maxLine+1), "after line 1: bufio.Scanner: token too long (a line may have")
	packed := zipped(t, strings.Repeat(good+"\n", 1000))
	f(string(packed[:len(packed)-9]), "unexpected EOF")
	f("\x1f\x8bplain text after that", "gzip: invalid header")
}

// FuzzReadRecorded: what is read, written again, reads the same.
func FuzzReadRecorded(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(good + "\n\n" + strings.Replace(good, "true", `["a", 1.5, {"b": null}]`, 2)))
	f.Add([]byte(`{"score":{"prediction":["a","\ud800"],"probability":{"a\u0000":1e-320}},"label":1e300}`))
	f.Add(zipped(f, good))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) && len(data) > 1<<10 {
			return // a bomb takes long to read
		}
		all, err := ReadRecorded(bytes.NewReader(data))
		if err != nil {
			return
		}
		var b bytes.Buffer
		for _, r := range all {
			line, err := json.Marshal(map[string]any{"features": r.Features, "score": r.Score, "label": r.Label})
			if err != nil {
				t.Fatal(err)
			}
			b.Write(append(line, '\n'))
		}
		again, err := ReadRecorded(&b)
		if err != nil || !reflect.DeepEqual(again, all) {
			t.Errorf("%v, %v, want %v", again, err, all)
		}
	})
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func recordings(t testing.TB, name string) []Recorded {
	t.Helper()
	list, err := ReadRecorded(bytes.NewReader(readFile(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// same fails unless an error has all the words, or is nil where there are none.
func same(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("error is %v, must say %q", err, word)
		}
	}
	if len(words) == 0 && err != nil {
		t.Error(err)
	}
}

func copies(list []Recorded, n int) []Recorded {
	var all []Recorded
	for i := range n {
		all = append(all, list[i%len(list)])
	}
	return all
}

func ExampleValues() {
	var row []json.RawMessage
	if err := json.Unmarshal([]byte(`[3, true, 0.5]`), &row); err != nil {
		panic(err)
	}
	fmt.Println(Values(row))
	// Output: [3 1 0.5] <nil>
}
