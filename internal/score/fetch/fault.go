package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// fault is why a whole call failed.
type fault struct {
	verdict verdict
	code    string        // for metrics, and to tell reasons for a later try apart
	wait    time.Duration // what the wiki asked for; 0: nothing
	err     error
}

// verdict says what to do about a fault.
type verdict int

const (
	refused  verdict = iota // it will be refused again: give up
	busy                    // the wiki is busy or away: wait, then try again
	suspect                 // the same, but what was asked for may be the reason
	tooMany                 // the wiki takes fewer ids in one call
	tooLarge                // the answer is longer than we read: ask for less
)

var (
	errInvalidJSON = errors.New("the answer is not JSON of the expected shape")
	errTooLarge    = errors.New("the answer is longer than fetch.max_response_bytes")
	errRedirect    = errors.New("redirected to another host")
	errRedirects   = errors.New("redirected too often")
	errConnection  = errors.New("call the API: the connection broke")
	errBrokenBody  = errors.New("the answer is broken")
	errTimeout     = errors.New("the API did not answer in time")
	errCanceled    = errors.New("the call was cancelled")
)

// ofCode classifies an error that the API names. The codes are those that
// LiftWing's outlink service tells apart, and readapidenied and its like, which
// say that this client may not read the wiki at all.
func ofCode(code string) *fault {
	f := &fault{verdict: refused, code: metricCode(code), err: fmt.Errorf("the API refused: %s", code)}
	switch {
	case code == "toomanyvalues":
		f.verdict = tooMany
	case code == "maxlag", code == "ratelimited", code == "readonly":
		f.verdict = busy
	case strings.HasPrefix(code, "internal_api_error"):
		f.verdict = suspect
	}
	return f
}

// ofStatus classifies an HTTP status other than 200. MediaWiki names the error
// in a header even when the body is broken.
func ofStatus(status int, header http.Header) *fault {
	if code := header.Get("MediaWiki-API-Error"); code != "" {
		if f := ofCode(cleanCode(code)); f.verdict != refused {
			return f
		}
	}
	f := &fault{verdict: refused, code: "http_" + strconv.Itoa(status), err: fmt.Errorf("the API answered HTTP %d", status)}
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable,
		status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		f.verdict = busy
	case status >= 500:
		f.verdict = suspect
	}
	return f
}

// ofTransport classifies what went wrong before there was an answer.
func ofTransport(err error) *fault {
	if f := ofContext(err); f != nil {
		return f
	}
	f := &fault{verdict: busy, code: "connection", err: errConnection}
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errRedirect):
		return &fault{verdict: refused, code: "redirect", err: errRedirect}
	case errors.Is(err, errRedirects):
		return &fault{verdict: refused, code: "redirect", err: errRedirects}
	case errors.As(err, &op):
		f.err = fmt.Errorf("call the API: %w", op)
	case errors.As(err, &certificate):
		f.err = fmt.Errorf("call the API: %w", certificate)
	}
	return f // other errors may quote what the server sent
}

// ofBody classifies what went wrong while an answer was read: it broke off, or
// is not the gzip that it says it is, which a PHP that dies halfway sends.
func ofBody(err error) *fault {
	if f := ofContext(err); f != nil {
		return f
	}
	return &fault{verdict: suspect, code: "broken_body", err: errBrokenBody}
}

// ofContext classifies a call that took too long, or that Close ended.
func ofContext(err error) *fault {
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return &fault{verdict: busy, code: "canceled", err: errCanceled}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &fault{verdict: suspect, code: "timeout", err: errTimeout}
	}
	return nil
}

// retryAfter reads the header of that name, in seconds or as a date.
func retryAfter(header http.Header, now time.Time) time.Duration {
	v := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(v, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if date, err := http.ParseTime(v); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}
