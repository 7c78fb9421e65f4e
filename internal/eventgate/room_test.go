package eventgate

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// A large event that waits is not passed by small ones; when it gives up waiting,
// those behind it get in.
func TestRoomIsGivenInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &room{closing: make(chan struct{}), events: 10, bytes: 10}
		if !r.try(8) {
			t.Fatal("an empty room is full")
		}
		ctx, leave := context.WithCancel(t.Context())
		large, small := make(chan error, 1), make(chan error, 1)
		go func() { large <- r.take(ctx, 5) }()
		synctest.Wait()
		go func() { small <- r.take(t.Context(), 2) }()
		synctest.Wait()
		if r.try(1) || len(small) > 0 {
			t.Error("passed one that waits")
		}
		leave()
		if err := <-large; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := <-small; err != nil {
			t.Error(err)
		}
		r.give(8)
		r.give(2)
		if r.events != 10 || r.bytes != 10 {
			t.Errorf("%d events and %d bytes are free of 10", r.events, r.bytes)
		}
	})
}
