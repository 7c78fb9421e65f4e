package score

import (
	"context"
	"strconv"
	"time"

	"revscore/internal/dedupe"
	"revscore/internal/event"
)

// reject sends a record that could not be read to the error stream, once, and
// lets the partition move on.
func (p *Pipeline) reject(ctx context.Context, rec event.Record, cause error) error {
	l := p.Letters
	key := dedupe.Key{Stream: l.Stream, Wiki: rec.Topic, Model: strconv.Itoa(int(rec.Partition)), Version: event.Digest(rec.Value), RevID: rec.Offset}
	m, err := l.fit(func(maxRaw int) ([]byte, error) {
		return event.EncodeDeadLetter(l.Stream, l.Emitter, rec.Source, rec.Value, cause, maxRaw, time.Now())
	})
	if err != nil {
		return err
	}
	sent, err := p.once(ctx, []dedupe.Key{key}, []event.Message{m})
	if err != nil {
		return err
	}
	kind := KindRejected
	if sent == 0 {
		kind = KindDuplicate
	}
	p.report(Report{Record: rec, Kind: kind, Stream: l.Stream, Cause: cause})
	return nil
}

// fit writes a letter that holds as much of its record as the letters' topic takes. About
// one that is refused nobody would hear.
func (l Letters) fit(encode func(maxRaw int) ([]byte, error)) (m event.Message, err error) {
	m.Topic = l.Topic
	for maxRaw := l.MaxRaw; ; maxRaw /= 2 {
		m.Value, err = encode(maxRaw)
		if err != nil || maxRaw == 0 || l.Check == nil || l.Check(m) == nil {
			return m, err
		}
	}
}

// passCanary sends a source's canary on to every output stream as that stream's
// own, so that whoever waits for one an hour sees that this service is alive too.
func (p *Pipeline) passCanary(ctx context.Context, rec event.Record, rev *event.Revision) error {
	if p.Letters.Canaries {
		var keys []dedupe.Key
		var messages []event.Message
		now := time.Now()
		for _, s := range p.streams() {
			value, err := event.EncodeCanary(rev, s.Name, s.Schema, now)
			if err != nil {
				return err
			}
			keys = append(keys, dedupe.Key{Stream: s.Name, Wiki: "canary", Model: rev.CanarySource()})
			messages = append(messages, event.Message{Topic: s.Topic, Value: value})
		}
		if _, err := p.once(ctx, keys, messages); err != nil {
			return err
		}
	}
	p.report(Report{Record: rec, Revision: rev, Kind: KindCanary})
	return nil
}

// streams are all that an event may go to.
func (p *Pipeline) streams() []Stream {
	list := p.Routes.Streams()
	if p.Combined.Name != "" {
		list = append(list, p.Combined)
	}
	return list
}

// once sends those messages whose key has no mark yet, waits for the broker and
// marks them. It returns how many were sent.
func (p *Pipeline) once(ctx context.Context, keys []dedupe.Key, messages []event.Message) (int, error) {
	states, err := p.Store.Lookup(ctx, keys)
	if err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		p.metrics.storeErrors.Inc()
		states = make([]dedupe.State, len(keys))
	}
	var open []event.Message
	var entries []dedupe.Entry
	for i, s := range states {
		if !s.Sent {
			open = append(open, messages[i])
			entries = append(entries, dedupe.Entry{Key: keys[i]})
		}
	}
	if err := <-p.send(ctx, open); err != nil {
		return 0, err
	}
	p.end(ctx, nil, dedupe.Result{Entries: entries})
	return len(open), nil
}
