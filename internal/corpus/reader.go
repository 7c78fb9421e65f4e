package corpus

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

// MaxRevisionBytes bounds the bytes one revision may take in a file. MediaWiki
// stops at 2 MiB of text, Wikidata at 4; escaping can make them six times that.
const MaxRevisionBytes = 64 << 20

// maxWindow is the largest zstd window accepted, in bytes: twice the 2^27 of
// `zstd --long`. It is also what the header of a hostile file can make the
// decoder allocate, which it does at once.
const maxWindow = 1 << 28

// LineError reports a record that is no usable revision. The records after it
// can still be read, so a caller may count it and go on.
type LineError struct {
	Path   string
	Line   int   // from 1, in the unpacked file
	Offset int64 // bytes of the unpacked file before the record
	Err    error
}

func (e *LineError) Error() string {
	return fmt.Sprintf("read %s line %d (byte %d): %v", e.Path, e.Line, e.Offset, e.Err)
}

func (e *LineError) Unwrap() error { return e.Err }

// source is a file format. A *LineError concerns one record, io.EOF is the
// regular end, and any other error is final. offset serves the error text.
type source interface {
	next() (*Revision, error)
	offset() int64
}

// Reader reads revisions from one file. Next is for one goroutine at a time;
// Progress may be called from any.
type Reader struct {
	path  string
	file  io.ReadCloser
	total int64
	done  atomic.Int64 // bytes taken from the file
	free  func()       // of the decompressor
	limit int          // bytes of one record
	src   source
	err   error // once set, the answer of every Next
}

// Open opens a file of revisions, in whichever of the known formats.
func Open(path string) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open corpus: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open corpus: %w", err), file.Close())
	}
	return newReader(path, file, info.Size(), MaxRevisionBytes)
}

func newReader(path string, file io.ReadCloser, size int64, limit int) (*Reader, error) {
	r := &Reader{path: path, file: file, total: size, limit: limit, free: func() {}}
	if err := r.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("open corpus %s: %w", path, err), r.Close())
	}
	return r, nil
}

// start peels the compression off and looks what is below.
func (r *Reader) start() error {
	unpacked, err := r.unpack(bufio.NewReaderSize(counted{r}, 1<<16))
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(unpacked, 1<<16)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xEF\xBB\xBF")) {
		in.Discard(3)
	}
	// A page of blank space before the first record is more than any tool writes.
	head, err := in.Peek(4096)
	head = bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(head) == 0 && err != nil && !errors.Is(err, io.EOF):
		return err // with a head to tell the format by, Next meets it again
	case len(head) == 0:
		return errors.New("the file is empty")
	case head[0] == '<':
		r.src = newDump(r.path, in, r.limit)
	case head[0] == '{':
		r.src = newLines(r.path, in, r.limit)
	default:
		return fmt.Errorf("it starts with %q, neither XML nor JSON lines", head[:min(len(head), 16)])
	}
	return nil
}

// unpack tells the compression by its magic number.
func (r *Reader) unpack(in *bufio.Reader) (io.Reader, error) {
	magic, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		return gzip.NewReader(in)
	case bytes.HasPrefix(magic, []byte("BZh")):
		return bzip2.NewReader(in), nil
	case bytes.Equal(magic, []byte("\x28\xb5\x2f\xfd")), isSkippable(magic):
		// Concurrency 1 decodes in this goroutine: nothing runs on after Close.
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		r.free = z.Close
		return z, nil
	case bytes.HasPrefix(magic, []byte("7z\xbc\xaf")):
		return nil, errors.New("7z is not supported, unpack it or take the bz2 dump")
	}
	return in, nil
}

// isSkippable recognises the frame with which parallel zstd tools start.
func isSkippable(magic []byte) bool {
	return len(magic) == 4 && magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte("\x2a\x4d\x18"))
}

// counted counts what is read from the file, for Progress.
type counted struct{ r *Reader }

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.file.Read(p)
	c.r.done.Add(int64(n))
	return n, err
}

// Next returns the next revision, io.EOF at the end, a [*LineError] for a record
// to pass over, and any other error when the rest cannot be read.
func (r *Reader) Next() (*Revision, error) {
	if r.err != nil {
		return nil, r.err
	}
	rev, err := r.src.next()
	var line *LineError
	switch {
	case err == nil || errors.As(err, &line):
	case err == io.EOF:
		r.err = io.EOF
	default:
		// A gzip that stops early also ends in io.EOF's relatives; they are wrapped
		// so that nobody takes them for the regular end.
		err = fmt.Errorf("read %s at byte %d of the unpacked text: %w", r.path, r.src.offset(), err)
		r.err = err
	}
	return rev, err
}

// Progress returns how many bytes of the file, as stored, were read of how many.
func (r *Reader) Progress() (done, total int64) { return r.done.Load(), r.total }

// Close releases the file and the decompressor.
func (r *Reader) Close() error {
	r.free()
	if r.err == nil {
		r.err = os.ErrClosed
	}
	return r.file.Close()
}

// Offset is how many bytes of the unpacked file the records read so far take.
func (r *Reader) Offset() int64 { return r.src.offset() }
