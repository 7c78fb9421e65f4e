package deadletter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"revscore/internal/event"
)

// ErrRefused is returned by a [Sender] for a record that no second try would bring
// in, as one that is too large, and by [Sinks]. Other records may still be taken.
var ErrRefused = errors.New("it is refused")

// Sender writes records to the partition that they name.
type Sender interface {
	// Send returns where the record is when the broker has it for good.
	Send(ctx context.Context, rec Record) (event.Source, error)
}

// ErrBefore is returned by [Sinks] for an event that the sink took in an earlier replay.
var ErrBefore = errors.New("an earlier replay has brought it there")

// Sinks takes events that a sink has refused to that sink again.
type Sinks interface {
	// Takes returns an error that is [ErrRefused] for an event that is not even tried,
	// as of a stream that the service does not have. It asks nobody.
	Takes(to event.Refusal) error
	// Republish returns when the sink has the event for good, with [ErrBefore] when it
	// had, or with [ErrRefused] when it will not take it now. Any other error would
	// meet the next event, too.
	Republish(ctx context.Context, to event.Refusal, value []byte) error
}

// ErrHidden is returned by [Privacy] for an event that is not to be told again at all.
var ErrHidden = errors.New("its text is hidden now")

// Privacy knows what was hidden since an event was written.
type Privacy interface {
	// Redact returns the event without it and says what it was, "" when nothing. With
	// an error that is not [ErrHidden] it does not know, and nothing must be sent.
	Redact(ctx context.Context, value []byte) (redacted []byte, without string, err error)
}

// Action is what became of a letter.
type Action string

// All actions.
const (
	Sent   Action = "sent"
	Would  Action = "would be sent" // but for the dry run
	Equal  Action = "sent before"   // a record with the same bytes, in this run; an event to its sink, ever
	Kept   Action = "not replayed"  // Detail says why
	Broken Action = "broken"        // is no dead letter; Letter.Broken says why
)

// Outcome tells of one letter.
type Outcome struct {
	Letter Letter
	Action Action
	To     event.Source // where the record is now; only of Sent, zero for a refused event
	Detail string       // what else there is to know, "" when nothing
}

// Replay sends records back.
type Replay struct {
	Topics  Topics
	Sender  Sender
	Sinks   Sinks                   // nil: refused events are kept
	Privacy Privacy                 // nil: nothing is ever hidden
	Reads   func(topic string) bool // whether the service reads a topic
	DryRun  bool                    // find out everything, send nothing

	sent map[[sha256.Size]byte]bool
}

// Run replays the letters of a topic that a filter means and tells of each. It stops
// at the first error that would meet the next letter, too, as a broker's that is gone;
// what was told until then is done, and another run sends it again at no harm.
func (r *Replay) Run(ctx context.Context, topic string, f Filter, tell func(Outcome) error) error {
	r.sent = map[[sha256.Size]byte]bool{}
	_, err := Each(ctx, r.Topics, topic, f, func(l Letter) error {
		out, err := r.letter(ctx, l)
		if err != nil {
			return fmt.Errorf("replay dead letter %s: %w", l.At.Source, err)
		}
		return tell(out)
	})
	return err
}

func (r *Replay) letter(ctx context.Context, l Letter) (Outcome, error) {
	out := Outcome{Letter: l}
	if l.Broken != nil {
		out.Action = Broken
		return out, nil
	}
	if l.Refused != nil {
		return r.refused(ctx, l)
	}
	if !r.Reads(l.Source.Topic) {
		out.Action, out.Detail = Kept, "the service does not read topic "+l.Source.Topic
		return out, nil
	}
	rec, detail, err := r.record(ctx, l)
	if err != nil {
		return out, err
	}
	if out.Detail = detail; rec == nil {
		out.Action = Kept
		return out, nil
	}
	err = r.send(ctx, rec, &out)
	return out, err
}

// send sends a record unless it was sent before, is hidden or nothing is to be sent.
func (r *Replay) send(ctx context.Context, rec *Record, out *Outcome) (err error) {
	sum := digest(*rec)
	if r.sent[sum] {
		out.Action = Equal
		return nil
	}
	if err := r.redact(ctx, rec, out); err != nil || out.Action == Kept {
		return err
	}
	if out.Action = Would; !r.DryRun {
		out.To, err = r.Sender.Send(ctx, *rec)
		switch {
		case errors.Is(err, ErrRefused):
			out.Action, out.Detail = Kept, err.Error()
			return nil
		case err != nil:
			return err
		}
		out.Action = Sent
	}
	r.sent[sum] = true
	return nil
}

