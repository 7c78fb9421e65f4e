package audit

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"revscore/internal/event"
)

// Target is an answer that a revision is to get.
type Target struct {
	Stream string `json:"stream"`
	Model  string `json:"model"`
}

// Route says which answers a revision is to get. An error means that it could not be
// decided, and that the record became a dead letter.
type Route func(*event.Revision) ([]Target, error)

// Group is what answers are counted by.
type Group struct {
	Wiki string
	Target
}

// Counts of one group. Wanted is the sum of Scored, Errors, Waiting and Missing; a
// revision with an error and a score is scored, one with either waits no more.
type Counts struct {
	Wanted   int64
	Scored   int64
	Errors   int64
	Waiting  int64 // in a retry topic
	Missing  int64
	Repeated int64 // events whose meta.id came before
	Distinct int64 // further meta.ids of a revision that had one
}

// Row is a line of the account.
type Row struct {
	Group
	Counts
}

// Inputs counts input records by what they were.
type Inputs struct {
	Records    int64
	Routed     int64 // wanted by at least one route
	Unwanted   int64 // wanted by none
	Canaries   int64
	NoRevision int64 // tombstones, and events that name no revision to score
	TooOld     int64 // older than the service takes
	Unreadable int64 // dead letters
}

// id is a meta.id.
type id [16]byte

// The bits of entry.answered.
const (
	scored = 1 << iota
	failed
	named // entry.first is a meta.id
	waiting
)

// entry is one answer that is wanted, and what is known of it.
type entry struct {
	first    id    // meta.id of the first event
	offset   int64 // of the first record that wants it
	place    uint32
	group    uint32
	answered uint8
}

// place is a partition.
type place struct {
	topic     string
	partition int32
}

// Ledger is the account. It belongs to one goroutine.
type Ledger struct {
	route  Route
	maxAge time.Duration

	entries map[id]entry       // by event.ScoreID of no version
	others  map[id]map[id]bool // meta.ids of an entry beyond its first; few have any
	extra   map[uint32]extras  // by group
	groups  numbers[Group]     // every wiki, stream and model
	places  numbers[place]     // every partition
	inputs  Inputs
	foul    int64 // output events that could not be read
}

// extras are what a group has too much.
type extras struct{ repeated, distinct int64 }

// New makes an empty ledger. Revisions older than maxAge when their record was
// written are not wanted; 0 wants any age.
func New(route Route, maxAge time.Duration) *Ledger {
	return &Ledger{
		route: route, maxAge: maxAge,
		entries: map[id]entry{}, others: map[id]map[id]bool{}, extra: map[uint32]extras{},
		groups: newNumbers[Group](), places: newNumbers[place](),
	}
}

// numbers gives each value a small number, once.
type numbers[T comparable] struct {
	of   map[T]uint32
	list []T
}

func newNumbers[T comparable]() numbers[T] { return numbers[T]{of: map[T]uint32{}} }

func (n *numbers[T]) number(v T) (uint32, error) {
	if i, ok := n.of[v]; ok {
		return i, nil
	}
	if len(n.list) == math.MaxUint32 {
		return 0, fmt.Errorf("more than %d of %T", len(n.list), v)
	}
	i := uint32(len(n.list))
	n.of[v], n.list = i, append(n.list, v)
	return i, nil
}

// Inputs takes the records of the range. Their Received is when the broker got them:
// the service may have got them later, so one near the greatest age may be wanted here
// and have been skipped there.
func (l *Ledger) Inputs(records iter.Seq2[event.Record, error]) error {
	for rec, err := range records {
		if err != nil {
			return err
		}
		if err := l.want(rec); err != nil {
			return fmt.Errorf("record %s: %w", rec.Source, err)
		}
	}
	return nil
}

func (l *Ledger) want(rec event.Record) error {
	l.inputs.Records++
	rev, targets, count := l.read(rec)
	*count++
	if rev == nil {
		return nil
	}
	at, err := l.places.number(place{rec.Topic, rec.Partition})
	if err != nil {
		return err
	}
	for _, t := range targets {
		key := keyOf(t.Stream, rev.Wiki, rev.RevID, t.Model)
		if _, ok := l.entries[key]; ok {
			continue // another topic or a later event names the same revision
		}
		group, err := l.groups.number(Group{rev.Wiki, t})
		if err != nil {
			return err
		}
		l.entries[key] = entry{offset: rec.Offset, place: at, group: group}
	}
	return nil
}

// read tells what the service makes of a record, in the order of score.Pipeline.Begin.
// rev is nil where that is no answer.
func (l *Ledger) read(rec event.Record) (rev *event.Revision, targets []Target, count *int64) {
	if rec.Value == nil {
		return nil, nil, &l.inputs.NoRevision
	}
	rev, err := event.Parse(rec.Value)
	switch {
	case errors.Is(err, event.ErrNothingToScore):
		return nil, nil, &l.inputs.NoRevision
	case err != nil:
		return nil, nil, &l.inputs.Unreadable
	case rev.Canary():
		return nil, nil, &l.inputs.Canaries
	case l.maxAge > 0 && rec.Received.Sub(rev.Time) > l.maxAge:
		return nil, nil, &l.inputs.TooOld
	}
	targets, err = l.route(rev)
	switch {
	case err != nil:
		return nil, nil, &l.inputs.Unreadable
	case len(targets) == 0:
		return nil, nil, &l.inputs.Unwanted
	}
	return rev, targets, &l.inputs.Routed
}

// keyOf is what an answer is looked for by: the meta.id it would have if models had no
// versions.
func keyOf(stream, wiki string, revID int64, model string) id {
	return id(event.ScoreID(stream, wiki, revID, model, ""))
}

// Read tells what the input records were.
func (l *Ledger) Read() Inputs { return l.inputs }

// Unreadable is the number of output events that were no score events.
func (l *Ledger) Unreadable() int64 { return l.foul }

// Rows is the account by wiki, stream and model, in this order.
func (l *Ledger) Rows() []Row {
	rows := make([]Row, len(l.groups.list))
	for i, g := range l.groups.list {
		more := l.extra[uint32(i)]
		rows[i] = Row{g, Counts{Repeated: more.repeated, Distinct: more.distinct}}
	}
	for _, e := range l.entries {
		c := &rows[e.group].Counts
		c.Wanted++
		switch {
		case e.answered&scored != 0:
			c.Scored++
		case e.answered&failed != 0:
			c.Errors++
		case e.answered&waiting != 0:
			c.Waiting++
		default:
			c.Missing++
		}
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Wiki, b.Wiki), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Model, b.Model))
	})
	return rows
}

// Total is the sum of rows.
func Total(rows []Row) (sum Counts) {
	for _, r := range rows {
		sum.Wanted += r.Wanted
		sum.Scored += r.Scored
		sum.Errors += r.Errors
		sum.Waiting += r.Waiting
		sum.Missing += r.Missing
		sum.Repeated += r.Repeated
		sum.Distinct += r.Distinct
	}
	return sum
}
