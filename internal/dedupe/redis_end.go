package dedupe

import (
	"context"
	"fmt"
	"time"
)

// Kinds of writes. Every write is two pieces: a key, and a byte for the kind with
// the value behind it.
const (
	writeMark    = 'm'
	writeScore   = 's'
	writeGone    = 'g'
	writeModel   = 'i' // adds to the set of a wiki's models
	writeRelease = 'r' // the value is the claim's token
	writeRenew   = 'n' // the same
	writeDelete  = 'd'
	writeUngone  = 'u' // deletes a negative entry
)

// write ends a key and begins its value.
func (q *request) write(kind byte) {
	q.cut()
	q.text = append(q.text, kind)
}

// Remember implements [Store].
func (r *Redis) Remember(ctx context.Context, entries []Entry) error {
	return r.End(ctx, nil, Result{Entries: entries})
}

// End implements [Store]. It is one request, and a second one only when the claim
// was lost: whoever forgot the revision meanwhile must not find its scores again.
func (r *Redis) End(ctx context.Context, c *Claim, result Result) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q, now := r.request(), time.Now()
	defer r.requests.Put(q)
	announced := r.writeResult(q, c, result, now)
	release := c.settle()
	if release {
		r.writeClaim(q, c, writeRelease)
	}
	if len(q.ends) == 0 {
		return nil
	}
	answers, err := r.writes.do(ctx, q)
	if err == nil {
		err = firstError(answers)
	}
	if err != nil {
		return fmt.Errorf("remember %d events in redis: %w", len(result.Entries), err)
	}
	if announced {
		for i := range result.Entries {
			r.models.announced(&result.Entries[i].Key, now)
		}
	}
	if release && r.spoilt(c, answers[len(answers)-2]) {
		return r.takeBack(ctx, c, result)
	}
	return nil
}

// writeResult writes all of a result that is not the claim, and reports whether
// it announces models.
func (r *Redis) writeResult(q *request, c *Claim, result Result, now time.Time) (announces bool) {
	for i := range result.Entries {
		e := &result.Entries[i]
		if cacheable(e.Score) {
			if r.models.due(&e.Key, now) {
				announces = true
				q.text = appendModelsKey(q.text, e.Key.Wiki)
				q.write(writeModel)
				q.text = appendModel(q.text, &e.Key)
				q.cut()
			}
			q.text = appendScoreKey(q.text, r.config.Prefix, &e.Key)
			q.write(writeScore)
			q.text = append(q.text, e.Score...)
			q.cut()
		}
		q.text = appendMarkKey(q.text, &e.Key)
		q.write(writeMark)
		q.cut()
	}
	if c != nil && validGone(result.Gone) {
		q.text = appendGoneKey(q.text, c.wiki, c.rev)
		q.write(writeGone)
		q.text = append(q.text, result.Gone...)
		q.cut()
	}
	return announces
}

// appendModel appends <model>:<version>, a member of the set of a wiki's models.
func appendModel(dst []byte, k *Key) []byte {
	return appendPart(append(appendPart(dst, k.Model), ':'), k.Version)
}

func (r *Redis) writeClaim(q *request, c *Claim, kind byte) {
	q.text = appendClaimKey(q.text, c.wiki, c.rev)
	q.write(kind)
	q.text = r.owner.appendToken(q.text, c)
	q.cut()
}

// spoilt reads the answer about a claim that was kept or given back.
func (r *Redis) spoilt(c *Claim, answer any) bool {
	kept, _ := answer.(int64)
	if kept == keptLost {
		r.metrics.claimsLost.Inc()
	}
	if kept == keptLost || kept == keptSpoilt {
		c.spoilt.Store(true)
	}
	return c.spoilt.Load()
}

// takeBack deletes what a result wrote besides its marks.
func (r *Redis) takeBack(ctx context.Context, c *Claim, result Result) error {
	q := r.request()
	defer r.requests.Put(q)
	for i := range result.Entries {
		q.text = appendScoreKey(q.text, r.config.Prefix, &result.Entries[i].Key)
		q.write(writeDelete)
		q.cut()
	}
	q.text = appendGoneKey(q.text, c.wiki, c.rev)
	q.write(writeUngone)
	q.cut()
	// Not ctx: what must not stay is deleted even when the caller goes away.
	answers, err := r.writes.do(context.WithoutCancel(ctx), q)
	if err == nil {
		err = firstError(answers)
	}
	if err != nil {
		return fmt.Errorf("take the scores of revision %d of %s back from redis: %w", c.rev, c.wiki, err)
	}
	return nil
}

// Release implements [Store].
func (r *Redis) Release(c *Claim) {
	// Every request has its own deadline, so this ends without a context.
	_ = r.End(context.Background(), c, Result{})
}

// Renew gives claims their full lifetime again. A claim that was lost meanwhile
// stays lost: its holder finishes the work, and whoever has it now too.
func (r *Redis) Renew(ctx context.Context, claims []*Claim) error {
	q, kept := r.request(), claims[:0:0]
	defer r.requests.Put(q)
	for _, c := range claims {
		if c.Granted() && !c.settled.Load() {
			r.writeClaim(q, c, writeRenew)
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	answers, err := r.writes.do(ctx, q)
	if err == nil {
		err = firstError(answers)
	}
	if err != nil {
		return fmt.Errorf("renew %d claims in redis: %w", len(kept), err)
	}
	for i, c := range kept {
		if !c.settled.Load() { // else it may be gone because it was given back
			r.spoilt(c, answers[2*i])
		}
	}
	return nil
}
