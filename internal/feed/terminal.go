package feed

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
	"golang.org/x/time/rate"

	"revscore/internal/score"
)

// TerminalOptions say what a terminal shows. The zero value is a good one.
type TerminalOptions struct {
	All      bool      // every score; else about 20 a second
	Progress *Progress // how far the work is; nil: nobody knows
}

// Progress is asked how far the work is, of Total in Unit.
type Progress struct {
	Unit  string // plural: events, kB
	Total int64  // positive
	Done  func() int64
}

func (p *Progress) done() int64 { return min(p.Done(), p.Total) }

const (
	linesPerSecond = 20   // as many as an eye can follow
	linesAtOnce    = 10   // after a pause
	terminalQueue  = 4096 // entries; 1 MB when full
	refresh        = 250 * time.Millisecond
	noteEvery      = time.Second
)

// Terminal shows scores as lines, one for each, in the order in which they were
// reported. What it leaves out it counts.
//
// One goroutine owns the output and everything below; Observe only fills queue.
type Terminal struct {
	queue   chan Entry
	missed  atomic.Int64 // found the queue full
	quit    chan struct{}
	stopped chan struct{}
	once    sync.Once

	out     io.Writer
	opts    TerminalOptions
	look    look
	frame   bytes.Buffer // what is written next, in one piece
	bar     *progressbar.ProgressBar
	limit   *rate.Limiter
	headed  bool
	left    int64 // left out since the last note
	noted   time.Time
	failure error // the first of writing; then nothing more is written
}

// look is how lines are drawn.
type look struct {
	colour bool
	live   bool       // a terminal: a bar can be drawn over
	width  func() int // asked again and again: windows are resized
}

// lookOf finds out what is behind w. NO_COLOR (no-color.org) is respected.
func lookOf(w io.Writer) look {
	l := look{width: func() int { return plainWidth }}
	f, ok := w.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return l
	}
	l.live, l.colour = true, os.Getenv("NO_COLOR") == ""
	l.width = func() int {
		if cells, _, err := term.GetSize(int(f.Fd())); err == nil && cells > 0 {
			return cells
		}
		return plainWidth
	}
	return l
}

// NewTerminal starts showing on w: with colours and a progress bar if that is a
// terminal, as plain lines if not. Close ends it.
func NewTerminal(w io.Writer, opts TerminalOptions) *Terminal { return newTerminal(w, opts, lookOf(w)) }

func newTerminal(w io.Writer, opts TerminalOptions, l look) *Terminal {
	t := &Terminal{
		queue: make(chan Entry, terminalQueue), quit: make(chan struct{}), stopped: make(chan struct{}),
		out: w, opts: opts, look: l, noted: time.Now(), limit: rate.NewLimiter(linesPerSecond, linesAtOnce),
	}
	if opts.All {
		t.limit = rate.NewLimiter(rate.Inf, 0)
	}
	if l.live && opts.Progress != nil {
		t.bar = newBar(&t.frame, opts.Progress, l.width())
	}
	go t.run()
	return t
}

// newBar draws into w. The library asks the terminal for its width, but gets a
// buffer here, so the bar is given what its numbers leave; where they leave
// nothing there is none.
func newBar(w io.Writer, p *Progress, width int) *progressbar.ProgressBar {
	const numbers, most = 56, 30
	if width < numbers {
		return nil
	}
	bar := progressbar.NewOptions64(p.Total,
		progressbar.OptionSetWriter(w), progressbar.OptionUseANSICodes(true), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetDescription(p.Unit), progressbar.OptionSetWidth(min(width-numbers, most)),
		progressbar.OptionSetPredictTime(false), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionSetItsString(p.Unit))
	bar.StartWithoutRender() // its rate counts from here, not from the first score
	return bar
}

// Observe offers a report to be shown. It never waits and is safe for
// concurrent use, also after Close.
func (t *Terminal) Observe(r score.Report) {
	e, ok := entryOf(r)
	if !ok {
		return
	}
	select {
	case t.queue <- e:
	default:
		t.missed.Add(1)
	}
}

// Close shows what is queued, takes the bar away and returns the first error of
// writing.
func (t *Terminal) Close() error {
	t.once.Do(func() { close(t.quit) })
	<-t.stopped
	return t.failure
}

func (t *Terminal) run() {
	defer close(t.stopped)
	tick := time.NewTicker(refresh)
	defer tick.Stop()
	for {
		select {
		case e := <-t.queue:
			t.show(e)
			t.drain()
			if t.frame.Len() == 0 {
				continue // all left out: the next tick tells
			}
			t.progress()
		case <-tick.C:
			if time.Since(t.noted) >= noteEvery {
				t.note()
			}
			t.progress()
		case <-t.quit:
			t.drain()
			t.note()
			t.clear()
			t.flush()
			return
		}
		t.flush()
	}
}

// drain shows what is in the queue by now, no more: the rest belongs to the
// next frame.
func (t *Terminal) drain() {
	for range len(t.queue) {
		t.show(<-t.queue)
	}
}

func (t *Terminal) show(e Entry) {
	if !t.limit.Allow() {
		t.left++
		return
	}
	width := t.look.width()
	if !t.headed {
		t.headed = true
		t.println(head(width))
	}
	t.println(line(e, width, t.look.colour))
}

// note says how many scores were left out since the last note.
func (t *Terminal) note() {
	t.noted = time.Now()
	if t.left += t.missed.Swap(0); t.left == 0 {
		return
	}
	text := "    …  " + group(t.left) + " more"
	if p := t.opts.Progress; t.bar == nil && p != nil {
		text += fmt.Sprintf("; %s of %s %s", group(p.done()), group(p.Total), p.Unit)
	}
	t.println(text)
	t.left = 0
}

// println adds a line to the frame, in the bar's place.
func (t *Terminal) println(s string) {
	t.clear()
	t.frame.WriteString(s)
	t.frame.WriteByte('\n')
}

// clear takes the bar away, once in a frame.
func (t *Terminal) clear() {
	if t.bar != nil && t.frame.Len() == 0 {
		_ = t.bar.Clear() // writes to the frame, which takes everything
	}
}

// progress draws the bar below the lines.
func (t *Terminal) progress() {
	if t.bar != nil {
		_ = t.bar.Set64(t.opts.Progress.done()) // writes to the frame
	}
}

func (t *Terminal) flush() {
	if t.failure == nil && t.frame.Len() > 0 {
		_, t.failure = t.out.Write(t.frame.Bytes())
	}
	t.frame.Reset()
}
