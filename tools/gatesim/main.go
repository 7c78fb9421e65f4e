// Command gatesim runs the stand-in for EventGate (internal/gatesim) for
// end-to-end tests. It prints the address on which it serves:
//
//	POST /v1/events         as EventGate
//	PUT  /_sim/faults       switches faults: "seed=7 hang=0.01 slow=0.1 pause=2s"
//	GET  /_sim/stats        counters
//	GET  /_sim/accepted     what was taken, a line of JSON each
//
// To have a gate that is gone, end it; what it accepted is gone with it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"revscore/internal/gatesim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gatesim:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("gatesim", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "`address` to serve on")
	schemas := flags.String("schemas", "", "`folder` of JSON Schemas, named URI.yaml; none: every event is valid")
	keep := flags.Int("keep", 100_000, "`events` to remember")
	faults := flags.String("faults", "", "`faults` switched on from the start, as for /_sim/faults")
	if err := flags.Parse(args); err != nil {
		return err
	}
	gate, err := newGate(*schemas, *keep, *faults)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", gate)
	mux.Handle("/_sim/", http.StripPrefix("/_sim", gate.Control()))
	ln, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	fmt.Fprintf(out, "http://%s\n", ln.Addr())
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	err = server.Close() // a gate that goes away leaves its clients without an answer
	if served := <-served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func newGate(folder string, keep int, faults string) (*gatesim.Server, error) {
	var gate *gatesim.Server
	if folder == "" {
		gate = gatesim.New(nil, keep)
	} else {
		// A folder that is not there would refuse every event.
		if _, err := os.Stat(folder); err != nil {
			return nil, err
		}
		gate = gatesim.New(os.DirFS(folder), keep)
	}
	f, err := gatesim.ParseFaults(faults)
	if err != nil {
		return nil, err
	}
	gate.SetFaults(f)
	return gate, nil
}
