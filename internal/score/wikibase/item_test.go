package wikibase

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Most of what items are is tested with values that were recorded from the
// original: internal/score/feature, TestRecordedItems.

func parsed(tb testing.TB, text string) *Item {
	tb.Helper()
	item, err := Parse(text)
	if err != nil {
		tb.Fatalf("%.200s: %v", text, err)
	}
	return item
}

// claim is a statement about a property, with a string for its value.
func claim(property, id, text string) string {
	return fmt.Sprintf(`{"id":%q,"mainsnak":{"property":%q,"snaktype":"value","datavalue":{"type":"string","value":%q}},`+
		`"references":[{"snaks":{"P143":[{"property":"P143","snaktype":"value","hash":"%s1","datavalue":{"type":"wikibase-entityid","value":{"entity-type":"item","numeric-id":8}}}]}}],`+
		`"qualifiers":{"P580":[{"property":"P580","snaktype":"somevalue","hash":"%s2"}]},"qualifiers-order":["P580"]}`, id, property, text, text, text)
}

func TestParse(t *testing.T) {
	item := parsed(t, `{"title":1,"labels":{"en":{"value":"Duck"},"de":{"removed":"","value":"Ente"},"fr":"was removed"},`+
		`"descriptions":[],"aliases":{"en":[{"value":"a"},{"value":"b"}],"de":[]},`+
		`"claims":{"P1":[`+claim("P1", "x", "a")+","+claim("P1", "y", "a")+`],"P2":[]},`+
		`"sitelinks":{"enwiki":{"title":"Duck","badges":["Q1"]},"dewiki":{"title":"Ente","badges":[]},"frwiki":{"title":"Canard"}}}`)
	for part, want := range map[Part][]string{
		Labels: {"en"}, Descriptions: {}, Aliases: {"en", "de"}, Properties: {"P1", "P2"},
		Sitelinks: {"enwiki", "dewiki", "frwiki"}, Badges: {"enwiki"},
	} {
		if got, err := item.Names(part); err != nil || !slices.Equal(got, want) {
			t.Errorf("part %d: %q, %v, want %q", part, got, err, want)
		}
	}
	statements := item.Statements()
	if len(statements) != 2 || len(Distinct(statements)) != 1 || statements[0].Value() != "'a'" || statements[0].ValueType() != "string" {
		t.Errorf("statements %+v", statements)
	}
	references, qualifiers := References(statements...), Qualifiers(statements...)
	if len(references) != 2 || len(DistinctSnaks(references)) != 1 || references[0].Property() != "P143" || len(qualifiers) != 2 {
		t.Errorf("references %+v, qualifiers %+v", references, qualifiers)
	}
	if values, err := DistinctValues(append(references, qualifiers...)); err != nil || len(values) != 2 {
		t.Errorf("values %+v, %v", values, err)
	}
	const snak = `{"property": "P1", "snaktype": "value", "datavalue": {"type": "string", "value": "a"}, "datatype": null, "hash": null}`
	const inside = `"rank": null, "references": {"P143": [{"property": "P143", "snaktype": "value", "datavalue": ` +
		`{"type": "wikibase-entityid", "entity-type": "item", "numeric-id": 8, "id": "Q8"}, "datatype": null, "hash": "a1"}]}, ` +
		`"qualifiers": {"P580": [{"property": "P580", "snaktype": "somevalue", "datavalue": null, "datatype": null, "hash": "a2"}]}}`
	want := `{"title": 1, "labels": {"en": "Duck"}, "descriptions": {}, "aliases": {"en": ["a", "b"], "de": []}, "properties": {"P1": [` +
		`{"id": "x", "hash": null, "claim": ` + snak + `, ` + inside + `, {"id": "y", "hash": null, "claim": ` + snak + `, ` + inside + `], "P2": []}, ` +
		`"sitelinks": {"enwiki": {"title": "Duck", "badges": ["Q1"]}, "dewiki": {"title": "Ente", "badges": []}, "frwiki": {"title": "Canard", "badges": []}}}`
	if got := item.JSON(); got != want {
		t.Errorf("JSON\n%s\nwant\n%s", got, want)
	}
}

