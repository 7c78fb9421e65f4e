package dedupe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// silence keeps go-redis from writing to standard error by itself: an outage is
// told once, by Guarded's owner, in the service's own log. The library's logger
// is a variable of its package, set here once, before the first client.
var silence = sync.OnceFunc(logging.Disable)

// newClient chooses the kind of client by the settings and not by the number of
// addresses, as redis.NewUniversalClient would: a cluster may be given by one.
func newClient(c RedisConfig) (redis.UniversalClient, error) {
	silence()
	o := &redis.UniversalOptions{
		Addrs: c.Addresses, MasterName: c.MasterName, DB: c.DB,
		Username: c.Username, Password: string(c.Password),
		SentinelUsername: c.SentinelUsername, SentinelPassword: string(c.SentinelPassword),
		DialTimeout: c.DialTimeout, ReadTimeout: c.Timeout, WriteTimeout: c.Timeout, PoolTimeout: c.Timeout,
		ContextTimeoutEnabled: true,
		// Retries would hold a batch beyond its deadline and the breaker is
		// the one to decide when to ask again.
		MaxRetries: -1, DialerRetries: 1,
		// A cluster's client tries other nodes, for the slot may have moved. With
		// pauses in between a node that is away would hold every batch for the
		// whole timeout, also the calls that have nothing to do with it.
		MinRetryBackoff: -1, MaxRetryBackoff: -1,
		PoolSize: c.PoolSize,
		// Collectors are few and hold one connection each; a second pool for
		// pipelines would only double the connections.
		PipelinePoolSize: -1,
		// RESP2: nothing here uses what RESP3 adds, and every request would
		// first look for push messages.
		Protocol:                 2,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if c.TLS.Enabled {
		t, err := c.TLS.config()
		if err != nil {
			return nil, err
		}
		o.TLSConfig = t
	}
	switch {
	case c.Cluster:
		return redis.NewClusterClient(o.Cluster()), nil
	case c.MasterName != "":
		return redis.NewFailoverClient(o.Failover()), nil
	default:
		return redis.NewClient(o.Simple()), nil
	}
}

func (c TLSConfig) config() (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.ServerName}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read dedupe.redis.tls.ca_file: %w", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read dedupe.redis.tls.ca_file: %w", errors.New(c.CAFile+" has no certificate"))
		}
	}
	if c.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read dedupe.redis.tls.cert_file and key_file: %w", err)
		}
		t.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}
