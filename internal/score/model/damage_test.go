package model

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

// A byte that flips anywhere is found, or changes no score: the digits of a
// checksum may be written in capitals.
func TestEveryByteCounts(t *testing.T) {
	bundle := filesOf(t, fullDraft(t))
	known := emptyLibrary()
	whole, err := Load(bundle, ".", known)
	if err != nil {
		t.Fatal(err)
	}
	accepted, tried := 0, 0
	for name, file := range bundle {
		step := 1 + len(file.Data)/200
		for at := 0; at < len(file.Data); at += step {
			damaged := bytes.Clone(file.Data)
			damaged[at] ^= 1 << (at % 8)
			bundle[name] = &fstest.MapFile{Data: damaged}
			tried++
			m, err := Load(bundle, ".", known)
			if err != nil {
				continue
			}
			accepted++
			same(t, m, whole)
		}
		bundle[name] = file
	}
	if tried < 800 || accepted > tried/20 {
		t.Errorf("%d of %d damages were accepted", accepted, tried)
	}
}

// same wants two models to be the same but for what people read.
func same(t *testing.T, got, want *Model) {
	t.Helper()
	if !reflect.DeepEqual(got.List().Definitions, want.List().Definitions) || !reflect.DeepEqual(got.examples, want.examples) {
		t.Fatal("another model was accepted")
	}
	for _, e := range want.examples {
		s, err := got.Score(e.RevID, e.Features)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := differ(s, e.Score, 0); err != nil || d != 0 {
			t.Fatal(err)
		}
	}
}

// A file that is cut, or longer than it was, is another file.
func TestEveryLengthCounts(t *testing.T) {
	bundle := stump(t)
	for name, file := range bundle {
		for _, data := range [][]byte{file.Data[:len(file.Data)-1], file.Data[:len(file.Data)/2], append(bytes.Clone(file.Data), '\n')} {
			bundle[name] = &fstest.MapFile{Data: data}
			if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil {
				t.Errorf("%s of %d bytes for %d was accepted", name, len(data), len(file.Data))
			}
		}
		bundle[name] = file
	}
}

// A card that can be read is written so that it reads the same.
func FuzzCard(f *testing.F) {
	for _, d := range []*Draft{stumpDraft(f), fullDraft(f), starsDraft(f)} {
		text, _, _ := strings.Cut(string(filesOf(f, d)[cardFile].Data), "\n"+seal)
		f.Add(text + "\n")
	}
	f.Add("format: 3\nlabels: [\"\\x00\", 'yes']\nfeatures: [{name: \"\\u2028\", expression: '#'}]")
	f.Fuzz(func(t *testing.T, text string) {
		want, err := readCard([]byte(text))
		if err != nil {
			return
		}
		written, err := want.text()
		if err != nil {
			t.Fatalf("%q can be read and not written: %v", text, err)
		}
		got, err := readCard(written)
		if err != nil {
			t.Fatalf("%q is written as\n%s, which is refused: %v", text, written, err)
		}
		got.Checksum = want.Checksum
		again, err := got.text()
		if err != nil || !bytes.Equal(again, written) || !reflect.DeepEqual(got.Labels, want.Labels) || got.TrainedOn != want.TrainedOn {
			t.Fatalf("%q is read as %+v, written and read as %+v, %v", text, want, got, err)
		}
	})
}

// Whatever a bundle holds behind its checksums, Load does not panic, and what it
// accepts scores or says why not.
func FuzzBundle(f *testing.F) {
	for _, d := range []*Draft{stumpDraft(f), fullDraft(f), starsDraft(f)} {
		files := filesOf(f, d)
		data := func(name string) []byte {
			if files[name] == nil {
				return nil
			}
			return files[name].Data
		}
		f.Add(data(cardFile), data("estimator.safetensors"), data("info.json"), data("examples.jsonl"))
	}
	rest, known := filesOf(f, fullDraft(f)), emptyLibrary() // lexicons take long; FuzzReadLexicon has them
	f.Fuzz(func(t *testing.T, card, numbers, info, examples []byte) {
		bundle := fstest.MapFS{}
		for name, file := range rest {
			bundle[name] = file
		}
		for name, data := range map[string][]byte{
			cardFile: card, "estimator.safetensors": numbers, "info.json": info, "examples.jsonl": examples,
		} {
			bundle[name] = &fstest.MapFile{Data: data}
		}
		resum(bundle)
		m, err := Load(bundle, ".", known)
		if err != nil {
			return
		}
		for _, e := range m.examples {
			s, err := m.Score(e.RevID, e.Features)
			if err != nil {
				continue
			}
			for label, p := range s.Probability {
				if !(p >= 0 && p <= 1) {
					t.Fatalf("probability of %q is %v", label, p)
				}
			}
		}
	})
}
