package dedupe

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// What the rest of the world finds in Redis.
func TestRedisLayout(t *testing.T) {
	srv := mini(t)
	s := newTestRedis(t, testConfig(srv.Addr()))
	remember(t, s, key(1234), someScore)
	for name, want := range map[string]struct {
		value string
		ttl   time.Duration
	}{
		"ores:enwiki:damaging:1234:0.5.1":                           {string(someScore), 3 * time.Hour},
		"revscore:sent:{enwiki:1234}:score-damaging:damaging:0.5.1": {"1", time.Hour},
	} {
		if got, err := srv.Get(name); err != nil || got != want.value {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want.value)
		}
		if got := srv.TTL(name); got != want.ttl {
			t.Errorf("%s lives %v, want %v", name, got, want.ttl)
		}
	}
	// What would not be read is not written.
	remember(t, s, key(1234), append(bytes.Repeat([]byte(" "), maxScoreBytes), someScore...))
	if got, _ := srv.Get("ores:enwiki:damaging:1234:0.5.1"); got != string(someScore) {
		t.Errorf("a score over the bound was written: %d bytes", len(got))
	}
	if members, err := srv.Members("revscore:models:enwiki"); err != nil || len(members) != 1 || members[0] != "damaging:0.5.1" {
		t.Errorf("the models of enwiki are %q (%v)", members, err)
	}
	if n := len(srv.Keys()); n != 3 {
		t.Errorf("there are %d keys: %q", n, srv.Keys())
	}
}

// A value that this service would not write is absent, and counted.
func TestRedisDistrustsValues(t *testing.T) {
	scores := map[string]bool{
		`{"prediction":true}`:                            true,
		`{"prediction":["a"],"probability":{}}`:          true,
		` {"probability":{"x":1}, "prediction" : "FA"} `: true,
		``:                                 false,
		`1`:                                false,
		`null`:                             false,
		`[{"prediction":true}]`:            false,
		`"{\"prediction\":1}"`:             false,
		`{"prediction":null}`:              false,
		`{"probability":{}}`:               false,
		`{"a":{"prediction":true}}`:        false,
		`{"prediction":true`:               false,
		`{"prediction":true}}`:             false,
		`{"prediction":true,}`:             false,
		"{\"prediction\":\"\xff\"}":        false,
		`{"error":{"type":"x"}}`:           false,
		strings.Repeat("[", maxScoreBytes): false,
		`{"prediction":"` + strings.Repeat("x", maxScoreBytes) + `"}`: false,
	}
	srv := mini(t)
	s := newTestRedis(t, testConfig(srv.Addr()))
	for doc, valid := range scores {
		before := testutil.ToFloat64(s.metrics.badScore)
		_ = srv.Set("ores:enwiki:damaging:1:0.5.1", doc)
		if got := lookup1(t, s, key(1)); (got.Score != nil) != valid || valid && string(got.Score) != doc {
			t.Errorf("score %.40q of %d bytes: %.40q, want it taken: %v", doc, len(doc), got.Score, valid)
		}
		if counted := testutil.ToFloat64(s.metrics.badScore) > before; counted == valid {
			t.Errorf("score %.40q: counted as invalid: %v", doc, counted)
		}
	}
	for _, mark := range []string{"", "0", "11", "true"} {
		_ = srv.Set("revscore:sent:{enwiki:2}:score-damaging:damaging:0.5.1", mark)
		if lookup1(t, s, key(2)).Sent {
			t.Errorf("mark %q is taken for ours", mark)
		}
	}
	if n := testutil.ToFloat64(s.metrics.badMark); n != 4 {
		t.Errorf("%v invalid marks counted, want 4", n)
	}
	// Another type under our key: MGET answers nil for it.
	if _, err := srv.Push("ores:enwiki:damaging:3:0.5.1", "x"); err != nil {
		t.Fatal(err)
	}
	if got := lookup1(t, s, key(3)); got.Sent || got.Score != nil {
		t.Errorf("a list is taken for a score: %+v", got)
	}
}

