package revscoring

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"revscore/internal/pickle"
)

// others are what is often taken for a model, by its first bytes.
var others = []struct{ magic, is string }{
	{"\x1f\x8b", "a gzip file: decompress it first"},
	{"\xfd7zXZ", "an xz file: decompress it first"},
	{"PK\x03\x04", "a zip file: unpack it first"},
	{"version https://git-lfs", "only a pointer of Git LFS: `git lfs pull` fetches the model"},
	{"<", "a web page or XML"},
}

// open decompresses r if it is bzip2, whatever it is called: revscoring itself goes by
// the name, but files are renamed.
func open(r io.Reader) (io.Reader, error) {
	in := bufio.NewReader(r)
	head, err := in.Peek(32)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(head) == 0 {
		return nil, errors.New("the file is empty")
	}
	if bytes.HasPrefix(head, []byte("BZh")) {
		// What decompresses to nothing has an end too.
		return bzip2.NewReader(io.LimitReader(in, pickle.DefaultLimits().Input)), nil
	}
	for _, o := range others {
		if bytes.HasPrefix(head, []byte(o.magic)) {
			return nil, fmt.Errorf("the file is %s", o.is)
		}
	}
	return in, nil
}
