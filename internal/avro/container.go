package avro

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	hamba "github.com/hamba/avro/v2"
	"github.com/hamba/avro/v2/ocf"
)

var compressions = map[string]ocf.CodecName{
	"null": ocf.Null, "deflate": ocf.Deflate, "snappy": ocf.Snappy, "zstandard": ocf.ZStandard,
}

// container writes Avro binary of one schema into an object container file. name
// gives the marks between blocks, so that the same journal gives the same file.
func container(w io.Writer, h journalHeader, name, compression string) (*ocf.Encoder, error) {
	schema, err := hamba.ParseWithCache(h.Avro, "", &hamba.SchemaCache{})
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	sum := sha256.Sum256([]byte(name))
	return ocf.NewEncoderWithSchema(schema, w,
		ocf.WithCodec(compressions[compression]),
		ocf.WithSyncBlock([16]byte(sum[:16])),
		// Blocks of a quarter megabyte compress as well as larger ones.
		ocf.WithBlockLength(1<<20), ocf.WithBlockSize(1<<18),
		ocf.WithSchemaMarshaler(ocf.FullSchemaMarshaler),
		ocf.WithMetadata(map[string][]byte{"revscore.stream": []byte(h.Stream), "revscore.schema": []byte(h.URI)}),
	)
}

// convert copies the events of a journal into a container file and returns their
// keys, the last most of them.
func (j *journal) convert(in io.Reader, out io.Writer, name, compression string, most int) (remembered, error) {
	keys := remembered{most: most}
	enc, err := container(out, j.head, name, compression)
	if err != nil {
		return keys, err
	}
	_, good, err := scan(in, func(r row) error {
		if _, err := enc.Write(r.data); err != nil {
			return err
		}
		return keys.add(r)
	})
	if good != j.size { // what was flushed is no longer there
		err = cmp.Or(err, errTorn)
		err = fmt.Errorf("journal %s is broken at byte %d of %d: %w", j.path(), good, j.size, err)
	}
	keys.trim()
	return keys, errors.Join(err, enc.Close())
}
