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
// in, as one that is too large. Other records may still be taken.
var ErrRefused = errors.New("the broker refused it")

// Sender writes records to the partition that they name.
type Sender interface {
	// Send returns where the record is when the broker has it for good.
	Send(ctx context.Context, rec Record) (event.Source, error)
}

// Action is what became of a letter.
type Action string

// All actions.
const (
	Sent   Action = "sent"
	Would  Action = "would be sent" // but for the dry run
	Equal  Action = "sent before"   // a record with the same bytes, in this run
	Kept   Action = "not replayed"  // Detail says why
	Broken Action = "broken"        // is no dead letter; Letter.Broken says why
)

// Outcome tells of one letter.
type Outcome struct {
	Letter Letter
	Action Action
	To     event.Source // where the record is now; only of Sent
	Detail string       // what else there is to know, "" when nothing
}

// Replay sends records back.
type Replay struct {
	Topics Topics
	Sender Sender
	Reads  func(topic string) bool // whether the service reads a topic
	DryRun bool                    // find out everything, send nothing

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
	if !r.Reads(l.Source.Topic) {
		out.Action, out.Detail = Kept, "the service does not read topic "+l.Source.Topic
		return out, nil
	}
	rec, detail, err := r.record(ctx, l)
	if err != nil {
		return out, err
	}
	out.Detail = detail
	if rec == nil {
		out.Action = Kept
		return out, nil
	}
	sum := digest(*rec)
	switch {
	case r.sent[sum]:
		out.Action = Equal
		return out, nil
	case r.DryRun:
		out.Action = Would
	default:
		out.To, err = r.Sender.Send(ctx, *rec)
		if errors.Is(err, ErrRefused) {
			out.Action, out.Detail = Kept, err.Error()
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.Action = Sent
	}
	r.sent[sum] = true
	return out, nil
}

// record is what to send for a letter, or nil and why there is nothing.
func (r *Replay) record(ctx context.Context, l Letter) (rec *Record, detail string, err error) {
	found, err := r.Topics.Record(ctx, l.Source)
	switch {
	case errors.Is(err, ErrGone):
		detail = "its source has it no more"
	case err != nil:
		return nil, "", err
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

// digest is equal for what the pipeline could not tell apart.
func digest(rec Record) [sha256.Size]byte {
	sum := sha256.New()
	sum.Write([]byte(rec.Topic))
	sum.Write([]byte{0})
	sum.Write(rec.Value)
	return [sha256.Size]byte(sum.Sum(nil))
}
