package dedupe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
)

// backend is a store and the means to let its time pass.
type backend struct {
	store interface {
		Store
		Keeper
		Renew(ctx context.Context, claims []*Claim) error
	}
	advance func(time.Duration)
}

// TestContract runs one suite over every store, and over those on Redis again
// with a real server when REVSCORE_TEST_REDIS names one.
func TestContract(t *testing.T) {
	backends := map[string]func(t *testing.T) backend{
		"memory": func(t *testing.T) backend {
			m, clock := NewMemory(testConfig(""), nil), new(fakeClock)
			clock.drive(m)
			return backend{m, clock.advance}
		},
		"redis": func(t *testing.T) backend {
			srv := mini(t)
			return backend{newTestRedis(t, testConfig(srv.Addr())), srv.FastForward}
		},
		"redis cluster": func(t *testing.T) backend {
			srv := mini(t)
			srv.Server().SetPreHook(oneSlot)
			c := testConfig(srv.Addr())
			c.Redis.Cluster = true
			return backend{newTestRedis(t, c), srv.FastForward}
		},
		"guarded": func(t *testing.T) backend {
			srv, clock := mini(t), new(fakeClock)
			g := newTestGuarded(t, testConfig(srv.Addr()), Options{})
			clock.drive(g.memory)
			return backend{g, func(d time.Duration) { clock.advance(d); srv.FastForward(d) }}
		},
		"guarded without redis": func(t *testing.T) backend {
			clock := new(fakeClock)
			g := newTestGuarded(t, testConfig(""), Options{})
			clock.drive(g.memory)
			return backend{g, clock.advance}
		},
	}
	for name, c := range realConfigs(t) {
		backends[name] = func(t *testing.T) backend {
			r := newTestRedis(t, c)
			return backend{r, func(d time.Duration) { age(t, r, d) }}
		}
		backends["guarded on "+name] = func(t *testing.T) backend {
			g, clock := newTestGuarded(t, c, Options{}), new(fakeClock)
			clock.drive(g.memory)
			return backend{g, func(d time.Duration) { clock.advance(d); age(t, g.remote.(*Redis), d) }}
		}
	}
	for name, open := range backends {
		t.Run(name, func(t *testing.T) { contract(t, open) })
	}
}

func contract(t *testing.T, open func(*testing.T) backend) {
	cases := map[string]func(*testing.T, backend, int64){
		"order":       contractOrder,
		"visible":     contractVisible,
		"no score":    contractNoScore,
		"version":     contractVersion,
		"expiry":      contractExpiry,
		"overwrite":   contractOverwrite,
		"escaping":    contractEscaping,
		"hostile":     contractHostile,
		"own buffers": contractOwnBuffers,
		"no keys":     contractNoKeys,
		"cancelled":   contractCancelled,
		"concurrent":  contractConcurrent,
		"close":       contractClose,

		"claim":             contractClaim,
		"claim of one":      contractClaimOfOne,
		"claim expires":     contractClaimExpires,
		"claim renewed":     contractClaimRenewed,
		"claim needless":    contractClaimNeedless,
		"claim given back":  contractClaimGivenBack,
		"begin answers":     contractBeginAnswers,
		"begin refuses":     contractBeginRefuses,
		"gone":              contractGone,
		"gone is a word":    contractGoneIsAWord,
		"forget":            contractForget,
		"forget while held": contractForgetWhileHeld,
		"purge":             contractPurge,
		"purge refuses":     contractPurgeRefuses,
		"stats":             contractStats,

		"hide":              contractHide,
		"hide in any order": contractHideInAnyOrder,
		"hide drops scores": contractHideDropsScores,
		"hide while held":   contractHideWhileHeld,
		"hide beside gone":  contractHideBesideGone,
		"hide is counted":   contractHideCounts,
		"hide refuses":      contractHideRefuses,
		"hide many":         contractHideMany,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			// Revisions of its own for every case: a real server keeps the
			// marks of earlier runs.
			run(t, open(t), rand.Int64N(1<<60))
		})
	}
}

