package dedupe

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// What the rest of the world finds in Redis of a claim and of a revision that is
// gone, and that two processes are two.
func TestRedisClaimLayout(t *testing.T) {
	srv := mini(t)
	a, b := newTestRedis(t, testConfig(srv.Addr())), newTestRedis(t, testConfig(srv.Addr()))
	w := begin(t, a, key(1234))
	token, err := srv.Get("revscore:claim:{enwiki:1234}")
	if err != nil || len(token) != 16+len("-1") || srv.TTL("revscore:claim:{enwiki:1234}") != time.Minute {
		t.Errorf("the claim is %q and lives %v: %v", token, srv.TTL("revscore:claim:{enwiki:1234}"), err)
	}
	wantHeld(t, b, key(1234), time.Minute)
	// The same number in another process's store is not the same claim.
	b.Release(&Claim{wiki: "enwiki", rev: 1234, seq: w.Claim.seq})
	wantHeld(t, b, key(1234), time.Minute)
	end(t, a, w.Claim, Result{Gone: "RevisionNotFound"})
	if got, err := srv.Get("revscore:gone:{enwiki:1234}"); err != nil || got != "RevisionNotFound" || srv.TTL("revscore:gone:{enwiki:1234}") != 10*time.Minute {
		t.Errorf("the negative entry is %q and lives %v: %v", got, srv.TTL("revscore:gone:{enwiki:1234}"), err)
	}
	if n := len(srv.Keys()); n != 1 {
		t.Errorf("there are %d keys: %q", n, srv.Keys())
	}
}

// What is planted under our keys neither breaks a batch nor reaches an event.
func TestRedisDistrustsClaimsAndGone(t *testing.T) {
	srv := mini(t)
	s := newTestRedis(t, testConfig(srv.Addr()))
	_ = srv.Set("revscore:gone:{enwiki:1}", "<script>")
	w := begin(t, s, key(1))
	if w.Gone != "" || testutil.ToFloat64(s.metrics.badGone) != 1 {
		t.Errorf("gone is %q, %v counted", w.Gone, testutil.ToFloat64(s.metrics.badGone))
	}
	s.Release(w.Claim)
	_ = srv.Set("revscore:claim:{enwiki:2}", "forever") // without a lifetime
	if _, err := srv.Push("revscore:claim:{enwiki:3}", "x"); err != nil {
		t.Fatal(err)
	}
	for rev := range int64(2) {
		if w := begin(t, s, key(rev+2)); w.Claim.Granted() || w.Held <= 0 {
			t.Errorf("revision %d: %+v", rev+2, w)
		}
	}
	// A list where a claim was is no reason not to give the others back.
	held := []Work{begin(t, s, key(4)), begin(t, s, key(5))}
	srv.Del("revscore:claim:{enwiki:4}")
	if _, err := srv.Push("revscore:claim:{enwiki:4}", "x"); err != nil {
		t.Fatal(err)
	}
	claims := []*Claim{held[0].Claim, held[1].Claim}
	if err := s.Renew(context.Background(), claims); err != nil {
		t.Error(err)
	}
	for _, c := range claims {
		end(t, s, c, Result{})
	}
	wantGranted(t, s, key(5))
	if n := testutil.ToFloat64(s.metrics.claimsLost); n != 2 { // by renewal and by end
		t.Errorf("%v claims counted as lost", n)
	}
}

// A server whose access rules forbid scripts still has marks and scores.
func TestRedisWithoutScripts(t *testing.T) {
	for name, cluster := range map[string]bool{"server": false, "cluster": true} {
		t.Run(name, func(t *testing.T) {
			srv := mini(t)
			c := testConfig(srv.Addr())
			c.Redis.Cluster = cluster
			s := newTestRedis(t, c)
			other := key(1)
			other.Model = "goodfaith"
			remember(t, s, key(1), someScore)
			srv.Server().SetPreHook(refuse("EVAL"))
			w := begin(t, s, other, key(1))
			if w.Claim.Granted() || w.Held != 0 || w.States[0].Sent || !w.States[1].Sent || w.States[1].Score == nil {
				t.Errorf("begin: %+v", w)
			}
			if n := testutil.ToFloat64(s.metrics.claimsRefused); n != 1 {
				t.Errorf("%v claims counted as refused", n)
			}
			end(t, s, w.Claim, Result{Entries: []Entry{{Key: other}}})
			if !lookup1(t, s, other).Sent {
				t.Error("the mark is missing")
			}
		})
	}
}

