package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"revscore/internal/corpus"
	"revscore/internal/simwiki"
	"revscore/internal/wikiapi"
)

// newWikiCommand is a stand-in for a wiki as its own process: what the demo has
// inside, for trying the service against a real Kafka without a MediaWiki.
func newWikiCommand() *cobra.Command {
	var path, listen, events string
	var count int
	cmd := &cobra.Command{
		Use: "wiki", Short: "Serve a corpus or the simulated wiki through an Action API, and print its events", Args: cobra.NoArgs,
		Long: "Wiki serves revisions at http://ADDRESS/NAME/w/api.php the way MediaWiki's Action API\n" +
			"does, and writes their revision-create events to --events (- for standard output), one a line.\n" +
			"Feed those to Kafka with kcat, and give the service fetch.wikis with that api.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serveWiki(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), path, listen, events, count)
		},
	}
	cmd.Flags().StringVar(&path, "corpus", "", "JSON lines or a MediaWiki XML dump; empty: the simulated wiki")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8090", "address of the API")
	cmd.Flags().StringVar(&events, "events", "-", "file for the events; empty: none")
	cmd.Flags().IntVar(&count, "count", 1000, "revisions of the simulated wiki, or at most of the corpus; 0: all of the corpus")
	return cmd
}

// wikiMemory holds every text of a corpus that somebody serves as a whole.
const wikiMemory = 8 << 30

func serveWiki(ctx context.Context, stdout, stderr io.Writer, path, listen, events string, count int) error {
	revisions, err := openRevisions(path, 1)
	if err != nil {
		return err
	}
	defer revisions.close()
	out, closeOut, err := createOutput(stdout, events)
	if err != nil {
		return err
	}
	api := wikiapi.New(wikiMemory)
	n, err := loadWiki(ctx, api, revisions, out, count)
	if err := errors.Join(err, closeOut()); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("wiki listener: %w", err)
	}
	server := newWikiServer(api)
	stopped := context.AfterFunc(ctx, func() {
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(short) // Serve reports the end
	})
	defer stopped()
	fmt.Fprintf(stderr, "serving %d revisions at http://%s/NAME/w/api.php\n", n, listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("wiki: %w", err)
	}
	return nil
}

func newWikiServer(api http.Handler) *http.Server {
	return &http.Server{
		Handler: api, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: time.Minute,
	}
}

func createOutput(stdout io.Writer, path string) (io.Writer, func() error, error) {
	switch path {
	case "":
		return io.Discard, func() error { return nil }, nil
	case "-":
		return stdout, func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, nil, fmt.Errorf("events: %w", err)
	}
	return f, f.Close, nil
}

// loadWiki puts revisions into the API and writes their events.
func loadWiki(ctx context.Context, api *wikiapi.Server, revisions *revisions, out io.Writer, count int) (int, error) {
	w := bufio.NewWriter(out)
	n := 0
	for ctx.Err() == nil && (count == 0 || n < count) {
		r, err := revisions.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return n, err
		}
		api.Put(r)
		value, err := r.Event()
		if err != nil {
			return n, err
		}
		if _, err := w.Write(append(value, '\n')); err != nil {
			return n, fmt.Errorf("write events: %w", err)
		}
		n++
	}
	return n, w.Flush()
}

// revisions is where a demo's edits come from: a corpus, or the simulated wiki.
type revisions struct {
	next  func() (*corpus.Revision, error) // io.EOF at the end
	read  func() (done, total int64)       // bytes; nil: endless
	close func()
}

func openRevisions(path string, seed uint64) (*revisions, error) {
	if path == "" {
		w := simwiki.New(seed)
		return &revisions{
			next:  func() (*corpus.Revision, error) { return w.Next(), nil },
			close: func() {},
		}, nil
	}
	r, err := corpus.Open(path)
	if err != nil {
		return nil, err
	}
	return &revisions{next: r.Next, read: r.Progress, close: func() { _ = r.Close() }}, nil // opened for reading
}
