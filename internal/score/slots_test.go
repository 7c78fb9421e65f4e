package score

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

// One wiki may have half of the slots, however many it wants.
func TestSlotsLeaveRoomForOtherWikis(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(4)
		var releases []func()
		take := func(wiki string) bool {
			done := make(chan func(), 1)
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				release, err := s.take(ctx, wiki)
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				done <- release
			}()
			synctest.Wait() // it has a slot, or waits for one
			cancel()
			release := <-done
			if release != nil {
				releases = append(releases, release)
			}
			return release != nil
		}
		for i, want := range []bool{true, true, false} {
			if got := take("away"); got != want {
				t.Errorf("slot %d of the wiki that is away: %v", i+1, got)
			}
		}
		for i, wiki := range []string{"other", "third"} {
			if !take(wiki) {
				t.Errorf("slot %d of the other wikis was not to be had", i+1)
			}
		}
		if take("fourth") {
			t.Error("a fifth slot of four")
		}
		for _, release := range releases {
			release()
		}
		if len(s.wikis) != 0 || len(s.all) != 0 {
			t.Errorf("%d wikis and %d slots are left", len(s.wikis), len(s.all))
		}
	})
}

func TestSlotsUnderLoad(t *testing.T) {
	s := newSlots(3)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			release, err := s.take(t.Context(), []string{"a", "b", "c"}[i%3])
			if err != nil {
				t.Error(err)
				return
			}
			if n := len(s.all); n < 1 || n > 3 {
				t.Errorf("%d slots taken of 3", n)
			}
			release()
		})
	}
	wg.Wait()
	if len(s.wikis) != 0 {
		t.Errorf("%d wikis are left", len(s.wikis))
	}
}
