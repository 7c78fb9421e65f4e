package wikibase

import (
	"errors"
	"strings"
	"testing"
)

// What json.loads of Python 3.11 says of texts.
func TestDecode(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "offset 0: no value",
		" \t\r\n ":           "offset 5: no value",
		"\v1":                "offset 0: no value",
		"\ufeff1":            "offset 0: no value",
		"{} {}":              "offset 3: text behind the value",
		"[1,]":               "offset 3: no value",
		"[,1]":               "offset 1: no value",
		"[1 2]":              "offset 3: neither a comma nor the end of an array or object",
		"[1}":                "offset 2: neither a comma nor the end of an array or object",
		`{"a":1,}`:           "offset 7: no name of a field",
		`{"a":1]`:            "offset 6: neither a comma nor the end of an array or object",
		`{a:1}`:              "offset 1: no name of a field",
		`{"a" 1}`:            "offset 5: no colon behind the name of a field",
		`{"a":}`:             "offset 5: no value",
		"[":                  "offset 1: no value",
		`{`:                  "offset 1: no name of a field",
		`"`:                  "offset 1: a string without end",
		`"\`:                 "offset 2: a string without end",
		`"\"`:                "offset 3: a string without end",
		"\"\x1f\"":           "offset 1: a control character in a string",
		`"\a"`:               "offset 2: an unknown escape",
		`"\u12"`:             "offset 2: an escape of less than four hexadecimal digits",
		`"\u12g4"`:           "offset 2: an escape of less than four hexadecimal digits",
		"01":                 "offset 1: text behind the value",
		"1.":                 "offset 1: text behind the value",
		".1":                 "offset 0: no value",
		"1e":                 "offset 1: text behind the value",
		"1e+":                "offset 1: text behind the value",
		"+1":                 "offset 0: no value",
		"-":                  "offset 0: no value",
		"-x":                 "offset 0: no value",
		"nul":                "offset 0: no value",
		"nulls":              "offset 4: text behind the value",
		"-NaN":               "offset 0: no value",
		"'a'":                "offset 0: no value",
		"NaN":                "",
		"-Infinity":          "",
		" [ ] ":              "",
		"{ }":                "",
		"-0.0e-0":            "",
		"[1E5,-0,0e1]":       "",
		`"\ud800\"\/\b"`:     "",
		"\"\x7f\u2028\"":     "",
		`{"a":{"a":[{}]}}`:   "",
		"\t[ 1 , 2 ]\r\n":    "",
		`{ "a" : 1 , "b":2}`: "",
	} {
		_, err := decode(text)
		if got := ""; err != nil {
			got = err.Error()
			if got != want {
				t.Errorf("%q: %s, want %q", text, got, want)
			}
		} else if want != "" {
			t.Errorf("%q: accepted, want %s", text, want)
		}
	}
}

func TestDecodeBounds(t *testing.T) {
	for _, test := range []struct {
		text string
		want error
	}{
		{strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), nil},
		{strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), errDepth},
		{strings.Repeat(`{"":`, 500_000), errDepth},
		{"[-" + strings.Repeat("1", maxDigits) + "]", nil},
		{strings.Repeat("1", maxDigits+1), errDigits},
		{strings.Repeat("1", maxDigits+1) + ".5", nil},
	} {
		if _, err := decode(test.text); !errors.Is(err, test.want) {
			t.Errorf("%.20q…: %v, want %v", test.text, err, test.want)
		}
	}
}

// Python's repr(), json.dumps() and str() of what json.loads reads.
func TestValues(t *testing.T) {
	for _, test := range []struct{ text, repr, dumped, str string }{
		{"null", "None", "null", "None"},
		{"true", "True", "true", "True"},
		{"false", "False", "false", "False"},
		{"-0", "0", "0", "0"},
		{"-0.0", "-0.0", "-0.0", "-0.0"},
		{"1e2", "100.0", "100.0", "100.0"},
		{"1e16", "1e+16", "1e+16", "1e+16"},
		{"0.00001", "1e-05", "1e-05", "1e-05"},
		{"0.0001", "0.0001", "0.0001", "0.0001"},
		{"123456789012345680.0", "1.2345678901234568e+17", "1.2345678901234568e+17", "1.2345678901234568e+17"},
		{"1e400", "inf", "Infinity", "inf"},
		{"-1e400", "-inf", "-Infinity", "-inf"},
		{"NaN", "nan", "NaN", "nan"},
		{"100000000000000000000000", "100000000000000000000000", "100000000000000000000000", "100000000000000000000000"},
		{`"a"`, "'a'", `"a"`, "a"},
		{`"it's"`, `"it's"`, `"it's"`, "it's"},
		{`"\"it's\""`, `'"it\'s"'`, `"\"it's\""`, `"it's"`},
		{`"\\\/\b\f\n\r\t\u0000"`, `'\\/\x08\x0c\n\r\t\x00'`, `"\\/\b\f\n\r\t\u0000"`, "\\/\b\f\n\r\t\x00"},
		{"\"\x7f\u00a0\u00ad\u00e9\u200b\u2028\ue000\"", `'\x7f\xa0\xadé\u200b\u2028\ue000'`, `"\u007f\u00a0\u00ad\u00e9\u200b\u2028\ue000"`, "\x7f\u00a0\u00ad\u00e9\u200b\u2028\ue000"},
		{`"😀\ud83d\ude00\ud83d\ud83d\ude00\ude00"`, `'😀😀\ud83d😀\ude00'`, `"\ud83d\ude00\ud83d\ude00\ud83d\ud83d\ude00\ude00"`, "😀😀\xed\xa0\xbd😀\xed\xb8\x80"},
		{"\"\U000e0001\"", `'\U000e0001'`, `"\udb40\udc01"`, "\U000e0001"},
		{"\"\xff\"", "'\xff'", `"\ufffd"`, "\xff"}, // no text there has invalid UTF-8
		{`[1,[],{},"a"]`, "[1, [], {}, 'a']", `[1, [], {}, "a"]`, "[1, [], {}, 'a']"},
		{`{"b":1,"a":[true],"b":{"c":null}}`, "{'b': {'c': None}, 'a': [True]}", `{"b": {"c": null}, "a": [true]}`, "{'b': {'c': None}, 'a': [True]}"},
	} {
		d, err := decode(test.text)
		if err != nil {
			t.Fatalf("%s: %v", test.text, err)
		}
		v := d.root().value()
		if got := string(v.repr(nil)); got != test.repr {
			t.Errorf("%s: repr %s, want %s", test.text, got, test.repr)
		}
		if got := string(v.json(nil)); got != test.dumped {
			t.Errorf("%s: JSON %s, want %s", test.text, got, test.dumped)
		}
		if got := string(v.str(nil)); got != test.str {
			t.Errorf("%s: str %q, want %q", test.text, got, test.str)
		}
	}
}

