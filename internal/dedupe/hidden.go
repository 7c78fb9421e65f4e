package dedupe

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Hidden says what of a revision the wiki no longer shows to everybody. The zero
// Hidden is a revision that is all there to see.
type Hidden struct{ Text, User, Comment bool }

func (h Hidden) or(other Hidden) Hidden {
	return Hidden{h.Text || other.Text, h.User || other.User, h.Comment || other.Comment}
}

// hiddenText is the Gone of a revision whose text is hidden, as it would be if the
// wiki had been asked.
const hiddenText = "TextDeleted"

// hiding is what stands in the place of a negative entry: what is hidden, and the
// milliseconds since 1970 of the event that said so. Of two such events the later one
// counts, whichever arrives first.
type hiding struct {
	Hidden
	since int64
}

const hiddenPrefix = "hidden:"

// String is hidden:<letters of text, user, comment>:<since>, which is no word (see
// validGone), or "" when nothing is hidden.
func (h hiding) String() string {
	if h.Hidden == (Hidden{}) {
		return ""
	}
	b := make([]byte, 0, 32)
	b = append(b, hiddenPrefix...)
	for _, part := range []struct {
		hidden bool
		letter byte
	}{{h.Text, 't'}, {h.User, 'u'}, {h.Comment, 'c'}} {
		if part.hidden {
			b = append(b, part.letter)
		}
	}
	return string(strconv.AppendInt(append(b, ':'), h.since, 10))
}

// parseHiding reads what String wrote, and nothing else.
func parseHiding(s string) (h hiding, ok bool) {
	rest, ok := strings.CutPrefix(s, hiddenPrefix)
	if !ok {
		return hiding{}, false
	}
	letters, since, _ := strings.Cut(rest, ":")
	h.Text, h.User, h.Comment = strings.Contains(letters, "t"), strings.Contains(letters, "u"), strings.Contains(letters, "c")
	var err error
	if h.since, err = strconv.ParseInt(since, 10, 64); err != nil || h.since < 0 || h.String() != s {
		return hiding{}, false
	}
	return h, true
}

// hide adds what is hidden to what Begin found out. A score of a text that is hidden
// is as good as not there.
func (w *Work) hide(h Hidden) {
	if h == (Hidden{}) {
		return
	}
	w.Hidden = w.Hidden.or(h)
	if w.Hidden.Text {
		w.Gone = hiddenText
		for i := range w.States {
			w.States[i].Score = nil
		}
	}
}

// since is the time of an event in milliseconds. One that is yet to come counts as
// from now: it must not outlast what really comes later.
func since(at time.Time) int64 { return max(0, min(at.UnixMilli(), time.Now().UnixMilli())) }

// Hide implements [Keeper].
func (r *Redis) Hide(ctx context.Context, wiki string, revs []int64, h Hidden) (int64, error) {
	return r.HideAt(ctx, wiki, revs, h, time.Now())
}

// HideAt implements [Keeper].
func (r *Redis) HideAt(ctx context.Context, wiki string, revs []int64, h Hidden, at time.Time) (int64, error) {
	entry, spoil := hiding{h, since(at)}, 0
	if h.Text {
		spoil = 1
		r.metrics.forgotten.Add(float64(len(revs)))
	}
	dropped, err := r.drop(ctx, wiki, revs, h.Text, func(pipe redis.Pipeliner, claim, gone string) {
		pipe.Eval(ctx, hideScript, []string{claim, gone}, entry.String(), entry.since, r.config.hiddenTTL().Milliseconds(), spoil)
	})
	if err != nil {
		return dropped, fmt.Errorf("hide %d revisions of %s in redis: %w", len(revs), wiki, err)
	}
	return dropped, nil
}

// HiddenOf implements [Keeper].
func (r *Redis) HiddenOf(ctx context.Context, wiki string, revs []int64) ([]Hidden, error) {
	hidden := make([]Hidden, 0, len(revs))
	for rest := revs; len(rest) > 0; {
		n := min(len(rest), forgetBatch)
		keys := make([]string, n)
		for i, rev := range rest[:n] {
			keys[i] = string(appendGoneKey(nil, wiki, rev))
		}
		values, err := r.texts(ctx, keys)
		if err != nil {
			return nil, fmt.Errorf("ask redis what is hidden of %d revisions of %s: %w", len(revs), wiki, err)
		}
		for _, v := range values {
			h, _ := parseHiding(v)
			hidden = append(hidden, h.Hidden)
		}
		rest = rest[n:]
	}
	return hidden, nil
}

// texts are the values of keys, "" for what is not there or no text. The keys of a
// cluster may be anywhere.
func (r *Redis) texts(ctx context.Context, keys []string) ([]string, error) {
	pipe := r.client.Pipeline()
	for _, key := range keys {
		pipe.Get(ctx, key)
	}
	cmds, _ := pipe.Exec(ctx) // every command has its own error
	values := make([]string, len(cmds))
	for i, cmd := range cmds {
		switch err := cmd.Err(); {
		case err == nil:
			values[i] = cmd.(*redis.StringCmd).Val()
		case !errors.Is(err, redis.Nil) && !redis.HasErrorPrefix(err, "WRONGTYPE"):
			return nil, err
		}
	}
	return values, nil
}

// Hide implements [Keeper].
func (m *Memory) Hide(ctx context.Context, wiki string, revs []int64, h Hidden) (int64, error) {
	return m.HideAt(ctx, wiki, revs, h, time.Now())
}

// HideAt implements [Keeper].
func (m *Memory) HideAt(ctx context.Context, wiki string, revs []int64, h Hidden, at time.Time) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if h.Text {
		m.metrics.forgotten.Add(float64(len(revs)))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, ErrClosed
	}
	entry, dropped := hiding{h, since(at)}, int64(0)
	for _, rev := range revs {
		dropped += m.hide(wiki, rev, entry)
	}
	return dropped, nil
}

// hide is called with mu held.
func (m *Memory) hide(wiki string, rev int64, h hiding) (dropped int64) {
	now := m.age()
	m.key = appendGoneKey(m.key[:0], wiki, rev)
	if known, ok := m.hiding(m.key, now); ok && known.since > h.since {
		return 0
	}
	wasGone := m.gone.delete(m.key, now)
	if h.Hidden == (Hidden{}) {
		return wasGone + m.hidden.delete(m.key, now)
	}
	m.hidden.put(m.key, []byte(h.String()), now, m.config.hiddenTTL())
	if h.Text {
		dropped = m.drop(wiki, rev)
	}
	return dropped
}

// hiding finds the entry of the key of a negative entry. It is called with mu held.
func (m *Memory) hiding(key []byte, now time.Duration) (hiding, bool) {
	if m.hidden.empty() { // nearly always
		return hiding{}, false
	}
	n, ok := m.hidden.get(key, now)
	if !ok {
		return hiding{}, false
	}
	return parseHiding(string(n.value))
}

// HiddenOf implements [Keeper].
func (m *Memory) HiddenOf(ctx context.Context, wiki string, revs []int64) ([]Hidden, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	hidden, now := make([]Hidden, len(revs)), m.age()
	for i, rev := range revs {
		m.key = appendGoneKey(m.key[:0], wiki, rev)
		h, _ := m.hiding(m.key, now)
		hidden[i] = h.Hidden
	}
	return hidden, nil
}
