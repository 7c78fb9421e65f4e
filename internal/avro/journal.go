package avro

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"time"
)

// A journal holds the events of one stream and hour until the hour is over. It is
// a magic line, a frame with the header as JSON, and a frame for each event:
//
//	length of the body, 4 bytes   CRC-32C of the body, 4 bytes   body
//	body of an event: sequence number, 8 bytes   key, 16 bytes   Avro binary
//
// all numbers big-endian. Container files are not written as events come because
// their blocks would be tiny at a few events a second, and carry no checksum by
// which the end of what a crash left could be told.
const (
	journalMagic = "revscore journal 1\n"
	frameHead    = 8
	recordHead   = 8 + len(key{})
	// maxFrame bounds an event; brokers take smaller ones.
	maxFrame = 16 << 20
	// maxHeader bounds the header, which is mostly the schema.
	maxHeader = 1 << 20
)

// crcTable is that of CRC-32C, which processors compute.
var crcTable = crc32.MakeTable(crc32.Castagnoli)

// journalHeader says what the events of a journal are. The schema stands in it
// whole, so that a later version of the program, with another schema, can finish it.
type journalHeader struct {
	Stream string    `json:"stream"`
	Hour   time.Time `json:"hour"`
	URI    string    `json:"schema"`
	Avro   string    `json:"avro"`
}

// key recognises an event that comes again; see keyOf.
type key [16]byte

// row is one event in a journal.
type row struct {
	seq  int64
	key  key
	data []byte // Avro binary; empty in a file of keys
}

func appendFrame(b []byte, body ...[]byte) []byte {
	start := len(b)
	b = append(b, make([]byte, frameHead)...)
	for _, part := range body {
		b = append(b, part...)
	}
	written := b[start+frameHead:]
	binary.BigEndian.PutUint32(b[start:], uint32(len(written)))
	binary.BigEndian.PutUint32(b[start+4:], crc32.Checksum(written, crcTable))
	return b
}

func appendRow(b []byte, r row) []byte {
	var seq [8]byte
	binary.BigEndian.PutUint64(seq[:], uint64(r.seq))
	return appendFrame(b, seq[:], r.key[:], r.data)
}

func appendHeader(b []byte, h journalHeader) []byte {
	text, err := json.Marshal(h)
	if err != nil {
		panic("avro: a header of strings does not encode: " + err.Error())
	}
	return appendFrame(append(b, journalMagic...), text)
}

// errTorn is what a crash leaves behind the last flush: a frame that is not whole.
var errTorn = errors.New("not a whole frame")

// scan reads a journal or a file of keys: its header, then rows until the end or
// the first frame that is not whole. good is the length up to there. A header that
// is not whole gives good 0.
func scan(r io.Reader, each func(row) error) (h journalHeader, good int64, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	magic := make([]byte, len(journalMagic))
	if _, err := io.ReadFull(in, magic); err != nil || string(magic) != journalMagic {
		return h, 0, torn(err)
	}
	body, err := readFrame(in, nil, maxHeader)
	if err == nil {
		err = json.Unmarshal(body, &h)
	}
	if err != nil {
		return h, 0, torn(err)
	}
	for good = int64(len(magic) + frameHead + len(body)); ; good += int64(frameHead + len(body)) {
		body, err = readFrame(in, body, maxFrame)
		if err == io.EOF {
			return h, good, nil
		}
		if err != nil {
			return h, good, err
		}
		if len(body) < recordHead {
			return h, good, errTorn
		}
		if err := each(row{int64(binary.BigEndian.Uint64(body)), key(body[8:recordHead]), body[recordHead:]}); err != nil {
			return h, good, err
		}
	}
}

func torn(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errTorn
	}
	return err
}

// readFrame returns the next body, in the memory of the last, and io.EOF at the end.
func readFrame(in io.Reader, last []byte, most int) ([]byte, error) {
	var head [frameHead]byte
	if n, err := io.ReadFull(in, head[:]); err != nil {
		if n == 0 && err == io.EOF {
			return nil, io.EOF
		}
		return nil, torn(err)
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > uint32(most) {
		return nil, errTorn
	}
	if cap(last) < int(size) {
		last = make([]byte, size)
	}
	body := last[:size]
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, torn(err)
	}
	if crc32.Checksum(body, crcTable) != binary.BigEndian.Uint32(head[4:]) {
		return nil, errTorn
	}
	return body, nil
}

// slot is where an event belongs: one journal takes the events of one slot.
type slot struct {
	stream string
	schema *Schema
	hour   time.Time
}

// journal is an open journal. It belongs to the writing goroutine, and once it is
// sealed to the finishing one.
type journal struct {
	stream  string
	hour    time.Time
	head    journalHeader
	dir     string
	first   int64     // sequence number of the first event; makes names unique
	size    int64     // up to the last flush; 0 before the file is there
	empty   bool      // no event was written
	file    file      // nil while closed
	dirty   bool      // something may stand behind size
	late    bool      // the hour was complete already
	created time.Time // zero for one that a former process left
	used    int64     // batch that wrote last
}

const (
	journalSuffix = ".journal"
	keysSuffix    = ".keys"
	hourLayout    = "2006010215"
)

// stem is the name without suffix. Equal hours sort by age.
func (j *journal) stem() string { return fmt.Sprintf("%s-%020d", j.hour.Format(hourLayout), j.first) }
func (j *journal) path() string { return filepath.Join(j.dir, j.stem()+journalSuffix) }

// create makes the file with its header, flushed before any event is in it: a
// header that is not whole is then that of a journal without events.
func (j *journal) create(d disk) (err error) {
	if err := d.MkdirAll(j.dir); err != nil {
		return err
	}
	if j.file, err = d.Create(j.path()); err != nil {
		return err
	}
	head := appendHeader(nil, j.head)
	if _, err = j.file.WriteAt(head, 0); err == nil {
		err = j.file.Sync()
	}
	if err == nil {
		err = d.SyncDir(j.dir)
	}
	if err != nil {
		return errors.Join(err, j.close(), d.Remove(j.path()))
	}
	j.size = int64(len(head))
	return nil
}

// repair cuts off what a failed try left behind the last flush: its frames must not
// become events twice, and after a failed flush nobody knows what is on the disk.
func (j *journal) repair(d disk) (err error) {
	if !j.dirty {
		return nil
	}
	if err := j.open(d); err != nil {
		return err
	}
	if err := j.file.Truncate(j.size); err != nil {
		return err
	}
	j.dirty = false
	return nil
}

func (j *journal) open(d disk) (err error) {
	if j.file == nil {
		j.file, err = d.Open(j.path())
	}
	if err != nil {
		j.file = nil
	}
	return err
}

// append writes frames behind the last flush and flushes them.
func (j *journal) append(d disk, frames []byte) error {
	if err := errors.Join(j.repair(d), j.open(d)); err != nil {
		return err
	}
	j.dirty = true
	_, err := j.file.WriteAt(frames, j.size)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		// At once, so that a full disk has room again and a crash finds no rest.
		return errors.Join(err, j.repair(d))
	}
	j.dirty, j.empty = false, false
	j.size += int64(len(frames))
	return nil
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

// due reports whether a journal is to be finished. A late one is held open as long
// as an hour is, for others that are as late.
func (j *journal) due(now time.Time, c FilesConfig) bool {
	end := j.hour.Add(time.Hour)
	if j.created.After(end) {
		end = j.created
	}
	return j.size >= c.PartBytes || !now.Before(end.Add(c.Lateness))
}
