// Command loop is what one would write in an afternoon in the place of the service:
// a bare franz-go loop over one topic. It polls, decodes, asks Redis with one pipeline
// of SET NX which events are new, encodes a score event for each of these, produces
// them, waits for all acknowledgements, and commits.
//
// It is the measure of e2e/bench_stream.py, so it is to be as fast as that design
// goes, and its defaults are what was fastest: with the product's JSON library it needs
// 14 µs of processor time an event and takes 60,000 a second, with encoding/json 20 µs
// and 43,000 (two shared Xeon cores, Kafka and Redis on them too, November 2026).
//
// What it lacks is the rest of the service: an event that is marked and not yet produced when it dies is lost, one
// that cannot be read ends it, one slow event would hold up all, and it knows no
// routes, no models, no order, no metrics.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/redis/go-redis/v9"
	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "loop:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("loop", flag.ContinueOnError)
	broker := flags.String("broker", "127.0.0.1:9092", "`address` of a Kafka broker")
	store := flags.String("redis", "127.0.0.1:6379", "`address` of Redis")
	in := flags.String("in", "", "`topic` to read")
	out := flags.String("out", "", "`topic` to write, and name of the stream")
	group := flags.String("group", "loop", "consumer group")
	library := flags.String("json", "v2", "JSON `library`: v2 (go-json-experiment/json) or std (encoding/json)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	c, ok := codecs[*library]
	if !ok || *in == "" || *out == "" {
		return errors.New("-in and -out must name topics, -json must be v2 or std")
	}
	client, err := kgo.NewClient(options(*broker, *in, *out, *group)...)
	if err != nil {
		return fmt.Errorf("kafka client: %w", err)
	}
	defer client.Close()
	rdb := redis.NewClient(&redis.Options{Addr: *store})
	defer rdb.Close()
	l := loop{client: client, redis: rdb, codec: c, stream: *out}
	err = l.run(ctx)
	if ctx.Err() != nil {
		return nil // told to stop
	}
	return err
}
