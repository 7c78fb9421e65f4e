package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/term"

	"revscore/internal/backfill"
)

// backfillProgress shows how far a job is: on a terminal on one line, which it takes away
// at the end, elsewhere in the log now and then.
type backfillProgress struct {
	run   *backfillRun
	out   io.Writer // nil: no terminal
	first float64   // part done when it began
	began time.Time
	end   chan struct{}
	owned sync.WaitGroup
}

// logEvery is how often progress is logged where there is no terminal.
const logEvery = 30 * time.Second

// showBackfill shows progress until close.
func showBackfill(r *backfillRun, out io.Writer, began time.Time) *backfillProgress {
	p := &backfillProgress{run: r, began: began, end: make(chan struct{})}
	every := logEvery
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		p.out, every = out, meterEvery
	}
	p.owned.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-p.end:
				return
			case <-tick.C:
				p.show(r.src.Progress(), time.Since(p.began))
			}
		}
	})
	return p
}

func (p *backfillProgress) close() {
	close(p.end)
	p.owned.Wait()
	if p.out != nil {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func (p *backfillProgress) show(at backfill.Progress, elapsed time.Duration) {
	if at.Revisions == 0 {
		p.first = at.Done // reading over what was done is no progress
	}
	if p.out != nil {
		fmt.Fprint(p.out, "\r\x1b[K", p.line(at, elapsed))
		return
	}
	p.run.log.Info("progress", zap.Int64("revisions", at.Revisions), zap.Float64("percent", float64(int(1000*at.Done))/10),
		zap.Bool("waits_for_live", at.Still), zap.String("left", p.left(at, elapsed)))
}

// line is what a terminal shows: a bar, numbers, and how long it will take.
func (p *backfillProgress) line(at backfill.Progress, elapsed time.Duration) string {
	const width = 20
	full := int(at.Done * width)
	bar := make([]byte, width)
	for i := range bar {
		bar[i] = '.'
		if i < full {
			bar[i] = '#'
		}
	}
	note := fmt.Sprintf("%.0f/s", float64(at.Revisions)/max(elapsed.Seconds(), 1e-3))
	if at.Still {
		note += ", waits for live traffic"
	}
	return fmt.Sprintf("backfill [%s] %.1f %%, %d revisions, %s, %s left", bar, 100*at.Done, at.Revisions, note, p.left(at, elapsed))
}

// left is how long the rest takes at the rate so far.
func (p *backfillProgress) left(at backfill.Progress, elapsed time.Duration) string {
	if at.Done <= p.first || at.Revisions == 0 {
		return "?"
	}
	return time.Duration((1 - at.Done) / (at.Done - p.first) * float64(elapsed)).Round(time.Second).String()
}