// refuse is a server that does not let its user use a command.
func refuse(command string) server.Hook {
	return func(c *server.Peer, cmd string, _ ...string) bool {
		if cmd == command {
			c.WriteError("NOPERM this user has no permissions to run the command")
		}
		return cmd == command
	}
}

// A caller that goes away before Redis answered leaves no claim behind.
func TestRedisCallerLeavesNoClaim(t *testing.T) {
	srv := mini(t)
	s := newTestRedis(t, testConfig(srv.Addr()))
	arrived, pass := make(chan struct{}), make(chan struct{})
	var first sync.Once
	srv.Server().SetPreHook(func(_ *server.Peer, cmd string, _ ...string) bool {
		if cmd == "EVAL" {
			first.Do(func() { close(arrived); <-pass })
		}
		return false
	})
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan error)
	go func() {
		_, err := s.Begin(ctx, []Key{key(1)})
		left <- err
	}()
	<-arrived
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("begin: %v", err)
	}
	close(pass)                       // now the claim is granted, to nobody
	if err := s.Close(); err != nil { // waits for what was left
		t.Fatal(err)
	}
	if keys := srv.Keys(); len(keys) != 0 {
		t.Errorf("left behind: %q", keys)
	}
}

// With jitter lifetimes differ, and none is longer than configured; marks have
// none, for they are to last.
func TestRedisJitter(t *testing.T) {
	srv := mini(t)
	c := testConfig(srv.Addr())
	c.TTLJitter = 0.2
	s := newTestRedis(t, c)
	lives := map[time.Duration]bool{}
	for rev := range int64(50) {
		w := begin(t, s, key(rev))
		end(t, s, w.Claim, Result{Entries: []Entry{{Key: key(rev), Score: someScore}}, Gone: "TextDeleted"})
	}
	for _, k := range srv.Keys() {
		ttl := srv.TTL(k)
		switch parse(k, c.Prefix).kind {
		case kindScore:
			lives[ttl] = true
			if ttl > c.ScoreTTL || ttl < c.ScoreTTL*8/10 {
				t.Errorf("%s lives %v", k, ttl)
			}
		case kindGone:
			if ttl > c.NegativeTTL || ttl < c.NegativeTTL*8/10 {
				t.Errorf("%s lives %v", k, ttl)
			}
		case kindSent:
			if ttl != c.SentTTL {
				t.Errorf("%s lives %v", k, ttl)
			}
		}
	}
	if len(lives) < 10 {
		t.Errorf("50 scores have %d lifetimes", len(lives))
	}
}

// A process that was killed and is back does not wait for its own claims: e2e saw
// it sit out ten seconds of them after every kill.
func TestMemberTakesOverItsEarlierLife(t *testing.T) {
	srv := mini(t)
	life := func(member string) *Redis {
		s, err := newRedis(testConfig(srv.Addr()), newMetrics(nil), member)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	killed, back, other, nameless := life("scorers/a"), life("scorers/a"), life("scorers/b"), life("")
	first := begin(t, killed, key(1))
	wantHeld(t, other, key(1), time.Minute)
	wantHeld(t, nameless, key(1), time.Minute)
	second := begin(t, back, key(1))
	if !second.Claim.Granted() {
		t.Fatalf("the member waits for itself: %+v", second)
	}
	// Within one life a revision that is being worked on stays so.
	wantHeld(t, back, key(1), time.Minute)
	// The earlier life, if it still twitches, gives nothing back that is not its own.
	killed.Release(first.Claim)
	wantHeld(t, other, key(1), time.Minute)
}
