package feed

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rivo/uniseg"

	"revscore/internal/event"
	"revscore/internal/score"
)

// hostile are reports as a wiki full of jokers would make them.
func hostile() []score.Report {
	titles := []string{
		"Alpine_chough", "\x1b[2J\x1b]0;owned\x07", "photo\u202egpj.exe", "line\r\nbreak\u2028here", "مدينة_قديمة",
		strings.Repeat("東京", 40), "e" + strings.Repeat("\u0301", 50) + "_tower", "\xff\xfe_bytes", "👩\u200d👩\u200d👧_family",
	}
	var out []score.Report
	for i, title := range titles {
		r := scored(int64(i), "reverted", float64(i)/10)
		r.Revision.PageTitle = title
		r.Latency = time.Duration(i*i*i) * 1700 * time.Microsecond
		out = append(out, r)
	}
	quality := scored(20, "articlequality", 0)
	quality.Outcome.Score = &event.Score{Prediction: "Start", Probability: map[string]float64{"Start": 0.54, "Stub": 0.46}}
	foreign := scored(21, "a\x1b[31mmodel_of_a_long_name", 0.5)
	foreign.Revision.Wiki = "wiki\u202e\x00_of_a_long_name"
	return append(out, quality, failed(22, "reverted", "UnexpectedContentType"), foreign, repeated(23, "reverted"))
}

func TestTerminalPlain(t *testing.T) {
	var out bytes.Buffer
	terminal := NewTerminal(&out, TerminalOptions{All: true})
	for _, r := range hostile() {
		terminal.Observe(r)
	}
	if err := terminal.Close(); err != nil {
		t.Fatal(err)
	}
	golden(t, "plain.golden", out.String())
}

func TestLinesFit(t *testing.T) {
	for _, width := range []int{plainWidth, narrow, 90, 80} {
		for _, r := range hostile() {
			e, ok := entryOf(r)
			if !ok {
				continue
			}
			if got := line(e, width, false); uniseg.StringWidth(got) > width {
				t.Errorf("%q is %d wide, the terminal %d", got, uniseg.StringWidth(got), width)
			}
		}
	}
}

func TestLineColours(t *testing.T) {
	for _, tt := range []struct {
		report score.Report
		want   string
	}{
		{scored(1, "damaging", 0.9), red}, {scored(1, "damaging", 0.6), yellow}, {scored(1, "damaging", 0.1), green},
		{scored(1, "goodfaith", 0.1), red}, {failed(1, "damaging", "TextDeleted"), dim},
	} {
		e, _ := entryOf(tt.report)
		got := line(e, 100, true)
		if !strings.HasPrefix(got, tt.want) || strings.Count(got, "\x1b") != 2 {
			t.Errorf("%+v is coloured as %q, want %q", e, got, tt.want)
		}
	}
}

// TestTerminalAtHighRate: 2,000 scores a second for ten seconds show about 20 a
// second, and the notes account for all others.
func TestTerminalAtHighRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const seconds, rate = 10, 2000
		var out bytes.Buffer
		tally := NewTally()
		terminal := NewTerminal(&out, TerminalOptions{Progress: &Progress{"events", seconds * rate, tally.Finished}})
		for i := range int64(seconds * rate) {
			tally.Observe(scored(i, "reverted", 0.5))
			terminal.Observe(scored(i, "reverted", 0.5))
			time.Sleep(time.Second / rate)
		}
		if err := terminal.Close(); err != nil {
			t.Fatal(err)
		}
		shown, left, last := 0, int64(0), ""
		for text := range strings.Lines(out.String()) {
			if strings.Contains(text, "reverted") {
				shown++
			}
			if _, note, ok := strings.Cut(text, "…  "); ok {
				number, _, _ := strings.Cut(note, " more")
				left += parseGrouped(t, number)
				last = text
			}
		}
		if shown < 15*seconds || shown > 22*seconds {
			t.Errorf("%d lines in %d seconds, want about %d", shown, seconds, linesPerSecond*seconds)
		}
		if int64(shown)+left != seconds*rate {
			t.Errorf("%d shown and %d left out, want %d together", shown, left, seconds*rate)
		}
		if !strings.Contains(last, "; 20,000 of 20,000 events") {
			t.Errorf("the last note is %q, want the progress in it", last)
		}
	})
}