// What is no item says where and why; ErrNotJSON is of what is no JSON.
func TestParseErrors(t *testing.T) {
	const snaks = `{"claims":{"P1":[{"mainsnak":{"property":1,"snaktype":1},`
	for text, want := range map[string]string{
		"{{template}}":                  "the text is no JSON: offset 1: no name of a field",
		"[]":                            "offset 0: an array, not an object",
		"7":                             "offset 0: an int, not an object",
		`"{}}"`:                         "JSON in the string at offset 1: offset 2: text behind the value",
		`"[]"`:                          "offset 0: an array, not an object",
		`{"labels":1}`:                  "labels: offset 10: an int, not an object",
		`{"labels":{"en":{}}}`:          `labels of "en": offset 16: no field "value"`,
		`{"labels":{"en":null}}`:        `labels of "en": offset 16: null, not an object`,
		`{"aliases":{"en":[1]}}`:        `aliases of "en": offset 18: an int, not an object`,
		`{"aliases":{"en":"x"}}`:        `aliases of "en": offset 18: a string, not an array`,
		`{"sitelinks":{"x":{}}}`:        `sitelinks of "x": offset 18: no field "title"`,
		`{"claims":[1]}`:                "claims: offset 10: an array, not an object",
		`{"claims":{"P1":[{}]}}`:        `claims of "P1": offset 17: no field "mainsnak"`,
		snaks + `"references":[{}]}]}}`: `claims of "P1": offset 71: no field "snaks"`,
		snaks + `"references":[{"snaks":[]}]}]}}`:               `claims of "P1": offset 80: an array, not an object`,
		snaks + `"qualifiers-order":["P2"]}]}}`:                 `claims of "P1": offset 17: no field "qualifiers"`,
		snaks + `"qualifiers":{},"qualifiers-order":["P2"]}]}}`: `claims of "P1": offset 94: a string, not the name of a property that qualifies`,
		snaks + `"qualifiers":[[]],"qualifiers-order":[0]}]}}`:  `claims of "P1": offset 70: an array, not an object`, // mwbase takes it
		`{"claims":{"P1":[{"mainsnak":{"property":1,"snaktype":1,"datavalue":{"type":"quantity","value":{"amount":"NaN","unit":1}}}}]}}`: `claims of "P1": "NaN" is no decimal number`, // mwbase takes it
		strings.Repeat("[", 1000):        errDepth.Error(),
		strings.Repeat("1", maxDigits+1): errDigits.Error(),
	} {
		_, err := Parse(text)
		if err == nil || err.Error() != "read item: "+want {
			t.Errorf("%.150s\n%v, want %s", text, err, want)
		}
		if noJSON := strings.HasPrefix(want, "the text"); errors.Is(err, ErrNotJSON) != noJSON {
			t.Errorf("%.150s\nErrNotJSON is %v", text, !noJSON)
		}
	}
}

func TestCompare(t *testing.T) {
	before := parsed(t, `{"labels":{"en":{"value":"a"},"de":{"value":"b"},"fr":{"value":NaN}},"claims":{`+
		`"P1":[`+claim("P1", "x", "a")+`],"P2":[`+claim("P2", "y", "b")+`],"P3":[`+claim("P3", "z", "c")+`]}}`)
	after := parsed(t, `{"labels":{"en":{"value":"a"},"ru":{"value":"b"},"fr":{"value":NaN}},"claims":{`+
		`"P2":[`+claim("P2", "y", "B")+`,`+claim("P2", "w", "b")+`],"P3":[ `+claim("P3", "z", "c")+`],"P4":[`+claim("P4", "v", "d")+`]}}`)
	c, err := Compare(before, after, Labels)
	if err != nil || fmt.Sprint(c.Added, c.Removed, c.Changed) != "[ru] [de] [fr]" {
		t.Errorf("labels: %+v, %v", c, err)
	}
	if c, err = Compare(before, after, Properties); err != nil || fmt.Sprint(c.Added, c.Removed, c.Changed) != "[P4] [P1] [P2]" {
		t.Fatalf("properties: %+v, %v", c, err)
	}
	values := func(statements []*Statement, err error) string {
		list := []string{fmt.Sprint(err)}
		for _, s := range statements {
			list = append(list, s.Value())
		}
		return strings.Join(list, " ")
	}
	was, is, err := c.StatementsChanged()
	for what, pair := range map[string][2]string{
		"added":   {values(c.StatementsAdded()), "<nil> 'd' 'b'"},
		"removed": {values(c.StatementsRemoved()), "<nil> 'a'"},
		"changed": {values(was, err) + values(is, err), "<nil> 'b'<nil> 'B'"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("statements %s: %s, want %s", what, pair[0], pair[1])
		}
	}
	for what, find := range map[string]func() ([]Snak, error){
		"references added": c.ReferencesAdded, "references removed": c.ReferencesRemoved, "qualifiers removed": c.QualifiersRemoved,
	} {
		if list, err := find(); err != nil || len(list) != 1 {
			t.Errorf("%s: %+v, %v", what, list, err)
		}
	}
	if list, err := c.QualifiersAdded(); err != nil || len(list) != 0 {
		t.Errorf("qualifiers added, which the reference does not find: %+v, %v", list, err)
	}
}