func contractOrder(t *testing.T, b backend, rev int64) {
	remember(t, b.store, key(rev+1), someScore)
	remember(t, b.store, key(rev+3), nil)
	got := lookup(t, b.store, key(rev+3), key(rev), key(rev+1), key(rev+2), key(rev+1))
	want := []State{{Sent: true}, {}, {Sent: true, Score: someScore}, {}, {Sent: true, Score: someScore}}
	for i := range want {
		if got[i].Sent != want[i].Sent || !bytes.Equal(got[i].Score, want[i].Score) {
			t.Errorf("state %d is %v %q, want %v %q", i, got[i].Sent, got[i].Score, want[i].Sent, want[i].Score)
		}
	}
}

// A score does not depend on the stream; whether it was sent does.
func contractVisible(t *testing.T, b backend, rev int64) {
	k, other := key(rev), key(rev)
	other.Stream = "another-stream"
	if s := lookup1(t, b.store, k); s.Sent || s.Score != nil {
		t.Fatalf("unknown key is %+v", s)
	}
	remember(t, b.store, k, someScore)
	if s := lookup1(t, b.store, k); !s.Sent || !bytes.Equal(s.Score, someScore) {
		t.Errorf("remembered key is %v %q", s.Sent, s.Score)
	}
	if s := lookup1(t, b.store, other); s.Sent || !bytes.Equal(s.Score, someScore) {
		t.Errorf("the other stream's key is %v %q, want only the score", s.Sent, s.Score)
	}
}

func contractNoScore(t *testing.T, b backend, rev int64) {
	for i, score := range [][]byte{nil, {}, bytes.Repeat([]byte("x"), maxScoreBytes+1)} {
		k := key(rev + int64(i))
		remember(t, b.store, k, score)
		if s := lookup1(t, b.store, k); !s.Sent || s.Score != nil {
			t.Errorf("after a score of %d bytes the key is %v with %d bytes, want sent and no score", len(score), s.Sent, len(s.Score))
		}
	}
}

func contractVersion(t *testing.T, b backend, rev int64) {
	k := key(rev)
	remember(t, b.store, k, someScore)
	for _, change := range []func(*Key){
		func(k *Key) { k.Version = "0.6.0" },
		func(k *Key) { k.Wiki = "dewiki" },
		func(k *Key) { k.Model = "goodfaith" },
		func(k *Key) { k.RevID = -k.RevID - 1 },
	} {
		k := k
		change(&k)
		if s := lookup1(t, b.store, k); s.Sent || s.Score != nil {
			t.Errorf("%+v was never remembered and is %+v", k, s)
		}
	}
}

func contractExpiry(t *testing.T, b backend, rev int64) {
	k := key(rev)
	remember(t, b.store, k, someScore)
	b.advance(59 * time.Minute)
	if s := lookup1(t, b.store, k); !s.Sent || s.Score == nil {
		t.Errorf("within both lifetimes: %+v", s)
	}
	b.advance(2 * time.Minute) // the mark is not renewed by being read
	if s := lookup1(t, b.store, k); s.Sent || s.Score == nil {
		t.Errorf("after sent_ttl: %+v, want the score alone", s)
	}
	b.advance(2 * time.Hour)
	if s := lookup1(t, b.store, k); s.Sent || s.Score != nil {
		t.Errorf("after both lifetimes: %+v", s)
	}
}

func contractOverwrite(t *testing.T, b backend, rev int64) {
	k, second := key(rev), []byte(`{"prediction":false}`)
	remember(t, b.store, k, someScore)
	b.advance(40 * time.Minute)
	remember(t, b.store, k, second)
	b.advance(40 * time.Minute)
	if s := lookup1(t, b.store, k); !s.Sent || !bytes.Equal(s.Score, second) {
		t.Errorf("remembered twice: %v %q, want the later score and a renewed mark", s.Sent, s.Score)
	}
}

