package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/time/rate"

	"revscore/internal/corpus"
	"revscore/internal/feed"
	"revscore/internal/score/fetch"
	"revscore/internal/wikiapi"
)

// demoTopic is where the demo's events come in.
const demoTopic = "mediawiki.revision-create"

// surroundings are what the service has around it in production, inside this
// process: a Kafka, a Redis and a wiki, all on loopback.
type surroundings struct {
	kafka  *kfake.Cluster
	client *kgo.Client // feeds the input topic
	redis  *miniredis.Miniredis
	wiki   *wikiapi.Server
	server *http.Server
	api    string
	source *revisions // nil for --live

	stopTending context.CancelFunc
	owned       sync.WaitGroup
}

// demoWikiMemory holds the texts of the events in flight many times over.
const demoWikiMemory = 256 << 20

func startSurroundings(o demoOptions) (s *surroundings, err error) {
	s = &surroundings{wiki: wikiapi.New(demoWikiMemory)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if !o.live {
		if s.source, err = openRevisions(o.corpus, o.seed); err != nil {
			return s, err
		}
	}
	if s.kafka, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, demoTopic),
		kfake.AllowAutoTopicCreation(), kfake.DefaultNumPartitions(1)); err != nil {
		return s, fmt.Errorf("embedded kafka: %w", err)
	}
	if s.client, err = kgo.NewClient(kgo.SeedBrokers(s.kafka.ListenAddrs()...), kgo.DefaultProduceTopic(demoTopic)); err != nil {
		return s, fmt.Errorf("embedded kafka: %w", err)
	}
	if s.redis, err = miniredis.Run(); err != nil {
		return s, fmt.Errorf("embedded redis: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return s, fmt.Errorf("embedded wiki: %w", err)
	}
	s.api = "http://" + listener.Addr().String() + "/{wiki}/w/api.php"
	s.server = newWikiServer(s.wiki)
	s.owned.Go(func() { _ = s.server.Serve(listener) }) // ends with close
	ctx, cancel := context.WithCancel(context.Background())
	s.stopTending = cancel
	s.owned.Go(func() { s.tend(ctx) })
	return s, nil
}

func (s *surroundings) wikis() []fetch.Wiki {
	return []fetch.Wiki{{Match: `/^[a-z0-9_]+$/`, API: s.api}}
}

// close ends everything that start began, as far as it came.
func (s *surroundings) close() error {
	var err error
	if s.stopTending != nil {
		s.stopTending()
	}
	if s.server != nil {
		err = s.server.Close()
	}
	s.owned.Wait()
	if s.client != nil {
		s.client.Close()
	}
	if s.redis != nil {
		s.redis.Close()
	}
	if s.kafka != nil {
		s.kafka.Close()
	}
	if s.source != nil {
		s.source.close()
	}
	return err
}

// tend keeps a demo that runs for days in constant memory: the embedded Redis
// has a clock that must be moved on, the embedded Kafka no retention.
func (s *surroundings) tend(ctx context.Context) {
	const every, records = 30 * time.Second, 10_000
	tick := time.NewTicker(every)
	defer tick.Stop()
	admin := kadm.NewClient(s.client)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.redis.FastForward(every)
		ends, err := admin.ListEndOffsets(ctx)
		if err != nil {
			continue // the cluster is closing; the next tick or ctx tells
		}
		old := kadm.Offsets{}
		ends.Each(func(o kadm.ListedOffset) {
			if o.Offset > records {
				old.Add(kadm.Offset{Topic: o.Topic, Partition: o.Partition, At: o.Offset - records})
			}
		})
		if _, err := admin.DeleteRecords(ctx, old); err != nil {
			continue
		}
	}
}

// outstanding bounds the events that are fed and not finished, so that the wiki
// still has the text of each and a fast source does not fill the embedded Kafka.
const outstanding = 1000

// progress says how far a demo is, where its end is known: by the events asked
// for, else by how much of the corpus is read.
func (s *surroundings) progress(o demoOptions, tally *feed.Tally) *feed.Progress {
	switch {
	case o.events > 0:
		return &feed.Progress{Unit: "events", Total: int64(o.events), Done: tally.Finished}
	case s.source == nil || s.source.read == nil:
		return nil
	}
	_, total := s.source.read()
	if total < 1024 {
		return nil // over before it is drawn
	}
	return &feed.Progress{Unit: "kB of the corpus", Total: total / 1024, Done: func() int64 {
		done, _ := s.source.read()
		return done / 1024
	}}
}

// feed produces the events of the source until its end, the number asked for or
// ctx, and returns when all are finished. It counts what makes no event.
func (s *surroundings) feed(ctx context.Context, o demoOptions, tally *feed.Tally) (unreadable int, err error) {
	if s.source == nil { // --live: the public stream feeds
		return 0, s.watch(ctx, o, tally)
	}
	limit := rate.NewLimiter(rate.Inf, 1)
	if o.rate > 0 {
		limit.SetLimit(rate.Limit(o.rate))
	}
	rng := rand.New(rand.NewPCG(o.seed, 0)) // repeats, reproducibly
	fed := 0
	for o.events == 0 || fed < o.events {
		r, err := s.source.next()
		var line *corpus.LineError
		switch {
		case errors.Is(err, io.EOF):
			return unreadable, s.settle(ctx, tally, fed)
		case errors.As(err, &line):
			unreadable++
			continue
		case err != nil:
			return unreadable, err
		}
		times := 1
		if rng.Float64() < o.repeats {
			times = 2
		}
		for range times {
			if limit.Wait(ctx) != nil || awaitFinished(ctx, tally, fed-outstanding) != nil {
				return unreadable, nil // Ctrl-C: the service drains what is fed
			}
			if err := s.produce(ctx, r); err != nil {
				return unreadable, err
			}
			tally.RecordsIn(1)
			if fed++; fed == o.events {
				break
			}
		}
	}
	return unreadable, s.settle(ctx, tally, fed)
}

func (s *surroundings) produce(ctx context.Context, r *corpus.Revision) error {
	s.wiki.Put(r)
	value, err := r.Event()
	if err != nil {
		return err
	}
	s.client.Produce(ctx, &kgo.Record{Value: value}, nil) // settle flushes and sees errors by their count
	return nil
}

// settle waits until everything fed is finished.
func (s *surroundings) settle(ctx context.Context, tally *feed.Tally, fed int) error {
	if err := s.client.Flush(ctx); err != nil {
		return nil // Ctrl-C
	}
	if err := awaitFinished(ctx, tally, fed); err != nil {
		return nil // Ctrl-C
	}
	return nil
}

// watch ends a demo of the public stream after the number of events asked for.
func (s *surroundings) watch(ctx context.Context, o demoOptions, tally *feed.Tally) error {
	if o.events == 0 {
		<-ctx.Done()
		return nil
	}
	if err := awaitFinished(ctx, tally, o.events); err != nil {
		return nil // Ctrl-C
	}
	return nil
}

// awaitFinished returns when n events are finished, or with the context's error.
func awaitFinished(ctx context.Context, tally *feed.Tally, n int) error {
	if tally.Finished() >= int64(n) {
		return ctx.Err()
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for tally.Finished() < int64(n) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

// freeAddress is the address asked for, or one with any free port when that one
// is taken: a demo should start beside whatever else runs.
func freeAddress(address string) string {
	listener, err := net.Listen("tcp", address)
	if err == nil {
		_ = listener.Close() // only tried
		return address
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address // validation will say what is wrong with it
	}
	return net.JoinHostPort(host, "0")
}
