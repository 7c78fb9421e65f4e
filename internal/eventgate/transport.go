package eventgate

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// idleTimeout is below the 5 s after which EventGate closes an idle connection
// (Keep-Alive: timeout=5 in its answers). A request that meets the closing costs
// a retry of events that may have arrived.
const idleTimeout = 4 * time.Second

// newTransport makes connections for this sink alone.
func newTransport(cfg Config) (*http.Transport, error) {
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: cfg.Timeout, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    cfg.InFlight,
		IdleConnTimeout:        idleTimeout,
		TLSHandshakeTimeout:    cfg.Timeout,
		MaxResponseHeaderBytes: 64 << 10,
	}
	var err error
	t.TLSClientConfig, err = cfg.TLS.config()
	return t, err
}

func (c TLSConfig) config() (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.ServerName}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read eventgate.tls.ca_file: %w", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read eventgate.tls.ca_file: %s has no certificate", c.CAFile)
		}
	}
	if c.CertFile == "" {
		return t, nil
	}
	// Certificates of services are short-lived and replaced under a running
	// process, so each handshake reads the files. This first look is for the
	// one who wrote the configuration.
	if _, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile); err != nil {
		return nil, fmt.Errorf("read eventgate.tls.cert_file and key_file: %w", err)
	}
	t.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		return &pair, err
	}
	return t, nil
}

// newClient never follows: a redirected POST would become a GET, or take the
// token elsewhere.
func newClient(rt http.RoundTripper) *http.Client {
	return &http.Client{Transport: rt, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
