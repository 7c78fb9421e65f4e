package feed

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Summary says what was counted, as aligned plain text.
func (t *Tally) Summary() string { return t.Counts().String() }

// WriteTo writes the summary.
func (t *Tally) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, t.Summary())
	return int64(n), err
}

type row struct {
	label string
	count int64
	note  string
}

// String lays the counts out so that a reader can add them up: the indented
// numbers of a group make the number above them.
func (c Counts) String() string {
	rows := append(c.eventRows(), c.answerRows()...)
	labels, numbers := 0, 0
	for _, r := range rows {
		labels, numbers = max(labels, len(r.label)), max(numbers, len(group(r.count)))
	}
	var b strings.Builder
	for _, r := range rows {
		line := fmt.Sprintf("%-*s  %*s   %s", labels, r.label, numbers, group(r.count), r.note)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	fmt.Fprintf(&b, "%-*s  %s\n", labels, "rate", c.speed())
	return b.String()
}

func (c Counts) eventRows() []row {
	rows := []row{
		{"events in", c.In, "each is in one of:"},
		{"  answered", c.Answered, "a message was sent"},
		{"  duplicates", c.Duplicates, "answered before, nothing sent"},
		{"  rejected", c.Rejected, list(c.RejectedBy)},
	}
	if c.Canaries != 0 {
		rows = append(rows, row{"  canaries", c.Canaries, "passed on, not scored"})
	}
	if c.Skipped != 0 {
		rows = append(rows, row{"  skipped", c.Skipped, list(c.SkippedBy)})
	}
	switch {
	case c.Open > 0:
		rows = append(rows, row{"  open", c.Open, "not finished"})
	case c.Open < 0:
		rows = append(rows, row{"  open", c.Open, "delivered again, or not told of"})
	}
	return rows
}

func (c Counts) answerRows() []row {
	rows := []row{
		{"answers", c.TotalScores() + c.TotalErrors() + c.Repeats, "one for each event and route:"},
		{"  scores", c.TotalScores(), list(c.Scores)},
	}
	if n := c.TotalErrors(); n == 0 || len(c.Errors) == 1 {
		note := ""
		for _, types := range c.Errors {
			note = list(types)
		}
		rows = append(rows, row{"  errors", n, note})
	} else {
		rows = append(rows, row{"  errors", n, c.errorsByModel()})
	}
	rows = append(rows, row{"  duplicates", c.Repeats, "sent before, not sent again"})
	if c.Retries != 0 {
		rows = append(rows, row{"put off", c.Retries, "answers sent to a retry topic, each time counted"})
	}
	return rows
}

func (c Counts) errorsByModel() string {
	var parts []string
	for _, model := range slices.Sorted(maps.Keys(c.Errors)) {
		parts = append(parts, plain(model)+": "+list(c.Errors[model]))
	}
	return strings.Join(parts, "; ")
}

func (c Counts) speed() string {
	rate := "unknown"
	if c.Rate > 0 {
		rate = group(int64(c.Rate+0.5)) + " events/s"
	}
	if c.TotalScores()+c.TotalErrors() == 0 {
		return rate
	}
	return fmt.Sprintf("%s   latency p50 %s, p99 %s (consume to acknowledge)", rate, short(c.P50), short(c.P99))
}

// list writes counts, the largest first.
func list[K ~string](counts map[K]int64) string {
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b K) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = plain(string(k)) + " " + group(counts[k])
	}
	return strings.Join(parts, " · ")
}

// group writes a number with a comma before every three digits.
func group(n int64) string {
	s := strconv.FormatInt(n, 10)
	first := 1
	if n < 0 {
		first = 2
	}
	for i := len(s) - 3; i >= first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// short writes a duration with the two or three digits that matter to a reader.
func short(d time.Duration) string {
	switch ms := float64(d) / float64(time.Millisecond); {
	case ms < 1:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case ms < 9.95:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 999.5:
		return fmt.Sprintf("%.0f ms", ms)
	default:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
}