// What cannot be told fails what asks it, and nothing else.
func TestCompareErrors(t *testing.T) {
	badges := parsed(t, `{"sitelinks":{"x":{"title":"X","badges":1}}}`)
	if _, err := Compare(badges, badges, Badges); !errors.Is(err, errNoLength) {
		t.Errorf("badges without length: %v", err)
	}
	if c, err := Compare(badges, &Item{}, Sitelinks); err != nil || len(c.Removed) != 1 {
		t.Errorf("their sitelinks: %+v, %v", c, err)
	}
	ids := func(text string) *Item {
		return parsed(t, `{"claims":{"P1":[{"id":[1],"rank":`+text+`,"mainsnak":{"property":"P1","snaktype":""}}]}}`)
	}
	c, err := Compare(ids("1"), ids("2"), Properties)
	if err != nil || len(c.Changed) != 1 {
		t.Fatalf("arrays for ids: %+v, %v", c, err)
	}
	if _, err := c.StatementsAdded(); !errors.Is(err, errUnhashable) {
		t.Errorf("statements added: %v", err)
	}
	if _, err := c.ReferencesAdded(); !errors.Is(err, errUnhashable) {
		t.Errorf("references added: %v", err)
	}
	empty := parsed(t, `{"claims":{"P1":[{"mainsnak":{"property":"P1","snaktype":""},"references":[{"snaks":{"P2":[]}}]}]}}`)
	if _, err := FirstReferences(empty.Statements()); !errors.Is(err, errEmptyReference) {
		t.Errorf("no snak: %v", err)
	}
}

// Each takes a moment, and would take hours if the time were the square of the
// length.
func TestHostile(t *testing.T) {
	const size = 500_000
	fill := func(before, each, after string) string {
		return before + strings.Repeat(each, size/len(each)) + after
	}
	numbered := func(before, format, after string) string {
		var b strings.Builder
		b.WriteString(before)
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String() + after
	}
	const statement = `{"mainsnak":{"property":1,"snaktype":1},`
	texts := map[string]string{
		"digits":          fill("[", "1,", "1]"),
		"arrays":          fill(`{"labels":{"en":{"value":[`, "[],", "[]]}}}"),
		"one name":        fill(`{"labels":{`, `"":{"value":1},`, `"x":{"value":1}}}`),
		"many names":      numbered(`{"labels":{`, `"%d":{"value":1},`, `"x":{"value":1}}}`),
		"many properties": numbered(`{"claims":{`, `"%d":[],`, `"x":[]}}`),
		"equal ids":       numbered(`{"claims":{"P1":[`, `{"rank":%d,"mainsnak":{"property":1,"snaktype":1}},`, statement[:len(statement)-1]+`}]}}`),
		"many ids":        numbered(`{"claims":{"P1":[`, `{"id":%d,"mainsnak":{"property":1,"snaktype":1}},`, statement[:len(statement)-1]+`}]}}`),
		"one qualifier":   fill(`{"claims":{"P1":[`+statement+`"qualifiers":{"x":[]},"qualifiers-order":[`, `"x",`, `"x"]}]}}`),
		"many qualifiers": numbered(`{"claims":{"P1":[`+statement+`"qualifiers":{`, `"%d":[],`, `"x":[]},"qualifiers-order":[`) +
			numbered(`"x"`, `,"%[1]d","%[1]d"`, `]}]}}`),
		"snaks":             fill(`{"claims":{"P1":[`+statement+`"references":[{"snaks":{"P2":[`, `{"property":1,"snaktype":1},`, `{"property":1,"snaktype":1}]}}]}]}}`),
		"references":        numbered(`{"claims":{"P1":[`+statement+`"references":[`, `{"snaks":{"%d":[]}},`, `{"snaks":{}}]}]}}`),
		"escapes":           fill(`{"labels":{"en":{"value":"`, `\u00e9`, `"}}}`),
		"control letters":   fill(`{"labels":{"en":{"value":"`, "\x7f", `"}}}`),
		"an item in a text": fill(`"{\"labels\":{\"en\":{\"value\":[`, `{},`, `1]}}}"`),
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			item, err := Parse(text)
			if err != nil {
				if name == "digits" {
					return
				}
				t.Fatal(err)
			}
			if len(item.JSON()) < len(`{"title": null`) || item.Bytes() == 0 {
				t.Error("an item of nothing")
			}
			other, err := Parse(strings.Replace(text, "1", "2", -1) + " ")
			if err != nil {
				t.Fatal(err)
			}
			for part := Labels; part <= Badges; part++ {
				if _, err := Compare(item, other, part); err != nil {
					t.Error(err)
				}
			}
			if list := References(item.Statements()...); len(DistinctSnaks(list)) > len(list) {
				t.Error("more than all are distinct")
			}
		})
	}
}
