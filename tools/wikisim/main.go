// Command wikisim runs a wiki for end-to-end tests, whose Action API
// (internal/wikiapi) fails on command. It prints the address on which it serves:
//
//	GET, POST /NAME/w/api.php  as MediaWiki
//	PUT       /_sim/faults     switches faults: "error_every=5 slow_every=1 slow=5s"
//
// It has every revision that is asked for, see [endless], but of a hundred about two.
// To have a wiki that is gone, end it.
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

	"revscore/internal/wikiapi"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "wikisim:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("wikisim", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "`address` to serve on")
	pages := flags.Int64("pages", 300, "how many `pages` the revisions belong to")
	faults := flags.String("faults", "", "`faults` switched on from the start, as for /_sim/faults")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *pages < 1 {
		return fmt.Errorf("-pages is %d, must be positive", *pages)
	}
	f, err := wikiapi.ParseFaults(*faults)
	if err != nil {
		return err
	}
	wiki := newEndless(*pages)
	wiki.api.SetFaults(f)
	mux := http.NewServeMux()
	mux.Handle("/", wiki)
	mux.HandleFunc("PUT /_sim/faults", wiki.switchFaults)
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
	err = server.Close() // a wiki that goes away leaves its clients without an answer
	if served := <-served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func (w *endless) switchFaults(out http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(io.LimitReader(r.Body, 1<<12))
	if err != nil {
		return // the client left
	}
	f, err := wikiapi.ParseFaults(string(text))
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadRequest)
		return
	}
	w.api.SetFaults(f)
	out.WriteHeader(http.StatusNoContent)
}
