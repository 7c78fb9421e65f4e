package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The command serves, obeys and ends, even while a request hangs.
func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-faults", "busy=1 retry_after=3s"}, in) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	base := strings.TrimSpace(line)
	call := func(method, path, body string) (int, string) {
		req, err := http.NewRequest(method, base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err.Error()
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	const events = `[{"meta":{"id":"1"}},{"meta":{"id":"2"}}]`
	if code, _ := call("POST", "/v1/events", events); code != http.StatusTooManyRequests {
		t.Errorf("%d", code)
	}
	if code, text := call("PUT", "/_sim/faults", ""); code != http.StatusNoContent {
		t.Errorf("%d %s", code, text)
	}
	if code, text := call("POST", "/v1/events", events); code != http.StatusCreated {
		t.Errorf("%d %s", code, text)
	}
	if _, text := call("GET", "/_sim/accepted", ""); strings.Count(text, "\n") != 2 {
		t.Error(text)
	}
	call("PUT", "/_sim/faults", "hang=1")
	hung := make(chan int, 1)
	go func() { code, _ := call("POST", "/v1/events", events); hung <- code }()
	for {
		if _, text := call("GET", "/_sim/stats", ""); strings.Contains(text, `"requests":3`) {
			break
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if code := <-hung; code != 0 {
		t.Errorf("the hanging request got %d", code)
	}
}

func TestArgumentsThatCannotBe(t *testing.T) {
	for _, args := range [][]string{{"-schemas", "/does/not/exist"}, {"-faults", "x=1"}, {"-listen", "nowhere"}} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
