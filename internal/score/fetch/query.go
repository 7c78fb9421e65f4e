package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// QueryError says why a question to a wiki has no answer.
type QueryError struct {
	Wiki      string
	Transient bool // the same question may be answered later
	Err       error
}

func (e *QueryError) Error() string {
	return fmt.Sprintf("ask the API of %s: %v", printable(e.Wiki), e.Err)
}

func (e *QueryError) Unwrap() error { return e.Err }

// Query asks a wiki something else than texts, with the parameters of action=query, and
// decodes the answer into a struct. It keeps to the rules of all calls: where the wiki's
// API may be, CallsPerWiki, the pauses that a wiki has asked of anybody here, tries and
// deadline. Its error is a [*QueryError], or wraps [ErrWikiNotConfigured], [ErrClosed] or
// the context's error. Calling it with more ids than the API takes is the caller's fault.
func (c *Client) Query(ctx context.Context, wiki, domain string, params url.Values, into any) error {
	api, err := c.routes.resolve(wiki, domain)
	if err != nil {
		return fmt.Errorf("ask the API of %s: %w", printable(wiki), err)
	}
	params.Set("action", "query")
	c.mu.Lock()
	h := c.host(api)
	h.callers++
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		h.callers--
		c.mu.Unlock()
	}()
	deadline := time.Now().Add(c.cfg.Deadline)
	for tries := 1; ; tries++ {
		last, err := c.askOnce(ctx, h, params, into, deadline)
		switch {
		case err != nil:
			return fmt.Errorf("ask the API of %s: %w", wiki, err)
		case last == nil:
			return nil
		case last.verdict != busy && last.verdict != suspect:
			return &QueryError{Wiki: wiki, Err: last.err}
		case tries >= c.cfg.Tries || c.resumes(h).After(deadline):
			return &QueryError{Wiki: wiki, Transient: true, Err: fmt.Errorf("no answer within %d tries: %w", tries, last.err)}
		}
		c.metrics.retries.WithLabelValues(retryFailed).Inc()
	}
}

// askOnce waits for its turn and makes one call, whose fault keeps all others away too.
func (c *Client) askOnce(ctx context.Context, h *host, params url.Values, into any, deadline time.Time) (*fault, error) {
	if err := h.calls.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer h.calls.Release(1)
	for {
		c.mu.Lock()
		closed, wait := c.closed, time.Until(h.paused)
		c.mu.Unlock()
		switch {
		case closed:
			return nil, ErrClosed
		case wait <= 0:
			return c.judged(ctx, h, c.calls.ask(ctx, h.api, params, decodeInto(into)))
		case time.Now().Add(wait).After(deadline):
			return &fault{verdict: busy, err: errors.New("the wiki asks to be left alone for longer than fetch.deadline")}, nil
		}
		sleep(ctx, wait, nil)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

// judged pauses the host after a fault that may pass.
func (c *Client) judged(ctx context.Context, h *host, f *fault) (*fault, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case f == nil:
		h.pauses.Reset()
	case f.verdict == busy || f.verdict == suspect:
		h.pause(time.Now(), min(max(f.wait, h.pauses.NextBackOff()), c.cfg.Deadline))
	}
	return f, nil
}

func (c *Client) resumes(h *host) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return h.paused
}

// decodeInto reads an answer that is no error of the API.
func decodeInto(into any) func(body []byte) (code string, err error) {
	return func(body []byte) (string, error) {
		var e struct {
			Error  *apiError  `json:"error"`
			Errors []apiError `json:"errors"`
		}
		if err := json.Unmarshal(body, &e); err != nil {
			return "", errInvalidJSON
		}
		switch {
		case e.Error != nil:
			return cleanCode(e.Error.Code), nil
		case len(e.Errors) > 0:
			return cleanCode(e.Errors[0].Code), nil
		}
		if err := json.Unmarshal(body, into); err != nil {
			return "", errInvalidJSON // the cause quotes the body
		}
		return "", nil
	}
}