func contractEscaping(t *testing.T, b backend, rev int64) {
	k := Key{Stream: "a:b", Wiki: "c", Model: "d:1", Version: "v", RevID: rev}
	remember(t, b.store, k, someScore)
	if s := lookup1(t, b.store, k); !s.Sent || s.Score == nil {
		t.Errorf("%+v is %+v", k, s)
	}
	for _, other := range []Key{
		{Stream: "a", Wiki: "b:c", Model: "d:1", Version: "v", RevID: rev},
		{Stream: "a%3Ab", Wiki: "c", Model: "d%3A1", Version: "v", RevID: rev},
		{Stream: "a:b:c", Wiki: "", Model: "d:1", Version: "v", RevID: rev},
		{Stream: "a:b", Wiki: "c", Model: "d", Version: fmt.Sprintf("%d:v", rev), RevID: 1},
	} {
		if s := lookup1(t, b.store, other); s.Sent || s.Score != nil {
			t.Errorf("%+v was never remembered and is %+v", other, s)
		}
	}
}

func contractHostile(t *testing.T, b backend, rev int64) {
	for _, s := range []string{
		"", "\x00", "\r\n*3\r\n$3\r\nSET\r\n", "\xff\xfe", "\u202eabc", "😀", "{tag}",
		strings.Repeat("x", maxPart), strings.Repeat("x", maxPart+1), strings.Repeat(":", 1<<20),
	} {
		k := Key{Stream: s, Wiki: "canary", Model: s + "id", Version: s, RevID: rev}
		if got := lookup1(t, b.store, k); got.Sent {
			t.Errorf("a key with %.20q was never remembered and is sent", s)
		}
		remember(t, b.store, k, nil)
		if got := lookup1(t, b.store, k); !got.Sent || got.Score != nil {
			t.Errorf("a key with %.20q is %+v", s, got)
		}
	}
}

func contractOwnBuffers(t *testing.T, b backend, rev int64) {
	keys, entries := []Key{key(rev)}, []Entry{{Key: key(rev), Score: bytes.Clone(someScore)}}
	if err := b.store.Remember(context.Background(), entries); err != nil {
		t.Fatal(err)
	}
	clear(entries[0].Score)
	entries[0].Key = Key{}
	states, err := b.store.Lookup(context.Background(), keys)
	if err != nil {
		t.Fatal(err)
	}
	keys[0] = Key{}
	if !states[0].Sent || !bytes.Equal(states[0].Score, someScore) {
		t.Errorf("after the caller reused its slices: %v %q", states[0].Sent, states[0].Score)
	}
}

func contractNoKeys(t *testing.T, b backend, _ int64) {
	if states, err := b.store.Lookup(context.Background(), nil); err != nil || len(states) != 0 {
		t.Errorf("lookup of nothing: %v, %v", states, err)
	}
	if err := b.store.Remember(context.Background(), nil); err != nil {
		t.Errorf("remember nothing: %v", err)
	}
}

