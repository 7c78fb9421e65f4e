package avro

import (
	"io"
	"net/http"
)

// maxAnswer is far above any schema. The client library reads answers whole.
const maxAnswer = 8 << 20

// bounded cuts answers off: what was cut does not parse and is an error.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	res.Body = &struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, maxAnswer), res.Body}
	return res, nil
}
