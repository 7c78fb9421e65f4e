package consume

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// progress is how far a partition is finished: all before an offset, and some
// records behind it.
//
// Why not the offset alone, as at least once. A transaction makes messages and
// progress visible together, so what is visible must be exactly what the progress
// says. Records finish out of order: with only an offset, either the messages of
// a record wait for the slowest one before it, or they are there twice after a
// crash. Kafka keeps a string beside each committed offset, and the records that
// finished early are written into it, as Confluent's Parallel Consumer does.
type progress struct {
	base int64  // all before it are finished
	done []byte // bit i: base+i is finished
}

// maxSpan is how many offsets lie between the oldest unfinished record and the
// newest begun: Kafka keeps 4,096 bytes beside an offset
// (offset.metadata.max.bytes), in base64 that is this many bits.
const maxSpan = 24_000

// progressPrefix begins our strings. Other clients write there too: by default
// kgo its member id, Kafka's own tools nothing.
const progressPrefix = "revscore1:"

func (p progress) has(offset int64) bool {
	i := offset - p.base
	return i >= 0 && i>>3 < int64(len(p.done)) && p.done[i>>3]&(1<<(i&7)) != 0
}

// add notes an offset at or behind base, at most maxSpan behind.
func (p *progress) add(offset int64) {
	i := offset - p.base
	for i>>3 >= int64(len(p.done)) {
		p.done = append(p.done, 0)
	}
	p.done[i>>3] |= 1 << (i & 7)
}

// from returns the progress with another base: what is before it is forgotten.
func (p progress) from(base int64) progress {
	out := progress{base: base}
	for offset := base; offset < p.base+int64(len(p.done))*8; offset++ {
		if p.has(offset) {
			out.add(offset)
		}
	}
	return out
}

// String is what is kept beside the offset.
func (p progress) String() string {
	if len(p.done) == 0 {
		return ""
	}
	return progressPrefix + base64.RawStdEncoding.EncodeToString(p.done)
}

// errProgress tells that the string beside an offset is ours and broken. Reading
// on would repeat what it was to name, so it stops the service.
var errProgress = errors.New("the committed progress cannot be read; to repeat at most the records in flight then, commit the same offset without metadata")

// parseProgress reads what was committed. A string that is not ours names nothing.
func parseProgress(offset int64, metadata string) (progress, error) {
	p := progress{base: offset}
	text, ours := strings.CutPrefix(metadata, progressPrefix)
	if !ours {
		return p, nil
	}
	done, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(done)*8 > maxSpan {
		return p, fmt.Errorf("%d bytes beside offset %d: %w", len(text), offset, errProgress)
	}
	p.done = done
	return p, nil
}
