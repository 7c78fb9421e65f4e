package deadletter

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"revscore/internal/event"
)

// Filter says which letters are meant; its zero value means all.
type Filter struct {
	Reason string    // error_type, in any case
	Wiki   string    // of the raw event; what does not tell its wiki is of none
	Since  time.Time // written then or later; zero: from the first
	Until  time.Time // written before; zero: to the last
	Limit  int       // so many readable letters, the first by partition and offset; 0: all
	// From has offsets of the topic's partitions to begin at. Others are read from their
	// beginning.
	From map[int32]int64
}

// Start is where a topic's reading begins: in each partition at the later of the two.
type Start struct {
	Since   time.Time       // not before the first record dated so; zero: the beginning
	Offsets map[int32]int64 // by partition
}

// skew is how much later than its letter a record may seem to be: the letter is dated by
// the clock of the service, the record perhaps by that of the broker.
const skew = 5 * time.Minute

// start passes over what the filter would refuse for its age.
func (f Filter) start() Start {
	s := Start{Offsets: f.From}
	if !f.Since.IsZero() {
		s.Since = f.Since.Add(-skew)
	}
	return s
}

// Validate reports every fault of a filter.
func (f Filter) Validate() error {
	var errs []error
	if f.Limit < 0 {
		errs = append(errs, fmt.Errorf("limit is %d, must not be negative", f.Limit))
	}
	if !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until) {
		errs = append(errs, fmt.Errorf("since is %s, must be before until (%s)", f.Since.Format(time.RFC3339), f.Until.Format(time.RFC3339)))
	}
	for p, offset := range f.From {
		if p < 0 || offset < 0 {
			errs = append(errs, fmt.Errorf("from is %d@%d, neither number must be negative", p, offset))
		}
	}
	return errors.Join(errs...)
}

// matches lets a broken letter pass by its time alone: nobody knows its wiki, and to
// hide it would be to say that there is none.
func (f Filter) matches(l Letter) bool {
	at := l.Written()
	switch {
	case !f.Since.IsZero() && at.Before(f.Since), !f.Until.IsZero() && !at.Before(f.Until):
		return false
	case l.Broken != nil:
		return true
	}
	return (f.Reason == "" || strings.EqualFold(f.Reason, l.Reason)) && (f.Wiki == "" || f.Wiki == l.Wiki)
}

var (
	// ErrGone is returned by [Topics] for a record that its topic does not have, or has
	// no more.
	ErrGone = errors.New("the record is no longer in its topic")
	// ErrNoPlace is returned by [Topics] for a record whose topic or partition is not
	// there, as of a topic that was made anew with fewer partitions.
	ErrNoPlace = errors.New("its place is not there")
)

// Topics reads topics.
type Topics interface {
	// Scan hands on the committed records that a topic has now, in the order of
	// partition and offset, until yield returns an error, and returns that.
	Scan(ctx context.Context, topic string, from Start, yield func(Record) error) error
	// Record reads one, or returns an error that is [ErrGone] or [ErrNoPlace].
	Record(ctx context.Context, src event.Source) (Record, error)
}

// errEnough ends a scan that has all it wants.
var errEnough = errors.New("enough")

// Each hands on the letters of a topic that a filter means, and reports whether it
// passed over any because of the limit.
func Each(ctx context.Context, topics Topics, topic string, f Filter, yield func(Letter) error) (more bool, err error) {
	readable := 0
	err = topics.Scan(ctx, topic, f.start(), func(rec Record) error {
		l := Read(rec)
		if !f.matches(l) {
			return nil
		}
		if l.Broken == nil {
			if f.Limit > 0 && readable == f.Limit {
				more = true
				return errEnough
			}
			readable++
		}
		return yield(l)
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return more, err
}

// Find returns the letter that [Letter.Is] of a name, the first of several. By its own
// place it is found without reading others.
func Find(ctx context.Context, topics Topics, topic, name string) (Letter, error) {
	missing := fmt.Errorf("topic %s has no dead letter %q, by meta.id or by topic/partition/offset", topic, name)
	if src, ok := place(name); ok && src.Topic == topic {
		rec, err := topics.Record(ctx, src)
		if errors.Is(err, ErrGone) || errors.Is(err, ErrNoPlace) {
			err = missing
		}
		if err != nil {
			return Letter{}, err
		}
		return Read(rec), nil
	}
	var found *Letter
	_, err := Each(ctx, topics, topic, Filter{}, func(l Letter) error {
		if !l.Is(name) {
			return nil
		}
		found = &l
		return errEnough
	})
	if err != nil {
		return Letter{}, err
	}
	if found == nil {
		return Letter{}, missing
	}
	return *found, nil
}

// place reads the name of a record.
func place(name string) (src event.Source, ok bool) {
	m := placeName.FindStringSubmatch(name)
	if m == nil {
		return src, false
	}
	partition, errPartition := strconv.ParseInt(m[2], 10, 32)
	offset, errOffset := strconv.ParseInt(m[3], 10, 64)
	return event.Source{Topic: m[1], Partition: int32(partition), Offset: offset}, errors.Join(errPartition, errOffset) == nil
}

var placeName = regexp.MustCompile(`^([A-Za-z0-9._-]+)/([0-9]+)[/@]([0-9]+)$`)

func names(src event.Source, name string) bool {
	return name == src.String() || name == fmt.Sprintf("%s/%d/%d", src.Topic, src.Partition, src.Offset)
}
