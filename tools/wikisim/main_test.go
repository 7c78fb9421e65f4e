package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The command serves every revision but those that it says, obeys and ends.
func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-pages", "10", "-faults", "error_every=1"}, in) }()
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
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	const ask = "/enwiki/w/api.php?action=query&prop=revisions&format=json&formatversion=2&rvslots=main&rvprop=ids|content&revids="
	if code, text := call("GET", ask+"15", ""); code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", code, text)
	}
	if code, text := call("PUT", "/_sim/faults", ""); code != http.StatusNoContent {
		t.Errorf("%d %s", code, text)
	}
	if code, text := call("PUT", "/_sim/faults", "tired=1"); code != http.StatusBadRequest || !strings.Contains(text, "tired") {
		t.Errorf("%d %s", code, text)
	}
	_, first := call("GET", ask+"5|15|97|101", "")
	for _, want := range []string{`"revid":15,"parentid":5`, `"revid":5,"parentid":0`, `"Page 6"`, `"texthidden":true`, `"badrevids":{"101"`} {
		if !strings.Contains(first, want) {
			t.Errorf("no %s in %s", want, first)
		}
	}
	if _, again := call("GET", ask+"5|15|97|101", ""); again != first {
		t.Errorf("not the same: %s", again)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestArgumentsThatCannotBe(t *testing.T) {
	for _, args := range [][]string{{"-pages", "0"}, {"-faults", "slow=x"}, {"-listen", "nowhere"}} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