func TestRedisErrorsNameTheOperation(t *testing.T) {
	srv := mini(t)
	s := newTestRedis(t, testConfig(srv.Addr()))
	srv.SetError("OOM command not allowed")
	_, err := s.Lookup(context.Background(), []Key{key(1), key(2)})
	if err == nil || !strings.HasPrefix(err.Error(), "look up 2 keys in redis: ") || !strings.Contains(err.Error(), "OOM") {
		t.Errorf("lookup: %v", err)
	}
	err = s.Remember(context.Background(), []Entry{{Key: key(1)}})
	if err == nil || !strings.HasPrefix(err.Error(), "remember 1 events in redis: ") || !strings.Contains(err.Error(), "OOM") {
		t.Errorf("remember: %v", err)
	}
	srv.SetError("")
	remember(t, s, key(1), nil)
}

// deafServer accepts connections and never answers.
func deafServer(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer func() { _ = conn.Close() }()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

func TestRedisThatNeverAnswers(t *testing.T) {
	noLeaks(t)
	c := testConfig(deafServer(t))
	c.Redis.Timeout = 20 * time.Millisecond
	s := newTestRedis(t, c)
	begin := time.Now()
	if _, err := s.Lookup(context.Background(), []Key{key(1)}); err == nil {
		t.Error("lookup succeeded")
	}
	if err := s.Remember(context.Background(), []Entry{{Key: key(1)}}); err == nil {
		t.Error("remember succeeded")
	}
	if took := time.Since(begin); took > 5*time.Second { // for 2 x 20 ms: a loaded machine may be slow, a hang is not
		t.Errorf("two calls took %v", took)
	}
}

func TestRedisCallerLeavesFirst(t *testing.T) {
	noLeaks(t)
	c := testConfig(deafServer(t))
	c.Redis.Timeout = 2 * time.Second
	s := newTestRedis(t, c)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := s.Lookup(ctx, []Key{key(1)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("lookup: %v", err)
	}
}

// Close with calls pending: every call is answered and Close returns.
func TestRedisCloseWhileCallsWait(t *testing.T) {
	noLeaks(t)
	c := testConfig(deafServer(t))
	c.Redis.Timeout = 50 * time.Millisecond
	s := newTestRedis(t, c)
	const calls = 40
	errs := make(chan error, calls)
	for i := range int64(calls) {
		go func() {
			if i%2 == 0 {
				errs <- s.Remember(context.Background(), []Entry{{Key: key(i)}})
				return
			}
			_, err := s.Lookup(context.Background(), []Key{key(i)})
			errs <- err
		}()
	}
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	for range calls {
		if err := <-errs; err == nil {
			t.Error("a call succeeded without a server")
		}
	}
}

func TestRedisAuth(t *testing.T) {
	srv := mini(t)
	srv.RequireUserAuth("scorer", "hunter2")
	c := testConfig(srv.Addr())
	c.Redis.Username, c.Redis.Password = "scorer", "hunter2"
	remember(t, newTestRedis(t, c), key(1), nil)

	c.Redis.Password = "hunter3"
	_, err := newTestRedis(t, c).Lookup(context.Background(), []Key{key(1)})
	if err == nil || strings.Contains(err.Error(), "hunter") {
		t.Errorf("with a wrong password: %v", err)
	}
}

func TestRedisDB(t *testing.T) {
	srv := mini(t)
	c := testConfig(srv.Addr())
	c.Redis.DB = 3
	remember(t, newTestRedis(t, c), key(1), nil)
	if n := len(srv.DB(3).Keys()); n != 1 {
		t.Errorf("database 3 has %d keys, want 1", n)
	}
}

func TestRedisTLS(t *testing.T) {
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	srv, err := miniredis.RunTLS(&tls.Config{Certificates: web.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	c := testConfig(srv.Addr())
	c.Redis.TLS = TLSConfig{Enabled: true, CAFile: ca}
	remember(t, newTestRedis(t, c), key(1), nil)

	for name, change := range map[string]func(*TLSConfig){
		"unknown authority": func(c *TLSConfig) { c.CAFile = "" },
		"other name":        func(c *TLSConfig) { c.ServerName = "redis.invalid" },
	} {
		c := c
		change(&c.Redis.TLS)
		if _, err := newTestRedis(t, c).Lookup(context.Background(), []Key{key(1)}); err == nil || !strings.Contains(err.Error(), "x509") {
			t.Errorf("%s: %v", name, err)
		}
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, empty + ".missing"} {
		c.Redis.TLS.CAFile = file
		if _, err := NewRedis(c, nil); err == nil || !strings.Contains(err.Error(), "dedupe.redis.tls.ca_file") {
			t.Errorf("ca_file %s: %v", filepath.Base(file), err)
		}
	}
}

// A server that wants to know its clients is shown a certificate.
func TestRedisTLSClientCertificate(t *testing.T) {
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	pair := web.TLS.Certificates[0]
	srv, err := miniredis.RunTLS(&tls.Config{Certificates: web.TLS.Certificates, ClientAuth: tls.RequireAnyClientCert})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	folder := t.TempDir()
	file := func(name, kind string, der []byte) string {
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	key8, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	c := testConfig(srv.Addr())
	c.Redis.TLS = TLSConfig{Enabled: true, CAFile: file("ca.pem", "CERTIFICATE", web.Certificate().Raw)}
	if _, err := newTestRedis(t, c).Lookup(context.Background(), []Key{key(1)}); err == nil {
		t.Error("without a certificate the server let us in")
	}
	c.Redis.TLS.CertFile, c.Redis.TLS.KeyFile = file("cert.pem", "CERTIFICATE", pair.Certificate[0]), file("key.pem", "PRIVATE KEY", key8)
	remember(t, newTestRedis(t, c), key(1), nil)
	c.Redis.TLS.KeyFile = c.Redis.TLS.CertFile
	if _, err := NewRedis(c, nil); err == nil || !strings.Contains(err.Error(), "dedupe.redis.tls.cert_file and key_file") {
		t.Errorf("a certificate for a key: %v", err)
	}
}

// Sentinels are asked where the master is, with their own password.
func TestRedisSentinel(t *testing.T) {
	master := mini(t)
	sentinel, err := server.NewServer("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer sentinel.Close()
	host, port, _ := net.SplitHostPort(master.Addr())
	var password string
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(sentinel.Register("AUTH", func(c *server.Peer, _ string, args []string) {
		password = args[len(args)-1]
		c.WriteOK()
	}))
	must(sentinel.Register("SENTINEL", func(c *server.Peer, _ string, args []string) {
		if strings.EqualFold(args[0], "get-master-addr-by-name") && args[1] == "orescache" {
			c.WriteStrings([]string{host, port})
			return
		}
		c.WriteLen(0)
	}))
	must(sentinel.Register("SUBSCRIBE", func(c *server.Peer, _ string, args []string) {
		for i, channel := range args {
			c.WritePushLen(3)
			c.WriteBulk("subscribe")
			c.WriteBulk(channel)
			c.WriteInt(i + 1)
		}
	}))
	c := testConfig(sentinel.Addr().String())
	c.Redis.MasterName, c.Redis.SentinelPassword = "orescache", "swordfish"
	s := newTestRedis(t, c)
	remember(t, s, key(1), nil)
	if n := len(master.Keys()); n != 1 {
		t.Errorf("the master has %d keys, want 1", n)
	}
	if err := s.Close(); err != nil { // so that password is ours to read
		t.Fatal(err)
	}
	sentinel.Close()
	if password != "swordfish" {
		t.Errorf("the sentinel heard password %q", password)
	}
}