func contractCancelled(t *testing.T, b backend, rev int64) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if states, err := b.store.Lookup(ctx, []Key{key(rev)}); !errors.Is(err, context.Canceled) || states != nil {
		t.Errorf("lookup: %v, %v", states, err)
	}
	if err := b.store.Remember(ctx, []Entry{{Key: key(rev)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("remember: %v", err)
	}
	if _, err := b.store.Begin(ctx, []Key{key(rev + 1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("begin: %v", err)
	}
	// Whoever is called off in the middle of the work still gives its claim back.
	w := begin(t, b.store, key(rev+2))
	if err := b.store.End(ctx, w.Claim, Result{}); !errors.Is(err, context.Canceled) {
		t.Errorf("end: %v", err)
	}
	b.store.Release(w.Claim)
	wantGranted(t, b.store, key(rev+2))
}

// Every caller must get the answers to its own keys, whoever it was merged with.
func contractConcurrent(t *testing.T, b backend, rev int64) {
	var wg sync.WaitGroup
	for caller := range int64(200) {
		wg.Go(func() {
			for round := range int64(5) {
				base := rev + caller*1000 + round*10
				score := fmt.Appendf(nil, `{"prediction":%d}`, base)
				if err := b.store.Remember(context.Background(), []Entry{{Key: key(base), Score: score}, {Key: key(base + 1)}}); err != nil {
					t.Errorf("remember: %v", err)
					return
				}
				s, err := b.store.Lookup(context.Background(), []Key{key(base + 2), key(base), key(base + 1)})
				if err != nil {
					t.Errorf("lookup: %v", err)
					return
				}
				if s[0].Sent || !s[1].Sent || !bytes.Equal(s[1].Score, score) || !s[2].Sent || s[2].Score != nil {
					t.Errorf("caller %d got the answers of another: %+v", caller, s)
				}
			}
		})
	}
	wg.Wait()
}

func contractClose(t *testing.T, b backend, rev int64) {
	for range 2 {
		if err := b.store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if _, err := b.store.Lookup(context.Background(), []Key{key(rev)}); !errors.Is(err, ErrClosed) {
		t.Errorf("lookup after close: %v", err)
	}
	if err := b.store.Remember(context.Background(), []Entry{{Key: key(rev)}}); !errors.Is(err, ErrClosed) {
		t.Errorf("remember after close: %v", err)
	}
	if _, err := b.store.Begin(context.Background(), []Key{key(rev)}); !errors.Is(err, ErrClosed) {
		t.Errorf("begin after close: %v", err)
	}
}

// oneSlot refuses, as a node of a cluster does, a command whose keys have
// different slots. It knows the commands in use with several keys.
func oneSlot(c *server.Peer, cmd string, args ...string) bool {
	var keys []string
	switch cmd {
	case "MGET", "UNLINK", "DEL":
		keys = args
	case "EVAL":
		n, _ := strconv.Atoi(args[1])
		keys = args[2 : 2+n]
	}
	slot := func(key string) string {
		if _, rest, ok := strings.Cut(key, "{"); ok {
			if tag, _, ok := strings.Cut(rest, "}"); ok && tag != "" {
				return tag
			}
		}
		return key
	}
	for _, k := range keys {
		if slot(k) != slot(keys[0]) {
			c.WriteError("CROSSSLOT Keys in request don't hash to the same slot")
			return true
		}
	}
	return false
}

// realConfigs are those of real servers that the environment names:
// REVSCORE_TEST_REDIS=host:port, REVSCORE_TEST_REDIS_CLUSTER=host:port,host:port and
// REVSCORE_TEST_REDIS_SENTINEL=master@host:port. The prefix keeps the tests'
// scores apart from anything else there.
func realConfigs(t *testing.T) map[string]Config {
	configs := map[string]Config{}
	add := func(name, addresses string) Config {
		c := testConfig("")
		c.Prefix = fmt.Sprintf("revscore-test*-%d", rand.Int64())
		c.Redis.Addresses = strings.Split(addresses, ",")
		configs[name] = c
		return c
	}
	if v := testRedis(); v != "" {
		add("real redis", v)
	}
	if v := os.Getenv("REVSCORE_TEST_REDIS_CLUSTER"); v != "" {
		c := add("real cluster", v)
		c.Redis.Cluster = true
		configs["real cluster"] = c
	}
	if v := os.Getenv("REVSCORE_TEST_REDIS_SENTINEL"); v != "" {
		master, addresses, ok := strings.Cut(v, "@")
		if !ok {
			t.Fatalf("REVSCORE_TEST_REDIS_SENTINEL is %q, must be master@host:port", v)
		}
		c := add("real sentinel", addresses)
		c.Redis.MasterName = master
		configs["real sentinel"] = c
	}
	return configs
}

// age makes time pass for the tests' keys on a real server, by shortening what
// they have left.
func age(t *testing.T, r *Redis, d time.Duration) {
	t.Helper()
	ctx := context.Background()
	patterns := []string{quote(r.config.Prefix) + ":*", markPrefix + "*", claimPrefix + "*", gonePrefix + "*"}
	err := r.scan(ctx, patterns, func(keys []string) error {
		for _, key := range keys {
			left, err := r.client.PTTL(ctx, key).Result()
			if err == nil && left > 0 { // else it is gone since the scan
				err = r.client.PExpire(ctx, key, left-d).Err()
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
