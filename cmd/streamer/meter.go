package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// meter shows on a terminal how far a long job is, on one line that it takes away at
// its end. Elsewhere it is silent. It belongs to one goroutine.
type meter struct {
	out   io.Writer // nil: no terminal
	what  string
	total int64
	done  int64
	began time.Time
	shown time.Time
}

// meterEvery is how often the line is drawn.
const meterEvery = 200 * time.Millisecond

func newMeter(out io.Writer, what string, total int64) *meter {
	m := &meter{what: what, total: total, began: time.Now()}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		m.out = out
	}
	return m
}

// at says how much is done. The clock is asked for every 256th step alone.
func (m *meter) at(done int64) {
	m.done = done
	if m.out == nil || done%256 != 0 {
		return
	}
	now := time.Now()
	if now.Sub(m.shown) < meterEvery {
		return
	}
	m.shown = now
	fmt.Fprint(m.out, "\r\x1b[K", m.line(now.Sub(m.began)))
}

// line is what is shown after a time.
func (m *meter) line(elapsed time.Duration) string {
	perSecond := float64(m.done) / max(elapsed.Seconds(), 1e-3)
	left := "?"
	if perSecond > 0 {
		left = time.Duration(float64(max(0, m.total-m.done)) / perSecond * float64(time.Second)).Round(time.Second).String()
	}
	return fmt.Sprintf("%s: %d of %d records (%d %%), %.0f/s, %s left", m.what, m.done, m.total, 100*m.done/max(m.total, 1), perSecond, left)
}

func (m *meter) close() {
	if m.out != nil {
		fmt.Fprint(m.out, "\r\x1b[K")
	}
}
