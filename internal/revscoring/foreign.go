package revscoring

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"revscore/internal/pickle"
)

// What is taken for a model and is none would fail at its first byte that is no opcode,
// of which nobody learns what to do.

// headBytes are enough to know a file by.
const headBytes = 512

// others are what is often taken for a model, by its first bytes, none of which a pickle
// of an object has.
var others = []struct{ magic, is string }{
	{"\x1f\x8b", "a gzip file: decompress it first"},
	{"\xfd7zXZ", "an xz file: decompress it first"},
	{"]\x00\x00", "an LZMA file: decompress it first"},
	{"\x28\xb5\x2f\xfd", "a Zstandard file: decompress it first"},
	{"PK\x03\x04", "a zip file, as are those of skops, PyTorch and numpy (.npz): unpack it first if a model is in it"},
	{"7z\xbc\xaf", "a 7-Zip file: unpack it first"},
	{"version https://git-lfs", "only a pointer of Git LFS: `git lfs pull` fetches the model"},
	{"x\x01", joblib}, {"x\x5e", joblib}, {"x\x9c", joblib}, {"x\xda", joblib}, {"ZF", joblib}, // zlib
	{"\x89PNG\r\n", "an image (PNG)"},
	{"\xff\xd8\xff", "an image (JPEG)"},
	{"GIF8", "an image (GIF)"},
	{"%PDF-", "a PDF document"},
	{"\x93NUMPY", "an array of numpy"},
	{"\x89HDF\r\n", "an HDF5 file, as those of Keras"},
	{"SQLite format 3", "a database of SQLite"},
	{"\x7fELF", "a program"},
	{"<", "a web page or XML"},
}

const joblib = "one that joblib.dump wrote, in a form of its own: write the model with pickle.dump"

// foreign is an error if a file is known to be something else.
func foreign(head []byte) error {
	for _, o := range others {
		if bytes.HasPrefix(head, []byte(o.magic)) {
			return fmt.Errorf("the file is %s", o.is)
		}
	}
	if isONNX(head) {
		return errors.New("the file is an ONNX model: streamer import-onnx reads it")
	}
	return nil
}

// isONNX knows an ONNX file by its first two fields: ir_version, a small number, and the
// name of the producer, the opsets or the graph.
func isONNX(head []byte) bool {
	return len(head) > 2 && head[0] == 0x08 && head[1] < 0x40 && slices.Contains([]byte{0x12, 0x1a, 0x3a, 0x42}, head[2])
}

// explain tells of a file that is no whole pickle what it rather is.
func explain(err error, data []byte) error {
	var at *pickle.Error
	if !errors.As(err, &at) {
		return err
	}
	switch {
	case bytes.Contains(data, []byte("joblib.numpy_pickle")):
		return fmt.Errorf("the file is %s", joblib)
	case at.Offset < headBytes && !startsPickle(data) && isText(data[:min(len(data), headBytes)]):
		return errors.New("the file is no pickle: it looks like text")
	case !startsPickle(data):
		return fmt.Errorf("the file is no pickle: %w", err)
	case errors.Is(err, pickle.ErrTruncated):
		return fmt.Errorf("the file is cut off, or damaged: %w", err)
	}
	return err
}

// startsPickle tells whether a pickle of an object could begin so: with PROTO, or in the
// protocols 0 and 1, which have no such mark, with how those make an object.
func startsPickle(data []byte) bool {
	for _, start := range []string{"\x80\x02", "\x80\x03", "\x80\x04", "\x80\x05", "ccopy_reg\n", "ccopyreg\n", "c__builtin__\n", "(i", "(c"} {
		if bytes.HasPrefix(data, []byte(start)) {
			return true
		}
	}
	return false
}

// isText looks for what no text has. The last character may be cut.
func isText(head []byte) bool {
	for range min(utf8.UTFMax-1, len(head)) {
		if !utf8.Valid(head) {
			head = head[:len(head)-1]
		}
	}
	return utf8.Valid(head) && !bytes.ContainsFunc(head, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}

// asONNX are classes whose pickles are not read, but which package onnx reads once
// skl2onnx (of the last two with the converters of onnxmltools) has converted them.
var asONNX = []string{
	"ExtraTreesClassifier", "HistGradientBoostingClassifier", "DecisionTreeClassifier", "ExtraTreeClassifier",
	"XGBClassifier", "LGBMClassifier",
}

// convertible says what to do with an estimator that must be converted first.
func convertible(class *pickle.Global) error {
	if slices.Contains(asONNX, class.Name) {
		return fmt.Errorf("the file holds a %s, which is not read from a pickle: convert it with skl2onnx and use streamer import-onnx", class)
	}
	return nil
}
