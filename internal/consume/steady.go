package consume

import "time"

// steady is a clock that nobody sets: what the machine's clock said at the start, and
// how much time has passed since by the monotonic clock. When a record came in decides
// whether its revision is too old to be scored (consume.max_age): a clock that is set
// while the service runs, by a day or for a moment, must not make it skip what is new.
type steady struct{ start time.Time }

func newSteady() steady { return steady{time.Now()} }

// now has both readings, like time.Now.
func (s steady) now() time.Time { return s.start.Add(time.Since(s.start)) }
