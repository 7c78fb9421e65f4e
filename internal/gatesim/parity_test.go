//go:build parity

package gatesim

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func shared(t *testing.T) string {
	t.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	return filepath.Join(root, "contracts")
}

// recorded splits a file into the request's target and body and the answer.
func recorded(t *testing.T, name string) (target, body, answer string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(shared(t), "eventgate", name+".http"))
	if err != nil {
		t.Fatalf("the parity tests need the shared data: %v", err)
	}
	request, answer, ok := strings.Cut(string(raw), "\n----\n")
	head, body, ok2 := strings.Cut(request, "\n\n")
	if !ok || !ok2 {
		t.Fatalf("%s is not a request and an answer", name)
	}
	target, _, _ = strings.Cut(strings.TrimPrefix(head, "POST "), "\n")
	if strings.HasPrefix(body, "(body of valid.http)") {
		_, body, _ = recorded(t, "valid")
	}
	return target, body, answer
}

// TestParity: the same requests get the same status, headers and bytes as from
// EventGate 1.8.4, but for the date and how the connection is kept.
func TestParity(t *testing.T) {
	gate := New(os.DirFS(filepath.Join(shared(t), "schemas")), 100)
	server := httptest.NewServer(gate)
	defer server.Close()
	for _, name := range []string{
		"valid", "valid-2.0.0", "hasty", "all-invalid", "mixed", "no-such-schema", "broken-json", "empty-array",
	} {
		t.Run(name, func(t *testing.T) {
			target, body, raw := recorded(t, name)
			want, err := http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), nil)
			if err != nil {
				t.Fatal(err)
			}
			// What was chunked is empty, and is recorded without its chunks.
			_, wantBody, _ := strings.Cut(raw, "\r\n\r\n")
			wantBody = strings.TrimSpace(wantBody)
			got, err := http.Post(server.URL+target, "application/json", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			defer got.Body.Close()
			gotBody, err := io.ReadAll(got.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got.StatusCode != want.StatusCode || string(gotBody) != wantBody {
				t.Errorf("status %d\n got %s\nwant %d\n     %s", got.StatusCode, gotBody, want.StatusCode, wantBody)
			}
			for field := range want.Header {
				switch field {
				case "Date", "Connection", "Keep-Alive":
				default:
					if g, w := got.Header.Get(field), want.Header.Get(field); g != w {
						t.Errorf("%s is %q, EventGate sends %q", field, g, w)
					}
				}
			}
		})
	}
	server.Close() // a hasty request is carried out after its answer
	if got := gate.Stats(); got.Accepted != 4 || got.Invalid != 2 || got.Errors != 1 {
		t.Errorf("%+v", got)
	}
}

// TestParityHang: a gate whose broker is gone never answers; the recording is of
// a client that gave up after 75 s.
func TestParityHang(t *testing.T) {
	_, _, answer := recorded(t, "broker-gone")
	if strings.TrimSpace(answer) != "curl exit 124" {
		t.Fatalf("the recording changed: %s", answer)
	}
	_, body, _ := recorded(t, "valid")
	gate := New(nil, 100)
	gate.SetFaults(Faults{Hang: 1})
	server := httptest.NewServer(gate)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v1/events", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if resp, err := http.DefaultClient.Do(req); !errors.Is(err, context.DeadlineExceeded) {
		if err == nil {
			resp.Body.Close()
		}
		t.Errorf("%v", err)
	}
}