func parseGrouped(t *testing.T, s string) (n int64) {
	t.Helper()
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n = 10*n + int64(r-'0')
		} else if r != ',' {
			t.Fatalf("%q is no number", s)
		}
	}
	return n
}

// TestTerminalNeverWaits: an output that hangs (a pager, a paused terminal) holds
// up nobody, and what did not fit is told when it goes on.
func TestTerminalNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read, write := io.Pipe()
		terminal := NewTerminal(write, TerminalOptions{All: true})
		const n = 3 * terminalQueue
		for i := range int64(n) {
			terminal.Observe(scored(i, "reverted", 0.5)) // a wait here would be a deadlock
		}
		done := make(chan string)
		go func() {
			all, err := io.ReadAll(read)
			if err != nil {
				t.Error(err)
			}
			done <- string(all)
		}()
		if err := terminal.Close(); err != nil {
			t.Error(err)
		}
		write.Close()
		text := <-done
		shown := strings.Count(text, "reverted")
		_, note, found := strings.Cut(text, "…  ")
		if !found {
			t.Fatalf("nothing says that scores were left out of %d shown", shown)
		}
		number, _, _ := strings.Cut(note, " more")
		if left := parseGrouped(t, number); int64(shown)+left != n {
			t.Errorf("%d shown and %d left out, want %d together", shown, left, n)
		}
	})
}

// TestTerminalLive: lines stand above the bar, which is taken away before each
// and in the end.
func TestTerminalLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		tally := NewTally()
		terminal := newTerminal(&out, TerminalOptions{Progress: &Progress{"events", 3, tally.Finished}}, look{live: true, colour: true, width: func() int { return 100 }})
		for i := range int64(2) {
			tally.Observe(scored(i, "reverted", 0.9))
			terminal.Observe(scored(i, "reverted", 0.9))
			time.Sleep(2 * time.Second)
		}
		if err := terminal.Close(); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		for _, want := range []string{"(1/3", "(2/3", red, "A page\n", "\x1b[2K\r" + red} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is missing in %q", want, got)
			}
		}
		if !strings.HasSuffix(got, "\x1b[2K\r") {
			t.Errorf("the bar is left behind: %q", got[max(0, len(got)-100):])
		}
	})
}

func TestLookOf(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, w := range map[string]io.Writer{"a buffer": new(bytes.Buffer), "a file": file} {
		if l := lookOf(w); l.live || l.colour || l.width() != plainWidth {
			t.Errorf("%s looks like a terminal: live %v, colour %v, %d wide", name, l.live, l.colour, l.width())
		}
	}
}

type brokenPipe struct{ writes int }

var errBroken = errors.New("broken pipe")

func (b *brokenPipe) Write([]byte) (int, error) { b.writes++; return 0, errBroken }

func TestTerminalStopsWritingAfterAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &brokenPipe{}
		terminal := NewTerminal(out, TerminalOptions{All: true})
		for i := range int64(3) {
			terminal.Observe(scored(i, "reverted", 0.5))
			synctest.Wait()
		}
		if err := terminal.Close(); !errors.Is(err, errBroken) {
			t.Errorf("Close returns %v, want the error of writing", err)
		}
		if err := terminal.Close(); !errors.Is(err, errBroken) || out.writes != 1 {
			t.Errorf("closed again: %v after %d writes, want the same error and 1 write", err, out.writes)
		}
		terminal.Observe(scored(9, "reverted", 0.5)) // late, and harmless
	})
}
