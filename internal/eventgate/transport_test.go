package eventgate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// identity writes a self-signed client certificate and its key.
func identity(t *testing.T, folder string) (certFile, keyFile string, cert *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "scorer"}, NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, folder, "cert.pem", "CERTIFICATE", der), write(t, folder, "key.pem", "PRIVATE KEY", keyDER), cert
}

func write(t *testing.T, folder, name, kind string, der []byte) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// one publishes an event and returns what became of it.
func one(t *testing.T, cfg Config) error {
	t.Helper()
	cfg.Timeout, cfg.Deadline, cfg.RetryMin, cfg.RetryMax = 5*time.Second, 10*time.Second, time.Millisecond, time.Millisecond
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	s, err := New(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	done := make(chan error, 1)
	s.Publish(t.Context(), message("a1"), func(err error) { done <- err })
	return <-done
}

func TestMutualTLSAndToken(t *testing.T) {
	folder := t.TempDir()
	certFile, keyFile, cert := identity(t, folder)
	var header http.Header
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		accept(w)
	}))
	clients := x509.NewCertPool()
	clients.AddCert(cert)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	cfg := DefaultConfig()
	cfg.URL, cfg.Token = server.URL+"/", "s3cret"
	cfg.TLS = TLSConfig{CAFile: write(t, folder, "ca.pem", "CERTIFICATE", server.Certificate().Raw), CertFile: certFile, KeyFile: keyFile}
	if err := one(t, cfg); err != nil {
		t.Fatal(err)
	}
	if got := header.Get("Authorization"); got != "Bearer s3cret" {
		t.Errorf("Authorization: %s", got)
	}
	if header.Get("User-Agent") != cfg.UserAgent || header.Get("Content-Type") != "application/json" {
		t.Errorf("%v", header)
	}
	for name, change := range map[string]func(*TLSConfig){
		"no certificate of ours": func(c *TLSConfig) { c.CertFile, c.KeyFile = "", "" },
		"unknown authority":      func(c *TLSConfig) { c.CAFile = "" },
		"another name":           func(c *TLSConfig) { c.ServerName = "other.example" },
	} {
		refused := cfg
		change(&refused.TLS)
		refused.Timeout, refused.Deadline = 200*time.Millisecond, 200*time.Millisecond
		s, err := New(refused, nil)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		s.Publish(t.Context(), message("a1"), func(err error) { done <- err })
		if err := <-done; !errors.Is(err, ErrDeadline) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
}

func TestCertificatesThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	empty := write(t, folder, "empty.pem", "NOTHING", nil)
	for name, c := range map[string]TLSConfig{
		"ca_file: open":          {CAFile: filepath.Join(folder, "missing")},
		"has no certificate":     {CAFile: empty},
		"cert_file and key_file": {CertFile: empty, KeyFile: empty},
	} {
		cfg := DefaultConfig()
		cfg.URL, cfg.TLS = "https://gate.example", c
		if s, err := New(cfg, nil); err == nil {
			s.Close()
			t.Errorf("%s: no error", name)
		} else if !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
}

// A token goes where the configuration says and nowhere else.
func TestRedirectsAreNotFollowed(t *testing.T) {
	visited := false
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { visited = true; accept(w) }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	cfg := DefaultConfig()
	cfg.URL, cfg.Timeout, cfg.Deadline = server.URL, 200*time.Millisecond, 200*time.Millisecond
	s, err := New(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	done := make(chan error, 1)
	s.Publish(t.Context(), message("a1"), func(err error) { done <- err })
	if err := <-done; !errors.Is(err, ErrDeadline) || visited {
		t.Errorf("visited %v: %v", visited, err)
	}
}

// Nobody listens; then somebody does.
func TestConnectionRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { accept(w) }))
	address := server.Listener.Addr().String()
	server.Listener.Close()
	cfg := DefaultConfig()
	cfg.URL, cfg.Timeout, cfg.Deadline, cfg.RetryMin = "http://"+address, 100*time.Millisecond, 100*time.Millisecond, time.Millisecond
	s, err := New(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	done := make(chan error, 1)
	s.Publish(t.Context(), message("a1"), func(err error) { done <- err })
	if err := <-done; !errors.Is(err, ErrDeadline) || !strings.Contains(err.Error(), "refused") {
		t.Error(err)
	}
}