// redact takes out of a record what is hidden now, and says so.
func (r *Replay) redact(ctx context.Context, rec *Record, out *Outcome) error {
	if r.Privacy == nil {
		return nil
	}
	value, without, err := r.Privacy.Redact(ctx, rec.Value)
	switch {
	case errors.Is(err, ErrHidden):
		out.Action, out.Detail = Kept, err.Error()
		return nil
	case err != nil:
		return err
	case without == "":
		return nil
	}
	rec.Value = value
	if out.Detail != "" {
		out.Detail += "; "
	}
	out.Detail += "without " + without
	return nil
}

// refused takes an event of ours to the sink that refused it, and nowhere else: where
// else its stream goes it has arrived.
func (r *Replay) refused(ctx context.Context, l Letter) (out Outcome, err error) {
	out.Letter = l
	keep := func(detail string) (Outcome, error) {
		out.Action, out.Detail = Kept, detail
		return out, nil
	}
	rec := Record{Source: event.Source{Topic: l.Refused.String()}, Value: l.Raw}
	sum := digest(rec)
	switch {
	case l.Cut():
		return keep(fmt.Sprintf("holds only the first %d of %d bytes of the event: %s", len(l.Raw), l.Size, otherWay))
	case r.Sinks == nil:
		return keep("there are no sinks to send it to")
	case r.sent[sum]:
		out.Action = Equal
		return out, nil
	}
	if err := r.Sinks.Takes(*l.Refused); err != nil {
		return keep(err.Error())
	}
	if err := r.redact(ctx, &rec, &out); err != nil || out.Action == Kept {
		return out, err
	}
	switch {
	case r.DryRun:
		out.Action = Would
	default:
		err := r.Sinks.Republish(ctx, *l.Refused, rec.Value)
		switch {
		case errors.Is(err, ErrBefore):
			out.Action = Equal
		case errors.Is(err, ErrRefused):
			return keep(err.Error())
		case err != nil:
			return out, err
		default:
			out.Action = Sent
		}
	}
	r.sent[sum] = true
	return out, nil
}

// otherWay is how to get an event whose letter does not hold it.
const otherWay = "purge its sent-mark (streamer cache purge --sent) and feed its revision again"

// record is what to send for a letter, or nil and why there is nothing.
func (r *Replay) record(ctx context.Context, l Letter) (rec *Record, detail string, err error) {
	found, err := r.Topics.Record(ctx, l.Source)
	switch {
	case errors.Is(err, ErrNoPlace):
		return nil, err.Error(), nil
	case errors.Is(err, ErrGone):
		detail = "its source has it no more"
	case err != nil:
		return nil, "", err
	case l.tells(found.Value):
		found.Value = l.Raw
		return &found, "", nil
	case !l.holds(found.Value):
		detail = "another record is at its source now"
	case l.Cut():
		return &found, fmt.Sprintf("read from its source, whole (%d bytes)", len(found.Value)), nil
	default:
		return &found, "", nil
	}
	if l.Cut() {
		return nil, fmt.Sprintf("holds only the first %d of %d bytes, and %s", len(l.Raw), l.Size, detail), nil
	}
	return &Record{Source: l.Source, Value: l.Raw}, detail + ": without key", nil
}

// holds reports whether a value is the one that the letter was written about.
func (l Letter) holds(value []byte) bool {
	return value != nil && len(value) == l.Size && bytes.HasPrefix(value, l.Raw)
}

// tells reports whether a value is the same event as the letter's, which has other bytes:
// what was hidden when the letter was written is not in it.
func (l Letter) tells(value []byte) bool {
	if l.holds(value) || l.Cut() {
		return false
	}
	here, ok := event.Identify(l.Raw)
	there, known := event.Identify(value)
	return ok && known && here == there
}

// digest is equal for what the pipeline could not tell apart.
func digest(rec Record) [sha256.Size]byte {
	sum := sha256.New()
	sum.Write([]byte(rec.Topic))
	sum.Write([]byte{0})
	sum.Write(rec.Value)
	return [sha256.Size]byte(sum.Sum(nil))
}
