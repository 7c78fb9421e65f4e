package avro

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
)

// seen remembers the keys of the last events. A ring beside the map says which is
// the oldest; 40 bytes for each event.
type seen struct {
	keys map[key]struct{}
	ring []key
	next int
	most int
}

func newSeen(most int) *seen { return &seen{keys: map[key]struct{}{}, most: most} }

func (s *seen) has(k key) bool {
	_, ok := s.keys[k]
	return ok
}

func (s *seen) add(k key) {
	if s.has(k) { // in a journal and already in its file of keys
		return
	}
	if len(s.ring) < s.most {
		s.ring = append(s.ring, k)
	} else {
		delete(s.keys, s.ring[s.next])
		s.ring[s.next] = k
		s.next = (s.next + 1) % s.most
	}
	s.keys[k] = struct{}{}
}

// remembered collects what former processes wrote, in any order, and keeps the
// latest most of it in twice the memory.
type remembered struct {
	rows []row
	most int
}

func (r *remembered) add(x row) error {
	r.rows = append(r.rows, row{seq: x.seq, key: x.key})
	if len(r.rows) >= 2*r.most {
		r.trim()
	}
	return nil
}

func (r *remembered) trim() {
	slices.SortFunc(r.rows, func(a, b row) int { return cmp.Compare(a.seq, b.seq) })
	if over := len(r.rows) - r.most; over > 0 {
		r.rows = slices.Delete(r.rows, 0, over)
	}
}

// keyOf recognises a repeat: the same id, scores and types of errors, whenever it was
// written and however an error was worded. The id alone would not do: a score that
// follows an error event of the same version has its id and must not be dropped for it.
func keyOf(r record) (key, error) {
	h := sha256.New()
	h.Write([]byte(*r.about().ID))
	if e, ok := r.(*RevisionScore); ok {
		if err := json.MarshalWrite(h, e.Scores, json.Deterministic(true)); err != nil {
			return key{}, fmt.Errorf("scores: %w", err)
		}
		if e.Errors != nil {
			for _, model := range slices.Sorted(maps.Keys(*e.Errors)) {
				fmt.Fprintf(h, "%q %q ", model, (*e.Errors)[model].Type)
			}
		}
	}
	return key(h.Sum(nil)[:len(key{})]), nil
}
