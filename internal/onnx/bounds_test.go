package onnx

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
)

// TestBounds: files whose smallest parts cost the most memory are refused before they
// have cost many times their own size.
func TestBounds(t *testing.T) {
	const size = 4 << 20
	attribute := func(n int) []byte { // of a name that no other has
		return bytesField(5, textField(1, string([]byte{byte(n), byte(n >> 8), byte(n >> 16)})))
	}
	var attributes []byte
	for n := range size / 7 {
		attributes = append(attributes, attribute(n)...)
	}
	repeat := func(part []byte) []byte { return bytes.Repeat(part, size/len(part)) }
	for name, c := range map[string]struct {
		graph []byte
		want  string
	}{
		"nodes":        {repeat(bytesField(1, nil)), "more than 65536 nodes"},
		"inputs":       {bytesField(1, repeat(textField(1, ""))), "inputs and outputs"},
		"attributes":   {bytesField(1, attributes), "more than 64 attributes"},
		"initializers": {repeat(bytesField(5, nil)), "initializers"},
		"values":       {repeat(bytesField(11, nil)), "inputs and outputs"},
		"numbers":      {bytesField(1, bytesField(5, repeat(intField(8, 1)))), "probabilities"},
		"modes":        {stumpOf(repeat(textField(9, "LEAF"))), "differ in length"},
	} {
		data := buildModel(c.graph)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err := Read(data)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, wanted %q in it", name, err, c.want)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 10*size {
			t.Errorf("%s: %d bytes of file made us allocate %d", name, len(data), spent)
		}
	}
}

// stumpOf is the graph of a stump whose modes are given as they stand on the wire.
func stumpOf(modes []byte) []byte {
	attributes := stumpAttributes("BRANCH_LEQ")
	delete(attributes, "nodes_modes")
	var fields []byte
	for name, value := range attributes {
		fields = append(fields, buildAttribute(name, value)...)
	}
	fields = append(fields, bytesField(5, join(textField(1, "nodes_modes"), modes))...)
	return join(
		bytesField(1, join(fields, textField(1, "X"), textField(2, "label"), textField(2, "p"),
			textField(4, "TreeEnsembleClassifier"), textField(7, domainML))),
		input(buildValue("X", typeFloat, 0, 1)), output(buildValue("p", typeFloat, 0, 2)),
	)
}
