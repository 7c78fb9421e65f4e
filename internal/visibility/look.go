package visibility

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

const (
	lookEvery   = time.Minute      // how often it is looked what there is to read
	lookAgain   = time.Second      // after a look that failed
	lookTimeout = 10 * time.Second // of all its questions
)

// look asks which topics there are and where they end: the first time to know what the
// lookback is, and then to know how far behind the reader is. Polling alone does not
// tell: a topic that is empty, or cannot be read, is silent.
func (r *Reader) look(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	if err := r.survey(ctx); err != nil {
		r.nextLook = time.Now().Add(lookAgain)
		r.report(looking, fmt.Errorf("look for visibility.topics: %w", err))
		return
	}
	r.nextLook, r.looked = now.Add(lookEvery), now
	r.report(looking, nil)
	if !r.unread {
		r.report(reading, nil)
	}
	r.unread = false
}

// lookSoon has the next look come before its time.
func (r *Reader) lookSoon() {
	if at := r.looked.Add(lookAgain); at.Before(r.nextLook) {
		r.nextLook = at
	}
}

func (r *Reader) survey(ctx context.Context) error {
	topics, err := r.topics(ctx)
	if err != nil {
		return err
	}
	goals := map[partition]int64{}
	if len(topics) > 0 { // to a broker no topic means all
		ends, err := r.admin.ListEndOffsets(ctx, topics...)
		if err == nil {
			err = offsetsError(ends)
		}
		if err != nil {
			return err
		}
		if r.goals == nil {
			if goals, err = r.lookback(ctx, topics, ends); err != nil {
				return err
			}
		} else if err := r.giveUp(ctx, topics); err != nil {
			return err
		}
		lag := r.behind(ends)
		r.metrics.lag.Set(float64(lag))
		r.condition.set(func(c *condition) { c.lag = [2]int64{c.lag[1], lag} })
	}
	if r.goals == nil {
		r.goals = goals
	}
	return nil
}

// topics finds those that match the configuration, and notes what has none.
func (r *Reader) topics(ctx context.Context) (found []string, err error) {
	details, err := r.admin.ListTopics(ctx)
	if err != nil {
		return nil, err
	}
	names := details.Names()
	seen := map[string]bool{}
	read := kadm.TopicDetails{}
	var missing []string
	for i, pattern := range r.patterns {
		any := false
		for _, name := range names {
			if !pattern.MatchString(name) {
				continue
			}
			any = true
			if !seen[name] {
				seen[name] = true
				found = append(found, name)
				read[name] = details[name]
			}
		}
		if !any {
			missing = append(missing, r.cfg.Topics[i])
		}
	}
	r.condition.set(func(c *condition) { c.absent = missing })
	r.begin(r.anew.compare(read))
	return found, nil
}

// lookback finds what is to be read before the reader is up to date.
func (r *Reader) lookback(ctx context.Context, topics []string, ends kadm.ListedOffsets) (map[partition]int64, error) {
	starts, err := r.admin.ListOffsetsAfterMilli(ctx, r.from.UnixMilli(), topics...)
	if err == nil {
		err = offsetsError(starts)
	}
	if err != nil {
		return nil, err
	}
	goals := map[partition]int64{}
	starts.Each(func(o kadm.ListedOffset) {
		if o.Err != nil {
			return
		}
		end, ok := ends.Lookup(o.Topic, o.Partition)
		p := partition{o.Topic, o.Partition}
		at := max(o.Offset, r.positions[p]) // which has been polled meanwhile
		r.positions[p] = at
		if ok && at < end.Offset {
			goals[p] = end.Offset
		}
	})
	return goals, nil
}

// giveUp takes out of the lookback what was deleted before it was read.
func (r *Reader) giveUp(ctx context.Context, topics []string) error {
	if len(r.goals) == 0 {
		return nil
	}
	starts, err := r.admin.ListStartOffsets(ctx, topics...)
	if err == nil {
		err = offsetsError(starts)
	}
	if err != nil {
		return err
	}
	for p, goal := range r.goals {
		if start, ok := starts.Lookup(p.topic, p.id); !ok || start.Err != nil || start.Offset >= goal {
			delete(r.goals, p)
		}
	}
	return nil
}

// behind counts the records that are not read yet, of partitions known so far.
func (r *Reader) behind(ends kadm.ListedOffsets) (lag int64) {
	ends.Each(func(o kadm.ListedOffset) {
		if at, ok := r.positions[partition{o.Topic, o.Partition}]; ok {
			lag += max(0, o.Offset-at)
		}
	})
	return lag
}

// offsetsError leaves out topics that were deleted between two questions.
func offsetsError(offsets kadm.ListedOffsets) error {
	var errs []error
	offsets.Each(func(o kadm.ListedOffset) {
		if o.Err != nil && !errors.Is(o.Err, kerr.UnknownTopicOrPartition) {
			errs = append(errs, fmt.Errorf("offsets of %s/%d: %w", o.Topic, o.Partition, o.Err))
		}
	})
	return errors.Join(errs...)
}