// What is == in Python has one key.
func TestEqual(t *testing.T) {
	groups := [][]string{
		{"1", "1.0", "true", "10e-1"}, {"0", "-0", "-0.0", "false", "0e9"}, {"null"}, {"NaN"}, {"1e999", "Infinity"}, {"-Infinity"},
		{"1e22", "10000000000000000000000"}, {"9007199254740993"}, {"9007199254740992", "9007199254740992.0"},
		{"1e23", "99999999999999991611392"}, {"100000000000000000000000"}, {"0.1"}, {"0.5", "5e-1"},
		{`"1"`, `"\u0031"`}, {`""`}, {`"\ud800"`, `"\uD800"`}, {`"\udc00"`}, {`"\ufffd"`},
		{"[]"}, {"{}"}, {"[1]", "[true]", "[ 1.0 ]"}, {"[[1]]"}, {"[1,1]"}, {`["1"]`}, {"[[],[]]"}, {"[[[]]]"}, {"[[1],2]"}, {"[[1,2]]"},
		{`{"a":1,"b":2}`, `{"b":2,"a":true}`, `{"a":0,"b":2.0,"a":1}`}, {`{"a":1}`}, {`{"a":{"b":2}}`}, {`["a",1]`},
	}
	key := func(text string) string {
		d, err := decode(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return string(d.root().value().key(nil))
	}
	for i, group := range groups {
		for _, a := range group {
			for j, other := range groups {
				for _, b := range other {
					if same := key(a) == key(b); same != (i == j) {
						t.Errorf("%s == %s is %v", a, b, same)
					}
				}
			}
		}
	}
}

// str(Decimal(text)) of Python.
func TestDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"+12": "12", "+0012.50": "12.50", " 1 ": "1", "1_0": "10", "١٢": "12", "𝟙": "1", "1e5": "1E+5", "1E-7": "1E-7", "0.0000001": "1E-7",
		"0.000001": "0.000001", "0.00000": "0.00000", "0.0000000": "0E-7", "-0": "-0", "-0.00": "-0.00", "inf": "Infinity", "-infinity": "-Infinity",
		"+.5": "0.5", "5.": "5", "1.e3": "1E+3", "12e-2": "0.12", "123e+2": "1.23E+4", "00": "0", "1E+0": "1", "\u30001\x1c": "1",
		"1e999999999999999999": "1E+999999999999999999", "1e-1999999999999999997": "1E-1999999999999999997", "1__0": "10", "1e1_0": "1E+10",
		"1e1000000000000000000": "", "1e-1999999999999999998": "", "1e99999999999999999999": "", "": "", " ": "", ".": "", "--1": "", "+-1": "", "1e": "",
		"1e+": "", "1e+-1": "", "e5": "", "0x1": "", "1 0": "", "1\x00": "", "½": "", "NaN": "", "sNaN1": "", "infi": "", "\xff1": "", "None": "",
	} {
		d, err := parseDecimal(text)
		got := ""
		if err == nil {
			got = d.String()
		}
		if got != want {
			t.Errorf("%q: %q (%v), want %q", text, got, err, want)
		}
	}
}

func TestDecimalsEqual(t *testing.T) {
	groups := [][]string{{"1", "1.0", "10e-1", "+001"}, {"100", "1e2", "1.00e2"}, {"0", "-0", "0e7", "0.000"}, {"-1"}, {"Infinity"}, {"-Infinity"}, {"0.1"}, {"1e-999999"}}
	key := func(text string) string {
		d, err := parseDecimal(text)
		if err != nil {
			t.Fatal(err)
		}
		return string(value{kindDecimal, d.String()}.key(nil))
	}
	for i, group := range groups {
		for _, a := range group {
			for j, other := range groups {
				for _, b := range other {
					if same := key(a) == key(b); same != (i == j) {
						t.Errorf("%s == %s is %v", a, b, same)
					}
				}
			}
		}
	}
}
