package score

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"revscore/internal/event"
)

// traveller is one event in a simulation of the turns.
type traveller struct {
	turn      *turn
	page, rev int64
	before    []int // events of its page in flight when it came
	same      []int // deliveries of its revision in flight when it came

	published int // when, counted in publications; 0: not
	left      bool
	err       error
}

// simulation lets events come at random times and take random times for each
// step. Some are given up on the way.
type simulation struct {
	rng   *rand.Rand
	turns *turns

	mu     sync.Mutex // guards what follows
	events []*traveller
	count  int
}

// run is what a task of the pipeline does with a turn, with time in place of work.
func (s *simulation) run(ctx context.Context, e *traveller, compute, ack time.Duration) (err error) {
	defer func() {
		s.mu.Lock()
		e.left, e.err = true, err
		s.mu.Unlock()
		e.turn.leave()
	}()
	if err := e.turn.first(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	for _, i := range e.same {
		if !s.events[i].left {
			err = errors.New("goes on while an earlier delivery of its revision is in flight")
		}
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if err := pause(ctx, compute); err != nil {
		return err
	}
	if err := e.turn.wait(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	s.count++
	e.published = s.count
	s.mu.Unlock()
	e.turn.pass()
	return pause(ctx, ack)
}

// pause takes simulated time.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *simulation) duration(limit time.Duration) time.Duration {
	return time.Duration(s.rng.Int64N(int64(limit)))
}

// join lets the next event come.
func (s *simulation) join(pages int64, partitions int32) *traveller {
	e := &traveller{page: s.rng.Int64N(pages), rev: int64(len(s.events))}
	partition := int32(e.page) % partitions
	if len(s.events) > 0 && s.rng.IntN(5) == 0 { // a delivery again, perhaps of one in flight
		again := s.events[s.rng.IntN(len(s.events))]
		e.page, e.rev = again.page, again.rev
		partition = int32(e.page) % partitions
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, other := range s.events {
		if other.left {
			continue
		}
		if other.page == e.page {
			e.before = append(e.before, i)
		}
		if other.rev == e.rev {
			e.same = append(e.same, i)
		}
	}
	e.turn = s.turns.join(event.Source{Topic: "t", Partition: partition}, &event.Revision{Wiki: "enwiki", PageID: e.page, RevID: e.rev})
	s.events = append(s.events, e)
	return e
}

// The laws of the turns, for any interleaving:
//
//   - an event publishes after all events of its page that were in flight when it
//     came, and not at all when one of those was given up before it published;
//   - of one revision, one delivery at a time is past first;
//   - nothing hangs (synctest fails on a deadlock) and nothing stays behind.
func FuzzTurns(f *testing.F) {
	f.Add(uint64(1), uint8(40), uint8(1), uint8(0))
	f.Add(uint64(2), uint8(200), uint8(3), uint8(0))
	f.Add(uint64(3), uint8(200), uint8(3), uint8(10))
	f.Add(uint64(4), uint8(250), uint8(1), uint8(30))
	f.Add(uint64(5), uint8(250), uint8(100), uint8(50))
	f.Add(uint64(6), uint8(100), uint8(2), uint8(100))
	f.Fuzz(func(t *testing.T, seed uint64, n, pages, lost uint8) {
		synctest.Test(t, func(t *testing.T) {
			s := &simulation{rng: rand.New(rand.NewPCG(seed, 0)), turns: newTurns()}
			var all sync.WaitGroup
			for range n {
				e := s.join(int64(max(1, pages)), 1+int32(seed%3))
				ctx, cancel := context.WithCancel(t.Context())
				if s.rng.IntN(100) < int(lost) {
					ctx, cancel = context.WithTimeout(t.Context(), s.duration(100*time.Millisecond))
				}
				compute, ack := s.duration(50*time.Millisecond), s.duration(50*time.Millisecond)
				all.Go(func() {
					defer cancel()
					_ = s.run(ctx, e, compute, ack) // check looks at it
				})
				if s.rng.IntN(2) == 0 {
					time.Sleep(s.duration(20 * time.Millisecond)) // simulated
				}
			}
			all.Wait()
			s.check(t)
		})
	})
}

func (s *simulation) check(t *testing.T) {
	t.Helper()
	for i, e := range s.events {
		broken := false // an event before it was given up without publishing
		for _, j := range e.before {
			other := s.events[j]
			broken = broken || other.published == 0
			if e.published != 0 && (other.published == 0 || other.published > e.published) {
				t.Fatalf("event %d of page %d was published as number %d, event %d before it as %d", i, e.page, e.published, j, other.published)
			}
		}
		given := errors.Is(e.err, context.Canceled) || errors.Is(e.err, context.DeadlineExceeded)
		switch {
		case e.err == nil && e.published == 0:
			t.Fatalf("event %d ended well and was not published", i)
		case errors.Is(e.err, errOvertaken) && !broken:
			t.Fatalf("event %d was held back though all before it were published", i)
		case e.err != nil && !given && !errors.Is(e.err, errOvertaken):
			t.Fatalf("event %d: %v", i, e.err)
		}
	}
	if len(s.turns.pages) != 0 || len(s.turns.revisions) != 0 {
		t.Fatalf("%d pages and %d revisions stay behind", len(s.turns.pages), len(s.turns.revisions))
	}
}

// A task that ends before its turn, as after a lookup that found everything
// sent, does not hold up the next.
func TestTurnPassesWithoutPublishing(t *testing.T) {
	turns := newTurns()
	source, rev := event.Source{Topic: "t"}, &event.Revision{Wiki: "enwiki", PageID: 1, RevID: 1}
	first := turns.join(source, rev)
	second := turns.join(source, &event.Revision{Wiki: "enwiki", PageID: 1, RevID: 2})
	first.pass()
	if err := second.wait(t.Context()); err != nil {
		t.Error(err)
	}
	first.leave()
	second.pass()
	second.leave()
}

// Partitions are independent: what one gives up holds up no page of another,
// though the wiki and the page are the same.
func TestTurnsOfPartitionsAreApart(t *testing.T) {
	turns := newTurns()
	rev := func(id int64) *event.Revision { return &event.Revision{Wiki: "enwiki", PageID: 1, RevID: id} }
	given := turns.join(event.Source{Topic: "t", Partition: 0}, rev(1))
	other := turns.join(event.Source{Topic: "t", Partition: 1}, rev(2))
	given.leave()
	if err := other.wait(t.Context()); err != nil {
		t.Error(err)
	}
	other.pass()
	other.leave()
}
