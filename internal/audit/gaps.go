package audit

import (
	"cmp"
	"slices"
	"sort"

	"revscore/internal/event"
)

// Gaps are the answers that are missing, by the record that wanted them. It takes 16
// bytes for each.
type Gaps struct {
	places []place
	groups []Group
	list   []gap // sorted by place and offset
}

type gap struct {
	offset int64
	place  uint32
	group  uint32
}

func compareGaps(a, b gap) int {
	return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.offset, b.offset), cmp.Compare(a.group, b.group))
}

// Gaps lists what is missing.
func (l *Ledger) Gaps() *Gaps {
	g := &Gaps{places: l.places.list, groups: l.groups.list}
	for _, e := range l.entries {
		if e.answered == 0 {
			g.list = append(g.list, gap{e.offset, e.place, e.group})
		}
	}
	slices.SortFunc(g.list, compareGaps)
	return g
}

// Revisions is the number of input records that lack an answer.
func (g *Gaps) Revisions() (n int) {
	for i, v := range g.list {
		if i == 0 || v.place != g.list[i-1].place || v.offset != g.list[i-1].offset {
			n++
		}
	}
	return n
}

// Span is a stretch of a partition: from First to Last, both included.
type Span struct {
	Topic       string
	Partition   int32
	First, Last int64
}

// Spans says where the records with gaps are.
func (g *Gaps) Spans() (spans []Span) {
	for i, v := range g.list {
		if i == 0 || v.place != g.list[i-1].place {
			p := g.places[v.place]
			spans = append(spans, Span{Topic: p.topic, Partition: p.partition, First: v.offset})
		}
		spans[len(spans)-1].Last = v.offset
	}
	return spans
}

// Missing is an input record that lacks answers, as it is listed.
type Missing struct {
	Wiki      string     `json:"wiki"`
	RevID     int64      `json:"rev_id"`
	PageID    int64      `json:"page_id"`
	Kind      event.Kind `json:"kind"`
	Timestamp string     `json:"rev_timestamp"`
	Topic     string     `json:"topic"`
	Partition int32      `json:"partition"`
	Offset    int64      `json:"offset"`
	Missing   []Target   `json:"missing"`
}

// Of returns what a record lacks, if anything. It reads the record again: a ledger
// does not keep texts.
func (g *Gaps) Of(rec event.Record) (m Missing, ok bool, err error) {
	at := slices.Index(g.places, place{rec.Topic, rec.Partition})
	if at < 0 {
		return m, false, nil
	}
	want := gap{offset: rec.Offset, place: uint32(at)}
	i := sort.Search(len(g.list), func(i int) bool { return compareGaps(g.list[i], want) >= 0 })
	for ; i < len(g.list) && g.list[i].place == want.place && g.list[i].offset == want.offset; i++ {
		m.Missing = append(m.Missing, g.groups[g.list[i].group].Target)
	}
	if m.Missing == nil {
		return m, false, nil
	}
	rev, err := event.Parse(rec.Value)
	if err != nil {
		return m, false, err
	}
	m.Wiki, m.RevID, m.PageID, m.Kind, m.Timestamp = rev.Wiki, rev.RevID, rev.PageID, rev.Kind, rev.Timestamp
	m.Topic, m.Partition, m.Offset = rec.Topic, rec.Partition, rec.Offset
	return m, true, nil
}
