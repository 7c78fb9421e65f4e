//go:build parity

package onnx

import (
	"os"
	"testing"
)

// TestONNXFolder is TestRecorded over the folder that the variable ONNX names, as
// tools/onnx/record.py --full makes it: large models and many rows.
func TestONNXFolder(t *testing.T) {
	folder := os.Getenv("ONNX")
	if folder == "" {
		t.Fatal("ONNX names no folder: run tools/onnx/record.py FOLDER --full")
	}
	compareAll(t, folder)
}
