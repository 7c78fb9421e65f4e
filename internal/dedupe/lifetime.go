package dedupe

import (
	"math/rand/v2"
	"time"
)

// lifetime draws how long an entry is kept: at most ttl, and up to jitter of it
// less. What was written in one minute then does not expire in one minute, when
// it would all be asked for anew at once.
type lifetime struct {
	ttl    time.Duration
	jitter float64
}

func (l lifetime) draw() time.Duration {
	return max(l.ttl-time.Duration(l.jitter*rand.Float64()*float64(l.ttl)), time.Millisecond)
}

// milliseconds draws a hundred lifetimes ahead, as arguments for go-redis: a
// number becomes an interface by an allocation, which is made once this way.
func (l lifetime) milliseconds() []any {
	drawn := make([]any, 1, 100)
	drawn[0] = l.draw().Milliseconds()
	for l.jitter > 0 && len(drawn) < cap(drawn) {
		drawn = append(drawn, l.draw().Milliseconds())
	}
	return drawn
}

func pick(drawn []any) any {
	if len(drawn) == 1 {
		return drawn[0]
	}
	return drawn[rand.IntN(len(drawn))]
}
