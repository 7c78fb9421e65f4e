package score

import (
	"context"
	"sync"
)

// slots bound how many revisions have their texts fetched or held at once, which
// bounds memory, and how many of those one wiki may have: half. A wiki whose API
// does not answer keeps its slots until fetch.deadline, and must not keep the
// events of all others waiting with it.
type slots struct {
	all chan struct{} // one token for each slot taken

	mu    sync.Mutex
	wikis map[string]*wikiSlots // of wikis that have or want slots
}

type wikiSlots struct {
	taken chan struct{}
	users int // that have or want a slot; guarded by slots.mu
}

func newSlots(n int) *slots {
	return &slots{all: make(chan struct{}, n), wikis: map[string]*wikiSlots{}}
}

// take waits for a slot. The caller gives it back by release.
func (s *slots) take(ctx context.Context, wiki string) (release func(), err error) {
	w := s.join(wiki)
	select {
	case w.taken <- struct{}{}:
	case <-ctx.Done():
		s.leave(wiki, w)
		return nil, ctx.Err()
	}
	select {
	case s.all <- struct{}{}:
	case <-ctx.Done():
		<-w.taken
		s.leave(wiki, w)
		return nil, ctx.Err()
	}
	return func() {
		<-s.all
		<-w.taken
		s.leave(wiki, w)
	}, nil
}

func (s *slots) join(wiki string) *wikiSlots {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.wikis[wiki]
	if w == nil {
		w = &wikiSlots{taken: make(chan struct{}, max(1, cap(s.all)/2))}
		s.wikis[wiki] = w
	}
	w.users++
	return w
}

func (s *slots) leave(wiki string, w *wikiSlots) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.users--; w.users == 0 {
		delete(s.wikis, wiki)
	}
}
