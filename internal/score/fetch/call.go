package fetch

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// caller makes single calls, without retries.
type caller struct {
	cfg     Config
	http    *http.Client
	metrics *metrics
	buffers sync.Pool // *bytes.Buffer; texts are copied out of them
}

// maxPooledBytes is the size up to which a buffer is used again. Ordinary
// answers stay below MediaWiki's default limit for a result.
const maxPooledBytes = 8 << 20

// maxRedirects are followed within one host.
const maxRedirects = 3

func newCaller(cfg Config, transport http.RoundTripper, m *metrics) *caller {
	c := &caller{cfg: cfg, metrics: m, http: &http.Client{Transport: transport, CheckRedirect: checkRedirect}}
	c.buffers.New = func() any { return new(bytes.Buffer) }
	return c
}

// newTransport keeps as many connections to a wiki open as are used at once, and
// unpacks gzip by itself.
func newTransport(cfg Config) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: cfg.Timeout, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    cfg.CallsPerWiki,
		IdleConnTimeout:        60 * time.Second,
		TLSHandshakeTimeout:    cfg.Timeout,
		ResponseHeaderTimeout:  cfg.Timeout,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// checkRedirect stays on the host that the configuration names, and does not
// leave https.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	switch {
	case req.URL.Host != first.Host, req.URL.Scheme != first.Scheme && req.URL.Scheme != "https":
		return errRedirect
	case len(via) > maxRedirects:
		return errRedirects
	}
	return nil
}

// call asks one API for some revisions.
func (c *caller) call(ctx context.Context, api string, ids []int64) (ans answer, f *fault) {
	c.metrics.ids.Observe(float64(len(ids)))
	f = c.ask(ctx, api, c.query(ids), func(body []byte) (code string, err error) {
		ans, code, err = decode(body, ids, c.cfg.MaxTextBytes, time.Now())
		return code, err
	})
	return ans, f
}

// ask makes one call. decode returns the code of the API's error, if the answer is one.
func (c *caller) ask(ctx context.Context, api string, query url.Values, decode func(body []byte) (code string, err error)) *fault {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	start := time.Now()
	c.metrics.inFlight.Inc()
	f := c.exchange(ctx, api, query, decode)
	c.metrics.inFlight.Dec()
	c.metrics.seconds.Observe(time.Since(start).Seconds())
	code := "ok"
	if f != nil {
		code = f.code
	}
	c.metrics.calls.WithLabelValues(code).Inc()
	return f
}

// exchange sends the request and reads the answer. GET, not POST: wikis that
// run in several places send POST requests to the primary one.
func (c *caller) exchange(ctx context.Context, api string, query url.Values, decode func(body []byte) (code string, err error)) *fault {
	query.Set("format", "json")
	query.Set("formatversion", "2")
	if c.cfg.MaxLag > 0 {
		query.Set("maxlag", strconv.Itoa(c.cfg.MaxLag))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, api+"?"+query.Encode(), nil)
	if err != nil {
		return ofTransport(err)
	}
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	resp, err := c.http.Do(req)
	if err != nil {
		return ofTransport(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		f := ofStatus(resp.StatusCode, resp.Header)
		f.wait = retryAfter(resp.Header, time.Now())
		return f
	}
	body := c.buffers.Get().(*bytes.Buffer)
	body.Reset()
	defer func() {
		if body.Cap() <= maxPooledBytes {
			c.buffers.Put(body)
		}
	}()
	n, err := body.ReadFrom(io.LimitReader(resp.Body, c.cfg.MaxResponseBytes+1))
	c.metrics.received.Add(float64(n))
	switch {
	case err != nil:
		return ofBody(err)
	case n > c.cfg.MaxResponseBytes:
		return &fault{verdict: tooLarge, code: "too_large", err: errTooLarge}
	}
	code, err := decode(body.Bytes())
	switch {
	case err != nil:
		return &fault{verdict: suspect, code: "invalid_json", wait: retryAfter(resp.Header, time.Now()), err: err}
	case code != "":
		f := ofCode(code)
		f.wait = retryAfter(resp.Header, time.Now()) // maxlag comes with HTTP 200 and this header
		return f
	}
	return nil
}

func (c *caller) query(ids []int64) url.Values {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = strconv.FormatInt(id, 10)
	}
	return url.Values{
		"action":  {"query"},
		"prop":    {"revisions"},
		"rvslots": {"main"},
		"rvprop":  {"ids|content|contentmodel|size|timestamp"},
		"revids":  {strings.Join(list, "|")},
	}
}
