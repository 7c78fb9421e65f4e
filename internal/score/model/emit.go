package model

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const cardHead = `# The card of a model bundle: what the model is, what it asks of a revision, and
# the checksums of the files beside it. The form: docs/formats/bundle.md
# The last line is the checksum of all before it: who edits this deletes it.
`

// text is the card as a file, its keys in the order of the struct.
func (c *card) text() ([]byte, error) {
	w := &cardWriter{b: []byte(cardHead)}
	w.line("format: %d", c.Format)
	w.strings("name", c.Name, "wiki", c.Wiki, "version", c.Version, "type", c.Type)
	w.line("labels: [%s]", strings.Join(labelTexts(c.Labels), ", "))
	if c.Multilabel {
		w.line("multilabel: true")
	}
	w.features(c.Features)
	for _, list := range c.assetLists() {
		w.assets(list)
	}
	w.dictionaries(c.Dictionaries)
	for _, f := range []struct {
		name string
		file file
	}{{"estimator", c.Estimator}, {"info", c.Info}, {"examples", c.Examples}} {
		if f.file != (file{}) {
			w.line("%s: {file: %s, sha256: %s}", f.name, scalar(f.file.File), scalar(f.file.SHA256))
		}
	}
	w.strings("trained_on", c.TrainedOn)
	w.numbers("population_rates", c.PopulationRates)
	w.numbers("statistics", c.Statistics)
	if c.Origin != (Origin{}) {
		w.line("origin:")
		w.strings("  file", c.Origin.File, "  sha256", c.Origin.SHA256, "  written_by", c.Origin.WrittenBy)
	}
	w.strings("licence", c.Licence)
	if !utf8.Valid(w.b) {
		return nil, fmt.Errorf("card: %w", errNotUTF8)
	}
	return sealed(w.b), nil
}

func labelTexts(labels []any) []string {
	texts := make([]string, len(labels))
	for i, label := range labels {
		texts[i] = labelKey(label)
		if text, ok := label.(string); ok {
			texts[i] = scalar(text) // 'true' is not true
		}
	}
	return texts
}

type cardWriter struct{ b []byte }

func (w *cardWriter) line(format string, args ...any) {
	w.b = append(fmt.Appendf(w.b, format, args...), '\n')
}

// strings writes names and their values, but for those without.
func (w *cardWriter) strings(pairs ...string) {
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			w.line("%s: %s", pair[0], scalar(pair[1]))
		}
	}
}

func (w *cardWriter) features(list []column) {
	if len(list) > 0 {
		w.line("features:")
	}
	for _, f := range list {
		w.line("  - name: %s\n    expression: %s", scalar(f.Name), scalar(f.Expression))
	}
}

func (w *cardWriter) assets(list assetList) {
	if len(list.assets) > 0 {
		w.line("%s:", list.kind)
	}
	for _, a := range list.assets {
		w.line("  - {name: %s, file: %s, sha256: %s}", scalar(a.Name), scalar(a.File), scalar(a.SHA256))
	}
}

func (w *cardWriter) dictionaries(list []checker) {
	if len(list) > 0 {
		w.line("dictionaries:")
	}
	for _, c := range list {
		w.line("  - name: %s\n    dictionaries:", scalar(c.Name))
		for _, r := range c.Dictionaries {
			w.line("      - {tag: %s, sha256: %s}", scalar(r.Tag), scalar(r.SHA256))
		}
		if c.ReplaceAstral {
			w.line("    replace_astral: true")
		}
	}
}

func (w *cardWriter) numbers(name string, list map[string]float64) {
	if len(list) > 0 {
		w.line("%s:", name)
	}
	for _, key := range slices.Sorted(maps.Keys(list)) {
		w.line("  %s: %s", scalar(key), strconv.FormatFloat(list[key], 'g', -1, 64))
	}
}
