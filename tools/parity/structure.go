package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"revscore/internal/score/diff"
	"revscore/internal/score/parse"
	"revscore/internal/score/wikitext"
)

// structureFields are the checks of the structure: the fields of tokens.jsonl.gz,
// then those of parsed.jsonl.gz.
var structureFields = []string{
	"tokens", "parent_tokens", "segments", "parent_segments", "operations",
	"counts", "content", "headings", "wikilinks", "external_links", "templates", "tags", "comments", "entities", "arguments",
}

// compareStructure compares the fields of one line of tokens.jsonl.gz or
// parsed.jsonl.gz.
func compareStructure(r *row, at place, line []byte, suffix string, checks []check) error {
	var recorded map[string]json.RawMessage
	if err := json.Unmarshal(line, &recorded); err != nil {
		return err
	}
	if err := sameRevision(r, recorded); err != nil {
		return err
	}
	fields := structureOf(r, suffix)
	for i, field := range structureFields {
		want, ok := recorded[field]
		if !ok {
			continue
		}
		if err, failed := fields[field].(error); failed {
			checks[i].addValue(at, string(want), outcome{err: err})
			continue
		}
		equal, wantItem, gotItem, err := compareItems(want, fields[field])
		if err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		checks[i].add(at, verdict{equal: equal}, func() (string, string) { return wantItem, gotItem })
	}
	return nil
}

// sameRevision fails if the files' rows are not about the same revisions.
func sameRevision(r *row, recorded map[string]json.RawMessage) error {
	var revID int64
	if err := json.Unmarshal(recorded["rev_id"], &revID); err != nil {
		return fmt.Errorf("rev_id: %w", err)
	}
	if revID != r.Event.RevID {
		return fmt.Errorf("the row is about revision %d, that of the features about %d", revID, r.Event.RevID)
	}
	return nil
}

// structureOf returns the fields as we compute them, or the errors in their place.
func structureOf(r *row, suffix string) map[string]any {
	if suffix == "parsed" {
		return pageFields(parse.Parse(r.Text))
	}
	parentText := ""
	if r.Parent != nil {
		parentText = r.Parent.Text
	}
	before, after := wikitext.Analyse(parentText), wikitext.Analyse(r.Text)
	return map[string]any{
		"tokens": tokenRows(after), "parent_tokens": tokenRows(before),
		"segments": segmentRows(after), "parent_segments": segmentRows(before),
		"operations": operationRows(diff.Documents(before, after)),
	}
}

// operationRows writes operations by name and bounds.
func operationRows(ops []diff.Op, err error) any {
	if err != nil {
		return err
	}
	rows := []any{}
	for _, op := range ops {
		rows = append(rows, []any{op.Kind.String(), op.A1, op.A2, op.B1, op.B2})
	}
	return rows
}

// tokenRows writes the tokens as pairs of text and type.
func tokenRows(d *wikitext.Document) any {
	rows := make([][2]string, 0, len(d.Tokens))
	for _, token := range d.Tokens {
		rows = append(rows, [2]string{token.Text(d.Text), token.Kind.String()})
	}
	return rows
}

// segmentRows writes a document's groups as the reference's segmenter nests them.
func segmentRows(d *wikitext.Document) any {
	rows := []any{}
	position, sentences := uint32(0), d.Sentences()
	blanks := func(rows []any, to uint32) []any { // one for each token up to there
		for ; position < to; position++ {
			rows = append(rows, []any{0, position, position + 1})
		}
		return rows
	}
	for _, p := range d.Paragraphs() {
		rows = blanks(rows, p.First)
		inner := []any{}
		for _, s := range sentences[p.Sentences.First:p.Sentences.Last] {
			inner = append(blanks(inner, s.First), []any{1, s.First, s.Last})
			position = s.Last
		}
		inner = blanks(inner, p.Last)
		rows = append(rows, []any{1, p.First, p.Last, inner})
	}
	return blanks(rows, uint32(len(d.Tokens)))
}

// compareItems compares values as JSON has them. If they differ, it returns the
// first items that do.
func compareItems(want json.RawMessage, got any) (equal bool, wantItem, gotItem string, err error) {
	written, err := json.Marshal(got)
	if err != nil {
		return false, "", "", err
	}
	var a, b any
	if err := json.Unmarshal(want, &a); err != nil {
		return false, "", "", err
	}
	if err := json.Unmarshal(written, &b); err != nil {
		return false, "", "", err
	}
	if reflect.DeepEqual(a, b) {
		return true, "", "", nil
	}
	listA, okA := a.([]any)
	listB, okB := b.([]any)
	if !okA || !okB {
		return false, show(a), show(b), nil
	}
	i := 0
	for i < len(listA) && i < len(listB) && reflect.DeepEqual(listA[i], listB[i]) {
		i++
	}
	item := func(list []any) string {
		if i == len(list) {
			return fmt.Sprintf("an end after item %d", i)
		}
		return fmt.Sprintf("item %d: %s", i, show(list[i]))
	}
	return false, item(listA), item(listB), nil
}

// show writes a value short enough for a line.
func show(value any) string {
	const most = 200
	written, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	if len(written) > most {
		return strings.ToValidUTF8(string(written[:most]), "") + "…"
	}
	return string(written)
}
